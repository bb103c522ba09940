package defects

import (
	"maps"
	"slices"
	"strings"

	"raftian/linearizability/verdict"
	"raftian/netsim/env"
	"raftian/netsim/plan"
	"raftian/netsim/trace"
)

// termGoesBack recognises term-goes-back. Two goroutines of a machine whose durable term is
// S write a newer one each, at once. One of them is the handler of a leader's request:
//
//	led        another machine leads term T
//	asked      a request of it arrives, before the higher term is durable; S is T or lower
//	raised     a higher term is durable: T+1, as the machine is a candidate, or the term of
//	           another request that has arrived
//	lowered    T is durable over it, of the same incarnation
//
// Or the other way around: the machine is a candidate in S, a request of the leader of a
// term above S+1 has arrived, that term is durable, and then S+1 is.
//
// Or the lower one is that of a request for a vote, which the main goroutine handles,
// while the handler of a request of the leader of the higher term has written that.
//
// It shows as the durable term going back, there. If the power goes while T is written, it
// may show as the next boot's term; then the machine is known to be a follower of T by a
// request, and the higher term to have been on its disk.
//
// The vote for itself that it gives in the higher term is its last one then. So it may vote
// a second time in term T, and that follows.
type termGoesBack struct {
	machines map[string]*termWrites
	found    map[uint64]*path // by the event that shows it
	polls    map[poll]moment  // the last request for a vote
}

// poll is that a machine was asked for its vote in a term.
type poll struct {
	voter string
	term  uint64
}

// termWrites is what a machine does about its term.
type termWrites struct {
	stood   moment // when it became a candidate last
	handled moment // when a request made it a follower since
	term    uint64 // in which
	raised  *raisedTerm
	synced  moment // the last sync of the file in which the term stands
	torn    bool   // the power went in the midst of syncs
	back    *path  // how its term went back, in this incarnation, to term backTo
	backTo  uint64
}

// raisedTerm is the last time that its durable term rose.
type raisedTerm struct {
	moment
	from, to  uint64
	candidate bool              // it may have been one
	heard     map[string]moment // the last delivery of each peer by then
	synced    bool              // it was on its disk
}

func newTermGoesBack(plan.Plan) recogniser {
	return &termGoesBack{make(map[string]*termWrites), make(map[uint64]*path), make(map[poll]moment)}
}

func (r *termGoesBack) event(c *cluster, e *trace.Event) {
	if e.Kind == env.KindRPC && e.Text == "RequestVote" {
		r.polls[poll{e.Peer, e.Term}] = of(e)
	}
	m := c.machines[e.Machine]
	if m == nil {
		return
	}
	w := r.machines[e.Machine]
	if w == nil {
		w = new(termWrites)
		r.machines[e.Machine] = w
	}
	switch e.Kind {
	case trace.KindFsync:
		if strings.HasPrefix(e.Text, "raft/stable/") {
			w.synced = of(e)
		}
	case trace.KindCrash:
		w.torn = e.Text == "power" && e.Count > 0
	case env.KindRole:
		w.role(m, e)
	case env.KindVote:
		if w.back != nil && e.Term == w.backTo && e.Term < m.voteTerm {
			r.found[e.N] = &path{steps: append(slices.Clip(w.back.steps), of(e).step("voted for %s in term %d, its last vote being of term %d", e.Peer, e.Term, m.voteTerm))}
		}
	case env.KindTerm:
		switch r.booted(c, w, e); {
		case w.raised != nil && w.raised.boot == e.Boot && e.Term < m.term:
			r.lowered(c, m, w, e)
		case e.Term > m.term:
			w.raised = &raisedTerm{of(e), m.term, e.Term, w.stands(m, e), maps.Clone(m.lastDeliveryFrom), w.synced.event > m.termSince.event && w.synced.at == e.At}
		}
	case env.KindReady:
		r.booted(c, w, e)
		w.raised, w.torn, w.back = nil, false, nil
	}
}

// booted looks at what a machine says of its term as it starts.
func (r *termGoesBack) booted(c *cluster, w *termWrites, e *trace.Event) {
	if x := w.raised; x != nil && x.boot < e.Boot && e.Term < x.to && w.torn && x.synced {
		r.crashed(c, w, e)
	}
}

// role follows elections.
func (w *termWrites) role(m *machine, e *trace.Event) {
	switch {
	case e.Text == "candidate":
		w.stood, w.handled = of(e), moment{}
	case e.Text == "follower" && m.role == "candidate":
		w.handled, w.term = of(e), e.Term
	}
}

// stands reports whether the term that a machine makes durable may be its own, as a
// candidate: it is one, or a request of the leader of the term before has just made it a
// follower.
func (w *termWrites) stands(m *machine, e *trace.Event) bool {
	return m.role == "candidate" || w.handled.boot == e.Boot && w.term+1 == e.Term
}

// asked returns the leader of a term, if a request of it had arrived when the term rose.
func (x *raisedTerm) asked(c *cluster, term uint64) (leadership, bool) {
	led, is := c.leaderOf(term)
	return led, is && led.machine != x.machine && x.heard[led.machine].event > led.event
}

// lowered looks at a lower term that is durable.
func (r *termGoesBack) lowered(c *cluster, m *machine, w *termWrites, e *trace.Event) {
	x := w.raised
	if x.to != m.term {
		return
	}
	p := &path{shows: true}
	if led, is := x.asked(c, e.Term); is && x.from <= e.Term && (x.candidate && x.to == e.Term+1 || x.told(c)) {
		p.steps = append(p.steps, led.step("became leader of term %d", e.Term),
			x.heard[led.machine].step("received a request of %s", led.machine))
	} else if led, is := x.asked(c, x.to); is && x.candidate && x.from+1 == e.Term && w.stood.event < x.event {
		p.steps = append(p.steps, led.step("became leader of term %d", x.to), w.stood.step("became a candidate in term %d", x.from),
			x.heard[led.machine].step("received a request of %s", led.machine))
	} else if asked := r.polls[poll{e.Machine, e.Term}]; is && x.from < e.Term && asked.event != 0 {
		p.steps = append(p.steps, led.step("became leader of term %d", x.to), asked.step("asked for a vote in term %d", e.Term),
			x.heard[led.machine].step("received a request of %s", led.machine))
	} else {
		return
	}
	p.steps = append(p.steps, x.step("made term %d durable", x.to), of(e).step("made term %d durable", e.Term))
	r.found[e.N], w.back, w.backTo = p, p, e.Term
}

// told reports whether one who was in the higher term, or stood for it, had sent something
// by the time that it was durable.
func (x *raisedTerm) told(c *cluster) bool {
	for _, name := range slices.Sorted(maps.Keys(x.heard)) {
		if p := c.machines[name]; p != nil && p.term >= x.to && p.termSince.event < x.event {
			return true
		}
	}
	return false
}

// crashed looks at a lower term after a loss of power.
func (r *termGoesBack) crashed(c *cluster, w *termWrites, e *trace.Event) {
	x := w.raised
	led, is := x.asked(c, e.Term)
	if !is || !x.candidate || x.to != e.Term+1 || w.term != e.Term || w.handled.boot != x.boot || w.handled.event < led.event {
		return
	}
	r.found[e.N] = &path{true, []verdict.Evidence{
		led.step("became leader of term %d", e.Term), w.stood.step("became a candidate"),
		w.handled.step("was made a follower of term %d by a request of %s", e.Term, led.machine),
		x.step("made term %d durable", x.to), of(e).step("had term %d on its disk", e.Term)}}
}

func (r *termGoesBack) explains(_ *cluster, f *failure) *path {
	if f.judge != "monotonic" || len(f.events) == 0 {
		return nil
	}
	return r.found[f.last().N]
}
