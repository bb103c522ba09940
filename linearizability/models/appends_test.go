package models_test

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"

	"raftian/linearizability"
	"raftian/linearizability/drawn"
	"raftian/linearizability/history"
	"raftian/linearizability/models"
)

// appends is 2,000 operations of 50 clients over 10 keys.
func appends(a drawn.Appends, unknown float64, seed uint64) []history.Op {
	a.Keys = 10
	x := a.Mix()
	x.Ops, x.Clients, x.Unknown = 2000, 50, unknown
	return x.History(rand.New(rand.NewPCG(seed, 2)))
}

// staleRead has a get answer what an earlier get of its key did, which had returned
// long before.
func staleRead(rng *rand.Rand, ops []history.Op) bool {
	for range 1000 {
		i := len(ops)/2 + rng.IntN(len(ops)/2)
		for k := range i {
			if ops[k].Input == ops[i].Input && strings.HasPrefix(ops[i].Input, "get") && ops[k].Outcome == history.OK &&
				ops[i].Outcome == history.OK && ops[k].Return+1000 < ops[i].Call && ops[k].Output != "nil" &&
				len(ops[k].Output)+10 < len(ops[i].Output) {
				ops[i].Output = ops[k].Output
				return true
			}
		}
	}
	return false
}

// lostAppend has what was appended be missing in all reads.
func lostAppend(rng *rand.Rand, ops []history.Op) bool {
	for range 1000 {
		op := ops[rng.IntN(len(ops)/2)]
		words := strings.Fields(op.Input)
		if words[0] != "append" || op.Outcome != history.OK {
			continue
		}
		read := false
		for i := range ops {
			if ops[i].Input == "get "+words[1] && strings.Contains(ops[i].Output, words[2]) {
				ops[i].Output = strings.Replace(ops[i].Output, words[2], "", 1)
				read = read || ops[i].Call > op.Return
				if ops[i].Output == "" {
					ops[i].Output = "nil"
				}
			}
		}
		if read {
			return true
		}
	}
	return false
}

// BenchmarkAppends measures histories of texts that are appended to: sound ones, and
// ones with a stale read or a lost append; "decided" is the share that is.
func BenchmarkAppends(b *testing.B) {
	for _, reads := range []float64{0.5, 0.1, 0.02} {
		for _, repeat := range []int{0, 5} {
			for _, unknown := range []float64{0, 0.02, 0.1} {
				for _, kind := range []string{"sound", "stale", "lost"} {
					name := fmt.Sprintf("reads=%v/repeat=%d/unknown=%v/%s", reads, repeat, unknown, kind)
					b.Run(name, func(b *testing.B) { benchmarkAppends(b, drawn.Appends{Reads: reads, Repeat: repeat}, unknown, kind) })
				}
			}
		}
	}
}

func benchmarkAppends(b *testing.B, a drawn.Appends, unknown float64, kind string) {
	decided, n := 0, uint64(0)
	for b.Loop() {
		b.StopTimer()
		n++
		ops, is := appends(a, unknown, n), true
		rng := rand.New(rand.NewPCG(n, 3))
		switch kind {
		case "stale":
			is = staleRead(rng, ops)
		case "lost":
			is = lostAppend(rng, ops)
		}
		if !is {
			b.Skip("there is no such call")
		}
		runtime.GC()
		b.StartTimer()
		v := linearizability.Check(models.KV(), ops, linearizability.Search{})
		if v.Outcome != linearizability.Inconclusive {
			decided++
		}
		if v.Outcome == linearizability.Fail && kind == "sound" || v.Outcome == linearizability.Pass && kind != "sound" && a.Repeat == 0 {
			b.Fatalf("%v: %s", v.Outcome, v.Reason)
		}
	}
	b.ReportMetric(float64(decided)/float64(b.N), "decided")
}
