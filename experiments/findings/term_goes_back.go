package findings

import (
	"raftian/netsim/env"
	"raftian/netsim/plan"
	"raftian/netsim/trace"
)

// termGoesBack recognises term-goes-back. A machine is a candidate in term T; a request of
// the leader of T makes it a follower of T while the election writes T+1; then the handler
// of that request writes T over T+1:
//
//	stood      role candidate, in T
//	handled    role follower, in T, after a delivery from the leader of T
//	raised     term T+1 durable; handled comes before or after it
//	lowered    term T durable, of the same incarnation
//
// It shows as the durable term going back, there, or as the next boot's term, if the power
// goes before T is known to be durable.
type termGoesBack struct {
	open  map[string]*elections
	found []loweredTerm
}

// elections is what a machine does since it became a candidate last.
type elections struct {
	term                  uint64 // T
	stood, handled, raise moment
	leader                leadership
}

// loweredTerm is an occurrence.
type loweredTerm struct {
	elections
	by moment // who wrote the lower term, or found it at boot
}

func newTermGoesBack(plan.Plan) recogniser {
	return &termGoesBack{open: make(map[string]*elections)}
}

func (r *termGoesBack) event(c *cluster, e *trace.Event) {
	m := c.machines[e.Machine]
	if m == nil {
		return
	}
	o := r.open[e.Machine]
	switch {
	case e.Kind == env.KindRole && e.Text == "candidate":
		if o == nil || o.raise.event != 0 || o.term != e.Term {
			r.open[e.Machine] = &elections{term: e.Term, stood: of(e)}
		}
	case o == nil:
	case e.Kind == env.KindRole && e.Text == "follower" && e.Term == o.term:
		leader, led := c.leaderOf(o.term)
		if led && leader.machine != e.Machine && m.lastDeliveryFrom[leader.machine].event > leader.event {
			o.handled, o.leader = of(e), leader
		}
	case e.Kind == env.KindTerm && e.Term == o.term+1 && o.raise.event == 0:
		o.raise = of(e)
	case e.Kind == env.KindTerm && e.Term == o.term && o.raise.event != 0:
		r.lowered(o, e)
	case e.Kind == env.KindReady && e.Term == o.term && o.raise.boot != 0 && o.raise.boot < e.Boot:
		r.lowered(o, e)
		delete(r.open, e.Machine)
	}
}

func (r *termGoesBack) lowered(o *elections, e *trace.Event) {
	if o.handled.event != 0 && o.handled.boot == o.raise.boot {
		r.found = append(r.found, loweredTerm{*o, of(e)})
	}
}

func (r *termGoesBack) explains(_ *cluster, f *failure) *path {
	if f.judge != "monotonic" {
		return nil
	}
	for _, x := range r.found {
		if f.last().N == x.by.event {
			p := &path{shows: true}
			p.steps = append(p.steps,
				x.leader.step("became leader of term %d", x.term),
				x.stood.step("became a candidate in term %d", x.term),
				x.handled.step("was made a follower of term %d by a request of %s", x.term, x.leader.machine),
				x.raise.step("made term %d durable", x.term+1),
				x.by.step("had term %d on its disk", x.term))
			return p
		}
	}
	return nil
}
