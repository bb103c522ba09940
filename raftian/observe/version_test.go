package observe

import "testing"

// Versions that have no method for it say the same in their statistics.
func TestStatisticsSayWhatOlderVersionsHaveNoMethodFor(t *testing.T) {
	r := newLone(t, &counter{}).raft
	if got := Statistic(r, "term"); got != r.CurrentTerm() || got == 0 || CurrentTerm(r) != got {
		t.Errorf("the term is %d, or %d; want %d", got, CurrentTerm(r), r.CurrentTerm())
	}
	if got := Statistic(r, "commit_index"); got != r.CommitIndex() || got == 0 || CommitIndex(r) != got {
		t.Errorf("the commit index is %d, or %d; want %d", got, CommitIndex(r), r.CommitIndex())
	}
	if got := Statistic(r, "state"); got != 0 {
		t.Errorf("a statistic that is no number is %d", got)
	}
}
