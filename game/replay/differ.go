package replay

// FirstDifference returns the number of the first event in which two runs differ, which
// may be one past the end of the shorter one; 0 if they are equal.
func FirstDifference(a, b *Run) int {
	n := min(len(a.events), len(b.events))
	for i := range n {
		if a.events[i] != b.events[i] {
			return i + 1
		}
	}
	if len(a.events) == len(b.events) {
		return 0
	}
	return n + 1
}
