package invariant

import (
	"maps"

	"raftian/netsim/env"
	"raftian/netsim/trace"
)

// standing follows where logs end, and who stood for election since the faults
// were over. A machine whose log ends last gets no leader but itself, or one that
// has as much: others may not have its vote (Raft §5.4.1). If it does not stand, and
// they need it, there is none.
type standing struct {
	ends   map[string]end
	stands map[string]bool // at present
	stood  map[string]bool // since the heal, or at it
}

// end is the last entry of a log.
type end struct {
	term, index uint64
	by          sighting
}

// after says whether a log that ends there is more up to date (Raft §5.4.1).
func (a end) after(b end) bool { return a.term > b.term || a.term == b.term && a.index > b.index }

func newStanding() standing {
	return standing{make(map[string]end), make(map[string]bool), make(map[string]bool)}
}

// kindsOfStanding are the kinds of event that take reads.
func kindsOfStanding() []string {
	return []string{env.KindAppend, env.KindTruncate, env.KindLog, env.KindRestore, env.KindRole, trace.KindHeal}
}

// take follows what an event says of its machine.
func (s *standing) take(e *trace.Event) {
	switch e.Kind {
	case env.KindAppend:
		s.ends[e.Machine] = end{e.Term, e.Index, see(e)}
	case env.KindLog:
		s.ends[e.Machine] = end{e.Term, max(e.Index+e.Count, 1) - 1, see(e)}
	case env.KindTruncate:
		// Of the entry before it the term is not known; what replaces the suffix
		// follows at once.
		if e.Text == "suffix" {
			s.ends[e.Machine] = end{0, max(e.Index, 1) - 1, see(e)}
		}
	case env.KindRestore:
		if now := (end{e.Term, e.Index, see(e)}); now.after(s.ends[e.Machine]) {
			s.ends[e.Machine] = now
		}
	case env.KindRole:
		s.stands[e.Machine] = e.Text == "candidate"
		s.stood[e.Machine] = s.stood[e.Machine] || s.stands[e.Machine]
	case trace.KindHeal:
		maps.Copy(s.stood, s.stands)
		maps.DeleteFunc(s.stood, func(name string, _ bool) bool { return !s.stands[name] })
	}
}

// nobody says that none stood for election since the heal.
func (s *standing) nobody() bool {
	for _, stood := range s.stood {
		if stood {
			return false
		}
	}
	return true
}

// idle is the machine, of those listed, whose log alone ends last, if it has not
// stood for election.
func (s *standing) idle(names []string) (name string, last end, is bool) {
	for _, n := range names {
		if e := s.ends[n]; e.after(last) {
			name, last = n, e
		}
	}
	for _, n := range names {
		if n != name && !last.after(s.ends[n]) {
			return "", end{}, false
		}
	}
	return name, last, name != "" && !s.stood[name]
}
