package invariant

import (
	"fmt"

	"raftian/netsim/env"
	"raftian/netsim/trace"
)

// names are what clients asked for, so that evidence can say it.
type names map[operation]string

// take notes a call.
func (n names) take(e *trace.Event) {
	if e.Kind == env.KindInvoke {
		n[operation{e.Client, e.Seq}] = e.Text
	}
}

// of names an operation: p1's "n1 attack n2" (operation 17).
func (n names) of(op operation) string {
	if input, known := n[op]; known {
		return fmt.Sprintf("%s's %q (operation %d)", op.client, input, op.seq)
	}
	return op.String()
}

// entry names the entry at an index, and whose it is.
func (n names) entry(index uint64, op operation) string {
	if op == (operation{}) {
		return fmt.Sprintf("entry %d", index)
	}
	if input, known := n[op]; known {
		return fmt.Sprintf("entry %d (%s's %q, operation %d)", index, op.client, input, op.seq)
	}
	return fmt.Sprintf("entry %d (%s)", index, op)
}
