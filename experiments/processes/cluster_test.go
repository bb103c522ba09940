package processes

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"raftian/netsim/env"
	"raftian/netsim/trace"
	"raftian/raftian/api"
	apiv1 "raftian/raftian/api/v1"
)

// cluster is the processes of a round and the proxies between them.
type cluster struct {
	t         *testing.T
	program   string
	processes []*process
	proxies   *proxies
	joining   bool        // nodes join the first one; silent ones are evicted
	ownEvents *eventList  // of the round as a whole, and the ends of processes
	healed    env.Instant // when the last fault ended
	ended     env.Instant // when the round ended
}

// process is a node, which may be started several times.
type process struct {
	id              string
	raft, api       string // addresses at which it listens
	args            []string
	log, events     string // files
	logged          int64  // size of the log when the process was started, in bytes
	cmd             *exec.Cmd
	exited          chan struct{} // closed once the process has ended
	starts          uint64
	stopped, killed bool // it was ended, and not started again
	data            string
	emptied         map[uint64]bool // starts with an empty data directory
}

// now returns the time on the clock that all processes share.
func now() env.Instant { return env.Instant(time.Now().UnixNano()) }

// usedAddresses holds the addresses that freeAddress has returned.
var usedAddresses sync.Map

// freeAddress returns a local address that nobody listens at. Its port is from 17000 to
// 19999, below those of outgoing connections (32768 and above) and apart from those
// that tests of other packages use.
func freeAddress(t *testing.T, rng *rand.Rand) string {
	t.Helper()
	for range 1000 {
		address := fmt.Sprintf("127.0.0.1:%d", 17000+rng.IntN(3000))
		if _, given := usedAddresses.LoadOrStore(address, true); given {
			continue
		}
		if l, err := net.Listen("tcp", address); err == nil {
			l.Close()
			return address
		}
	}
	t.Fatal("no free port from 17000 to 20000")
	return ""
}

func newCluster(t *testing.T, program string, rng *rand.Rand) *cluster {
	c := &cluster{t: t, program: program, proxies: newProxies(), ownEvents: &eventList{}, joining: rng.IntN(2) == 0}
	dir := t.TempDir()
	var peers []string
	// The advertised addresses are those of proxies.
	type addresses struct{ raft, api string }
	var advertised []addresses
	for k := range nodes {
		p := &process{id: fmt.Sprintf("n%d", k+1), raft: freeAddress(t, rng), api: freeAddress(t, rng)}
		p.data, p.emptied = filepath.Join(dir, p.id), map[uint64]bool{}
		p.log, p.events = filepath.Join(dir, p.id+".log"), filepath.Join(dir, p.id+".events")
		at := addresses{c.proxies.listenFor(t, p.id, p.raft), c.proxies.listenFor(t, p.id, p.api)}
		advertised = append(advertised, at)
		peers = append(peers, fmt.Sprintf("%s@%s/%s", p.id, at.raft, at.api))
		c.processes = append(c.processes, p)
	}
	// Half of the rounds compact their logs as often as possible.
	threshold, trailing := "2000", "1000"
	if rng.IntN(2) == 0 {
		threshold, trailing = "100", "50"
	}
	for k, p := range c.processes {
		p.args = []string{"serve", "--id", p.id, "--data", p.data,
			"--raft", advertised[k].raft, "--bind-raft", p.raft, "--api", advertised[k].api, "--bind-api", p.api,
			"--log", "json", "--log-level", "warn", "--events", p.events,
			"--set", "heartbeat=300ms", "--set", "election=300ms", "--set", "lease=" + lease.String(),
			"--set", "snapshot-threshold=" + threshold, "--set", "trailing=" + trailing, "--set", "snapshot-interval=1s",
			"--set", "keep=200000"}
		switch {
		case !c.joining:
			p.args = append(p.args, "--peers", strings.Join(peers, ","))
		case k == 0:
			p.args = append(p.args, "--bootstrap", "--set", "evict="+evictAfter.String())
		default:
			p.args = append(p.args, "--join", advertised[0].api, "--set", "evict="+evictAfter.String())
		}
		if *bug != "" {
			p.args = append(p.args, "--set", "bug="+*bug)
		}
	}
	t.Cleanup(func() {
		for _, p := range c.processes {
			if p.cmd != nil {
				_ = p.cmd.Process.Kill()
				<-p.exited
			}
		}
		c.proxies.close()
	})
	return c
}

// evictAfter is how long a node may be silent before it is evicted, if nodes join.
const evictAfter = 1500 * time.Millisecond

// startAll starts all processes. If nodes join, it waits until all are voters.
func (c *cluster) startAll() {
	for k, p := range c.processes {
		c.start(p)
		if c.joining && k == 0 {
			c.await("the first node leads", func(v *apiv1.ClusterResponse) bool { return v.GetRole() == "leader" })
		}
	}
	if c.joining {
		c.await("all have joined", func(v *apiv1.ClusterResponse) bool {
			return countVoters(v) == nodes
		})
	}
}

// countVoters counts the voters of a configuration.
func countVoters(v *apiv1.ClusterResponse) (count int) {
	for _, m := range v.GetMembers() {
		if m.GetSuffrage() == "voter" {
			count++
		}
	}
	return count
}

// await waits until holds is true of the cluster as the first node sees it.
func (c *cluster) await(what string, holds func(*apiv1.ClusterResponse) bool) {
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if v, err := c.processes[0].status(c.t.Context()); err == nil && holds(v) {
			return
		}
	}
	for _, p := range c.processes {
		c.t.Logf("%s said last:\n%s", p.id, tail(p.log, 8))
	}
	c.t.Fatalf("not within 30 s: %s", what)
}

// lease is the leader lease timeout.
const lease = 150 * time.Millisecond

// start starts a process.
func (c *cluster) start(p *process) {
	log, err := os.OpenFile(p.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		c.t.Fatal(err)
	}
	info, err := log.Stat()
	if err != nil {
		c.t.Fatal(err)
	}
	p.logged = info.Size()
	p.cmd = exec.Command(c.program, p.args...)
	p.cmd.Stdout, p.cmd.Stderr = log, log
	if err := p.cmd.Start(); err != nil {
		c.t.Fatal(err)
	}
	p.starts++
	p.stopped, p.killed = false, false
	exited := make(chan struct{})
	p.exited = exited
	go func() {
		_ = p.cmd.Wait()
		log.Close()
		close(exited)
	}()
}

// replaceDisk empties the data directory of a killed process and gives it another Raft
// address, so that messages for its previous incarnation do not reach it. It joins as a
// new server.
func (c *cluster) replaceDisk(p, ask *process, rng *rand.Rand) {
	if err := os.RemoveAll(p.data); err != nil {
		c.t.Fatal(err)
	}
	p.raft = freeAddress(c.t, rng)
	raft := c.proxies.listenFor(c.t, p.id, p.raft)
	var args []string
	for k := 0; k < len(p.args); k++ {
		switch arg := p.args[k]; arg {
		case "--raft":
			args = append(args, arg, raft)
			k++
		case "--bind-raft":
			args = append(args, arg, p.raft)
			k++
		case "--bootstrap":
		case "--join":
			k++
		default:
			args = append(args, arg)
		}
	}
	p.args = append(args, "--join", ask.api)
	p.emptied[p.starts+1] = true
}

// running reports whether the process runs.
func (p *process) running() bool {
	select {
	case <-p.exited:
		return false
	default:
		return true
	}
}

// kill ends a process with SIGKILL.
func (c *cluster) kill(p *process) {
	_ = p.cmd.Process.Kill()
	<-p.exited
	c.ownEvents.add(trace.Event{At: now(), Machine: p.id, Boot: p.starts, Note: env.Note{Kind: trace.KindCrash, Text: "kill"}})
	p.killed = true
}

// terminate ends a process with SIGTERM.
func (c *cluster) terminate(p *process) {
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-p.exited:
	case <-time.After(20 * time.Second): // a server gives itself five; a busy machine may delay it
		_ = p.cmd.Process.Signal(syscall.SIGQUIT) // prints all goroutines
		<-p.exited
		c.t.Errorf("%s did not end within 20 s of SIGTERM", p.id)
		keepLog(c.t, p)
	}
	if status := p.cmd.ProcessState.ExitCode(); status != 0 && !p.endedBeforeSetup() {
		c.t.Errorf("%s ended with status %d after SIGTERM: %s", p.id, status, tail(p.log, 3))
		keepLog(c.t, p)
	}
	c.recordExit(p)
}

// endedBeforeSetup reports whether SIGTERM ended the process before it had installed
// its handler: it had just been started, and had written nothing.
func (p *process) endedBeforeSetup() bool {
	status, ok := p.cmd.ProcessState.Sys().(syscall.WaitStatus)
	info, err := os.Stat(p.log)
	return ok && status.Signaled() && status.Signal() == syscall.SIGTERM && err == nil && info.Size() == p.logged
}

// keepLog copies the log of a process to the temporary directory.
func keepLog(t *testing.T, p *process) {
	b, err := os.ReadFile(p.log)
	path := filepath.Join(os.TempDir(), fmt.Sprintf("processes-%s-%d.log", p.id, os.Getpid()))
	if err == nil {
		err = os.WriteFile(path, b, 0o600)
	}
	t.Logf("its log is kept in %s (%v)", path, err)
}

func (c *cluster) recordExit(p *process) {
	c.ownEvents.add(trace.Event{At: now(), Machine: p.id, Boot: p.starts, Note: env.Note{Kind: trace.KindExit}})
	p.killed = true
}

// leader returns the leader, according to the first node that answers.
func (c *cluster) leader() *process {
	for _, p := range c.processes {
		if v, err := p.status(c.t.Context()); err == nil && v.GetLeader() != "" {
			for _, q := range c.processes {
				if q.id == v.GetLeader() {
					return q
				}
			}
		}
	}
	return c.processes[0]
}

// status returns how a process sees the cluster.
func (p *process) status(ctx context.Context) (*apiv1.ClusterResponse, error) {
	if p.killed || p.stopped {
		return nil, errors.New("it does not run")
	}
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	return api.NewClient(api.ClientOptions{Nodes: []string{p.api}}).Players().Cluster(ctx, &apiv1.ClusterRequest{})
}

// awaitConvergence waits, after the last fault, until all local logs are equal, and
// ends the round. Players continue for the first two seconds.
func (c *cluster) awaitConvergence(players []*player, watchers *watchers) {
	c.ownEvents.add(trace.Event{At: now(), Note: env.Note{Kind: trace.KindHeal}})
	c.healed = now()
	time.Sleep(2 * time.Second)
	for _, p := range players {
		p.stop()
	}
	const timeout = 60 * time.Second
	var last []string
	var before string
	since := time.Now() // when the local logs last changed
	for deadline := time.Now().Add(timeout); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		last = last[:0]
		equal := true
		for _, p := range c.processes {
			v, err := p.status(c.t.Context())
			if err != nil {
				last, equal = append(last, p.id+": "+err.Error()), false
				continue
			}
			state := fmt.Sprintf("index %d hash %016x", v.GetLocalIndex(), v.GetLocalHash())
			if c.joining {
				state += fmt.Sprintf(" %d voters", countVoters(v))
				equal = equal && countVoters(v) == nodes
			}
			equal = equal && v.GetLocalIndex() > 0 && (len(last) == 0 || strings.HasSuffix(last[0], state))
			last = append(last, p.id+": "+state)
		}
		if now := strings.Join(last, "\n"); now != before {
			before, since = now, time.Now()
		}
		// A readmitted node is a voter first; a further command then returns its city to the game.
		if equal && (!c.joining || time.Since(since) > 1500*time.Millisecond) {
			watchers.awaitEnd(c)
			c.ended = now()
			c.ownEvents.add(trace.Event{At: c.ended, Note: env.Note{Kind: trace.KindEnd}})
			var all sync.WaitGroup
			for _, p := range c.processes {
				all.Go(func() { c.terminate(p) })
			}
			all.Wait()
			return
		}
	}
	c.ended = now()
	c.ownEvents.add(trace.Event{At: c.ended, Note: env.Note{Kind: trace.KindEnd}})
	c.t.Errorf("the local logs are not equal %v after the last fault:\n%s", timeout, strings.Join(last, "\n"))
}
