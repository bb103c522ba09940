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

// Cluster is a set of real nodes in this process, over TCP on loopback, each with its
// own data directory. It may be used by several goroutines at once.
type Cluster struct {
	mu     sync.Mutex
	nodes  []*machine
	record *Recorder
}

// machine is where a node runs, or can be started.
type machine struct {
	o        server.Options
	node     *server.Server // nil while it does not run
	failed   <-chan error
	starting bool          // Start is under way
	stopped  chan struct{} // closed once the node that was killed last has stopped; nil if none was
	boot     atomic.Uint64 // the last incarnation
}

// ClusterOptions describe a Cluster.
type ClusterOptions struct {
	Nodes    int
	FPS      int      // frames per second of the game loops
	Dir      string   // holds a data directory per node
	Settings []string // of all nodes
	Log      *slog.Logger
	Record   *Recorder // records the nodes' events; may be nil
}

// NewCluster starts the nodes n1, n2 and so on. A cluster that was in the directory
// before resumes, at the same addresses.
func NewCluster(ctx context.Context, o ClusterOptions) (*Cluster, error) {
	peers, err := loadPeers(o)
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

// loadPeers returns the list of peers kept in the directory, and creates it first if
// the directory is new.
func loadPeers(o ClusterOptions) (string, error) {
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

// freeAddresses returns local addresses at which nobody listens.
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

// API returns the address of each node's players' service, in order.
func (c *Cluster) API() (list []string) {
	for _, m := range c.nodes {
		list = append(list, m.o.API)
	}
	return list
}

// find returns the machine of a node. A node that has ended by itself is marked as
// stopped, and that is the error. The caller holds the lock.
func (c *Cluster) find(id string) (*machine, error) {
	k := slices.IndexFunc(c.nodes, func(m *machine) bool { return m.o.ID == id })
	if k < 0 {
		return nil, fmt.Errorf("there is no node %q", id)
	}
	m := c.nodes[k]
	select {
	case err := <-m.failed:
		go m.stop(m.node) // frees its resources
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
			c.reconnect(m)
		}
		return err
	}
	for _, m := range c.nodes {
		c.reconnect(m)
	}
	return nil
}

// reconnect undoes a cut of a node that runs.
func (c *Cluster) reconnect(m *machine) {
	if m.node != nil && m.o.PeerConns.IsCut() {
		m.o.PeerConns.Cut(false)
		c.record.cut(m.o.ID, false)
	}
}

// Kill implements Machines. The node runs in this process, so it is cut off first and
// then stopped: its peers see what they would see of a process that was killed.
func (c *Cluster) Kill(id string) error {
	m, node, err := c.detach(id)
	if err != nil {
		return err
	}
	err = m.stop(node)
	c.record.note(trace.Event{Machine: id, Boot: m.boot.Load(), Note: env.Note{Kind: trace.KindCrash, Text: "kill"}})
	c.record.cut(id, false)
	close(m.stopped)
	return err
}

// detach takes a node that is about to be stopped, so that nobody else stops it.
func (c *Cluster) detach(id string) (*machine, *server.Server, error) {
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
	m.node, m.stopped = nil, make(chan struct{})
	return m, node, nil
}

// MachineStatus is the status of a node.
type MachineStatus struct {
	ID   string
	Down bool // it does not run
	Cut  bool // it is cut off from the others
}

// Statuses returns the status of each node, in order.
func (c *Cluster) Statuses() (list []MachineStatus) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, m := range c.nodes {
		_, _ = c.find(m.o.ID) // marks a node that has ended
		list = append(list, MachineStatus{ID: m.o.ID, Down: m.node == nil, Cut: m.node != nil && m.o.PeerConns.IsCut()})
	}
	return list
}

func (m *machine) stop(node *server.Server) error {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	return node.Stop(ctx)
}

// Start implements Machines. It waits until a killed node has stopped.
func (c *Cluster) Start(id string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	m, err := c.find(id)
	if m == nil {
		return err
	}
	if stopped := m.stopped; stopped != nil {
		c.mu.Unlock()
		<-stopped
		c.mu.Lock()
	}
	if m.node != nil || m.starting {
		return fmt.Errorf("%s runs already", id)
	}
	m.starting = true
	c.mu.Unlock() // so that Statuses does not block
	next := &machine{o: m.o}
	err = next.start(context.Background())
	c.mu.Lock()
	m.starting, m.node, m.failed = false, next.node, next.failed
	return err
}

// Stop stops all nodes.
func (c *Cluster) Stop() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	errs := make([]error, len(c.nodes))
	var all sync.WaitGroup
	for k, m := range c.nodes {
		if m.node != nil {
			all.Go(func() { errs[k] = m.stop(m.node) })
		}
		if m.stopped != nil {
			all.Go(func() { <-m.stopped })
		}
	}
	all.Wait()
	return errors.Join(errs...)
}
