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

// cluster is the processes of a round, and what lies between them.
type cluster struct {
	t         *testing.T
	program   string
	processes []*process
	wires     *wires
	open      bool       // nodes join it, and the silent are put out
	own       *recording // events of the round as a whole, and of processes that end
	healed    env.Instant
	ended     env.Instant
}

// process is a node, which may be started many times.
type process struct {
	id              string
	raft, api       string // where it listens
	args            []string
	log, events     string // files
	logged          int64  // how long the log was when the process was started
	cmd             *exec.Cmd
	over            chan struct{} // closed once the process has ended
	starts          uint64
	stopped, killed bool
	data            string
	emptied         map[uint64]bool // starts on a new disk
}

// now is the present on the clock that all processes share.
func now() env.Instant { return env.Instant(time.Now().UnixNano()) }

// given are the addresses that were given to a process.
var given sync.Map

// freeAddress finds a local address that nobody listens at, and that nobody will be
// given: outgoing connections have ports from 32768 up, and the tests of other packages
// that may run beside these have other ports.
func freeAddress(t *testing.T, rng *rand.Rand) string {
	t.Helper()
	for range 1000 {
		address := fmt.Sprintf("127.0.0.1:%d", 17000+rng.IntN(3000))
		if _, given := given.LoadOrStore(address, true); given {
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
	c := &cluster{t: t, program: program, wires: newWires(), own: &recording{}, open: rng.IntN(2) == 0}
	dir := t.TempDir()
	var peers []string
	// The addresses that others know lead through a proxy.
	type place struct{ raft, api string }
	var known []place
	for k := range nodes {
		p := &process{id: fmt.Sprintf("n%d", k+1), raft: freeAddress(t, rng), api: freeAddress(t, rng)}
		p.data, p.emptied = filepath.Join(dir, p.id), map[uint64]bool{}
		p.log, p.events = filepath.Join(dir, p.id+".log"), filepath.Join(dir, p.id+".events")
		at := place{c.wires.lead(t, p.id, p.raft), c.wires.lead(t, p.id, p.api)}
		known = append(known, at)
		peers = append(peers, fmt.Sprintf("%s@%s/%s", p.id, at.raft, at.api))
		c.processes = append(c.processes, p)
	}
	// Every other round compacts its log as fast as it can.
	threshold, trailing := "2000", "1000"
	if rng.IntN(2) == 0 {
		threshold, trailing = "100", "50"
	}
	for k, p := range c.processes {
		p.args = []string{"serve", "--id", p.id, "--data", p.data,
			"--raft", known[k].raft, "--bind-raft", p.raft, "--api", known[k].api, "--bind-api", p.api,
			"--log", "json", "--log-level", "warn", "--events", p.events,
			"--set", "heartbeat=300ms", "--set", "election=300ms", "--set", "lease=" + lease.String(),
			"--set", "snapshot-threshold=" + threshold, "--set", "trailing=" + trailing, "--set", "snapshot-interval=1s",
			"--set", "keep=200000"}
		switch {
		case !c.open:
			p.args = append(p.args, "--peers", strings.Join(peers, ","))
		case k == 0:
			p.args = append(p.args, "--bootstrap", "--set", "evict="+evict.String())
		default:
			p.args = append(p.args, "--join", known[0].api, "--set", "evict="+evict.String())
		}
		if *bug != "" {
			p.args = append(p.args, "--set", "bug="+*bug)
		}
	}
	t.Cleanup(func() {
		for _, p := range c.processes {
			if p.cmd != nil {
				_ = p.cmd.Process.Kill()
				<-p.over
			}
		}
		c.wires.close()
	})
	return c
}

// evict is how long a node may be silent in a cluster that nodes join.
const evict = 1500 * time.Millisecond

// begin starts all processes. In a cluster that nodes join, it waits until all have.
func (c *cluster) begin() {
	for k, p := range c.processes {
		c.start(p)
		if c.open && k == 0 {
			c.await("the first node leads", func(v *apiv1.ClusterResponse) bool { return v.GetRole() == "leader" })
		}
	}
	if c.open {
		c.await("all have joined", func(v *apiv1.ClusterResponse) bool {
			return votersOf(v) == nodes
		})
	}
}

// votersOf counts them.
func votersOf(v *apiv1.ClusterResponse) (count int) {
	for _, m := range v.GetMembers() {
		if m.GetSuffrage() == "voter" {
			count++
		}
	}
	return count
}

// await waits until the first node sees the cluster so.
func (c *cluster) await(what string, holds func(*apiv1.ClusterResponse) bool) {
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if v, err := c.processes[0].look(c.t.Context()); err == nil && holds(v) {
			return
		}
	}
	for _, p := range c.processes {
		c.t.Logf("%s said last:\n%s", p.id, tail(p.log, 8))
	}
	c.t.Fatalf("not within 30 s: %s", what)
}

// lease is the length of a leader's lease.
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
	over := make(chan struct{})
	p.over = over
	go func() {
		_ = p.cmd.Wait()
		log.Close()
		close(over)
	}()
}

// replace gives a process that was killed an empty disk, and another address for Raft,
// where nothing comes that is meant for who it was: it has to join as one who was never
// in.
func (c *cluster) replace(p, ask *process, rng *rand.Rand) {
	if err := os.RemoveAll(p.data); err != nil {
		c.t.Fatal(err)
	}
	p.raft = freeAddress(c.t, rng)
	raft := c.wires.lead(c.t, p.id, p.raft)
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

// running says whether a process has not ended.
func (p *process) running() bool {
	select {
	case <-p.over:
		return false
	default:
		return true
	}
}

// kill ends a process as kill -9 does.
func (c *cluster) kill(p *process) {
	_ = p.cmd.Process.Kill()
	<-p.over
	c.own.add(trace.Event{At: now(), Machine: p.id, Boot: p.starts, Note: env.Note{Kind: trace.KindCrash, Text: "kill"}})
	p.killed = true
}

// end ends a process as an operator does.
func (c *cluster) end(p *process) {
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-p.over:
	case <-time.After(20 * time.Second): // a server gives itself five; on a busy machine it may not get a turn for long
		_ = p.cmd.Process.Signal(syscall.SIGQUIT) // it says what it waits for
		<-p.over
		c.t.Errorf("%s did not end within 20 s of SIGTERM", p.id)
		keepLog(c.t, p)
	}
	if status := p.cmd.ProcessState.ExitCode(); status != 0 && !p.unheard() {
		c.t.Errorf("%s ended with status %d after SIGTERM: %s", p.id, status, tail(p.log, 3))
		keepLog(c.t, p)
	}
	c.exited(p)
}

// unheard reports whether the process was ended by SIGTERM before it could hear of
// that: it had just been started, and had said nothing.
func (p *process) unheard() bool {
	status, ok := p.cmd.ProcessState.Sys().(syscall.WaitStatus)
	info, err := os.Stat(p.log)
	return ok && status.Signaled() && status.Signal() == syscall.SIGTERM && err == nil && info.Size() == p.logged
}

// keepLog copies the log of a process to where the test's output is.
func keepLog(t *testing.T, p *process) {
	b, err := os.ReadFile(p.log)
	path := filepath.Join(os.TempDir(), fmt.Sprintf("processes-%s-%d.log", p.id, os.Getpid()))
	if err == nil {
		err = os.WriteFile(path, b, 0o600)
	}
	t.Logf("its log is kept in %s (%v)", path, err)
}

func (c *cluster) exited(p *process) {
	c.own.add(trace.Event{At: now(), Machine: p.id, Boot: p.starts, Note: env.Note{Kind: trace.KindExit}})
	p.killed = true
}

// leader is the process that leads, as the first that answers knows.
func (c *cluster) leader() *process {
	for _, p := range c.processes {
		if v, err := p.look(c.t.Context()); err == nil && v.GetLeader() != "" {
			for _, q := range c.processes {
				if q.id == v.GetLeader() {
					return q
				}
			}
		}
	}
	return c.processes[0]
}

// look asks a process how it sees the cluster.
func (p *process) look(ctx context.Context) (*apiv1.ClusterResponse, error) {
	if p.killed || p.stopped {
		return nil, errors.New("it does not run")
	}
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	return api.NewClient(api.ClientOptions{Nodes: []string{p.api}}).Players().Cluster(ctx, &apiv1.ClusterRequest{})
}

// recover waits, after the last fault, until all local logs are equal. Players play on
// at first.
func (c *cluster) recover(players []*player, watchers *watchers) {
	c.own.add(trace.Event{At: now(), Note: env.Note{Kind: trace.KindHeal}})
	c.healed = now()
	time.Sleep(2 * time.Second)
	for _, p := range players {
		p.stop()
	}
	const patience = 60 * time.Second
	var last []string
	var before string
	since := time.Now() // when the local logs were last seen to change
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		last = last[:0]
		equal := true
		for _, p := range c.processes {
			v, err := p.look(c.t.Context())
			if err != nil {
				last, equal = append(last, p.id+": "+err.Error()), false
				continue
			}
			here := fmt.Sprintf("index %d hash %016x", v.GetLocalIndex(), v.GetLocalHash())
			if c.open {
				here += fmt.Sprintf(" %d voters", votersOf(v))
				equal = equal && votersOf(v) == nodes
			}
			equal = equal && v.GetLocalIndex() > 0 && (len(last) == 0 || strings.HasSuffix(last[0], here))
			last = append(last, p.id+": "+here)
		}
		if now := strings.Join(last, "\n"); now != before {
			before, since = now, time.Now()
		}
		// Whoever comes back has its vote first, and then is in by one more command.
		if equal && (!c.open || time.Since(since) > 1500*time.Millisecond) {
			watchers.reach(c)
			c.ended = now()
			c.own.add(trace.Event{At: c.ended, Note: env.Note{Kind: trace.KindEnd}})
			var all sync.WaitGroup
			for _, p := range c.processes {
				all.Go(func() { c.end(p) })
			}
			all.Wait()
			return
		}
	}
	c.ended = now()
	c.own.add(trace.Event{At: c.ended, Note: env.Note{Kind: trace.KindEnd}})
	c.t.Errorf("the local logs are not equal %v after the last fault:\n%s", patience, strings.Join(last, "\n"))
}
