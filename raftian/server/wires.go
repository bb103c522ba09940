package server

import (
	"errors"
	"net"
	"sync"
)

// Wires are a node's connections to other nodes, which can be cut. Players still
// reach it. A nil Wires is never cut.
type Wires struct {
	mu   sync.Mutex
	cut  bool
	open map[*wire]bool
}

var errCut = errors.New("the node is cut off")

// Cut closes all connections and lets no new ones come about, until it is undone.
func (w *Wires) Cut(off bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.cut = off
	if off {
		for c := range w.open {
			c.Conn.Close()
		}
		w.open = nil
	}
}

// IsCut says whether the node is cut off.
func (w *Wires) IsCut() bool { return w.isCut() }

func (w *Wires) isCut() bool {
	if w == nil {
		return false
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.cut
}

// add makes a connection one of the wires, or closes it.
func (w *Wires) add(c net.Conn) (net.Conn, bool) {
	if w == nil {
		return c, true
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.cut {
		c.Close()
		return nil, false
	}
	if w.open == nil {
		w.open = map[*wire]bool{}
	}
	one := &wire{c, w}
	w.open[one] = true
	return one, true
}

type wire struct {
	net.Conn
	of *Wires
}

// NetConn is what the wire is made of, as tls.Conn's is.
func (c *wire) NetConn() net.Conn { return c.Conn }

func (c *wire) Close() error {
	c.of.mu.Lock()
	delete(c.of.open, c)
	c.of.mu.Unlock()
	return c.Conn.Close()
}
