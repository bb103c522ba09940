package replay

import (
	"math"
	"sort"

	"raftian/netsim/env"
)

// intervalIndex finds the intervals of a set that overlap another one. They are ordered
// by their ends, with a tree of the earliest beginning below each node: k results of n
// intervals take O(k log n).
type intervalIndex struct {
	ends []env.Instant
	// earliest is a tree in an array: node i has the children 2i and 2i+1, and the
	// second half are the intervals' beginnings.
	earliest []env.Instant
}

// newIntervalIndex indexes n intervals that are ordered by their ends.
func newIntervalIndex(n int, of func(i int) (begin, end env.Instant)) intervalIndex {
	leaves := 1
	for leaves < n {
		leaves *= 2
	}
	s := intervalIndex{make([]env.Instant, n), make([]env.Instant, 2*leaves)}
	for i := range leaves {
		s.earliest[leaves+i] = math.MaxInt64
		if i < n {
			s.earliest[leaves+i], s.ends[i] = of(i)
		}
	}
	for i := leaves - 1; i > 0; i-- {
		s.earliest[i] = min(s.earliest[2*i], s.earliest[2*i+1])
	}
	return s
}

// overlapping calls yield with each interval that has an instant in common with [from,
// to], ordered by end.
func (s intervalIndex) overlapping(from, to env.Instant, yield func(i int)) {
	i := sort.Search(len(s.ends), func(i int) bool { return s.ends[i] >= from })
	for i = s.next(i, to); i < len(s.ends); i = s.next(i+1, to) {
		yield(i)
	}
}

// next returns the first interval from i on that begins at or before to; at least
// len(s.ends) if there is none.
func (s intervalIndex) next(i int, to env.Instant) int {
	leaves := len(s.earliest) / 2
	if i >= len(s.ends) {
		return i
	}
	node := leaves + i
	for s.earliest[node] > to {
		for node%2 == 1 { // its right neighbour has another parent
			node /= 2
		}
		if node == 0 {
			return len(s.ends)
		}
		node++
	}
	for node < leaves {
		node *= 2
		if s.earliest[node] > to {
			node++
		}
	}
	return node - leaves
}
