package replay

// Entry is a log entry of a machine. Entries are linked lists with shared prefixes, so
// a log is represented by its last entry.
type Entry struct {
	Index, Term uint64
	Hash        uint64 // of its payload; 0 if unknown
	Text        string // its type: "command", "noop", "barrier", "configuration"; "" if unknown
	Event       int32  // when it became durable; 0 if unknown
	Op          int32  // its command, if it was ever applied; else none
	previous    int32
}

// Command returns the op of an entry, if known.
func (r *Run) Command(e *Entry) *Op {
	if e.Op == none {
		return nil
	}
	return &r.Ops[e.Op]
}

// Log calls yield with the entries of a node's log, from the last one down to index
// from, until it returns false.
func (r *Run) Log(n *Node, from uint64, yield func(*Entry) bool) {
	for id := n.lastEntry; id != none; id = r.entries[id].previous {
		e := &r.entries[id]
		if e.Index < max(from, n.First) || !yield(e) {
			return
		}
	}
}

// Last returns the index and term of the last entry of a node's log; zeros if it is
// empty.
func (r *Run) Last(n *Node) (index, term uint64) {
	if n.lastEntry == none || r.entries[n.lastEntry].Index < n.First {
		return 0, 0
	}
	e := &r.entries[n.lastEntry]
	return e.Index, e.Term
}

// descend returns the entry with an index, or the next lower one, in the log that ends
// with an entry.
func (r *Run) descend(id int32, index uint64) int32 {
	for id != none && r.entries[id].Index > index {
		id = r.entries[id].previous
	}
	return id
}

// addEntry adds an entry and returns its number.
func (r *Run) addEntry(e Entry) int32 {
	r.entries = append(r.entries, e)
	return int32(len(r.entries) - 1)
}
