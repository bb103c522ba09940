package defects

import (
	"raftian/netsim/env"
	"raftian/netsim/plan"
	"raftian/netsim/trace"
)

// deposedLeaderAppends recognises deposed-leader-appends. A machine leads term T:
//
//	led       it becomes leader of T
//	next      another becomes leader of a later term
//	deposed   the first is made a follower by a request of that one
//	raised    it makes the later term durable
//	appended  it appends an entry of that term, which its own leader loop made: that has not
//	          ended, as it says when it does
//
// It shows as an entry of a term that its maker did not lead. The entries that it appended so
// are a loss: the leader of that term has others there, of the same term.
type deposedLeaderAppends struct {
	open  map[string]*deposition
	found []*strayEntries
}

// deposition is what happens to a leader whose loop has not ended.
type deposition struct {
	led, next       leadership
	deposed, raised moment
	found           *strayEntries
}

// strayEntries are an occurrence.
type strayEntries struct {
	deposition
	appended []moment
	loss     *loss
}

func newDeposedLeaderAppends(plan.Plan) recogniser {
	return &deposedLeaderAppends{open: make(map[string]*deposition)}
}

func (r *deposedLeaderAppends) event(c *cluster, e *trace.Event) {
	for _, x := range r.found {
		x.loss.take(c, e)
	}
	o := r.open[e.Machine]
	switch {
	case e.Kind == env.KindRole && e.Text == "leader":
		r.open[e.Machine] = &deposition{led: leadership{of(e), e.Term}}
	case e.Kind == trace.KindBoot, says(e, "entering follower state"), e.Kind == env.KindRole && e.Text != "follower":
		delete(r.open, e.Machine)
	case o == nil:
	case e.Kind == env.KindRole:
		o.deposed = of(e)
	case e.Kind == env.KindTerm && o.deposed.event != 0 && e.Term > o.led.term:
		m := c.machines[e.Machine]
		if next, led := c.leaderOf(e.Term); led && next.machine != e.Machine && m.lastDeliveryFrom[next.machine].event > next.event {
			o.next, o.raised = next, of(e)
		}
	case e.Kind == env.KindAppend && o.raised.event != 0 && e.Term == o.next.term:
		r.appends(c, o, e)
	}
}

// appends takes an entry of a deposed leader.
func (r *deposedLeaderAppends) appends(c *cluster, o *deposition, e *trace.Event) {
	p := placed{e.Term, e.Hash, e.Text, of(e)}
	if at, has := c.on(o.next.machine).log.at(e.Index); has && at.term == e.Term && at.hash == e.Hash {
		return // that leader's own, which it has been sent
	}
	if o.found == nil {
		o.found = &strayEntries{deposition: *o, loss: newLoss(c, of(e), map[uint64]placed{e.Index: p})}
		o.found.loss.apart = make(map[string]bool) // nobody has applied it
		r.found = append(r.found, o.found)
	}
	o.found.loss.entries[e.Index] = p
	o.found.loss.high = max(o.found.loss.high, e.Index)
	o.found.appended = append(o.found.appended, of(e))
}

func (r *deposedLeaderAppends) explains(c *cluster, f *failure) *path {
	for _, x := range r.found {
		shows := x.shows(f)
		if !shows && !x.loss.leads(c, f) {
			continue
		}
		p := &path{shows: shows}
		p.steps = append(p.steps, x.led.step("became leader of term %d", x.led.term),
			x.next.step("became leader of term %d", x.next.term),
			x.deposed.step("was made a follower by a request of %s", x.next.machine),
			x.raised.step("made term %d durable", x.next.term))
		for _, at := range x.appended {
			p.steps = append(p.steps, at.step("appended an entry of that term, before its leader loop had ended"))
		}
		return p
	}
	return nil
}

// shows reports whether a failure is that it made one of these entries.
func (x *strayEntries) shows(f *failure) bool {
	if !f.is("log-matching", "an entry of a term that its maker did not lead") && !f.is("log-matching", "one index and term, two payloads") {
		return false
	}
	for _, at := range x.appended {
		if f.last().N == at.event || f.Signature == "one index and term, two payloads" && f.events[0].N == at.event {
			return true
		}
	}
	return false
}
