package bench

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"time"

	"raftian/experiments/campaign"
	"raftian/experiments/lab"
	"raftian/netsim/plan"
	"raftian/raftian/guest"
)

func remove(path string) error { return os.Remove(path) }

// jobs are the numbers of runs at once that are compared: 1, 2, 4, … up to twice the
// processors.
func jobs() (list []int) {
	for n := 1; n <= 2*runtime.NumCPU(); n *= 2 {
		list = append(list, n)
	}
	return list
}

// crowd is a campaign as `raftian explore` makes it, judging and all, with so many runs
// at once.
func (b suite) crowd() (cases []lab.Case[Measure]) {
	seeds := 16
	if b.s.Quick {
		seeds = 2
	}
	for _, n := range jobs() {
		cases = append(cases, measured(Measure{Part: "crowd", Line: "runs at once", X: fmt.Sprint(n)}, 8*time.Second,
			func(ctx context.Context, m *Measure, repeat int) error {
				o := campaign.Options{Draw: guest.Options{Faults: plan.All}, Jobs: n, Out: b.s.Path("failed")}
				for k := range seeds {
					o.Seeds = append(o.Seeds, uint64(1+repeat*seeds+k))
				}
				before := lab.OwnCPU()
				r, err := campaign.Explore(ctx, b.program, o)
				if err != nil {
					return err
				}
				if ctx.Err() != nil {
					return ctx.Err()
				}
				*m = Measure{Part: m.Part, Line: m.Line, X: m.X, Virtual: r.Virtual.Seconds(), CPU: r.CPU.Seconds(), Wall: r.Wall.Seconds(),
					Own: (lab.OwnCPU() - before).Seconds(), Events: r.Events, Bytes: r.Wire, Runs: r.Runs + r.Repeated}
				return os.RemoveAll(o.Out)
			}))
	}
	return cases
}
