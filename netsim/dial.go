package netsim

import (
	"net"
	"os"
	"sync"
	"syscall"
	"time"

	"raftian/netsim/env"
	"raftian/netsim/link"
	"raftian/netsim/trace"
)

// The first segment of a connection is tried again after one second, then two,
// and so on (RFC 6298, section 2.1); after so many tries the call fails
// (tcp_syn_retries).
const (
	synTimeout = time.Second
	synTries   = 6
)

// call is a connection in the making, as the dialling program sees it.
type call struct {
	inc      *incarnation
	id       uint64
	host     string
	port     string
	from, to address
	done     sync.Cond
	over     bool // the program has its answer, or has stopped waiting
	conn     *conn
	err      error
}

func (i *incarnation) dial(to string, timeout time.Duration) (net.Conn, error) {
	i.enter()
	defer i.leave()
	host, port, err := splitAddress("dial", to)
	if err != nil {
		return nil, err
	}
	w := i.world
	if w.byName[host] == nil {
		return nil, &net.OpError{Op: "dial", Net: "tcp", Addr: address(to),
			Err: &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}}
	}
	w.conns++
	c := &call{
		inc: i, id: w.conns, host: host, port: port,
		from: address(net.JoinHostPort(i.name, i.freePort())), to: address(to),
	}
	c.done.L = &w.mu
	i.calls[c.id] = c
	defer delete(i.calls, c.id)
	i.emit(env.Note{Kind: trace.KindDial, Peer: host, Conn: c.id, Text: port})
	if timeout > 0 {
		w.after(timeout, func() { c.fail(os.ErrDeadlineExceeded, "timeout") })
	}
	c.try(1)
	for !c.over {
		i.wait(&c.done)
	}
	if c.err != nil {
		return nil, &net.OpError{Op: "dial", Net: "tcp", Source: c.from, Addr: c.to, Err: c.err}
	}
	return c.conn, nil
}

// target is the machine called.
func (c *call) target() *Machine { return c.inc.world.byName[c.host] }

func (c *call) link() *link.Link { return c.inc.world.links[direction{c.inc.Machine, c.target()}] }
func (c *call) back() *link.Link { return c.inc.world.links[direction{c.target(), c.inc.Machine}] }

// try sends the first segment for the n-th time.
func (c *call) try(n int) {
	if c.over || c.inc.dead {
		return
	}
	w := c.inc.world
	if n > synTries {
		c.fail(syscall.ETIMEDOUT, "timeout")
		return
	}
	if d, fate := c.link().Pass(w.now(), 0); fate == link.Passes {
		w.after(d, c.arrive)
	}
	w.after(synTimeout<<(n-1), func() { c.try(n + 1) })
}

// arrive is the first segment's arrival at the machine called.
func (c *call) arrive() {
	w, m := c.inc.world, c.target()
	if c.over || m.off {
		return
	}
	var l *listener
	if m.inc != nil {
		l = m.inc.listeners[c.port]
	}
	if l != nil && len(l.waiting) >= backlog {
		return
	}
	d, fate := c.back().Pass(w.now(), 0)
	if fate != link.Passes {
		return
	}
	if l == nil {
		w.after(d, func() { c.fail(os.NewSyscallError("connect", syscall.ECONNREFUSED), "nobody listens") })
		return
	}
	w.after(d, func() { c.establish(l) })
}

// establish is the answer's arrival back at the caller: its side is connected.
// The other side learns of that with the caller's next segment.
func (c *call) establish(l *listener) {
	if c.over || c.inc.dead {
		return
	}
	w := c.inc.world
	near, far := w.connect(c.id, c.inc, l.inc, c.from, c.to)
	c.conn, c.over = near, true
	c.inc.emit(env.Note{Kind: trace.KindOpen, Peer: c.host, Conn: c.id, Text: c.port})
	c.done.Broadcast()
	if l.inc.dead { // crashed since: half open from the beginning
		far.abandon(powerLost)
	}
	w.confirm(near, far, l)
}

// confirm brings the far side its last segment of the handshake, again and again
// until it gets through.
func (w *World) confirm(near, far *conn, l *listener) {
	if near.gone() || far.gone() {
		return
	}
	if d, fate := near.out.Pass(w.now(), 0); fate == link.Passes {
		w.after(d, func() {
			if !far.gone() {
				l.offer(far)
			}
		})
		return
	}
	w.after(synTimeout, func() { w.confirm(near, far, l) })
}

// fail ends the call without a connection.
func (c *call) fail(err error, why string) {
	if c.over || c.inc.dead {
		return
	}
	c.over, c.err = true, err
	c.inc.emit(env.Note{Kind: trace.KindRefuse, Peer: c.host, Conn: c.id, Text: why})
	c.done.Broadcast()
}
