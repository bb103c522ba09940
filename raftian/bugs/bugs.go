// Package bugs describes the zoo: the bugs that can be planted in a node or in
// its store, each a mistake that real systems have made. A campaign with one of
// them planted must end with a verdict against it; that is how the bench is
// itself tested.
//
//	bugs.go  Bug, and looking one up
//	zoo.go   all of them
package bugs

import (
	"cmp"
	"slices"
)

// Bug is one of them. The setting "bug NAME" of a plan plants it.
type Bug struct {
	Name   string `json:"name"`
	Breaks string `json:"breaks"` // what goes wrong, in a line
	Judge  string `json:"judge"`  // who must notice it
	Seen   string `json:"-"`      // where the mistake has been made, in a line
}

// All lists the zoo by name.
func All() []Bug {
	all := slices.Concat(inState(), inCalls(), inCluster(), inStore())
	slices.SortFunc(all, func(a, b Bug) int { return cmp.Compare(a.Name, b.Name) })
	return all
}

// Find returns the bug of that name.
func Find(name string) (Bug, bool) {
	for _, b := range All() {
		if b.Name == name {
			return b, true
		}
	}
	return Bug{}, false
}
