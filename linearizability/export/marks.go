package export

import (
	"fmt"

	"raftian/linearizability/verdict"
	"raftian/netsim/env"
	"raftian/netsim/trace"
)

// Sort says what a Mark is about.
type Sort int

// What lasts in a run, beside operations.
const (
	Fault  Sort = iota // of the plan, number Number
	Leads              // a machine leads the term Number
	Down               // a machine is down
	Healed             // from here on the system must recover; it lasts no time
	Cited              // an event on which a verdict rests; it lasts no time
)

// Mark is something that lasted for a while.
type Mark struct {
	Sort     Sort
	Machine  string // "" for the World
	Number   uint64
	Text     string
	From, To env.Instant
	Event    uint64 // with which it begins
}

// marker takes Marks from events.
type marker struct {
	marks []Mark
	open  map[key]int       // positions in marks
	cited map[uint64]string // what verdicts say of events
}

// key names what can last once at a time.
type key struct {
	sort    Sort
	machine string
	number  uint64 // of a fault
}

func newMarker(verdicts []verdict.Verdict) *marker {
	return &marker{open: map[key]int{}, cited: cited(verdicts)}
}

// cited is what verdicts say of the events that they rest on.
func cited(verdicts []verdict.Verdict) map[uint64]string {
	texts := map[uint64]string{}
	for _, v := range verdicts {
		for _, e := range v.Evidence {
			if e.Event != 0 && texts[e.Event] == "" {
				texts[e.Event] = v.Judge + ": " + e.Text
			}
		}
	}
	return texts
}

// event takes the next event.
func (m *marker) event(e *trace.Event) {
	if text := m.cited[e.N]; text != "" {
		m.marks = append(m.marks, Mark{Sort: Cited, Machine: e.Machine, Text: text, From: e.At, To: e.At, Event: e.N})
	}
	switch e.Kind {
	case trace.KindFault:
		m.begin(key{Fault, "", e.Conn}, Mark{Number: e.Conn, Text: e.Text}, e)
	case trace.KindMend:
		m.end(key{Fault, "", e.Conn}, e.At)
	case trace.KindHeal:
		m.begin(key{sort: Healed}, Mark{Text: "every fault is over"}, e)
		m.end(key{sort: Healed}, e.At)
	case env.KindRole:
		m.end(key{Leads, e.Machine, 0}, e.At)
		if e.Text == "leader" {
			m.begin(key{Leads, e.Machine, 0}, Mark{Number: e.Term, Text: fmt.Sprintf("leads term %d", e.Term)}, e)
		}
	case trace.KindCrash:
		m.down(e, map[bool]string{true: "without power", false: "killed"}[e.Text == "power"])
	case trace.KindExit:
		m.down(e, "program ended: "+e.Text)
	case trace.KindBoot:
		m.end(key{Down, e.Machine, 0}, e.At)
	}
}

func (m *marker) down(e *trace.Event, why string) {
	m.end(key{Leads, e.Machine, 0}, e.At)
	m.begin(key{Down, e.Machine, 0}, Mark{Text: why}, e)
}

// begin opens a mark, unless it is open.
func (m *marker) begin(k key, mark Mark, e *trace.Event) {
	if _, open := m.open[k]; open {
		return
	}
	mark.Sort, mark.Machine, mark.From, mark.To, mark.Event = k.sort, k.machine, e.At, e.At, e.N
	m.open[k] = len(m.marks)
	m.marks = append(m.marks, mark)
}

// end closes a mark, if it is open.
func (m *marker) end(k key, at env.Instant) {
	if i, open := m.open[k]; open {
		m.marks[i].To = at
		delete(m.open, k)
	}
}

// close ends what is open when the events are over and returns all marks, in the
// order in which they began.
func (m *marker) close(at env.Instant) []Mark {
	for _, i := range m.open { //raftian:unordered each is written once
		m.marks[i].To = at
	}
	clear(m.open)
	return m.marks
}
