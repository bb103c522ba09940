package bench

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"time"

	"raftian/experiments/lab"
	"raftian/netsim/plan"
	"raftian/raftian/campaign"
	"raftian/raftian/guest"
)

func remove(path string) error { return os.Remove(path) }

// jobs returns the numbers of parallel runs: 1, 2, 4, … up to twice the processors.
func jobs() (list []int) {
	for n := 1; n <= 2*runtime.NumCPU(); n *= 2 {
		list = append(list, n)
	}
	return list
}

// parallel measures campaigns as `raftian explore` makes them, with judges, and with
// several runs at once.
func (b suite) parallel() (cases []lab.Case[Measure]) {
	seeds := 16
	if b.s.Quick {
		seeds = 2
	}
	for _, n := range jobs() {
		cases = append(cases, newCase(Measure{Part: "crowd", Line: "runs at once", X: fmt.Sprint(n)}, 8*time.Second,
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
					OwnCPU: (lab.OwnCPU() - before).Seconds(), Events: r.Events, Bytes: r.Wire, Runs: r.Runs + r.Repeated}
				return os.RemoveAll(o.Out)
			}))
	}
	return cases
}
