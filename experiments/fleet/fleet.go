// Package fleet runs real clusters for experiments. A Fleet is processes of `raftian
// serve` on loopback TCP, each with its own store on disk. A Load is players in the
// calling process. A Reading evaluates a trace, real or simulated, in a Window.
//
//	fleet.go    processes: start, kill, stop, resource usage
//	signal_*.go stopping a process as if its machine were cut off
//	load.go     players: commands at a rate, or as many as possible
//	reading.go  commands, elections and frames in a trace
//	virtual.go  simulated runs, read in the same way
package fleet

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"raftian/netsim/env"
	"raftian/netsim/toolchain"
	"raftian/netsim/trace"
	"raftian/raftian/api"
	apiv1 "raftian/raftian/api/v1"
)

// Options describe a Fleet.
type Options struct {
	Raftian  string // path of the raftian command
	Dir      string // parent of the nodes' directories, on a real disk if fsyncs matter
	Nodes    int
	FPS      string        // as in raftian serve; "" is its default
	Work     time.Duration // processor time per frame
	Settings []string      // as in raftian serve --set
}

// Fleet is a cluster of processes.
type Fleet struct {
	o     Options
	dir   string
	nodes []*process
}

// process is a node.
type process struct {
	id, raft, api string
	args          []string
	log, events   string // files
	cmd           *exec.Cmd
	exited        chan struct{} // closed once the process has ended
	cpu           time.Duration // processor time of its ended processes
}

// leaderTimeout is how long the first election may take.
const leaderTimeout = 30 * time.Second

// Start starts a cluster and waits until every node knows the leader.
func Start(ctx context.Context, o Options) (*Fleet, error) {
	dir, err := os.MkdirTemp(o.Dir, "fleet-*")
	if err != nil {
		return nil, fmt.Errorf("making a directory for the nodes: %w", err)
	}
	f := &Fleet{o: o, dir: dir}
	if err := f.start(ctx); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

func (f *Fleet) start(ctx context.Context) error {
	var peers []string
	given := map[string]bool{}
	for k := range f.o.Nodes {
		id := fmt.Sprintf("n%d", k+1)
		p := &process{id: id, log: filepath.Join(f.dir, id+".log"), events: filepath.Join(f.dir, id+".events")}
		for _, at := range []*string{&p.raft, &p.api} {
			var err error
			if *at, err = freeAddress(given); err != nil {
				return err
			}
		}
		peers = append(peers, fmt.Sprintf("%s@%s/%s", p.id, p.raft, p.api))
		f.nodes = append(f.nodes, p)
	}
	for k, p := range f.nodes {
		p.args = []string{"serve", "--id", p.id, "--data", filepath.Join(f.dir, p.id), "--raft", p.raft, "--api", p.api,
			"--peers", strings.Join(peers, ","), "--log-level", "warn", "--events", p.events}
		if f.o.FPS != "" {
			p.args = append(p.args, "--fps", f.o.FPS)
		}
		if f.o.Work > 0 {
			p.args = append(p.args, "--frame-work", f.o.Work.String())
		}
		for _, s := range f.o.Settings {
			p.args = append(p.args, "--set", s)
		}
		if err := f.Run(k); err != nil {
			return err
		}
	}
	_, err := f.Leader(ctx, -1)
	return err
}

// freeAddress returns a local address that nobody listens at. Its port is from 10000 to
// 11999, below those of outgoing connections (32768 and above) and apart from those
// that tests use.
func freeAddress(given map[string]bool) (string, error) {
	for range 1000 {
		address := fmt.Sprintf("127.0.0.1:%d", 10000+rand.IntN(2000))
		if given[address] {
			continue
		}
		if l, err := net.Listen("tcp", address); err == nil {
			given[address] = true
			return address, l.Close()
		}
	}
	return "", errors.New("no free port from 10000 to 12000")
}

// Run starts the k-th node, or restarts it.
func (f *Fleet) Run(k int) error {
	p := f.nodes[k]
	log, err := os.OpenFile(p.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("starting %s: %w", p.id, err)
	}
	p.cmd = exec.Command(f.o.Raftian, p.args...)
	p.cmd.Stdout, p.cmd.Stderr = log, log
	toolchain.Isolate(p.cmd)
	if err := p.cmd.Start(); err != nil {
		return errors.Join(fmt.Errorf("starting %s: %w", p.id, err), log.Close())
	}
	cmd, over := p.cmd, make(chan struct{})
	p.exited = over
	go func() {
		_ = cmd.Wait()
		log.Close()
		close(over)
	}()
	return nil
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

// Kill ends the k-th node with SIGKILL.
func (f *Fleet) Kill(k int) {
	p := f.nodes[k]
	if p.cmd == nil || p.cmd.Process == nil || p.exited == nil {
		return
	}
	_ = p.cmd.Process.Kill()
	<-p.exited
	if s := p.cmd.ProcessState; s != nil {
		p.cpu += s.UserTime() + s.SystemTime()
	}
}

// Close kills all nodes and removes their directories.
func (f *Fleet) Close() error {
	for k := range f.nodes {
		f.Kill(k)
	}
	return os.RemoveAll(f.dir)
}

// CPUTime returns the processor time of processes that have ended: of all nodes after
// Close.
func (f *Fleet) CPUTime() (sum time.Duration) {
	for _, p := range f.nodes {
		sum += p.cpu
	}
	return sum
}

// Addresses returns the API addresses of the nodes.
func (f *Fleet) Addresses() (list []string) {
	for _, p := range f.nodes {
		list = append(list, p.api)
	}
	return list
}

// Leader waits until all nodes but except (-1 for none) know the same leader, which is
// not except, and returns its index.
func (f *Fleet) Leader(ctx context.Context, except int) (int, error) {
	var last string
	for deadline := time.Now().Add(leaderTimeout); time.Now().Before(deadline); {
		leader := ""
		same := true
		last = ""
		for k, p := range f.nodes {
			if k == except {
				continue
			}
			v, err := p.status(ctx)
			if err != nil {
				same, last = false, fmt.Sprintf("%s: %v; its log ends with %s", p.id, err, tail(p.log))
				break
			}
			if v.GetLeader() == "" || leader != "" && v.GetLeader() != leader || except >= 0 && v.GetLeader() == f.nodes[except].id {
				same, last = false, fmt.Sprintf("%s follows %q, another %q", p.id, v.GetLeader(), leader)
				break
			}
			leader = v.GetLeader()
		}
		if same {
			return slices.IndexFunc(f.nodes, func(p *process) bool { return p.id == leader }), nil
		}
		select {
		case <-ctx.Done():
			return 0, ctx.Err()
		case <-time.After(20 * time.Millisecond):
		}
	}
	return 0, fmt.Errorf("no leader within %v: %s", leaderTimeout, last)
}

// status returns how a node sees the cluster.
func (p *process) status(ctx context.Context) (*apiv1.ClusterResponse, error) {
	if !p.running() {
		return nil, errors.New("it does not run")
	}
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	return api.NewClient(api.ClientOptions{Nodes: []string{p.api}}).Players().Cluster(ctx, &apiv1.ClusterRequest{})
}

// tail returns the last line of a file.
func tail(path string) string {
	b, err := os.ReadFile(path)
	if err != nil {
		return err.Error()
	}
	lines := strings.Split(strings.TrimSpace(string(b)), "\n")
	return lines[len(lines)-1]
}

// Sleep waits for a duration. If ctx is done before, it returns ctx.Err().
func Sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}

// Usage is the resources that the nodes have used since they started.
type Usage struct {
	CPU                time.Duration
	Frames, LateFrames float64
}

// Usage queries the nodes.
func (f *Fleet) Usage(ctx context.Context) (u Usage, err error) {
	for _, p := range f.nodes {
		values, err := p.metrics(ctx)
		if err != nil {
			return u, fmt.Errorf("querying the metrics of %s: %w", p.id, err)
		}
		u.CPU += time.Duration(values["process_cpu_seconds_total"] * float64(time.Second))
		u.Frames += values["raftian_frames_total"]
		u.LateFrames += values["raftian_frames_late_total"]
	}
	return u, nil
}

// metrics returns the metrics without labels.
func (p *process) metrics(ctx context.Context) (map[string]float64, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+p.api+"/metrics", nil)
	if err != nil {
		return nil, err
	}
	answer, err := (&http.Client{Timeout: 5 * time.Second}).Do(r)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	b, err := io.ReadAll(answer.Body)
	if err != nil {
		return nil, err
	}
	values := map[string]float64{}
	for line := range strings.Lines(string(b)) {
		name, value, ok := strings.Cut(strings.TrimSpace(line), " ")
		if v, err := strconv.ParseFloat(value, 64); ok && err == nil {
			values[name] = v
		}
	}
	return values, nil
}

// Events returns the events of all nodes ordered by the machine's clock.
func (f *Fleet) Events() (all []trace.Event, err error) {
	for _, p := range f.nodes {
		text, err := os.ReadFile(p.events)
		if err != nil {
			return nil, fmt.Errorf("reading what %s reported: %w", p.id, err)
		}
		for line := range bytes.Lines(text[:bytes.LastIndexByte(text, '\n')+1]) {
			var e trace.Event
			if err := trace.ParseJSON(line, &e); err != nil {
				return nil, fmt.Errorf("reading what %s reported: %w", p.id, err)
			}
			all = append(all, e)
		}
	}
	slices.SortStableFunc(all, func(a, b trace.Event) int { return int(a.At.Sub(b.At)) })
	return all, nil
}

// Fsync returns the median latency of an fsync of 200 bytes beside the nodes' stores.
func (f *Fleet) Fsync() (time.Duration, error) {
	file, err := os.CreateTemp(f.dir, "fsync-*")
	if err != nil {
		return 0, err
	}
	defer file.Close()
	var took []time.Duration
	for range 41 {
		if _, err := file.Write(make([]byte, 200)); err != nil {
			return 0, err
		}
		began := time.Now()
		if err := file.Sync(); err != nil {
			return 0, err
		}
		took = append(took, time.Since(began))
	}
	slices.Sort(took)
	return took[len(took)/2], nil
}

// now returns the time on the clock that all processes share.
func now() env.Instant { return env.Instant(time.Now().UnixNano()) }
