package distinct

import (
	"cmp"
	"slices"
)

// block is the calls about a value and those that swaps made of it, one after
// another. Nothing can stand between them in an order: whatever replaces the value
// ends it for good, for nobody writes it again.
type block struct {
	calls []int // those that began a value first, each followed by those that read it
	level []int // by call; those of a lower level must come first
	first int   // of all of them, the one that returns first
	last  int   // and the one that is made last
}

// registry is the calls of a Register by value.
type registry struct {
	calls  []Call
	writer map[string]int   // the call that makes a value; beginning for the initial one
	reads  map[string][]int // those that found it
	swaps  map[string][]int // those that replaced it
	names  []string         // the values written, in the order of their writers
}

// beginning stands for the call that made the initial value.
const beginning = -1

// observed says whether somebody found a value.
func (r *registry) observed(value string) bool {
	return len(r.reads[value]) > 0 || len(r.swaps[value]) > 0
}

// register sorts the calls by value. A call of which it is not known whether it had
// an effect counts if somebody saw one, and then the effects that it needed count,
// too. False says that a value has two writers, or that the calls are of a kind that
// the algorithm does not know.
func register(initial string, calls []Call) (*registry, bool) {
	r := &registry{calls: calls, writer: map[string]int{initial: beginning},
		reads: make(map[string][]int), swaps: make(map[string][]int)}
	open := make(map[string][]int)
	for i := range calls {
		c := &calls[i]
		switch {
		case c.Verb == Read && c.Answered:
			r.reads[c.Value] = append(r.reads[c.Value], i)
		case c.Verb == Read:
		case c.open():
			open[c.Value] = append(open[c.Value], i)
		case c.Verb == Write || c.Answered:
			if !r.write(i) {
				return nil, false
			}
		default:
			return nil, false
		}
	}
	for i := range calls {
		if value := calls[i].Value; len(open[value]) > 0 && open[value][0] == i && !r.take(open, value) {
			return nil, false
		}
	}
	return r, true
}

// take has the open writers of a value count if somebody saw it; and if they are
// swaps, those of the values that they needed.
func (r *registry) take(open map[string][]int, value string) bool {
	for len(open[value]) > 0 && r.observed(value) {
		i := open[value][0]
		if len(open[value]) > 1 || !r.write(i) {
			return false
		}
		delete(open, value)
		value = r.calls[i].Old // nobody's, of a write
	}
	return true
}

// write takes a call that makes a value, which must have no other writer.
func (r *registry) write(i int) bool {
	c := &r.calls[i]
	if _, is := r.writer[c.Value]; is {
		return false
	}
	r.writer[c.Value] = i
	r.names = append(r.names, c.Value)
	if c.Verb == Swap {
		r.swaps[c.Old] = append(r.swaps[c.Old], i)
	}
	return true
}

// block is what begins with a value that no swap made.
func (r *registry) block(value string) block {
	var b block
	for level := 0; ; level += 2 {
		if w := r.writer[value]; w != beginning {
			b.add(w, level)
		}
		for _, i := range r.reads[value] {
			b.add(i, level+1)
		}
		if len(r.swaps[value]) == 0 {
			break
		}
		value = r.calls[r.swaps[value][0]].Value
	}
	if len(b.calls) > 0 {
		b.first = slices.MinFunc(b.calls, func(i, j int) int { return cmp.Compare(r.calls[i].To, r.calls[j].To) })
		b.last = slices.MaxFunc(b.calls, func(i, j int) int { return cmp.Compare(r.calls[i].From, r.calls[j].From) })
	}
	return b
}

func (b *block) add(i, level int) {
	b.calls = append(b.calls, i)
	b.level = append(b.level, level)
}

// disorder returns two calls of which the second must come first, but was made when
// the first had returned.
func (r *registry) disorder(b *block) (early, late int, is bool) {
	latest, latestSoFar := -1, -1 // of lower levels, and of this one as well
	for k, i := range b.calls {
		if k > 0 && b.level[k] != b.level[k-1] {
			latest = latestSoFar
		}
		if latest >= 0 && r.calls[i].before(&r.calls[latest]) {
			return i, latest, true
		}
		if latestSoFar < 0 || r.calls[i].From > r.calls[latestSoFar].From {
			latestSoFar = i
		}
	}
	return 0, 0, false
}

// core is the calls named, the writers of the blocks, without which they would be
// about values from nowhere, and for each of them that has no answer a call that
// shows that it had an effect.
func (r *registry) core(named []int, blocks ...*block) []int {
	core := slices.Clone(named)
	for _, b := range blocks {
		for _, i := range b.calls {
			if r.calls[i].Verb != Read {
				core = append(core, i)
			}
		}
	}
	for k := 0; k < len(core); k++ {
		c := &r.calls[core[k]]
		if !c.open() {
			continue
		}
		if reads := r.reads[c.Value]; len(reads) > 0 {
			core = append(core, reads[0])
		} else if swaps := r.swaps[c.Value]; len(swaps) > 0 && !slices.Contains(core, swaps[0]) {
			core = append(core, swaps[0])
		}
	}
	slices.Sort(core)
	return slices.Compact(core)
}
