package linearizability

import "raftian/linearizability/history"

// FirstWrong returns the operation with the first answer that no order explains, and
// the part of the History that it is in, which is all of it if the Model has no
// Partition. The operation is nil if there is none, or if it is not found within the
// budget; the part is the whole, then.
func FirstWrong(m Model, ops []history.Op, s Search) (part []history.Op, wrong *history.Op) {
	if possible(ops) != nil {
		return ops, nil
	}
	parts := [][]history.Op{ops}
	if m.Partition != nil {
		parts = m.Partition(ops)
	}
	for _, part := range parts {
		if Check(m, part, s).Outcome != Fail {
			continue
		}
		if c := newDrawing(m, calls(part), Search{Budget: s.budget(len(part))}).culprit; c != nil {
			return part, c.op
		}
	}
	return ops, nil
}
