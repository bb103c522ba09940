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
// What programs print is kept with the run. They reach nothing of the computer but by their
// env.Env: opening a file, a socket, a pipe or another program ends the run with the line of
// code that does it (netsim/calls_linux.go).
//
//	guest.go     Guest, and drawing its Plans
//	settings.go  the settings of its nodes
//	reads.go     which reads are verified, on a lease, or local
//	moments.go   the events that faults wait for
//	orders.go    what operators do
//	fingerprint.go  what its rules come to
//	protocol.go  Request, and Main, which answers it
package guest

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"time"

	"raftian/linearizability"
	"raftian/netsim/plan"
)

// verified stands before a call that the leader answers without an entry in the
// log, once it has made sure that it leads.
const verified = "verified "

// Guest is what is under test, apart from the program that runs on the machines.
type Guest struct {
	// Name stands in plans and run files.
	Name string
	// Call draws the text of a client's next call; it is what the guest's state
	// machine gets as the entry's data. It must draw from rng only.
	Call func(rng *rand.Rand, client string, machines []string) string
	// Read draws the text of a call that changes nothing and that the guest's state
	// machine can be asked without an entry in the log; nil if it cannot.
	Read func(rng *rand.Rand, client string, machines []string) string
	// Model is the sequential specification of a system of these machines.
	Model func(machines []string) linearizability.Model
	// Roster says that the guest's state machine knows who takes part (node.Roster):
	// then machines that are silent for long may be put out, and machines may leave.
	Roster bool
	// Settings are added to the standard ones, or replace them.
	Settings []plan.Setting
	// Kinds are the kinds of note of its own that its program reports (env.Env.Emit),
	// for faults to wait for. A plan that waits for one of no kind is refused.
	Kinds []string
}

// Options say which Plans to draw. The zero value of each but Seed stands for
// the default.
type Options struct {
	Seed     uint64        `json:"seed"`
	Machines int           `json:"machines,omitempty"` // 5 without faults, else drawn
	Length   time.Duration `json:"length,omitempty"`   // nanoseconds
	Faults   plan.Kinds    `json:"faults"`
	Rate     float64       `json:"rate,omitempty"` // calls per second, of all clients together
	Bug      string        `json:"bug,omitempty"`  // to plant; the guest must know the setting "bug"
	// Without leaves out parts of the generator, to see what they are worth.
	Without plan.Features `json:"without,omitempty"`
}

// Plan draws the Plan of a seed. With faults it is a swarm: machines, links,
// disks, settings and the pace of calls are drawn, too, each standard in about
// half of the seeds. Without (plan.Calm) all but the calls is standard, for
// measurements.
func (g Guest) Plan(o Options) (plan.Plan, error) {
	draw := plan.Options{
		Guest:    g.Name,
		Machines: o.Machines,
		Length:   cmp.Or(o.Length, 30*time.Second),
		Faults:   o.Faults,
		Rate:     cmp.Or(o.Rate, 60),
		Call:     g.Call,
		Moments:  moments(),
		Without:  o.Without,
	}
	if g.Read != nil {
		draw.Read = reader(o.Seed, g.Read)
	}
	machines := draw.Names(o.Seed)
	all := standard(machines)
	if o.Faults != plan.Calm && o.Without&plan.SwarmTesting == 0 {
		all = quicken(over(all, drawn(o.Seed, machines, plan.Recovery(draw.Length))))
		if g.Roster {
			with := over(slices.Clone(all), chosen(o.Seed, []choice{eviction()}))
			if afterEviction(with) <= plan.Recovery(draw.Length) {
				all = with
			}
		}
	}
	all = over(all, g.Settings)
	if o.Bug != "" {
		all = over(all, []plan.Setting{{Key: "bug", Value: o.Bug}})
	}
	var err error
	draw.Settings = all
	draw.Voters = voters(all, machines)
	draw.ShortLogs = shortLogs(all)
	if draw.Round, err = round(all, draw.Rate); err != nil {
		return plan.Plan{}, err
	}
	p, err := plan.Generate(o.Seed, draw)
	if err != nil {
		return plan.Plan{}, err
	}
	p.Script = append(p.Script, orders(p, draw.Voters, o)...)
	p.Settings = dropEviction(p, draw.Voters)
	slices.SortStableFunc(p.Script, func(a, b plan.Step) int { return cmp.Compare(a.At, b.At) })
	return p, p.Validate()
}
