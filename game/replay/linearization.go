package replay

import (
	"runtime"
	"time"

	"raftian/game/spec"
	"raftian/linearizability"
	"raftian/linearizability/history"
	"raftian/netsim/env"
)

// LinearizationPoint is an instant at which an op that no machine applied, such as a
// read, can be thought to take effect; also that of an op whose log entry does not
// explain its response.
type LinearizationPoint struct {
	At     env.Instant
	Known  bool
	Chosen bool // by a search, among several possible ones: the log does not determine it
}

// Limits of the search, so that a viewer opens quickly.
const (
	pointsOpsMax = 20_000 // ops
	pointsBudget = 1 << 18
)

// findPoints finds linearization points. Ops with weaker guarantees than
// linearizability have none.
func (r *Run) findPoints() {
	most, budget := pointsOpsMax, pointsBudget
	if runtime.GOOS == "js" { // browsers are several times slower
		most, budget = pointsOpsMax/4, pointsBudget/4
	}
	if !r.hasGame || len(r.Ops) > most {
		return
	}
	lease, err := time.ParseDuration(r.Setting("lease"))
	if err != nil {
		lease = 0
	}
	var ops []history.Op
	for i := range r.Ops {
		if r.Ops[i].Client != env.Operator {
			ops = append(ops, r.Ops[i].Op)
		}
	}
	numbers := map[callID]int{}
	for i := range r.Ops {
		numbers[callID{r.Ops[i].Client, r.Ops[i].Seq}] = i
	}
	held := linearizability.Held(ops, spec.Promises(lease))
	for _, p := range linearizability.Points(spec.Model(r.Plan.Beginners()), held, linearizability.Search{Budget: budget}) {
		op := &r.Ops[numbers[callID{held[p.Op].Client, held[p.Op].Seq}]]
		if op.AppliedEvent == 0 || p.Chosen {
			op.Point = LinearizationPoint{At: p.At, Known: true, Chosen: p.Chosen}
		}
	}
}
