package trials

import (
	"slices"

	"raftian/netsim/toolchain"
)

// Group is the seeds that fail alike.
type Group struct {
	Failure
	First toolchain.Trial // the run of the first of them
	Seeds []uint64        // in the order in which they were run
	// Differs says that a second run of the first seed did not fail alike: the tests
	// depend on more than their seed. Again is that run.
	Differs bool
	Again   toolchain.Trial
}

// Groups sorts failures into those that are alike, in the order in which they were met.
type Groups []*Group

// Add sorts a run that failed, and returns its group if that is new.
func (g *Groups) Add(t toolchain.Trial) (fresh *Group) {
	f := FailureOf(t)
	k := slices.IndexFunc(*g, func(other *Group) bool { return other.Alike(f) })
	if k >= 0 {
		(*g)[k].Seeds = append((*g)[k].Seeds, t.Seed)
		return nil
	}
	fresh = &Group{Failure: f, First: t, Seeds: []uint64{t.Seed}}
	*g = append(*g, fresh)
	return fresh
}

// Seeds is how many seeds failed.
func (g Groups) Seeds() (n int) {
	for _, group := range g {
		n += len(group.Seeds)
	}
	return n
}
