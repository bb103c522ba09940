// Package coverage counts what happened in a run, from its events alone: how
// much, which faults, and how often the run reached a state in which bugs have
// been known to hide. A campaign that never reaches a state says nothing about
// it.
//
// It judges nothing, and knows no file names or messages but those that a state
// says it needs.
//
//	coverage.go   Counts: what is counted, and adding it up
//	states.go     State: the interesting states, and what they are called
//	counter.go    Counter: who is told of which event, and what it keeps of a machine
//	elections.go  votes, leaders, and how they end
//	logs.go       entries, conflicts, snapshots
//	downs.go      boots, crashes, disks
//	members.go    the configuration
//	calls.go      what clients and the operator asked
//	faults.go     faults, and whom they cut off
package coverage

// Counts is what happened, in one run or in many.
type Counts struct {
	Operations map[string]int `json:"operations"` // by outcome: ok, fail, unknown; the operator's are left out
	Commits    uint64         `json:"commits"`    // the highest index anyone knew committed
	Faults     map[string]int `json:"faults"`     // by kind, those that took effect
	Idle       map[string]int `json:"idle"`       // by kind, those that had no effect
	States     map[State]int  `json:"states"`
}

// Empty returns the Counts of nothing.
func Empty() Counts {
	return Counts{Operations: map[string]int{}, Faults: map[string]int{}, Idle: map[string]int{},
		States: map[State]int{}}
}

// Add takes in what happened elsewhere.
func (c *Counts) Add(d Counts) {
	c.Commits += d.Commits
	add(c.Operations, d.Operations)
	add(c.Faults, d.Faults)
	add(c.Idle, d.Idle)
	add(c.States, d.States)
}

func add[K comparable](to, from map[K]int) {
	for k, n := range from { //raftian:unordered sums
		to[k] += n
	}
}
