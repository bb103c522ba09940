package netsim

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"raftian/netsim/env"
)

// The queue is a list that is kept sorted, stably; only faster.
func TestQueueIsAStablySortedList(t *testing.T) {
	type entry struct {
		at env.Instant
		n  int
	}
	rapid.Check(t, func(t *rapid.T) {
		var q queue
		var twin []entry
		var did int
		n := 0
		t.Repeat(map[string]func(*rapid.T){
			"push": func(t *rapid.T) {
				e := entry{env.Instant(rapid.IntRange(0, 9).Draw(t, "at")), n}
				n++
				first := q.push(e.at, func() { did = e.n })
				// Behind all that are due at the same instant.
				k := slices.IndexFunc(twin, func(f entry) bool { return f.at > e.at })
				if k < 0 {
					k = len(twin)
				}
				twin = slices.Insert(twin, k, e)
				if first != (k == 0) {
					t.Fatalf("push says %v of being first; it is at place %d", first, k)
				}
			},
			"pop": func(t *rapid.T) {
				at, ok := q.next()
				if ok != (len(twin) > 0) {
					t.Fatalf("next finds %v; there are %d", ok, len(twin))
				}
				if !ok {
					return
				}
				q.pop()()
				if want := twin[0]; at != want.at || did != want.n {
					t.Fatalf("number %d at %d comes first; want %d at %d", did, at, want.n, want.at)
				}
				twin = twin[1:]
			},
		})
	})
}
