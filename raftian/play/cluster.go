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

// NewCluster starts a cluster of nodes n1, n2 and so on. One that was in the directory
// before goes on, at the addresses it had.
func NewCluster(ctx context.Context, o ClusterOptions) (*Cluster, error) {
	peers, err := peersIn(o)
	if err != nil {
		return nil, err
	}
	c := &Cluster{}
	for _, peer := range strings.Split(peers, ",") {
		id, addresses, _ := strings.Cut(peer, "@")
		raft, api, _ := strings.Cut(addresses, "/")
		m := &machine{o: server.Options{ID: id, Dir: filepath.Join(o.Dir, id), Raft: raft, API: api, Peers: peers,
			FPS: o.FPS, Settings: o.Settings, Log: o.Log, Wires: new(server.Wires)}}
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
			return "", fmt.Errorf("%s holds a cluster of %d nodes, not of %d", o.Dir, n, o.Nodes)
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
