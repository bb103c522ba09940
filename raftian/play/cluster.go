package play

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"raftian/raftian/server"
)

// Cluster is real nodes in this process, over TCP on loopback, each with its own
// directory.
type Cluster struct {
	mu    sync.Mutex
	nodes []*machine
}

// machine is where a node runs, or does not.
type machine struct {
	o      server.Options
	node   *server.Server // nil while it does not run
	failed <-chan error
}

// ClusterOptions describe a Cluster.
type ClusterOptions struct {
	Nodes    int
	FPS      int      // frames per second of the game loops
	Dir      string   // where the nodes' directories are
	Settings []string // of the nodes
	Log      *slog.Logger
}

// NewCluster starts a cluster of nodes n1, n2 and so on.
func NewCluster(ctx context.Context, o ClusterOptions) (*Cluster, error) {
	c := &Cluster{}
	var peers []string
	free, err := freeAddresses(2 * o.Nodes)
	if err != nil {
		return nil, err
	}
	for k := range o.Nodes {
		id := fmt.Sprintf("n%d", k+1)
		m := &machine{o: server.Options{ID: id, Dir: filepath.Join(o.Dir, id), Raft: free[2*k], API: free[2*k+1],
			FPS: o.FPS, Settings: o.Settings, Log: o.Log, Wires: new(server.Wires)}}
		c.nodes = append(c.nodes, m)
		peers = append(peers, fmt.Sprintf("%s@%s/%s", id, m.o.Raft, m.o.API))
	}
	for _, m := range c.nodes {
		m.o.Peers = strings.Join(peers, ",")
		if err := m.start(ctx); err != nil {
			return nil, errors.Join(err, c.Stop())
		}
	}
	return c, nil
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

func (m *machine) start(ctx context.Context) (err error) {
	m.o.Wires.Cut(false)
	if m.node, err = server.Start(ctx, m.o); err == nil {
		m.failed = m.node.Failed()
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
	case m.o.Wires.IsCut():
		return fmt.Errorf("%s is cut off already", id)
	}
	m.o.Wires.Cut(true)
	return nil
}

// Heal implements Machines.
func (c *Cluster) Heal(id string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if id != "" {
		m, err := c.find(id)
		if err == nil {
			m.o.Wires.Cut(false)
		}
		return err
	}
	for _, m := range c.nodes {
		m.o.Wires.Cut(false)
	}
	return nil
}

// Kill implements Machines. The node's process is this one, so it is cut off first,
// and then stopped: the others learn no more of it than of one that was killed.
func (c *Cluster) Kill(id string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	m, err := c.find(id)
	if err != nil {
		return err
	}
	if m.node == nil {
		return fmt.Errorf("%s does not run", id)
	}
	m.o.Wires.Cut(true)
	node := m.node
	m.node = nil
	return m.stop(node)
}

func (m *machine) stop(node *server.Server) error {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	return node.Stop(ctx)
}

// Start implements Machines.
func (c *Cluster) Start(id string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	m, err := c.find(id)
	if m == nil {
		return err
	}
	if m.node != nil {
		return fmt.Errorf("%s runs already", id)
	}
	return m.start(context.Background())
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
	}
	all.Wait()
	return errors.Join(errs...)
}
