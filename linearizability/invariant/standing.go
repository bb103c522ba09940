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
	noes   map[request]noes
}

// request is who asked whom for votes.
type request struct{ candidate, voter string }

// noes are the answers to that since the heal, if there was no other.
type noes struct {
	count int
	yes   bool
	last  sighting
}

// noesMin is how many times a candidate has to be refused to be said to be. There
// are good reasons to refuse one: a leader that was heard a moment ago, a vote for
// another.
const noesMin = 5

// end is the last entry of a log.
type end struct {
	term, index uint64
	by          sighting
}

// after says whether a log that ends there is more up to date (Raft §5.4.1).
func (a end) after(b end) bool { return a.term > b.term || a.term == b.term && a.index > b.index }

func newStanding() standing {
	return standing{make(map[string]end), make(map[string]bool), make(map[string]bool), make(map[request]noes)}
}

// kindsOfStanding are the kinds of event that take reads.
func kindsOfStanding() []string {
	return []string{env.KindAppend, env.KindTruncate, env.KindLog, env.KindRestore, env.KindRole, env.KindReply, trace.KindHeal}
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
	case env.KindReply:
		if e.Text != "RequestVote" && e.Text != "RequestPreVote" {
			return
		}
		b := request{e.Machine, e.Peer}
		n := s.noes[b]
		s.noes[b] = noes{n.count + 1, n.yes || e.Count == 1, see(e)}
	case trace.KindHeal:
		clear(s.noes)
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

// longest are the machines, of those listed, whose logs end last, and where.
func (s *standing) longest(names []string) (longest []string, last end) {
	for _, n := range names {
		switch e := s.ends[n]; {
		case e.after(last):
			longest, last = []string{n}, e
		case !last.after(e) && e.index > 0:
			longest = append(longest, n)
		}
	}
	return longest, last
}

// idle is the first machine, of those listed, whose log ends last, if none of these
// has stood for election.
func (s *standing) idle(names []string) (name string, last end, is bool) {
	longest, last := s.longest(names)
	for _, n := range longest {
		if s.stood[n] {
			return "", end{}, false
		}
	}
	if len(longest) == 0 {
		return "", end{}, false
	}
	return longest[0], last, true
}

// refused is a request of a machine, of those listed, whose log ends last: the voter
// has said nothing but no, time and again.
func (s *standing) refused(names []string) (b request, by noes, is bool) {
	longest, _ := s.longest(names)
	for _, candidate := range longest {
		for _, voter := range names {
			b := request{candidate, voter}
			if n := s.noes[b]; n.count >= noesMin && !n.yes {
				return b, n, true
			}
		}
	}
	return request{}, noes{}, false
}
