// Package plan goes over maps, in loops whose order shows (this file) and in
// loops whose order does not.
package plan

import (
	"maps"
	"net"
	"slices"
	"strings"
)

type set map[string]bool

func harmful(m map[string]int, s set, say func(string), out chan string) (list []string) {
	for k := range m { // want "range over a map: its order differs from run to run; range over slices.Sorted\(maps.Keys\(m\)\), or end the line with //raftian:unordered and why"
		say(k)
	}
	for k := range s { // want "slices.Sorted\(maps.Keys\(s\)\)"
		out <- k
	}
	for k := range maps.Keys(m) { // want "range over a map"
		list = append(list, k)
	}
	for v := range maps.Values(m) { // want "range over a map"
		say(string(rune(v)))
	}
	return slices.Collect(maps.Keys(m)) // want "maps.Keys: its order differs"
}

func firstOfAll(m map[string]int) (string, bool) {
	for k, v := range m { // want "range over a map"
		if v > 0 {
			return k, true
		}
	}
	return "", false
}

func last(m map[string]int) (name string) {
	for k := range m { // want "range over a map"
		name = k
	}
	for name = range m { // want "range over a map"
	}
	return name
}

func words(m map[string]string) (text string, sum float64) {
	for _, v := range m { // want "range over a map"
		text += v
	}
	for range m { // want "range over a map"
		sum += 0.1
	}
	for range m { // want "range over a map"
		sum++
	}
	for _, v := range m { // want "range over a map"
		sum = max(sum, float64(len(v)))
	}
	return text, sum
}

func numbered(m map[string]int) map[string]int {
	number, n := map[string]int{}, 0
	for k := range m { // want "range over a map"
		n++
		number[k] = n
	}
	return number
}

func collision(m map[string]int) map[int]string {
	back := map[int]string{}
	for k, v := range m { // want "range over a map"
		back[v] = k
	}
	for _, v := range m { // want "range over a map"
		for k := range m { // want "range over a map"
			back[v] = k
		}
	}
	return back
}

func within(m map[string]int, in map[string]string) {
	for k := range m { // want "range over a map"
		for other := range m { // want "range over a map"
			in[k] = other
		}
	}
}

func outside(m map[string]int, draw func() int, in chan int) (n int) {
	for range m { // want "range over a map"
		n += draw()
	}
	for range m { // want "range over a map"
		n += <-in
	}
	for range m { // want "range over a map"
		drawn := draw()
		n += drawn
	}
	for range m { // want "range over a map"
		drawn := 0
		drawn = draw()
		n += drawn
	}
	return n
}

func whichFirst(m map[string]int) bool {
	for _, v := range m { // want "range over a map"
		if v > 0 {
			return true
		}
		if v < 0 {
			return false
		}
	}
	return false
}

func untilEnough(m map[string]int) (n int) {
	for _, v := range m { // want "range over a map"
		n += v
		if v > 3 {
			break
		}
	}
next:
	for range 3 {
		for _, v := range m { // want "range over a map"
			n += v
			if v > 3 {
				continue next
			}
		}
	}
	return n
}

func reach(m map[string]string, counts map[string]int) {
	for k := range counts { // want "range over a map"
		counts[k+"'"]++
	}
	for _, v := range m { // want "range over a map"
		delete(m, v)
	}
	for k := range m { // want "range over a map"
		m[k+"'"] = k
	}
}

func mixed(m map[string]int) (n int) {
	for _, v := range m { // want "range over a map"
		n += v
		n *= v
	}
	found := false
	for _, v := range m { // want "range over a map"
		if v > 0 {
			found = true
		} else {
			found = false
		}
	}
	for _, v := range m { // want "range over a map"
		n += v
		if v < 0 {
			return 0
		}
	}
	for _, v := range m { // want "range over a map"
		if n < 10 {
			n += v
		}
	}
	if found {
		n++
	}
	return n
}

func sortedTooLate(m map[string]int, say func(string)) []string {
	var names []string
	for k := range m { // want "range over a map"
		names = append(names, k)
	}
	say(strings.Join(names, " "))
	slices.Sort(names)
	values := slices.Collect(maps.Keys(m)) // want "maps.Keys"
	say(values[0])
	return names
}

func generic[M ~map[K]V, K comparable, V any](m M, say func(K)) {
	for k := range m { // want "keep a slice beside m, or range over slices.SortedFunc\(maps.Keys\(m\), compare\)"
		say(k)
	}
}

type node struct{ conns map[net.Conn]struct{} }

func (n *node) close() {
	for c := range n.conns { // want "keep a slice beside n.conns"
		c.Close()
	}
}

func inside(m map[int]map[string]int, out chan string) {
	func() {
		switch {
		case len(m) > 1:
		next:
			for _, inner := range m { // want "range over a map"
				for k := range inner { // want "slices.Sorted\(maps.Keys\(inner\)\)"
					select {
					case out <- k:
						for k := range inner { // want "range over a map"
							out <- k
						}
					default:
						continue next
					}
				}
			}
		}
	}()
}

func directives(m map[string]int, say func(string)) {
	for k := range m { //raftian:unordered the listener counts
		say(k)
	}
	for k := range m { /* want "//raftian:unordered does not say why" */ //raftian:unordered
		say(k)
	}
	say("nothing") //raftian:unordered on a whim, want "//raftian:unordered excuses nothing on this line"
}
