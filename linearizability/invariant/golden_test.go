package invariant_test

import (
	"flag"
	"path/filepath"
	"testing"
	"time"

	"raftian/linearizability/internal/script"
	"raftian/linearizability/invariant"
)

var rewrite = flag.Bool("rewrite", false, "write what the judges say into testdata")

// TestJudgesOnHandWrittenTraces plays testdata/<judge>.txt to each judge: traces
// it must pass, and planted violations it must catch and explain.
func TestJudgesOnHandWrittenTraces(t *testing.T) {
	judges := map[string]func() script.Judge{
		"election-safety":      func() script.Judge { return invariant.NewElectionSafety() },
		"log-matching":         func() script.Judge { return invariant.NewLogMatching() },
		"state-machine-safety": func() script.Judge { return invariant.NewStateMachineSafety() },
		"leader-completeness":  func() script.Judge { return invariant.NewLeaderCompleteness() },
		"monotonic":            func() script.Judge { return invariant.NewMonotonic() },
		"acknowledged": func() script.Judge {
			return invariant.NewAcknowledged(func(input string) bool { return input == "read" })
		},
		"exactly-once": func() script.Judge { return invariant.NewExactlyOnce() },
		"local-logs":   func() script.Judge { return invariant.NewLocalLogs(time.Second) },
		"liveness":     func() script.Judge { return invariant.NewLiveness(time.Second) },
		"quorum":       func() script.Judge { return invariant.NewQuorum() },
		"membership":   func() script.Judge { return invariant.NewMembership(time.Second) },
		"rpc-rate":     func() script.Judge { return invariant.NewRPCRate(3) },
	}
	for name, judge := range judges {
		t.Run(name, func(t *testing.T) {
			script.Golden(t, filepath.Join("testdata", name+".txt"), judge, *rewrite)
		})
	}
}
