package coverage

import (
	"slices"
	"strings"

	"raftian/netsim/env"
	"raftian/netsim/trace"
)

// readKinds begin reads that are answered without an entry in the log, and what is
// reached when one is answered, or is not.
func readKinds() []readKind {
	return []readKind{{"verified ", VerifiedReads, VerifiedRefused}, {"lease ", LeaseReads, LeaseRefused}, {"local ", LocalReads, ""}}
}

type readKind struct {
	begins       string
	done, failed State
}

// readOf is the kind of read that a text is, if it is one.
func readOf(text string) (readKind, bool) {
	for _, k := range readKinds() {
		if strings.HasPrefix(text, k.begins) {
			return k, true
		}
	}
	return readKind{}, false
}

// callID names a call.
type callID struct {
	client string
	seq    uint64
}

// call is one that may still be answered, or has been left in doubt.
type call struct {
	machine string // of its client
	reads   bool
	readKind
	open    bool // not returned
	applied bool // somewhere
	twice   bool // its command came twice, somewhere
}

// calls are those that may still come to something.
type calls struct {
	byID map[callID]*call
	at   map[string][]callID // by machine, those that are open
	open int                 // the operator's are left out
}

func newCalls() calls {
	return calls{byID: map[callID]*call{}, at: map[string][]callID{}}
}

// forget drops the open calls of a machine's clients: nobody waits for an
// answer any more.
func (s *calls) forget(machine string) {
	for _, id := range s.at[machine] {
		s.open--
		delete(s.byID, id)
	}
	delete(s.at, machine)
}

func (c *Counter) callEvent(m *machine, e *trace.Event) {
	id := callID{e.Client, e.Seq}
	switch {
	case e.Kind == env.KindApply:
		c.applied(m, id, e)
	case e.Client == env.Operator:
		if e.Kind == env.KindReturn {
			c.ordered(firstWord(e.Text))
		}
	case e.Kind == env.KindInvoke:
		c.invoked(id, e)
	default:
		c.returned(id, firstWord(e.Text))
	}
}

func (c *Counter) ordered(outcome string) {
	if outcome == "ok" {
		c.reached(OrdersDone)
	} else {
		c.reached(OrdersRefused)
	}
}

func (c *Counter) invoked(id callID, e *trace.Event) {
	if k := c.calls.byID[id]; k != nil && k.open {
		return // it is still in the call it made first
	}
	kind, reads := readOf(e.Text)
	c.calls.byID[id] = &call{machine: e.Machine, reads: reads, readKind: kind, open: true}
	c.calls.at[e.Machine] = append(c.calls.at[e.Machine], id)
	c.calls.open++
}

func (c *Counter) returned(id callID, outcome string) {
	c.counts.Operations[outcome]++
	k := c.calls.byID[id]
	if k == nil || !k.open {
		return
	}
	k.open = false
	c.calls.open--
	c.calls.close(k.machine, id)
	switch {
	case k.reads && outcome == "ok":
		c.reached(k.done)
	case k.reads:
		if k.failed != "" {
			c.reached(k.failed)
		}
	case k.twice && outcome == "ok":
		c.reached(RetriesAnswered)
	case k.applied && outcome == "unknown":
		c.reached(DoubtfulEffects)
	}
	// One in doubt may still take effect.
	if outcome != "unknown" || k.applied || k.reads {
		delete(c.calls.byID, id)
	}
}

// close takes a call from those of its machine. There are few.
func (s *calls) close(machine string, id callID) {
	s.at[machine] = slices.DeleteFunc(s.at[machine], func(other callID) bool { return other == id })
}

func (c *Counter) applied(m *machine, id callID, e *trace.Event) {
	c.committed(e.Index)
	c.refilled(m)
	k := c.calls.byID[id]
	if e.Text == "duplicate" {
		c.reached(Duplicates)
		if k != nil {
			k.twice = true
		}
		return
	}
	if k == nil {
		return
	}
	k.applied = true
	if !k.open {
		c.reached(DoubtfulEffects)
		delete(c.calls.byID, id)
	}
}
