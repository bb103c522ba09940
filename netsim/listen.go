package netsim

import (
	"fmt"
	"net"
	"strconv"
	"sync"
	"syscall"
)

// backlog is how many connections may wait to be accepted (half of Linux's
// SOMAXCONN is plenty here); a call beyond it gets no answer and tries again.
const backlog = 128

// listener is a net.Listener.
type listener struct {
	inc     *incarnation
	port    string
	waiting []*conn
	ready   sync.Cond
	closed  bool
}

// splitAddress checks a "host:port" and returns its parts.
func splitAddress(op, s string) (host, port string, err error) {
	host, port, err = net.SplitHostPort(s)
	if err == nil {
		if n, bad := strconv.ParseUint(port, 10, 16); bad != nil || strconv.FormatUint(n, 10) != port {
			err = fmt.Errorf("invalid port %q", port)
		}
	}
	if err != nil {
		return "", "", &net.OpError{Op: op, Net: "tcp", Addr: address(s), Err: err}
	}
	return host, port, nil
}

func (i *incarnation) listen(at string) (net.Listener, error) {
	i.enter()
	defer i.leave()
	host, port, err := splitAddress("listen", at)
	if err != nil {
		return nil, err
	}
	if host != "" && host != i.name {
		return nil, &net.OpError{Op: "listen", Net: "tcp", Addr: address(at), Err: syscall.EADDRNOTAVAIL}
	}
	if port == "0" {
		port = i.freePort()
	}
	if i.listeners[port] != nil {
		return nil, &net.OpError{Op: "listen", Net: "tcp", Addr: address(at), Err: syscall.EADDRINUSE}
	}
	l := &listener{inc: i, port: port}
	l.ready.L = &i.world.mu
	i.listeners[port] = l
	return l, nil
}

// portsAfter is what the ports that are handed out lie above.
const portsAfter = 40000

// freePort hands out the port that has not been handed out for longest.
func (i *incarnation) freePort() string {
	for {
		if i.port++; i.port == 0 {
			i.port = portsAfter + 1
		}
		if port := strconv.Itoa(int(i.port)); i.listeners[port] == nil {
			return port
		}
	}
}

// Accept implements net.Listener.
func (l *listener) Accept() (net.Conn, error) {
	l.inc.enter()
	defer l.inc.leave()
	for len(l.waiting) == 0 {
		if l.closed {
			return nil, &net.OpError{Op: "accept", Net: "tcp", Addr: l.Addr(), Err: net.ErrClosed}
		}
		l.inc.wait(&l.ready)
	}
	c := l.waiting[0]
	l.waiting = l.waiting[1:]
	return c, nil
}

// offer puts an established connection up for Accept.
func (l *listener) offer(c *conn) {
	if l.closed {
		c.refuseUnaccepted()
		return
	}
	l.waiting = append(l.waiting, c)
	l.ready.Signal()
}

// Close implements net.Listener; on a dead Env it returns nil.
func (l *listener) Close() error {
	l.inc.world.mu.Lock()
	defer l.inc.world.mu.Unlock()
	if l.inc.dead {
		return nil
	}
	if l.closed {
		return &net.OpError{Op: "close", Net: "tcp", Addr: l.Addr(), Err: net.ErrClosed}
	}
	delete(l.inc.listeners, l.port)
	l.shut()
	return nil
}

// shut is what the kernel does when a listener is closed.
func (l *listener) shut() {
	l.closed = true
	for _, c := range l.waiting {
		c.refuseUnaccepted()
	}
	l.waiting = nil
	l.ready.Broadcast()
}

// Addr implements net.Listener.
func (l *listener) Addr() net.Addr { return address(net.JoinHostPort(l.inc.name, l.port)) }

// abandon is what becomes of the listener when its machine crashes.
func (l *listener) abandon(how downfall) {
	if how == powerLost {
		l.waiting = nil // nobody is told
	}
	l.shut()
}

// refuseUnaccepted resets a connection that was never accepted.
func (c *conn) refuseUnaccepted() {
	c.closed = true
	c.out.Forget()
	c.in.Orphan()
	c.other.resetFrom(c)
	c.release()
}
