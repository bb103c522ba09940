package play

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"raftian/netsim/env"
	"raftian/netsim/trace"
	"raftian/raftian/server"
)

// Cluster is real nodes in this process, over TCP on loopback, each with its own
// directory.
type Cluster struct {
	mu     sync.Mutex
	nodes  []*machine
	record *Recorder
}

// machine is where a node runs, or does not.
type machine struct {
	o      server.Options
	node   *server.Server // nil while it does not run
	failed <-chan error
	starts bool          // it is about to run
	gone   chan struct{} // closed once the node that was killed last has stopped; nil if none was
	boot   atomic.Uint64 // the incarnation that runs, or did
}

// ClusterOptions describe a Cluster.
type ClusterOptions struct {
	Nodes    int
	FPS      int      // frames per second of the game loops
	Dir      string   // where the nodes' directories are
	Settings []string // of the nodes
	Log      *slog.Logger
	Record   *Recorder // keeps what the nodes report; nil is nobody
}

// NewCluster starts a cluster of nodes n1, n2 and so on. One that was in the directory
// before goes on, at the addresses it had.
func NewCluster(ctx context.Context, o ClusterOptions) (*Cluster, error) {
	peers, err := peersIn(o)
	if err != nil {
		return nil, err
	}
	c := &Cluster{record: o.Record}
	for _, peer := range strings.Split(peers, ",") {
		id, addresses, _ := strings.Cut(peer, "@")
		raft, api, _ := strings.Cut(addresses, "/")
		m := &machine{o: server.Options{ID: id, Dir: filepath.Join(o.Dir, id), Raft: raft, API: api, Peers: peers,
			FPS: o.FPS, Settings: o.Settings, Log: o.Log, PeerConns: new(server.PeerConns)}}
		m.o.Observe = func(e trace.Event) {
			m.boot.Store(e.Boot)
			c.record.note(e)
		}
		c.nodes = append(c.nodes, m)
		if err := m.start(ctx); err != nil {
			return nil, errors.Join(err, c.Stop())
		}
	}
	return c, nil
}

// peersIn is the list of the nodes in a directory, where it is kept.
func peersIn(o ClusterOptions) (string, error) {
	path := filepath.Join(o.Dir, "peers")
	text, err := os.ReadFile(path)
	if err == nil {
		peers := strings.TrimSpace(string(text))
		if n := strings.Count(peers, "@"); n != o.Nodes {
			return "", fmt.Errorf("%s holds a cluster of %s, not of %d", o.Dir, trace.Some(n, "node"), o.Nodes)
		}
		return peers, nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return "", err
	}
	free, err := freeAddresses(2 * o.Nodes)
	if err != nil {
		return "", err
	}
	var list []string
	for k := range o.Nodes {
		list = append(list, fmt.Sprintf("n%d@%s/%s", k+1, free[2*k], free[2*k+1]))
	}
	peers := strings.Join(list, ",")
	return peers, errors.Join(os.MkdirAll(o.Dir, 0o700), os.WriteFile(path, []byte(peers+"\n"), 0o600))
}

// freeAddresses finds local addresses at which nobody listens.
func freeAddresses(count int) (list []string, err error) {
	for range count {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return nil, err
		}
		defer l.Close()
		list = append(list, l.Addr().String())
	}
	return list, nil
}

func (m *machine) start(ctx context.Context) error {
	m.o.PeerConns.Cut(false)
	node, err := server.Start(ctx, m.o)
	if err == nil {
		m.node, m.failed = node, node.Failed()
	}
	return err
}

// API is where players reach each node, in order.
func (c *Cluster) API() (list []string) {
	for _, m := range c.nodes {
		list = append(list, m.o.API)
	}
	return list
}

// find is the machine of a name.
func (c *Cluster) find(id string) (*machine, error) {
	k := slices.IndexFunc(c.nodes, func(m *machine) bool { return m.o.ID == id })
	if k < 0 {
		return nil, fmt.Errorf("there is no node %q", id)
	}
	m := c.nodes[k]
	select {
	case err := <-m.failed:
		go m.stop(m.node) // of what it still holds; the rest is left behind
		m.node = nil
		c.record.note(trace.Event{Machine: id, Boot: m.boot.Load(), Note: env.Note{Kind: trace.KindExit, Text: err.Error()}})
		return m, fmt.Errorf("%s has ended by itself: %w", id, err)
	default:
	}
	return m, nil
}

var _ Machines = (*Cluster)(nil)

// Cut implements Machines.
func (c *Cluster) Cut(id string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	m, err := c.find(id)
	switch {
	case err != nil:
		return err
	case m.node == nil:
		return fmt.Errorf("%s does not run", id)
	case m.o.PeerConns.IsCut():
		return fmt.Errorf("%s is cut off already", id)
	}
	m.o.PeerConns.Cut(true)
	c.record.cut(id, true)
	return nil
}

// Heal implements Machines.
func (c *Cluster) Heal(id string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if id != "" {
		m, err := c.find(id)
		if err == nil {
			c.join(m)
		}
		return err
	}
	for _, m := range c.nodes {
		c.join(m)
	}
	return nil
}

// join gives a node its connections back. One that does not run has none.
func (c *Cluster) join(m *machine) {
	if m.node != nil && m.o.PeerConns.IsCut() {
		m.o.PeerConns.Cut(false)
		c.record.cut(m.o.ID, false)
	}
}

// Kill implements Machines. The node's process is this one, so it is cut off first,
// and then stopped: the others learn no more of it than of one that was killed.
func (c *Cluster) Kill(id string) error {
	m, node, err := c.take(id)
	if err != nil {
		return err
	}
	err = m.stop(node)
	c.record.note(trace.Event{Machine: id, Boot: m.boot.Load(), Note: env.Note{Kind: trace.KindCrash, Text: "kill"}})
	c.record.cut(id, false)
	close(m.gone)
	return err
}

// take takes a node away that is to be stopped, so that nobody else stops it.
func (c *Cluster) take(id string) (*machine, *server.Server, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	m, err := c.find(id)
	if err != nil {
		return nil, nil, err
	}
	if m.node == nil {
		return nil, nil, fmt.Errorf("%s does not run", id)
	}
	m.o.PeerConns.Cut(true)
	node := m.node
	m.node, m.gone = nil, make(chan struct{})
	return m, node, nil
}

// Standing is how a node stands.
type Standing struct {
	ID   string
	Down bool // it does not run
	Cut  bool // it is cut off from the others
}

// Standings are how the nodes stand, in order.
func (c *Cluster) Standings() (list []Standing) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, m := range c.nodes {
		_, _ = c.find(m.o.ID) // notices one that has ended
		list = append(list, Standing{ID: m.o.ID, Down: m.node == nil, Cut: m.node != nil && m.o.PeerConns.IsCut()})
	}
	return list
}

func (m *machine) stop(node *server.Server) error {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	return node.Stop(ctx)
}

// Start implements Machines. It waits until the node has stopped.
func (c *Cluster) Start(id string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	m, err := c.find(id)
	if m == nil {
		return err
	}
	if gone := m.gone; gone != nil {
		c.mu.Unlock()
		<-gone
		c.mu.Lock()
	}
	if m.node != nil || m.starts {
		return fmt.Errorf("%s runs already", id)
	}
	m.starts = true
	c.mu.Unlock() // so that how the others stand is known meanwhile
	next := &machine{o: m.o}
	err = next.start(context.Background())
	c.mu.Lock()
	m.starts, m.node, m.failed = false, next.node, next.failed
	return err
}

// Stop ends all nodes.
func (c *Cluster) Stop() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	errs := make([]error, len(c.nodes))
	var all sync.WaitGroup
	for k, m := range c.nodes {
		if m.node != nil {
			all.Go(func() { errs[k] = m.stop(m.node) })
		}
		if m.gone != nil {
			all.Go(func() { <-m.gone })
		}
	}
	all.Wait()
	return errors.Join(errs...)
}
