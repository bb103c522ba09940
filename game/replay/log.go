package replay

// Entry is an entry of a log, as a machine has it. Entries are held as lists that
// share what is below, so that a whole log is the number of its last entry.
type Entry struct {
	Index, Term uint64
	Hash        uint64 // of its payload; 0 if it is not known
	Text        string // its type: "command", "noop", "barrier", "configuration"; "" if it is not known
	Event       int32  // with which it became durable; 0 if none says so
	Op          int32  // the op that is its command, if it was ever applied; none if not known
	previous       int32
}

// Command is the op that the entry is, if that is known.
func (r *Run) Command(e *Entry) *Op {
	if e.Op == none {
		return nil
	}
	return &r.Ops[e.Op]
}

// Log calls yield with the entries of a node's log from the last one down to index
// from, until it returns false.
func (r *Run) Log(n *Node, from uint64, yield func(*Entry) bool) {
	for id := n.lastEntry; id != none; id = r.entries[id].previous {
		e := &r.entries[id]
		if e.Index < max(from, n.First) || !yield(e) {
			return
		}
	}
}

// Last is the index and term of the last entry in a node's log; zeros if it is
// empty.
func (r *Run) Last(n *Node) (index, term uint64) {
	if n.lastEntry == none || r.entries[n.lastEntry].Index < n.First {
		return 0, 0
	}
	e := &r.entries[n.lastEntry]
	return e.Index, e.Term
}

// below goes down from an entry to the one with that index, or to what is next below.
func (r *Run) descend(id int32, index uint64) int32 {
	for id != none && r.entries[id].Index > index {
		id = r.entries[id].previous
	}
	return id
}

// push adds an entry above another and returns its number.
func (r *Run) addEntry(e Entry) int32 {
	r.entries = append(r.entries, e)
	return int32(len(r.entries) - 1)
}
