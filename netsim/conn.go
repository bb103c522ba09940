package netsim

import (
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"syscall"
	"time"

	"raftian/netsim/env"
	"raftian/netsim/link"
	"raftian/netsim/trace"
)

// address is a net.Addr.
type address string

func (a address) Network() string { return "tcp" }
func (a address) String() string  { return string(a) }

// conn is one end of a connection, a net.Conn.
type conn struct {
	inc           *incarnation
	id            uint64
	local, remote address
	other         *conn // the other end
	out, in       *flow

	closed bool  // by its program
	err    error // why it is broken, if it is
	told   bool  // a call has returned err: later ones find the connection gone
	quiet  env.Instant
	probes int // keep-alive probes without an answer

	readable, writable    sync.Cond
	readUntil, writeUntil deadline
	reading, writing      int  // how many goroutines wait
	writeLocked           bool // a Write is under way; there is one at a time
}

// flow is one direction of a connection on the World's clock.
type flow struct {
	*link.Stream
	world    *World
	from, to *conn
	armed    env.Instant // when its next turn is due; 0: none
	step     func()      // turn as a value, made once
}

// deadline is a net.Conn deadline and the turn that looks after it.
type deadline struct {
	at    env.Instant // 0: none
	past  bool        // set to a moment that was over already
	armed env.Instant // when a turn for it is due; 0: none
	step  func()
}

// Keep-alive as package net sets it up: after so long without a word, probes at
// such intervals, and broken after so many without an answer (net.KeepAliveConfig).
const (
	keepAliveIdle     = 15 * time.Second
	keepAliveInterval = 15 * time.Second
	keepAliveCount    = 9
)

// connect makes the two ends of a connection from a to b. Holds the lock.
func (w *World) connect(id uint64, a, b *incarnation, from, to address) (*conn, *conn) {
	there, back := w.links[direction{a.Machine, b.Machine}], w.links[direction{b.Machine, a.Machine}]
	ca := &conn{inc: a, id: id, local: from, remote: to}
	cb := &conn{inc: b, id: id, local: to, remote: from}
	ca.other, cb.other = cb, ca
	ca.out = newFlow(w, ca, cb, link.NewStream(there, back))
	cb.out = newFlow(w, cb, ca, link.NewStream(back, there))
	ca.in, cb.in = cb.out, ca.out
	ca.open()
	cb.open()
	return ca, cb
}

func newFlow(w *World, from, to *conn, s *link.Stream) *flow {
	f := &flow{Stream: s, world: w, from: from, to: to}
	f.step = f.turn
	return f
}

func (c *conn) open() {
	c.readable.L, c.writable.L = &c.inc.world.mu, &c.inc.world.mu
	c.readUntil.step = func() { c.expire(&c.readUntil, &c.readable) }
	c.writeUntil.step = func() { c.expire(&c.writeUntil, &c.writable) }
	c.inc.conns[c.key()] = c
	c.quiet = c.inc.world.now()
	c.inc.world.after(keepAliveIdle, c.keepAlive)
}

// key is the end's number on its machine. It tells apart the two ends of a
// machine's connection to itself.
func (c *conn) key() uint64 {
	if c.local < c.remote {
		return c.id << 1
	}
	return c.id<<1 | 1
}

// release has the machine forget a closed end that has nothing more to send.
func (c *conn) release() {
	if c.closed && c.out.Idle() {
		delete(c.inc.conns, c.key())
	}
}

// arm has the flow take its turn when it is next due.
func (f *flow) arm() {
	t, ok := f.Next(f.from.writing > 0)
	if !ok || f.armed != 0 && f.armed <= t {
		return
	}
	f.armed = t
	f.world.at(t, f.step)
}

// turn does what is due on the flow. A turn that an earlier one has overtaken
// finds nothing due.
func (f *flow) turn() {
	now := f.world.now()
	if f.armed > now {
		return
	}
	f.armed = 0
	for {
		t, ok := f.Next(f.from.writing > 0)
		if !ok || t > now {
			break
		}
		got, arrived, outcome := f.Advance(now)
		if arrived {
			f.deliver(got)
		}
		f.heed(outcome)
	}
	if f.from.writing > 0 && f.Space(now) > 0 {
		f.from.writable.Broadcast()
	}
	f.arm()
	f.from.release()
}

// deliver tells the reading end what arrived.
func (f *flow) deliver(got link.Delivery) {
	c := f.to
	c.quiet, c.probes = f.world.now(), 0
	if got.Size > 0 && !c.inc.dead {
		c.inc.emit(env.Note{Kind: trace.KindDeliver, Peer: f.from.inc.name, Conn: c.id,
			Count: uint64(got.Size), Took: got.Took})
	}
	if c.closed && got.Size > 0 { // nobody will read it: answer with a reset
		f.Orphan()
		f.from.resetFrom(c)
		return
	}
	c.readable.Broadcast()
}

// heed acts on what a stream's Advance, Write or End found.
func (f *flow) heed(outcome link.Outcome) {
	c := f.from
	switch outcome {
	case link.Stalls:
		h := f.Hold()
		if !c.inc.dead {
			c.inc.emit(env.Note{Kind: trace.KindHold, Peer: f.to.inc.name, Conn: c.id,
				Count: uint64(h.Size), Text: h.Why.String(), Took: h.Again})
		}
	case link.Refused:
		f.world.at(f.ResetAt(), func() { c.fail(syscall.ECONNRESET, "the other end does not know it") })
	case link.GaveUp:
		c.fail(syscall.ETIMEDOUT, "nothing was acknowledged for too long")
	}
}

// resetFrom sends a reset to c from its other end, behind what that has sent
// before. It may be lost, and then the next segment draws another.
func (c *conn) resetFrom(other *conn) {
	w := c.inc.world
	if d, fate := other.out.Pass(w.now(), 0); fate == link.Passes {
		w.at(max(w.now().Add(d), other.out.Arrival()), func() {
			c.in.turn()
			c.fail(syscall.ECONNRESET, "the other end is closed")
		})
	}
}

// fail breaks this end. Holds the lock.
func (c *conn) fail(err error, why string) {
	if c.err != nil {
		return
	}
	if c.in.Ended() && err == syscall.ECONNRESET {
		err = syscall.EPIPE // as Linux has it (tcp_reset, in CLOSE_WAIT)
	}
	c.err = err
	if !c.closed && !c.gone() {
		c.inc.emit(env.Note{Kind: trace.KindReset, Peer: c.other.inc.name, Conn: c.id, Text: why})
	}
	c.out.Forget()
	c.in.Orphan()
	c.wake()
	c.release()
}

// gone reports whether the end's machine has crashed.
func (c *conn) gone() bool { return c.inc.dead }

func (c *conn) wake() {
	c.readable.Broadcast()
	c.writable.Broadcast()
}

// abandon is what becomes of this end when its machine crashes. After a power
// loss nobody is told; after a kill the kernel closes what the process had.
func (c *conn) abandon(how downfall) {
	if how == powerLost {
		c.closed = true
		c.out.Forget()
		c.in.Orphan()
		delete(c.inc.conns, c.key())
	} else {
		c.shut()
		c.release()
	}
	c.wake()
}

// shut is what the kernel does when a connection is closed: data not yet read
// means a reset for the other end, else it sees the end after what was written
// (RFC 1122, section 4.2.2.13).
func (c *conn) shut() {
	if c.closed {
		return
	}
	c.closed = true
	if c.err != nil {
		return
	}
	if c.in.Unread() > 0 {
		c.out.Forget()
		c.in.Orphan()
		c.other.resetFrom(c)
		return
	}
	c.out.heed(c.out.End(c.inc.world.now()))
	c.out.arm()
}

// keepAlive probes a connection that has been silent.
func (c *conn) keepAlive() {
	w := c.inc.world
	if c.gone() || c.closed || c.err != nil {
		return
	}
	if silent := w.now().Sub(c.quiet); silent < keepAliveIdle && c.probes == 0 {
		w.after(keepAliveIdle-silent, c.keepAlive)
		return
	}
	if c.probes >= keepAliveCount {
		c.fail(syscall.ETIMEDOUT, "no answer to keep-alive probes")
		return
	}
	c.probes++
	there, fate := c.out.Pass(w.now(), 0)
	back, answered := c.in.Pass(w.now().Add(there), 0)
	if fate == link.Passes && answered == link.Passes {
		if c.other.gone() || c.other.err != nil {
			w.after(there+back, func() { c.fail(syscall.ECONNRESET, "the other end does not know it") })
			return
		}
		c.quiet, c.probes = w.now(), 0
	}
	w.after(keepAliveInterval, c.keepAlive)
}

// Read implements net.Conn.
func (c *conn) Read(p []byte) (int, error) {
	c.inc.enter()
	defer c.inc.leave()
	for {
		switch {
		case c.closed:
			return 0, c.wrong("read", net.ErrClosed)
		case len(p) == 0:
			return 0, nil
		case c.readUntil.over(c.inc.world.now()):
			return 0, c.wrong("read", os.ErrDeadlineExceeded)
		case c.in.Unread() > 0:
			n, _ := c.in.Read(c.inc.world.now(), p)
			c.in.arm()
			return n, nil
		case c.in.Ended() || c.told:
			return 0, io.EOF
		case c.err != nil:
			c.told = true
			return 0, c.wrong("read", c.err)
		}
		c.reading++
		c.armDeadline(&c.readUntil)
		c.readable.Wait()
		c.reading--
		c.inc.gate()
	}
}

// Write implements net.Conn. It blocks while the send buffer is full, and while
// another Write is under way.
func (c *conn) Write(p []byte) (int, error) {
	c.inc.enter()
	defer c.inc.leave()
	for c.writeLocked && !c.closed {
		c.inc.wait(&c.writable)
	}
	c.writeLocked = true
	defer func() {
		c.writeLocked = false
		c.writable.Broadcast()
	}()
	return c.write(p)
}

func (c *conn) write(p []byte) (int, error) {
	done := 0
	for {
		switch {
		case c.closed:
			return done, c.wrong("write", net.ErrClosed)
		case c.writeUntil.over(c.inc.world.now()):
			return done, c.wrong("write", os.ErrDeadlineExceeded)
		case c.told:
			return done, c.wrong("write", syscall.EPIPE)
		case c.err != nil:
			c.told = true
			return done, c.wrong("write", c.err)
		}
		if n := min(len(p)-done, c.out.Space(c.inc.world.now())); n > 0 {
			b := make([]byte, n)
			copy(b, p[done:])
			c.out.heed(c.out.Write(c.inc.world.now(), b))
			c.out.arm()
			done += n
		}
		if done == len(p) {
			return done, nil
		}
		c.writing++
		c.armDeadline(&c.writeUntil)
		c.out.arm()
		c.writable.Wait()
		c.writing--
		c.inc.gate()
	}
}

// Close implements net.Conn. On a dead Env it does nothing and returns nil, as
// ghosts that cannot let go of their connections would never end.
func (c *conn) Close() error {
	c.inc.world.mu.Lock()
	defer c.inc.world.mu.Unlock()
	if c.inc.dead {
		return nil
	}
	if c.closed {
		return c.wrong("close", net.ErrClosed)
	}
	c.shut()
	c.release()
	c.inc.emit(env.Note{Kind: trace.KindClose, Peer: c.other.inc.name, Conn: c.id})
	c.wake()
	return nil
}

func (c *conn) LocalAddr() net.Addr  { return c.local }
func (c *conn) RemoteAddr() net.Addr { return c.remote }

func (c *conn) SetDeadline(t time.Time) error {
	return c.setDeadlines(t, &c.readUntil, &c.writeUntil)
}
func (c *conn) SetReadDeadline(t time.Time) error  { return c.setDeadlines(t, &c.readUntil) }
func (c *conn) SetWriteDeadline(t time.Time) error { return c.setDeadlines(t, &c.writeUntil) }

func (c *conn) setDeadlines(t time.Time, ds ...*deadline) error {
	c.inc.enter()
	defer c.inc.leave()
	if c.closed {
		return c.wrong("set", net.ErrClosed)
	}
	for _, d := range ds {
		d.at, d.past = 0, false
		if !t.IsZero() {
			d.at = env.Instant(t.UnixNano() - c.inc.world.epoch)
			d.past = d.at <= c.inc.world.now()
		}
	}
	// Whoever waits now does so by the new deadline.
	if c.reading > 0 {
		c.readable.Broadcast()
	}
	if c.writing > 0 {
		c.writable.Broadcast()
	}
	return nil
}

// over reports whether the deadline has passed.
func (d *deadline) over(now env.Instant) bool {
	return d.past || d.at != 0 && d.at <= now
}

// armDeadline has the waiting goroutine woken at its deadline. One turn serves
// many deadlines: it is laid once and, if the deadline has moved on by then, laid
// anew; so moving a deadline, as RPCs do each time, costs nothing.
func (c *conn) armDeadline(d *deadline) {
	if d.at == 0 || d.armed != 0 && d.armed <= d.at {
		return
	}
	d.armed = d.at
	c.inc.world.at(d.at, d.step)
}

func (c *conn) expire(d *deadline, waiters *sync.Cond) {
	now := c.inc.world.now()
	if d.armed > now {
		return // laid for a later one that an earlier one replaced
	}
	d.armed = 0
	if d.at == 0 {
		return
	}
	if d.at <= now {
		waiters.Broadcast()
		return
	}
	if c.reading > 0 || c.writing > 0 {
		c.armDeadline(d)
	}
}

func (c *conn) wrong(op string, err error) error {
	if err != io.EOF && !errors.Is(err, net.ErrClosed) && !errors.Is(err, os.ErrDeadlineExceeded) {
		err = os.NewSyscallError(op, err)
	}
	return &net.OpError{Op: op, Net: "tcp", Source: c.local, Addr: c.remote, Err: err}
}
