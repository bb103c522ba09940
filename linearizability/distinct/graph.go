package distinct

import "slices"

// graph is what must come before what. Besides calls it has moments, one after
// another, so that the times of n calls are some n edges: a call comes before the
// moment of its return, and after that of its call.
type graph struct {
	calls int
	next  [][]int32 // by node: calls, then moments
}

// newGraph is the graph of the times of calls alone. to are their returns.
func newGraph(calls []Call, to []int) *graph {
	last := 0
	for i := range calls {
		last = max(last, calls[i].From+1)
	}
	g := &graph{len(calls), make([][]int32, len(calls)+last)}
	for i := range calls {
		g.join(len(calls)+calls[i].From, i)
		if to[i] < last {
			g.join(i, len(calls)+to[i])
		}
	}
	for m := 1; m < last; m++ {
		g.join(len(calls)+m-1, len(calls)+m)
	}
	return g
}

func (g *graph) join(from, to int) { g.next[from] = append(g.next[from], int32(to)) }

// order returns a cycle of the graph; nil if it has an order.
func (g *graph) order() (cycle []int) {
	before := make([]int, len(g.next))
	for _, next := range g.next {
		for _, to := range next {
			before[to]++
		}
	}
	var ready []int
	for n, count := range before {
		if count == 0 {
			ready = append(ready, n)
		}
	}
	for k := 0; k < len(ready); k++ {
		for _, to := range g.next[ready[k]] {
			if before[to]--; before[to] == 0 {
				ready = append(ready, int(to))
			}
		}
	}
	if len(ready) == len(g.next) {
		return nil
	}
	return g.cycle(before)
}

// tried is from how many calls a short cycle is looked for.
const tried = 32

// cycle returns the calls of a cycle, the fewest that a few attempts find, where
// every call of one has others before it that have no place.
func (g *graph) cycle(before []int) (shortest []int) {
	attempts := 0
	for n := 0; n < g.calls && (attempts < tried || shortest == nil); n++ {
		if before[n] == 0 {
			continue
		}
		attempts++
		if cycle := g.search(n, n, func(n int) bool { return before[n] != 0 }); cycle != nil && (shortest == nil || len(cycle) < len(shortest)) {
			shortest = cycle
		}
	}
	return shortest
}

// way returns the calls on a way from one to another, both included; nil if there is
// none. The second has its effect by a moment, so that no later one lies on it.
func (g *graph) way(from, to, by int) []int {
	return g.search(from, to, func(n int) bool { return n < g.calls || n-g.calls <= by })
}

// search returns the calls on the shortest way from a node to another, or back to it,
// along nodes on which it may go; nil if there is none. Those at its ends are
// included, but that where it comes back to only once.
func (g *graph) search(start, goal int, may func(n int) bool) []int {
	from := map[int]int{}
	queue := []int{start}
	for k := 0; k < len(queue); k++ {
		for _, to := range g.next[queue[k]] {
			to := int(to)
			if _, is := from[to]; is || !may(to) {
				continue
			}
			from[to] = queue[k]
			if to != goal {
				queue = append(queue, to)
				continue
			}
			way := []int{}
			if start != goal {
				way = append(way, goal)
			}
			for n := queue[k]; ; n = from[n] {
				if n < g.calls {
					way = append(way, n)
				}
				if n == start {
					break
				}
			}
			slices.Reverse(way)
			return way
		}
	}
	return nil
}
