// Package ties has what must not depend on memory: timers of one instant in one select, and
// the order of a map.
package ties

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"
)

// TestTies fails, so that what it says is shown: which timer was first, each time, and how a
// map was walked. Where the timers lie in memory must not matter, nor whether another map
// was made before, as pools that a collection has emptied make some.
func TestTies(t *testing.T) {
	for _, c := range []struct {
		name    string
		swapped bool
	}{{"lower", false}, {"upper", true}} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				order := ""
				for range 64 {
					order += first(c.swapped)
				}
				t.Error("timers", order)
				t.Error("map", walk(c.swapped))
			})
		})
	}
}

func first(swapped bool) string {
	a, b := time.NewTimer(time.Second), time.NewTimer(time.Second)
	if swapped {
		a, b = b, a
	}
	select {
	case <-a.C:
		return "a"
	case <-b.C:
		return "b"
	}
}

var other map[int]bool

func walk(swapped bool) (keys string) {
	if swapped {
		other = numbers()
	}
	for k := range numbers() {
		keys += fmt.Sprint(k, " ")
	}
	return keys
}

func numbers() map[int]bool {
	m := map[int]bool{}
	for k := range 100 {
		m[k] = true
	}
	return m
}
