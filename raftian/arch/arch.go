// Package arch holds the house to its plan: which package may import which,
// what the top level holds, and what code that runs inside a World must leave
// alone. Its tests read the whole module; nothing imports it.
//
//	house.go     the plan, as tables: rooms, libraries, the top level
//	source.go    reading the module's files
//	lattice.go   imports, package comments, the top level, long files
//	lint.go      the clock, randomness, I/O and goroutines where they do harm
//	order.go     orders that come from a map
//	harmless.go  what a loop may do in any order
//	load.go      type-checking the module, for lint.go and order.go
//
// A loop over a map whose order matters to nobody, in a way the lint cannot see,
// says so on its line:
//
//	for id := range open { //raftian:unordered only the greatest is kept
package arch

import "fmt"

// Problem is a rule broken at a place.
type Problem struct {
	At   string // "file:line", or the file alone
	Text string // what is wrong there, and what to do instead
}

func (p Problem) String() string { return p.At + ": " + p.Text }

// problem is the Problem at a place, in the words of format.
func problem(at, format string, args ...any) Problem {
	return Problem{At: at, Text: fmt.Sprintf(format, args...)}
}
