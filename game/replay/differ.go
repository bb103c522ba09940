package replay

// FirstDifference is the number of the first event that two runs do not share; it may
// be one more than either has. It is 0 if they are the same.
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
