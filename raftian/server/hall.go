package server

import (
	"net"
	"sync"
)

// hall is a listener that is given its connections.
type hall struct {
	at     net.Addr
	in     chan net.Conn
	closed chan struct{}
	once   sync.Once
	close  func() error // closes what the connections come from; nil if that is not the hall's
}

func newHall(at net.Addr, close func() error) *hall {
	return &hall{at: at, in: make(chan net.Conn), closed: make(chan struct{}), close: close}
}

// enter hands a connection to whoever accepts it. Once the hall is closed, it resets the
// connection, as the system does with those that nobody accepted.
func (h *hall) enter(c net.Conn) {
	select {
	case h.in <- c:
	case <-h.closed:
		if tcp := beneath(c); tcp != nil {
			_ = tcp.SetLinger(0)
		}
		c.Close()
	}
}

// beneath is the connection of TCP that others were put around; nil if there is none.
func beneath(c net.Conn) *net.TCPConn {
	for {
		switch in := c.(type) {
		case *net.TCPConn:
			return in
		case interface{ NetConn() net.Conn }:
			c = in.NetConn()
		default:
			return nil
		}
	}
}

// Accept implements net.Listener.
func (h *hall) Accept() (net.Conn, error) {
	select {
	case c := <-h.in:
		return c, nil
	case <-h.closed:
		return nil, net.ErrClosed
	}
}

// Close implements net.Listener.
func (h *hall) Close() error {
	err := net.ErrClosed // the second time
	h.once.Do(func() {
		close(h.closed)
		err = nil
		if h.close != nil {
			err = h.close()
		}
	})
	return err
}

// Addr implements net.Listener.
func (h *hall) Addr() net.Addr { return h.at }

// name is an address as it is known to others, which need not be a number.
type name string

func (name) Network() string  { return "tcp" }
func (n name) String() string { return string(n) }
