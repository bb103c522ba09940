package invariant_test

import (
	"testing"

	"pgregory.net/rapid"

	"raftian/linearizability/internal/cluster"
	"raftian/linearizability/internal/script"
	"raftian/linearizability/invariant"
	"raftian/linearizability/verdict"
	"raftian/netsim/trace"
)

// judges are all that read traces, by name.
func judges() map[string]script.Judge {
	return map[string]script.Judge{
		"election-safety":      invariant.NewElectionSafety(),
		"log-matching":         invariant.NewLogMatching(),
		"state-machine-safety": invariant.NewStateMachineSafety(),
		"leader-completeness":  invariant.NewLeaderCompleteness(),
		"monotonic":            invariant.NewMonotonic(),
		"acknowledged":         invariant.NewAcknowledged(nil),
		"exactly-once":         invariant.NewExactlyOnce(),
		"local-logs":           invariant.NewLocalLogs(cluster.Bound),
		"liveness":             invariant.NewLiveness(cluster.Bound),
		"rpc-rate":             invariant.NewRPCRate(1000),
	}
}

func draw(t *rapid.T) cluster.Draw {
	return func(n int) int { return rapid.IntRange(0, n-1).Draw(t, "draw") }
}

func judge(j script.Judge, events []trace.Event) verdict.Verdict {
	for i := range events {
		j.Event(&events[i])
	}
	return j.Verdict()
}

func TestNoJudgeFindsFaultWithAClusterThatWorks(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		machines := rapid.SampledFrom([]int{1, 3, 5}).Draw(t, "machines")
		steps := rapid.IntRange(0, 600).Draw(t, "steps")
		events := cluster.Trace(draw(t), machines, 3, steps)
		for name, j := range judges() {
			if v := judge(j, events); v.Outcome != verdict.Pass {
				t.Errorf("%s says %v: %s %v", name, v.Outcome, v.Reason, v.Evidence)
			}
		}
	})
}
