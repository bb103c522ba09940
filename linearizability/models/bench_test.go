package models_test

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/anishathalye/porcupine"

	"raftian/linearizability"
	"raftian/linearizability/drawn"
	"raftian/linearizability/history"
	"raftian/linearizability/models"
)

var large = flag.Bool("large", false, "measure a million operations, too")

// system is a model and what clients ask of it.
type system struct {
	name  string
	model linearizability.Model
	call  func() func(rng *rand.Rand) string
}

// systems are those that are measured. The values of a register come from five, as
// in Jepsen's tests, or are never the same.
func systems() []system {
	register := func(value func(rng *rand.Rand) int) func(rng *rand.Rand) string {
		return func(rng *rand.Rand) string {
			switch n := rng.IntN(10); {
			case n < 5:
				return "read"
			case n < 8:
				return fmt.Sprintf("write %d", value(rng))
			}
			return fmt.Sprintf("cas %d %d", rng.IntN(5), value(rng))
		}
	}
	few := func(rng *rand.Rand) int { return rng.IntN(5) }
	return []system{
		{"register", models.Register(), func() func(*rand.Rand) string { return register(few) }},
		{"register-unique", models.Register(), func() func(*rand.Rand) string {
			last := 4
			return register(func(*rand.Rand) int { last++; return last })
		}},
		{"kv", models.KV(), func() func(*rand.Rand) string {
			return func(rng *rand.Rand) string {
				key := rng.IntN(20)
				switch n := rng.IntN(10); {
				case n < 5:
					return fmt.Sprintf("get k%d", key)
				case n < 8:
					return fmt.Sprintf("put k%d %d", key, few(rng))
				}
				return fmt.Sprintf("cas k%d %d %d", key, few(rng), few(rng))
			}
		}},
	}
}

// history is one of that system in which the log index of every effect is known.
func (s system) history(ops, clients int, unknown float64, seed uint64) []history.Op {
	m := s.model
	if s.model.Partition != nil { // the state of one key; Mix wants that of all
		m = whole(m)
	}
	x := drawn.Mix{Init: m.Init, Step: m.Step, Call: s.call(), Ops: ops, Clients: clients, Unknown: unknown, Indexed: 1}
	return x.History(rand.New(rand.NewPCG(seed, 0)))
}

// whole is a model of one key as one of all keys. Its states change in place.
func whole(m linearizability.Model) linearizability.Model {
	m.Init, m.Step = func() any { return make(map[string]any) }, func(one func() any, step func(any, string) (any, string)) func(any, string) (any, string) {
		return func(state any, input string) (any, string) {
			c, _ := models.ParseKV(input)
			values := state.(map[string]any)
			if values[c.Key] == nil {
				values[c.Key] = one()
			}
			next, output := step(values[c.Key], input)
			values[c.Key] = next
			return state, output
		}
	}(m.Init, m.Step)
	return m
}

// plainly asks Porcupine as its documentation has it, key by key: a call without
// an answer returns after all others, with any output. It has so many steps for it.
func plainly(m linearizability.Model, ops []history.Op, steps int) linearizability.Outcome {
	plain := porcupine.Model{
		Init: m.Init,
		Step: func(state, input, output any) (bool, any) {
			if steps--; steps < 0 {
				return false, state
			}
			next, got := m.Step(state, input.(string))
			return output == nil || output == got, next
		},
	}
	parts := [][]history.Op{ops}
	if m.Partition != nil {
		parts = m.Partition(ops)
	}
	for _, part := range parts {
		var all []porcupine.Operation
		for _, op := range part {
			p := porcupine.Operation{Input: op.Input, Output: op.Output, Call: int64(op.Call), Return: int64(op.Return)}
			if op.Outcome == history.Unknown {
				p.Output, p.Return = nil, 1<<62
			}
			all = append(all, p)
		}
		if !porcupine.CheckOperations(plain, all) {
			if steps < 0 {
				return linearizability.Inconclusive
			}
			return linearizability.Fail
		}
	}
	return linearizability.Pass
}

// plainSteps are those that Porcupine as it is may take, for a History of n
// operations: it may keep n bits for each, and a gibibyte is enough.
func plainSteps(n int) int { return min(1<<21, 1<<33/n) }

// BenchmarkCheck measures all ways to judge a History that is linearizable: by the
// order of the log, by searching without it, and by Porcupine as it is; "decided" is
// 0 if that takes too many steps. Sizes of a million need -large.
func BenchmarkCheck(b *testing.B) {
	sizes := []int{1000, 10_000, 100_000}
	if *large {
		sizes = append(sizes, 1_000_000)
	}
	for _, s := range systems() {
		for _, size := range sizes {
			for _, clients := range []int{5, 10} {
				for _, unknown := range []int{0, 10, 33} {
					name := fmt.Sprintf("model=%s/size=%d/clients=%d/unknown=%d%%", s.name, size, clients, unknown)
					b.Run(name, func(b *testing.B) { benchmark(b, s, size, clients, unknown) })
				}
			}
		}
	}
}

func benchmark(b *testing.B, s system, size, clients, unknown int) {
	ops := s.history(size, clients, float64(unknown)/100, 1)
	ways := map[string]func() linearizability.Outcome{
		"witness": func() linearizability.Outcome {
			return linearizability.Check(s.model, ops, linearizability.Search{}).Outcome
		},
		"search": func() linearizability.Outcome {
			return linearizability.Check(s.model, withoutLog(ops), linearizability.Search{}).Outcome
		},
		"plain": func() linearizability.Outcome {
			return plainly(s.model, ops, plainSteps(size))
		},
	}
	for _, way := range []string{"witness", "search", "plain"} {
		if way == "plain" && size > 10_000 {
			continue // it would need gibibytes
		}
		b.Run("path="+way, func(b *testing.B) {
			b.ReportAllocs()
			decided := 0
			for b.Loop() {
				switch v := ways[way](); v {
				case linearizability.Pass:
					decided++
				case linearizability.Fail:
					b.Fatal("it fails a history that is sound")
				}
			}
			b.ReportMetric(float64(decided)/float64(b.N), "decided")
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(size), "ns/operation")
		})
	}
}

// withoutLog is a History as one from elsewhere: nothing is known but what clients
// saw.
func withoutLog(ops []history.Op) []history.Op {
	bare := make([]history.Op, len(ops))
	for i, op := range ops {
		op.Index, op.Applied, op.AppliedEvent = 0, 0, 0
		bare[i] = op
	}
	return bare
}

// BenchmarkReach says how long histories without a log may be: the largest size, of
// 125 times a power of two up to 32,000, at which three are decided within the
// default budget, and the largest at which so are three with two answers changed.
func BenchmarkReach(b *testing.B) {
	for _, s := range systems() {
		for _, clients := range []int{5, 10, 20} {
			for _, unknown := range []int{0, 10, 33} {
				b.Run(fmt.Sprintf("model=%s/clients=%d/unknown=%d%%", s.name, clients, unknown), func(b *testing.B) {
					sound, spoilt := 0, 0
					for b.Loop() {
						sound, spoilt = reach(s, clients, float64(unknown)/100, 0), reach(s, clients, float64(unknown)/100, 2)
					}
					b.ReportMetric(float64(sound), "sound")
					b.ReportMetric(float64(spoilt), "spoilt")
				})
			}
		}
	}
}

func reach(s system, clients int, unknown, changed float64) (size int) {
	for next := 125; next <= 32_000; next *= 2 {
		for seed := range uint64(3) {
			ops := withoutLog(s.history(next, clients, unknown, seed))
			drawn.Spoil(rand.New(rand.NewPCG(seed, 1)), ops, changed/float64(next))
			if linearizability.Check(s.model, ops, linearizability.Search{}).Outcome == linearizability.Inconclusive {
				return size
			}
		}
		size = next
	}
	return size
}
