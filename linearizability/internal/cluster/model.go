package cluster

import (
	"strconv"
	"strings"
)

// Total is the replicated state: the sum of what was added.
type Total int

// Step carries out "add K", which answers the new total, or "read", which
// answers the present one.
func Step(state Total, input string) (Total, string) {
	if k, is := strings.CutPrefix(input, "add "); is {
		n, err := strconv.Atoi(k)
		if err != nil {
			return state, err.Error()
		}
		state += Total(n)
	}
	return state, strconv.Itoa(int(state))
}

// store is the state machine of one machine: the total, and per client what it
// was answered last, so that a repeated command has no second effect.
type store struct {
	total    Total
	sessions map[string]session
}

type session struct {
	seq    uint64
	output string
	index  uint64
}

func (s store) clone() store {
	c := store{total: s.total, sessions: make(map[string]session, len(s.sessions))}
	for client, x := range s.sessions {
		c.sessions[client] = x
	}
	return c
}

// hash covers the whole state.
func (s store) hash() uint64 {
	return hash(s.total, s.sessions) // fmt prints maps in the order of their keys
}

// apply carries out a command once. A client's commands rise, so an older one
// has been answered, or given up, and changes nothing.
func (s *store) apply(e entry) (text string) {
	if last, some := s.sessions[e.client]; some && last.seq >= e.seq {
		return "duplicate"
	}
	var output string
	s.total, output = Step(s.total, e.input)
	if s.sessions == nil {
		s.sessions = make(map[string]session)
	}
	s.sessions[e.client] = session{e.seq, output, e.index}
	return ""
}
