package netsim

import (
	"slices"
	"syscall"

	"raftian/netsim/link"
	"raftian/netsim/plan"
)

// cut cuts the links between the groups, both ways.
func (f *fault) cut() {
	f.between(func(there, back *link.Link) {
		there.Cut(f.n)
		back.Cut(f.n)
	})
}

// worsen adds q to the links between the groups, both ways.
func (f *fault) worsen(q link.Quality) {
	f.between(func(there, back *link.Link) {
		there.Worsen(f.n, q, f.rng)
		back.Worsen(f.n, q, f.rng)
	})
}

// flap cuts the links for a while, has them whole for as long, and so on.
func (f *fault) flap() {
	if f.phase != active {
		return
	}
	f.cut()
	f.world.after(f.Every, func() {
		if f.phase == active {
			f.mend()
			f.world.after(f.Every, f.flap)
		}
	})
}

// mend takes back what the fault did to links.
func (f *fault) mend() {
	f.between(func(there, back *link.Link) {
		hitThere, hitBack := there.Mend(f.n), back.Mend(f.n)
		f.hit = f.hit || hitThere || hitBack
	})
	if f.Kind == plan.Narrow {
		f.drain()
	}
}

// drain has what waited at a narrow link arrive now that it is wide again, in one
// delay, instead of when the narrow one would have let it through.
func (f *fault) drain() {
	w := f.world
	t := w.now().Add(w.plan.Net.Delay)
	f.connsBetween(func(c *conn) {
		c.out.Hasten(t)
		c.in.Hasten(t)
		c.out.arm()
		c.in.arm()
	})
}

// drawConn draws a connection between the groups that is open at both ends; nil if
// there is none.
func (f *fault) drawConn() *conn {
	var open []*conn
	f.connsBetween(func(c *conn) {
		if slices.Contains(f.groups[0], c.inc.Machine) && c.usable() && c.other.usable() {
			open = append(open, c)
		}
	})
	if len(open) == 0 {
		return nil
	}
	return open[f.rng.IntN(len(open))]
}

// usable reports whether the end's program can still use it.
func (c *conn) usable() bool { return !c.closed && c.err == nil && !c.gone() }

// stall holds up the connection drawn, both ways.
func (f *fault) stall() {
	out, in := f.victim.out, f.victim.in
	f.blocked = out.Blocked() + in.Blocked()
	out.Block()
	in.Block()
}

// release lets the connection that was held up go on.
func (f *fault) release() {
	if f.victim == nil {
		return
	}
	out, in := f.victim.out, f.victim.in
	out.Unblock()
	in.Unblock()
	f.hit = f.hit || out.Blocked()+in.Blocked() > f.blocked
	f.victim = nil
}

// reset breaks every connection between the groups, at both ends.
func (f *fault) reset() {
	f.connsBetween(func(c *conn) {
		f.hit = true
		c.fail(syscall.ECONNRESET, "fault")
	})
}
