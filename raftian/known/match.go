package known

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"raftian/linearizability/verdict"
	"raftian/netsim/plan"
	"raftian/netsim/trace"
)

// binding is the values of an Entry's variables, by their place.
type binding [16]value

// partialMost bounds the ways to begin a path that are followed at once.
const partialMost = 100_000

// Run is what Explain needs of a run.
type Run struct {
	Settings []plan.Setting
	Verdicts []verdict.Verdict
	Wire     []byte // the events, as package trace encodes them
}

// Explain returns for each verdict of a run the causes of its violations, one each, as far
// as they are among the entries: the first in the file that fits. The trace is read only if
// a violation looks like an entry. An error is that an entry could begin in too many ways
// to follow, so that it explains nothing; the causes are without it.
func (f *File) Explain(r Run) ([][]Cause, error) {
	causes := make([][]Cause, len(r.Verdicts))
	var all []*match
	for k, v := range r.Verdicts {
		causes[k] = make([]Cause, len(v.Violations))
		for n := range v.Violations {
			for i := range f.Entries {
				if m := begin(&f.Entries[i], r.Settings, v.Judge, &v.Violations[n]); m != nil {
					m.cause = &causes[k][n]
					all = append(all, m)
				}
			}
		}
	}
	if len(all) == 0 {
		return causes, nil
	}
	d := trace.NewDecoder(bytes.NewReader(r.Wire))
	var e trace.Event
	for d.Next(&e) == nil { // also as far as one that is cut off goes
		for _, m := range all {
			m.event(&e)
		}
	}
	var err error
	for _, m := range all {
		switch {
		case m.tooMany:
			err = fmt.Errorf("known %s: there are more than %d ways to begin it; name more fields of its first steps", m.entry.Name, partialMost)
		case m.found != nil && m.cause.Entry == "":
			*m.cause = Cause{m.entry.Name, m.found.path()}
		}
	}
	return causes, err
}

// match is the search for an Entry's path to one violation.
type match struct {
	entry *Entry
	cause *Cause
	named []uint64 // the events of the evidence, sorted
	// waiting are, for each step, the ways to come to it, by the values that it needs.
	waiting []map[string][]*way
	seen    []map[binding]bool
	count   int
	found   *way
	tooMany bool
}

// way is how the steps before one came about: earliest, of all with the same values.
type way struct {
	before *way
	event  trace.Event
	values binding
}

// begin returns the search for an Entry, or nil if the violation looks like another.
func begin(e *Entry, settings []plan.Setting, judge string, x *verdict.Violation) *match {
	if e.Judge != judge || e.Signature != x.Signature || x.More > 0 { // what was only counted is not known
		return nil
	}
	for _, s := range e.Needs {
		if !slices.Contains(settings, s) {
			return nil
		}
	}
	m := &match{entry: e, waiting: make([]map[string][]*way, len(e.steps)), seen: make([]map[binding]bool, len(e.steps))}
	for k := range e.steps {
		m.waiting[k], m.seen[k] = map[string][]*way{}, map[binding]bool{}
	}
	for _, fact := range x.Evidence {
		if fact.Event != 0 {
			m.named = append(m.named, fact.Event)
		}
	}
	slices.Sort(m.named)
	itself := trace.Event{Machine: x.Machine}
	itself.Index = x.Index
	values, ok := e.fits(e.on, &itself, binding{})
	if !ok || x.Index == 0 && slices.ContainsFunc(e.on, func(c condition) bool { return c.field.name == "index" }) {
		return nil
	}
	m.wait(0, &way{values: values})
	return m
}

// wait has a way wait for a step.
func (m *match) wait(k int, w *way) {
	if m.seen[k][w.values] {
		return
	}
	m.seen[k][w.values] = true
	if m.count++; m.count > partialMost {
		m.tooMany = true
		return
	}
	key := m.entry.steps[k].key(func(c *condition) value { return c.wanted(w.values) })
	m.waiting[k][key] = append(m.waiting[k][key], w)
}

// key is made of the values that a step's event must have for it to go on from where
// variables have certain values: only ways with this key need be looked at.
func (s *step) key(of func(*condition) value) string {
	var b strings.Builder
	for i := range s.conditions {
		if c := &s.conditions[i]; c.op == "=" && c.v >= 0 && !s.bindsBefore(i) {
			v := of(c)
			fmt.Fprintf(&b, "%d %q ", v.n, v.s)
		}
	}
	return b.String()
}

// bindsBefore reports whether the variable of a condition takes its value in this step.
func (s *step) bindsBefore(i int) bool {
	for k := range s.conditions[:i+1] {
		if s.conditions[k].binds && s.conditions[k].v == s.conditions[i].v {
			return true
		}
	}
	return false
}

// event takes the next event of the trace.
func (m *match) event(e *trace.Event) {
	if m.found != nil || m.tooMany || len(m.named) > 0 && e.N > m.named[len(m.named)-1] {
		return
	}
	for k := len(m.entry.steps) - 1; k >= 0; k-- { // backwards, for an event to be one step only
		s := &m.entry.steps[k]
		if s.kind != e.Kind || len(m.waiting[k]) == 0 {
			continue
		}
		if _, names := slices.BinarySearch(m.named, e.N); s.shows && !names {
			continue
		}
		for _, w := range m.waiting[k][s.key(func(c *condition) value { return c.field.of(e) })] {
			values, ok := m.entry.fits(s.conditions, e, w.values)
			if !ok {
				continue
			}
			next := &way{w, *e, values}
			if k+1 == len(m.entry.steps) {
				m.found = next
				return
			}
			m.wait(k+1, next)
		}
	}
}

// fits reports whether an event is as conditions say, and the values of variables then.
func (e *Entry) fits(all []condition, ev *trace.Event, values binding) (binding, bool) {
	for i := range all {
		c := &all[i]
		got := c.field.of(ev)
		if !c.binds {
			if !c.holds(got, values) {
				return values, false
			}
			continue
		}
		if c.field.sort != number && got.s == "" {
			return values, false // there is nobody there
		}
		if c.field.sort == machine && e.taken(c.v, got, values) {
			return values, false
		}
		values[c.v] = got
	}
	return values, true
}

// taken reports whether a machine is another variable's.
func (e *Entry) taken(v int, got value, values binding) bool {
	for k, other := range e.vars {
		if k != v && other.sort == machine && values[k] == got {
			return true
		}
	}
	return false
}

// path are the steps in words.
func (w *way) path() (steps []verdict.Evidence) {
	for ; w.before != nil; w = w.before {
		words := w.event.Words()
		if w.event.Machine != "" {
			words = w.event.Machine + " " + words
		}
		steps = append(steps, verdict.Evidence{Event: w.event.N, Text: fmt.Sprintf("%s at %v", words, w.event.At)})
	}
	slices.Reverse(steps)
	return steps
}
