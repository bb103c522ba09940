// Package guest is how something is put under test: a Guest says what its
// clients may ask and what must come of it, and a world program is a Guest, a
// program for its machines, and a call of Main.
//
//	func main() {
//		guest.Main(guest.Guest{Name: "register", Call: call, Model: model},
//			node.Program(func(node.Settings) (raft.FSM, error) { return newStore(), nil }))
//	}
//
// The command `raftian` builds that package with the edited runtime and starts
// it once per run; requests and answers go over standard input and output.
//
//	guest.go     Guest, and drawing its Plans
//	protocol.go  Request, and Main, which answers it
package guest

import (
	"math/rand/v2"
	"strings"
	"time"

	"raftian/linearizability"
	"raftian/netsim/plan"
)

// Guest is what is under test, apart from the program that runs on the machines.
type Guest struct {
	// Name stands in plans and run files.
	Name string
	// Call draws the text of a client's next call; it is what the guest's state
	// machine gets as the entry's data. It must draw from rng only.
	Call func(rng *rand.Rand, client string, machines []string) string
	// Model is the sequential specification of a system of these machines.
	Model func(machines []string) linearizability.Model
	// Settings are added to the standard ones, or replace them.
	Settings []plan.Setting
}

// Options say which Plans to draw. The zero value of each but Seed stands for
// the default.
type Options struct {
	Seed     uint64        `json:"seed"`
	Machines int           `json:"machines,omitempty"`
	Length   time.Duration `json:"length,omitempty"` // nanoseconds
	Faults   plan.Kinds    `json:"faults"`
	Rate     float64       `json:"rate,omitempty"` // calls per second, of all clients together
}

// Plan draws the Plan of a seed.
func (g Guest) Plan(o Options) (plan.Plan, error) {
	p, err := plan.Generate(o.Seed, plan.Options{
		Guest:    g.Name,
		Machines: o.Machines,
		Length:   o.Length,
		Faults:   o.Faults,
		Rate:     o.Rate,
		Call:     g.Call,
	})
	if err != nil {
		return plan.Plan{}, err
	}
	p.Settings = settings(p.Machines, g.Settings)
	return p, p.Validate()
}

// settings are the standard cluster's, with the guest's own.
func settings(machines []string, own []plan.Setting) []plan.Setting {
	all := []plan.Setting{
		{Key: "peers", Value: strings.Join(machines, ",")},
		{Key: "heartbeat", Value: "200ms"},
		{Key: "election", Value: "200ms"},
		{Key: "lease", Value: "100ms"},
		{Key: "commit", Value: "20ms"},
		{Key: "snapshot-interval", Value: "2s"},
		{Key: "snapshot-threshold", Value: "256"},
		{Key: "trailing", Value: "128"},
		{Key: "fps", Value: "60"},
		{Key: "op-timeout", Value: "2s"},
	}
next:
	for _, s := range own {
		for k := range all {
			if all[k].Key == s.Key {
				all[k] = s
				continue next
			}
		}
		all = append(all, s)
	}
	return all
}
