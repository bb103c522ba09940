package linearizability

import (
	"raftian/linearizability/distinct"
	"raftian/linearizability/history"
)

// Model is what the system is when nothing is concurrent: a deterministic state
// machine. States are immutable values: Step returns a new one.
type Model struct {
	// Init returns the state in the beginning.
	Init func() any
	// Step carries out input and returns the state after it and its output, as
	// it would be in Op.Output.
	Step func(state any, input string) (next any, output string)
	// Equal says whether two states are the same; nil is ==, for which they
	// must be comparable.
	Equal func(a, b any) bool
	// Reads says of a call with this output, which is "" if it is not known, that
	// it cannot have changed the state, whatever that was; nil says so of none. It
	// only makes searches quicker, but much so.
	Reads func(input, output string) bool
	// Hash is the same for states that are the same; nil hashes texts alone. It
	// only makes searches quicker.
	Hash func(state any) uint64
	// Cell says of a Model whose state is one value what calls need and leave;
	// nil if that is not so. It only makes searches quicker. With Partition, it
	// is about each part alone.
	Cell *Cell
	// Partition splits a History into parts that do not depend on each other,
	// such as one per key: it is linearizable if and only if each part is, and
	// Init and Step serve each part alone. Nil leaves it whole.
	Partition func(ops []history.Op) [][]history.Op
	// Quick decides a History, or each part, that begins with a state, without a search
	// where an algorithm for that applies; nil leaves all to the search.
	Quick func(initial any, calls []Span) distinct.Ruling
	// Project is what is left of a call, and of its answer, if some values alone are
	// looked at, and whether anything is. It serves Rulings of Quick that are about
	// some values; nil leaves calls as they are.
	Project func(op history.Op, values []string) (history.Op, bool)
	// Describe puts a state into a few words for evidence; nil leaves it out.
	Describe func(state any) string
}

// Span is a call and its place among all others: From and To are the numbers of its
// call and its return in the order of all of them, and To is distinct.Never if it
// has not returned. Answered says that its output is known.
type Span struct {
	Op       *history.Op
	Answered bool
	From, To int
}

// same is how states are compared.
func (m *Model) same() func(a, b any) bool {
	if m.Equal != nil {
		return m.Equal
	}
	return func(a, b any) bool { return a == b }
}
