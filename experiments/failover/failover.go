// Package failover asks what a player feels when a leader fails: for how long nobody
// leads, for how long nothing moves, and what becomes of commands; against the heartbeat
// and the election timeout.
//
// The simulator answers for many seeds; a few conditions are met by real processes, to
// see whether it tells the truth.
//
//	failover.go    Condition, Measure, Run
//	conditions.go  which there are
//	virtual.go     measuring in the simulator
//	real.go        and in processes
//	report.go      tables and heat maps
package failover

import (
	"context"
	"fmt"
	"slices"
	"time"

	"raftian/experiments/campaign"
	"raftian/experiments/fleet"
	"raftian/experiments/lab"
	"raftian/netsim/toolchain"
)

// Name is the experiment's.
const Name = "failover"

// trouble is what befalls the leader.
type trouble string

const (
	killed trouble = "killed"    // its process ends, and stays away
	cutOff trouble = "cut off"   // nobody hears of it, nor it of anybody; as a process it is stopped
	slow   trouble = "slow disk" // whatever its disk does takes 200 ms to 250 ms longer
	lossy  trouble = "bad net"   // nothing befalls it, but all links are slow and lose 2 %
)

// Condition is what is varied.
type Condition struct {
	World     string        `json:"world"` // real or virtual
	Trouble   trouble       `json:"trouble"`
	Heartbeat time.Duration `json:"heartbeat_ns"`
	Election  time.Duration `json:"election_ns"`
}

// Name is how data call the condition.
func (c Condition) Name() string {
	return fmt.Sprintf("%s, leader %s, heartbeat %v, election %v", c.World, c.Trouble, c.Heartbeat, c.Election)
}

// settings are those of the nodes.
func (c Condition) settings() [][2]string {
	return [][2]string{{"heartbeat", c.Heartbeat.String()}, {"election", c.Election.String()}, {"lease", (c.Heartbeat / 2).String()},
		{"op-timeout", patience.String()}}
}

// patience is how long a player tries: longer than anything lasts here, so that no
// command is given up that might have been done.
const patience = 8 * time.Second

// Measure is what came of it. Times are in milliseconds.
type Measure struct {
	Condition
	Leaderless float64 `json:"leaderless"` // from the trouble until another one led; -1 if none did
	Elections  int     `json:"elections"`  // in the time that was measured
	Stood      int     `json:"stood"`      // candidacies
	Seconds    float64 `json:"seconds"`    // that were measured
	Still      float64 `json:"still"`      // the longest that the median of the other players saw nothing new
	Wait       float64 `json:"wait"`       // the longest that one of them waited for an answer
	Usual      float64 `json:"usual"`      // the median wait
	Due        int     `json:"due"`        // commands of theirs
	Late       int     `json:"late"`       // answered after more than a quarter of a second
	Undone     int     `json:"undone"`     // that certainly had no effect
	Unknown    int     `json:"unknown"`
	Twice      int     `json:"twice"` // that came to the log twice, and took effect once
	// Lost are answered commands that are not in the log any more.
	Lost   int      `json:"lost"`
	Failed []string `json:"failed,omitempty"` // judges who failed the run, known findings apart
}

// lateAfter is when an answer is late.
const lateAfter = 250 * time.Millisecond

// read fills in what calls and trace say of a window that begins with the trouble. others
// are the machines that it did not befall, calls those of their players.
func (m *Measure) read(calls []fleet.Call, r *fleet.Reading, w fleet.Window, others []string) {
	m.Seconds = w.Seconds()
	m.Leaderless = -1
	if led := r.Elected(w); len(led) > 0 {
		m.Leaderless = lab.Ms(led[0].Sub(w.From))
		m.Elections = len(led)
	}
	m.Stood = r.Stood(w)
	_, middle := r.Stillness(others)
	m.Still = lab.Ms(middle)
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
			m.Undone++
		}
	}
	spread := fleet.SpreadOf(waits)
	m.Usual, m.Wait = spread.P50, spread.Max
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

// without is a list without one.
func without(list []string, one string) []string {
	return slices.DeleteFunc(slices.Clone(list), func(s string) bool { return s == one })
}
