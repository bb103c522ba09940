package distinct

import (
	"cmp"
	"slices"
)

// Register decides a history of a register whose values are written once each, by
// Write or Swap, and none of them is the initial one. A Swap that found another
// value than it expected is not one of its calls.
//
// The calls about one value stand together in any order that there is (see block).
// Let a block's first return be at f and its last call at s. If f < s, some call of
// it took effect at f or before, and another at s or after: from f to s there is
// no room for a call of another block (a forward zone). If s < f, all of its calls
// may take effect at any one moment from s to f (a backward zone). So an order
// needs that
//
//   - within a block no call has returned before another was made that must come
//     before it: the write, then the reads of its value, then the swap of it, and so on;
//   - no two forward zones overlap;
//   - no backward zone lies within a forward one.
//
// That is enough. In a forward zone let a call take effect at the greatest From of
// those that do not come after it, or at f if that is later. By the first condition
// and the choice of f it has not returned by then, and none leaves the zone. A
// backward zone that is not within a forward one begins before it or ends after it,
// so there is a moment in it which is in no forward zone, as these do not overlap.
//
// An unanswered write that nobody found can be left out of any order. The initial
// value is a block that was written before everything. It takes O(n log n) time.
func Register(initial string, calls []Call) Ruling {
	r, is := register(initial, calls)
	if !is {
		return Ruling{}
	}
	if core := r.fromNowhere(); core != nil {
		return Ruling{Finding: Illegal, Core: core}
	}
	blocks, inBlocks := []block{r.block(initial)}, 0
	for _, value := range r.names {
		if calls[r.writer[value]].Verb == Write {
			blocks = append(blocks, r.block(value))
		}
	}
	for k := range blocks {
		inBlocks += len(blocks[k].calls)
		if early, late, is := r.disorder(&blocks[k]); is {
			return Ruling{Finding: Illegal, Core: r.core([]int{early, late}, &blocks[k])}
		}
	}
	if inBlocks != r.size() { // swaps that go round in a circle
		return Ruling{}
	}
	if a, b := r.clash(blocks); a != nil {
		return Ruling{Finding: Illegal, Core: r.core([]int{a.first, a.last, b.first, b.last}, a, b)}
	}
	return Ruling{Finding: Legal}
}

// size is how many calls the blocks should hold.
func (r *registry) size() int {
	n := len(r.names)
	for _, found := range r.reads {
		n += len(found)
	}
	return n
}

// fromNowhere are calls about a value that nobody wrote, or of which two replaced
// the same; nil if there are none.
func (r *registry) fromNowhere() []int {
	for i := range r.calls {
		c := &r.calls[i]
		found := c.Value
		switch {
		case c.Verb == Swap && r.isWriter(i):
			found = c.Old
		case c.Verb != Read || !c.Answered:
			continue
		}
		if _, is := r.writer[found]; !is {
			return r.core([]int{i})
		}
		if two := r.swaps[found]; c.Verb == Swap && two[0] != i {
			return r.replacedTwice(found, two[0], i)
		}
	}
	return nil
}

// isWriter says whether a call counts.
func (r *registry) isWriter(i int) bool {
	w, is := r.writer[r.calls[i].Value]
	return is && w == i
}

// replacedTwice is two swaps of a value and how it came to be; nil if it came of
// itself.
func (r *registry) replacedTwice(value string, one, two int) []int {
	core := []int{one, two}
	for range r.names {
		w, is := r.writer[value]
		switch {
		case !is:
			return r.core(core[len(core)-1:]) // a swap of what nobody wrote
		case w != beginning:
			core = append(core, w)
		}
		if w == beginning || r.calls[w].Verb == Write {
			return r.core(core)
		}
		value = r.calls[w].Old
	}
	return nil
}

// clash returns two blocks whose zones leave no order; nil if there are none.
func (r *registry) clash(blocks []block) (a, b *block) {
	from := func(b *block) int { // f
		if len(r.calls) > 0 && b == &blocks[0] {
			return beginning
		}
		return r.calls[b.first].To
	}
	var forward []*block
	for k := range blocks {
		if b := &blocks[k]; len(b.calls) > 0 && from(b) < r.calls[b.last].From {
			forward = append(forward, b)
		}
	}
	slices.SortFunc(forward, func(a, b *block) int { return cmp.Compare(from(a), from(b)) })
	for k := 1; k < len(forward); k++ {
		if from(forward[k]) < r.calls[forward[k-1].last].From {
			return forward[k-1], forward[k]
		}
	}
	for k := range blocks {
		b := &blocks[k]
		if len(b.calls) == 0 || from(b) < r.calls[b.last].From {
			continue
		}
		begins := r.calls[b.last].From
		after, _ := slices.BinarySearchFunc(forward, begins, func(f *block, at int) int { return cmp.Compare(from(f), at) })
		if after > 0 && from(b) < r.calls[forward[after-1].last].From {
			return forward[after-1], b
		}
	}
	return nil, nil
}
