// Package failover measures what a player notices when a leader fails: the time without
// a leader, the time without new commands, and the fate of commands, as functions of
// the heartbeat and the election timeout. Most conditions run in the simulator with
// many seeds. A few run as real processes too, to validate the simulator.
//
//	failover.go    Condition, Measure, Run
//	conditions.go  the conditions
//	virtual.go     measuring in the simulator
//	real.go        measuring processes
//	report.go      tables and heat maps
package failover

import (
	"context"
	"fmt"
	"slices"
	"time"

	"raftian/experiments/fleet"
	"raftian/experiments/lab"
	"raftian/netsim/toolchain"
	"raftian/raftian/campaign"
)

// Name is the experiment's name.
const Name = "failover"

// fault is what happens to the leader.
type fault string

const (
	killed fault = "killed"    // its process ends and is not restarted in time
	cutOff fault = "cut off"   // partitioned from all others; a real process is stopped (SIGSTOP)
	slow   fault = "slow disk" // each disk operation takes 200 to 250 ms longer
	lossy  fault = "bad net"   // nothing happens to the leader, but all links are slow and lose 2 %
)

// Condition is what is varied.
type Condition struct {
	World     string        `json:"world"` // real or virtual
	Fault     fault         `json:"trouble"`
	Heartbeat time.Duration `json:"heartbeat_ns"`
	Election  time.Duration `json:"election_ns"`
}

// Name identifies the condition in the data.
func (c Condition) Name() string {
	return fmt.Sprintf("%s, leader %s, heartbeat %v, election %v", c.World, c.Fault, c.Heartbeat, c.Election)
}

// settings returns the nodes' settings.
func (c Condition) settings() [][2]string {
	return [][2]string{{"heartbeat", c.Heartbeat.String()}, {"election", c.Election.String()}, {"lease", (c.Heartbeat / 2).String()},
		{"op-timeout", opTimeout.String()}}
}

// opTimeout is how long a player retries a command. It exceeds every outage here, so
// that no command is given up that may have taken effect.
const opTimeout = 8 * time.Second

// Measure is the result of one measurement. Times are in milliseconds.
type Measure struct {
	Condition
	Leaderless  float64 `json:"leaderless"` // from the fault until another node led; -1 if none did
	Elections   int     `json:"elections"`  // won in the window
	Candidacies int     `json:"stood"`      // candidacies
	Seconds     float64 `json:"seconds"`    // length of the window
	StallMax    float64 `json:"still"`      // the median, over the other machines' players, of their longest time without a new command
	WaitMax     float64 `json:"wait"`       // the longest wait of those players for an answer
	WaitMedian  float64 `json:"usual"`      // the median wait
	Due         int     `json:"due"`        // commands of those players
	Late        int     `json:"late"`       // answered after more than lateAfter
	NoEffect    int     `json:"undone"`     // certainly without effect
	Unknown     int     `json:"unknown"`
	Duplicates  int     `json:"twice"` // committed twice, and applied once
	// Lost counts acknowledged commands that are not in the log.
	Lost   int      `json:"lost"`
	Failed []string `json:"failed,omitempty"` // judges that failed the run, known findings aside
}

// lateAfter is the latency above which an answer is late.
const lateAfter = 250 * time.Millisecond

// fill computes the measure of a window that begins with the fault. others are the
// machines without the fault, and calls those of their players.
func (m *Measure) fill(calls []fleet.Call, r *fleet.Reading, w fleet.Window, others []string) {
	m.Seconds = w.Seconds()
	m.Leaderless = -1
	if led := r.Elections(w); len(led) > 0 {
		m.Leaderless = lab.Ms(led[0].Sub(w.From))
		m.Elections = len(led)
	}
	m.Candidacies = r.Candidacies(w)
	_, middle := r.Stalls(others)
	m.StallMax = lab.Ms(middle)
	var waits []time.Duration
	for _, c := range calls {
		if !w.Holds(c.Due) {
			continue
		}
		m.Due++
		switch {
		case c.OK:
			waits = append(waits, c.Took())
			if c.Took() > lateAfter {
				m.Late++
			}
		case c.Unknown:
			m.Unknown++
		default:
			m.NoEffect++
		}
	}
	spread := fleet.SpreadOf(waits)
	m.WaitMedian, m.WaitMax = spread.P50, spread.Max
}

// Run runs the experiment.
func Run(ctx context.Context, s lab.Setup) error {
	p, err := campaign.Build(ctx, toolchain.Options{Package: campaign.GameWorld})
	if err != nil {
		return err
	}
	sheets := map[string]*lab.Sheet[Measure]{}
	for _, part := range []struct {
		world          string
		repeats, quick int
		jobs           int
	}{{virtual, 20, 2, s.Jobs}, {real, 5, 1, 1}} {
		work := lab.Work[Measure]{Repeats: s.Times(part.quick, part.repeats), Seed: 1, Jobs: part.jobs}
		for _, c := range conditions(s) {
			if c.World != part.world {
				continue
			}
			work.Cases = append(work.Cases, lab.Case[Measure]{Name: c.Name(), Cost: c.cost(), Measure: func(ctx context.Context, repeat int) (Measure, error) {
				if c.World == virtual {
					return c.simulate(ctx, p, repeat)
				}
				return c.measure(ctx, s, repeat)
			}})
		}
		if sheets[part.world], err = work.Fill(ctx, s, part.world+".jsonl", s.Header(Name, p.Digest, p.Raft)); err != nil {
			return err
		}
	}
	return report(s, sheets)
}

// without returns the list without one element.
func without(list []string, one string) []string {
	return slices.DeleteFunc(slices.Clone(list), func(s string) bool { return s == one })
}
