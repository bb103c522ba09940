package defects

import (
	"strings"

	"raftian/linearizability/verdict"
	"raftian/netsim/env"
	"raftian/netsim/plan"
	"raftian/netsim/trace"
)

// transferNeverEnds recognises transfer-never-ends:
//
//	first      while a machine leads term T, an order to transfer leadership times out
//	second     so does a second one, or the term ends meanwhile
//	deposed    it no longer leads T
//	elected    in the same incarnation it leads again
//	refuses    and what it is asked is refused, since a transfer is in progress
//
// It shows as answers that say so, from there on while that machine leads. Calls so
// refused follow from it, and that who is not in the configuration stays out as long as
// nobody else leads.
type transferNeverEnds struct {
	open    map[string]*transfers
	orders  map[call]order
	hung    map[string]*transfers // that never end, by machine
	refused map[uint64]*transfers // by the event of the answer
}

// transfers are the orders to transfer that time out while a machine leads a term.
type transfers struct {
	led, first, second, deposed, again, refuses moment
	term, later                                 uint64
}

// order is one that is under way, and while who leads it was given.
type order struct {
	leader string
	led    uint64
	at     moment
}

func newTransferNeverEnds(plan.Plan) recogniser {
	return &transferNeverEnds{make(map[string]*transfers), make(map[call]order), make(map[string]*transfers), make(map[uint64]*transfers)}
}

// What the library says of a transfer (raft.go, leaderLoop; errors in api.go).
const (
	transferTimeout = "leadership transfer timeout"
	inTransfer      = "leadership transfer in progress"
)

func (r *transferNeverEnds) event(c *cluster, e *trace.Event) {
	if c.stopping != nil {
		return
	}
	switch e.Kind {
	case trace.KindBoot:
		delete(r.open, e.Machine)
		delete(r.hung, e.Machine)
	case env.KindRole:
		r.role(c, e)
	case env.KindInvoke:
		if e.Client == env.Operator && (e.Text == "transfer" || strings.HasPrefix(e.Text, "transfer ")) {
			r.orders[call{e.Client, e.Seq}] = order{c.reign.leader, c.reign.term, of(e)}
		}
	case env.KindReturn:
		r.returned(c, e)
	}
}

// role follows who leads.
func (r *transferNeverEnds) role(c *cluster, e *trace.Event) {
	t := r.open[e.Machine]
	switch m := c.machines[e.Machine]; {
	case e.Text != "leader" && m != nil && m.role == "leader" && t != nil && t.deposed.event == 0:
		t.deposed = of(e)
		if t.second.event == 0 {
			for _, o := range r.orders { //raftian:unordered one is as good as another
				if o.leader == e.Machine && o.led == t.term && o.at.event > t.first.event {
					t.second = o.at
				}
			}
		}
		if t.second.event == 0 {
			delete(r.open, e.Machine)
		}
	case e.Text == "leader" && t != nil && t.deposed.event != 0:
		t.again, t.later = of(e), e.Term
		r.hung[e.Machine] = t
	}
}

// returned follows the end of a call.
func (r *transferNeverEnds) returned(c *cluster, e *trace.Event) {
	if strings.Contains(e.Text, inTransfer) {
		if t := r.hung[c.reign.leader]; t != nil {
			t.refuses, r.refused[e.N] = of(e), t
		}
	}
	o, is := r.orders[call{e.Client, e.Seq}]
	delete(r.orders, call{e.Client, e.Seq})
	if !is || !strings.Contains(e.Text, transferTimeout) || o.leader == "" || o.led != c.reign.term {
		return
	}
	t := r.open[o.leader]
	switch {
	case t == nil || t.term != o.led:
		if r.hung[o.leader] == nil {
			r.open[o.leader] = &transfers{term: o.led, led: c.reign.since, first: of(e)}
		}
	case t.second.event == 0:
		t.second = of(e)
	}
}

func (r *transferNeverEnds) explains(c *cluster, f *failure) *path {
	if t := r.refused[f.last().N]; t != nil && f.judge == "liveness" {
		return t.path(f.Signature == "a leadership transfer never ends")
	}
	t := r.hung[c.reign.leader]
	if t == nil || t.refuses.event < c.reign.since.event || c.healed == nil {
		return nil
	}
	switch {
	case f.judge == "membership" && (f.Signature == "a machine that was put out is not let in again" || f.Signature == "a machine is not in the configuration at the end"):
		return t.path(false)
	case f.is("liveness", "a fresh call was never answered") && f.last().N > c.reign.since.event:
		return t.path(false)
	}
	return nil
}

func (t *transfers) path(shows bool) *path {
	return &path{shows, []verdict.Evidence{
		t.led.step("became leader of term %d", t.term),
		t.first.step("said that an order to transfer timed out"),
		t.second.step("was given, or ended, a second such order"),
		t.deposed.step("no longer led term %d", t.term),
		t.again.step("became leader of term %d", t.later)}}
}
