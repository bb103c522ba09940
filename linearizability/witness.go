package linearizability

import (
	"fmt"
	"slices"

	"raftian/linearizability/history"
)

// witness says whether the order of the log explains a History: calls in the
// order of the indexes at which they took effect, a call that only saw the state
// at an index after the one that made it. It returns nil if carrying them out in
// this order gives every answer, and no call comes after one that was made when
// it had returned: then the History is linearizable by definition (Herlihy and
// Wing, "Linearizability: A Correctness Condition for Concurrent Objects", 1990,
// §2.2). An error says why this order is no proof; another one may be.
//
// It takes O(n log n) time, and n calls of Step.
func witness(m Model, all []call) error {
	for _, c := range all {
		if c.op.Index == 0 {
			return fmt.Errorf("%s has no log index", name(c))
		}
	}
	order := slices.Clone(all)
	slices.SortStableFunc(order, compareIndex)
	if err := obeysTime(order); err != nil {
		return err
	}
	if err := obeysClients(order); err != nil {
		return err
	}
	return explains(m, order)
}

// compareIndex orders calls by index, at one index the command before those that
// saw what it did, and these by their calls.
func compareIndex(a, b call) int {
	if a.op.Index != b.op.Index {
		if a.op.Index < b.op.Index {
			return -1
		}
		return 1
	}
	if logged := a.op.AppliedEvent != 0; logged != (b.op.AppliedEvent != 0) {
		if logged {
			return -1
		}
		return 1
	}
	return a.from.compare(b.from)
}

// obeysTime fails if a call stands before one that had returned when it was made.
// Going backwards, it is enough to look at the earliest return so far.
func obeysTime(order []call) error {
	earliest := never
	var who call
	for _, c := range slices.Backward(order) {
		if earliest.before(c.from) {
			return fmt.Errorf("%s stands before %s in the log, which had returned", name(c), name(who))
		}
		if c.to.before(earliest) {
			earliest, who = c.to, c
		}
	}
	return nil
}

// obeysClients fails if a call stands before the one of its client that it comes
// after.
func obeysClients(order []call) error {
	place := make(map[*history.Op]int)
	for _, c := range order {
		if c.after != nil {
			place[c.after] = -1
		}
	}
	for k, c := range order {
		if at, touches := place[c.after]; touches && at < 0 {
			return fmt.Errorf("%s stands before the call that its client made before it", name(c))
		}
		if _, touches := place[c.op]; touches {
			place[c.op] = k
		}
	}
	return nil
}

// explains fails if carrying out the calls in this order gives another answer.
func explains(m Model, order []call) error {
	state := m.Init()
	for _, c := range order {
		next, output := m.Step(state, c.op.Input)
		if c.answered && output != c.op.Output {
			return fmt.Errorf("%s answered %q, not %q", name(c), c.op.Output, output)
		}
		state = next
	}
	return nil
}

// name says which call it is: c1's "add 3" (operation 7).
func name(c call) string {
	return fmt.Sprintf("%s's %q (operation %d)", c.op.Client, c.op.Input, c.op.Seq)
}
