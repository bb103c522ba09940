package foreign

import (
	"fmt"
	"slices"

	"raftian/linearizability/history"
	"raftian/linearizability/models"
)

// Nil is what a read says that succeeded and was answered nil. Which is meant depends
// on the client that recorded the history, and nothing in a history tells.
type Nil int

const (
	// NilUnknown: the value that was read is not known. Jepsen's own models of
	// registers take it so: there, a read of nil is legal in every state.
	NilUnknown Nil = iota
	// NilAbsent: there was nothing to read.
	NilAbsent
)

// ParseNil reads "unknown" or "absent".
func ParseNil(word string) (Nil, error) {
	switch word {
	case "unknown":
		return NilUnknown, nil
	case "absent":
		return NilAbsent, nil
	}
	return 0, fmt.Errorf("%q is neither unknown nor absent", word)
}

// String is "unknown" or "absent".
func (n Nil) String() string {
	if n == NilAbsent {
		return "absent"
	}
	return "unknown"
}

// Other is the other one.
func (n Nil) Other() Nil { return NilAbsent - n }

// Nils is how many reads were answered nil.
func (h *History) Nils() int { return len(h.nils) }

// With is the operations if reads that were answered nil say n.
func (h *History) With(n Nil) []history.Op {
	if n == h.Nil || len(h.nils) == 0 {
		return h.Ops
	}
	ops := slices.Clone(h.Ops)
	for _, i := range h.nils {
		n.say(&ops[i])
	}
	return ops
}

// say has a read that was answered nil say what is meant by it.
func (n Nil) say(op *history.Op) { op.Output, op.OutputUnknown = models.None, n == NilUnknown }
