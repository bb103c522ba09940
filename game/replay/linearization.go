package replay

import (
	"runtime"
	"time"

	"raftian/game/spec"
	"raftian/linearizability"
	"raftian/linearizability/history"
	"raftian/netsim/env"
)

// Point says when an op that no machine applied, such as a read, or one of which the
// log's word explains nothing, can be thought to take effect.
type LinearizationPoint struct {
	At     env.Instant
	Known  bool
	Chosen bool // by a search, among others that would do as well: the log does not say
}

// Limits of what is worth it: a viewer opens in a moment.
const (
	pointsOpsMax   = 20_000 // ops
	pointsBudget = 1 << 18
)

// place finds out when ops can be thought to take effect. Promises less than to be
// linearizable have no such moment.
func (r *Run) findPoints() {
	most, budget := pointsOpsMax, pointsBudget
	if runtime.GOOS == "js" { // where all is several times as slow
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
