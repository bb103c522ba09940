package server

import (
	"errors"
	"net"
	"sync"
)

// PeerConns are a node's connections to other nodes, which can be cut. Connections of
// players are not affected. A nil *PeerConns is never cut.
type PeerConns struct {
	mu   sync.Mutex
	cut  bool
	open map[*peerConn]bool
}

var errCut = errors.New("the node is cut off")

// Cut(true) closes all connections and refuses new ones until Cut(false).
func (w *PeerConns) Cut(off bool) {
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

// IsCut reports whether the node is cut off.
func (w *PeerConns) IsCut() bool { return w.isCut() }

func (w *PeerConns) isCut() bool {
	if w == nil {
		return false
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.cut
}

// add registers a connection, or closes it if the node is cut off.
func (w *PeerConns) add(c net.Conn) (net.Conn, bool) {
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
		w.open = map[*peerConn]bool{}
	}
	cuttable := &peerConn{c, w}
	w.open[cuttable] = true
	return cuttable, true
}

type peerConn struct {
	net.Conn
	owner *PeerConns
}

// NetConn returns the wrapped connection, as tls.Conn.NetConn does.
func (c *peerConn) NetConn() net.Conn { return c.Conn }

func (c *peerConn) Close() error {
	c.owner.mu.Lock()
	delete(c.owner.open, c)
	c.owner.mu.Unlock()
	return c.Conn.Close()
}
