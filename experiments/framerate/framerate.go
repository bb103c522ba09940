// Package framerate asks whether a game loop beside it disturbs Raft, whether the frame
// rate matters, and where it breaks.
//
// Each condition is a real cluster: processes on loopback TCP with stores on disk, in
// real time, each with a game loop of its own, while players outside of them play. The
// same conditions are run in the simulator, where nodes have as many processors as they
// like: what is left of an effect there is what the design costs, that looks for news
// once per frame; the rest is contention for processors.
//
//	framerate.go   Condition, Measure, Run
//	conditions.go  which there are
//	real.go        measuring in processes
//	virtual.go     and in the simulator
//	report.go      tables and plots
package framerate

import (
	"context"
	"fmt"
	"time"

	"raftian/experiments/campaign"
	"raftian/experiments/fleet"
	"raftian/experiments/lab"
	"raftian/netsim/toolchain"
)

// Name is the experiment's.
const Name = "framerate"

// Condition is what is varied.
type Condition struct {
	World string        `json:"world"` // real or virtual
	Nodes int           `json:"nodes"`
	FPS   string        `json:"fps"` // as of serve; 0 is as many as possible
	Work  time.Duration `json:"work_ns"`
	Rate  float64       `json:"rate"` // commands per second of all players; 0 is as many as possible
	// Commit is the library's commit timeout: a follower learns that an entry is
	// committed by the next one, or after that (replication.go, pipelineReplicate).
	Commit time.Duration `json:"commit_ns"`
}

// Name is how data call the condition.
func (c Condition) Name() string {
	return fmt.Sprintf("%s, %d nodes, %s fps, %v of work, %s commands/s, commit %v", c.World, c.Nodes, rateWord(c.FPS), c.Work, loadWord(c.Rate), c.Commit)
}

func rateWord(fps string) string {
	if fps == "0" {
		return "uncapped"
	}
	return fps
}

func loadWord(rate float64) string {
	if rate == 0 {
		return "max"
	}
	return fmt.Sprint(rate)
}

// Measure is what a condition came to. Times are in milliseconds.
type Measure struct {
	Condition
	Seconds float64      `json:"seconds"` // that were measured
	Done    int          `json:"done"`    // commands, of those due in that time
	Lost    int          `json:"lost"`    // that nobody answered
	Commit  fleet.Spread `json:"commit"`  // from when the player wanted it to his answer
	Inside  fleet.Spread `json:"inside"`  // from when a node had it until it was committed
	Visible fleet.Spread `json:"visible"` // from when the player wanted it until every player's frame had it
	Lag     fleet.Spread `json:"lag"`     // of that, from when the first node had applied it

	Elections int          `json:"elections"` // in the time that was measured
	Stood     int          `json:"stood"`     // candidacies
	Silence   fleet.Spread `json:"silence"`   // between two answers of a follower to its leader
	Frames    uint64       `json:"frames"`
	Late      uint64       `json:"late"`
	LateMax   float64      `json:"late_max"`
	CPU       float64      `json:"cpu"`      // processors that all nodes together kept busy
	Fsync     float64      `json:"fsync_ms"` // the median of a few, before
}

// read fills in what the calls and the trace say of a window.
func (m *Measure) read(calls []fleet.Call, r *fleet.Reading, w fleet.Window) {
	m.Seconds = w.Seconds()
	var commit, inside, visible, lag []time.Duration
	for _, c := range calls {
		if !w.Holds(c.Due) {
			continue
		}
		if !c.OK {
			m.Lost++
			continue
		}
		m.Done++
		commit, inside = append(commit, c.Took()), append(inside, c.Inside)
		seen, all := r.Visible(c.Index)
		first, ok := r.Committed(c.Index)
		if all && ok {
			visible, lag = append(visible, seen.Sub(c.Due)), append(lag, seen.Sub(first))
		}
	}
	m.Commit, m.Inside, m.Visible, m.Lag = fleet.SpreadOf(commit), fleet.SpreadOf(inside), fleet.SpreadOf(visible), fleet.SpreadOf(lag)
	m.Elections, m.Stood, m.Silence = len(r.Elected(w)), r.Stood(w), r.Silences()
	var most time.Duration
	m.Frames, m.Late, most = r.Frames()
	m.LateMax = lab.Ms(most)
}

// Run runs the experiment.
func Run(ctx context.Context, s lab.Setup) error {
	p, err := campaign.Build(ctx, toolchain.Options{Package: campaign.GameWorld})
	if err != nil {
		return err
	}
	work := lab.Work[Measure]{Repeats: s.Times(1, 3), Seed: 1}
	for _, c := range conditions(s) {
		work.Cases = append(work.Cases, lab.Case[Measure]{Name: c.Name(), Cost: c.cost(s), Measure: func(ctx context.Context, repeat int) (Measure, error) {
			if c.World == virtual {
				return c.simulate(ctx, p, repeat)
			}
			return c.measure(ctx, s, repeat)
		}})
	}
	sheet, err := work.Fill(ctx, s, "data.jsonl", s.Header(Name, p.Digest, p.Raft))
	if err != nil {
		return err
	}
	if err := check(sheet.Records); err != nil {
		return err
	}
	return report(s, sheet)
}
