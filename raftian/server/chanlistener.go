package server

import (
	"net"
	"sync"
)

// chanListener is a net.Listener whose connections are handed to it by deliver.
type chanListener struct {
	addr        net.Addr
	conns       chan net.Conn
	closed      chan struct{}
	once        sync.Once
	closeSource func() error // closes the listener that the connections come from; nil if it has another owner
}

func newChanListener(addr net.Addr, closeSource func() error) *chanListener {
	return &chanListener{addr: addr, conns: make(chan net.Conn), closed: make(chan struct{}), closeSource: closeSource}
}

// deliver blocks until the connection is accepted. Once the listener is closed, it
// resets the connection, as the kernel does with connections that were never accepted.
func (l *chanListener) deliver(c net.Conn) {
	select {
	case l.conns <- c:
	case <-l.closed:
		if tcp := underlyingTCP(c); tcp != nil {
			_ = tcp.SetLinger(0)
		}
		c.Close()
	}
}

// underlyingTCP unwraps a connection to its TCP connection; nil if there is none.
func underlyingTCP(c net.Conn) *net.TCPConn {
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
func (l *chanListener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

// Close implements net.Listener.
func (l *chanListener) Close() error {
	err := net.ErrClosed // from the second call on
	l.once.Do(func() {
		close(l.closed)
		err = nil
		if l.closeSource != nil {
			err = l.closeSource()
		}
	})
	return err
}

// Addr implements net.Listener.
func (l *chanListener) Addr() net.Addr { return l.addr }

// namedAddr is an address as given, which may have a host name.
type namedAddr string

func (namedAddr) Network() string  { return "tcp" }
func (n namedAddr) String() string { return string(n) }
