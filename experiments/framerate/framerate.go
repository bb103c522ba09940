// Package framerate measures whether a game loop disturbs Raft in the same process,
// whether the frame rate matters, and where it breaks.
//
// Each condition is a real cluster: processes on loopback TCP with stores on disk, in
// real time, each with a game loop, and players in another process. The same conditions
// run in the simulator, where each node has its own processor: an effect seen there is
// inherent in polling once per frame; the rest is contention for processors.
//
//	framerate.go   Condition, Measure, Run
//	conditions.go  the conditions
//	real.go        measuring processes
//	virtual.go     measuring in the simulator
//	report.go      tables and plots
package framerate

import (
	"context"
	"fmt"
	"time"

	"raftian/experiments/fleet"
	"raftian/experiments/lab"
	"raftian/netsim/toolchain"
	"raftian/raftian/campaign"
)

// Name is the experiment's name.
const Name = "framerate"

// Condition is what is varied.
type Condition struct {
	World string        `json:"world"` // real or virtual
	Nodes int           `json:"nodes"`
	FPS   string        `json:"fps"`     // as in raftian serve; 0 is unlimited
	Work  time.Duration `json:"work_ns"` // processor time per frame
	Rate  float64       `json:"rate"`    // commands per second of all players; 0 is unlimited
	// Commit is the library's commit timeout: a follower learns that an entry is
	// committed from the next request, which is sent no later than that
	// (replication.go, pipelineReplicate).
	Commit time.Duration `json:"commit_ns"`
}

// Name identifies the condition in the data.
func (c Condition) Name() string {
	return fmt.Sprintf("%s, %d nodes, %s fps, %v of work, %s commands/s, commit %v", c.World, c.Nodes, fpsText(c.FPS), c.Work, rateText(c.Rate), c.Commit)
}

func fpsText(fps string) string {
	if fps == "0" {
		return "uncapped"
	}
	return fps
}

func rateText(rate float64) string {
	if rate == 0 {
		return "max"
	}
	return fmt.Sprint(rate)
}

// Measure is the result of one measurement. Times are in milliseconds.
type Measure struct {
	Condition
	Seconds    float64      `json:"seconds"` // length of the window
	Done       int          `json:"done"`    // commands due in the window that succeeded
	Unanswered int          `json:"lost"`    // commands without an answer
	Commit     fleet.Spread `json:"commit"`  // from when a command was due until it was answered
	CommitTime fleet.Spread `json:"inside"`  // from when a node received a command until it was committed
	Visible    fleet.Spread `json:"visible"` // from when a command was due until every player's frame showed it
	Lag        fleet.Spread `json:"lag"`     // from when the first node applied it until every player's frame showed it

	Elections   int          `json:"elections"` // won in the window
	Candidacies int          `json:"stood"`     // candidacies
	ReplyGap    fleet.Spread `json:"silence"`   // between two replies of a follower to its leader
	Frames      uint64       `json:"frames"`
	Late        uint64       `json:"late"`
	LateMax     float64      `json:"late_max"`
	CPU         float64      `json:"cpu"`      // processors kept busy by all nodes together
	Fsync       float64      `json:"fsync_ms"` // median of some fsyncs before the window
}

// fill computes the measure of a window.
func (m *Measure) fill(calls []fleet.Call, r *fleet.Reading, w fleet.Window) {
	m.Seconds = w.Seconds()
	var commit, inside, visible, lag []time.Duration
	for _, c := range calls {
		if !w.Holds(c.Due) {
			continue
		}
		if !c.OK {
			m.Unanswered++
			continue
		}
		m.Done++
		commit, inside = append(commit, c.Took()), append(inside, c.CommitTime)
		seen, all := r.Visible(c.Index)
		first, ok := r.Committed(c.Index)
		if all && ok {
			visible, lag = append(visible, seen.Sub(c.Due)), append(lag, seen.Sub(first))
		}
	}
	m.Commit, m.CommitTime, m.Visible, m.Lag = fleet.SpreadOf(commit), fleet.SpreadOf(inside), fleet.SpreadOf(visible), fleet.SpreadOf(lag)
	m.Elections, m.Candidacies, m.ReplyGap = len(r.Elections(w)), r.Candidacies(w), r.ReplyGaps()
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
