package node

import (
	"fmt"
	"math/rand/v2"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"raftian/netsim/env"
)

// recorder keeps what a real node reports.
type recorder struct {
	mu    sync.Mutex
	notes []env.Note
}

func (r *recorder) emit(_ env.Instant, n env.Note) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.notes = append(r.notes, n)
}

// all lists the notes of a kind.
func (r *recorder) all(kind string) (list []env.Note) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, n := range r.notes {
		if n.Kind == kind {
			list = append(list, n)
		}
	}
	return list
}

// last is the last note of a kind, and how many there are.
func (r *recorder) last(kind string) (last env.Note, count int) {
	list := r.all(kind)
	if len(list) == 0 {
		return env.Note{}, 0
	}
	return list[len(list)-1], len(list)
}

// freeAddress finds an address that nobody listens at, and that nobody will be
// given by the system: outgoing connections have ports from 32768 up.
func freeAddress(t *testing.T) string {
	t.Helper()
	for range 1000 {
		address := fmt.Sprintf("127.0.0.1:%d", 20000+rand.IntN(12000))
		if l, err := net.Listen("tcp", address); err == nil {
			l.Close()
			return address
		}
	}
	t.Fatal("no free port from 20000 to 32000")
	return ""
}

// cluster is three nodes on real disks and loopback TCP.
type cluster struct {
	t       *testing.T
	peers   string
	dirs    map[string]string
	scripts map[string][]env.Call
}

func newCluster(t *testing.T) *cluster {
	c := &cluster{t: t, dirs: map[string]string{}, scripts: map[string][]env.Call{}}
	var peers []string
	for _, id := range []string{"n1", "n2", "n3"} {
		peers = append(peers, fmt.Sprintf("%s@%s/%s", id, freeAddress(t), freeAddress(t)))
		c.dirs[id] = t.TempDir()
	}
	c.peers = strings.Join(peers, ",")
	return c
}

// start starts a node on its directory.
func (c *cluster) start(id string) (*Node, *recorder) {
	c.t.Helper()
	r := &recorder{}
	e, err := env.NewReal(env.RealOptions{ID: id, Dir: c.dirs[id], Script: c.scripts[id], Emit: r.emit,
		Args: []string{"peers=" + c.peers, "heartbeat=100ms", "election=100ms", "lease=50ms", "op-timeout=10s",
			"snapshot-threshold=16", "snapshot-interval=100ms", "trailing=4"}})
	if err != nil {
		c.t.Fatal(err)
	}
	n, err := Start(e, NewGame)
	if err != nil {
		c.t.Fatal(err)
	}
	c.t.Cleanup(func() {
		if err := n.Stop(); err != nil {
			c.t.Errorf("stopping %s: %v", id, err)
		}
		if err := e.Close(); err != nil {
			c.t.Error(err)
		}
	})
	return n, r
}

// eventually waits for a condition of a cluster in real time.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		if holds() {
			return
		}
	}
	t.Fatalf("not within 30 s: %s", what)
}

func TestThreeNodesPlayOverRealTCP(t *testing.T) {
	t.Parallel()
	c := newCluster(t)
	const (
		calls   = 20
		spacing = 50 * time.Millisecond
	)
	for _, id := range []string{"n1", "n2", "n3"} {
		target := map[string]string{"n1": "n2", "n2": "n3", "n3": "n1"}[id]
		for k := range uint64(calls) {
			text := fmt.Sprintf("%s attack %s", id, target)
			if k%4 == 3 {
				text = "look " + target
			}
			c.scripts[id] = append(c.scripts[id], env.Call{
				At: env.Instant(time.Second + time.Duration(k)*spacing), Client: "p" + id[1:], Seq: k + 1, Text: text})
		}
	}
	over := time.Now().Add(time.Second + calls*spacing + tooLate)
	nodes, seen := map[string]*Node{}, map[string]*recorder{}
	for id := range c.dirs {
		nodes[id], seen[id] = c.start(id)
	}
	// A call whose time is long over when its client is free is left out: on a busy
	// machine there may be such.
	const least = calls / 2
	for id, r := range seen {
		eventually(t, id+"'s calls return", func() bool {
			_, called := r.last(env.KindInvoke)
			_, returned := r.last(env.KindReturn)
			return time.Now().After(over) && called == returned && returned >= least
		})
		for _, n := range r.all(env.KindReturn) {
			if !strings.HasPrefix(n.Text, "ok ") {
				t.Errorf("%s: call %d returned %q", id, n.Seq, n.Text)
			}
		}
	}
	eventually(t, "the local logs are equal", func() bool {
		ends := map[env.Note]bool{}
		for _, r := range seen {
			last, _ := r.last(env.KindLocal)
			ends[env.Note{Index: last.Index, Hash: last.Hash}] = true
		}
		return len(ends) == 1
	})

	// A node that was stopped comes back from its disk with the same log.
	before, _ := seen["n3"].last(env.KindLocal)
	if err := nodes["n3"].Stop(); err != nil {
		t.Fatal(err)
	}
	_, again := c.start("n3")
	eventually(t, fmt.Sprintf("n3 has its local log again, to %d", before.Index), func() bool {
		after, _ := again.last(env.KindLocal)
		return after.Index == before.Index && after.Hash == before.Hash
	})
}

// A program that is asked to end does so in good order.
func TestAProgramEndsWhenItIsAskedTo(t *testing.T) {
	t.Parallel()
	dir, r, asked := t.TempDir(), &recorder{}, make(chan struct{})
	e, err := env.NewReal(env.RealOptions{ID: "n1", Dir: dir, Emit: r.emit, Stopping: asked,
		Script: []env.Call{{At: env.Instant(3 * time.Second), Client: "p1", Seq: 1, Text: "look"}},
		Args:   []string{fmt.Sprintf("peers=n1@%s/%s", freeAddress(t), freeAddress(t)), "heartbeat=100ms", "election=100ms", "lease=50ms", "op-timeout=10s"}})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	ended := make(chan error)
	go func() { ended <- Program(NewGame)(e) }()
	eventually(t, "the call is answered", func() bool { return len(r.all(env.KindReturn)) == 1 })
	close(asked)
	select {
	case err := <-ended:
		if err != nil {
			t.Errorf("it ends with %v", err)
		}
	case <-time.After(20 * time.Second):
		t.Fatal("it does not end")
	}
}
