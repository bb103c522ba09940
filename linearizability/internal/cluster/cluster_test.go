package cluster_test

import (
	"math/rand/v2"
	"testing"

	"raftian/linearizability/internal/cluster"
	"raftian/netsim/env"
	"raftian/netsim/trace"
)

// What never happens in these traces proves nothing of the judges.
func TestTheTracesHaveEveryKindOfTrouble(t *testing.T) {
	count := make(map[string]int)
	for seed := range uint64(200) {
		rng := rand.New(rand.NewPCG(seed, 0))
		for _, e := range cluster.Trace(rng.IntN, 3+2*int(seed%2), 3, 800) {
			word := e.Kind
			switch e.Kind {
			case env.KindRole, env.KindTruncate, env.KindRestore, env.KindApply, env.KindLocal:
				word += " " + e.Text
			case env.KindReturn:
				word += " " + e.Text[:2]
			}
			count[word]++
		}
	}
	for _, word := range []string{
		"role leader", "role candidate", "truncate suffix", "truncate prefix",
		"restore start", "restore install", "apply ", "apply duplicate",
		"local ", "local jump", "return ok", "return un", "snapshot", trace.KindCrash,
	} {
		if count[word] < 50 {
			t.Errorf("%q happens %d times in 200 traces", word, count[word])
		}
	}
	if t.Failed() {
		t.Log(count)
	}
}
