package models_test

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"time"

	"raftian/linearizability"
	"raftian/linearizability/distinct"
	"raftian/linearizability/drawn"
	"raftian/linearizability/history"
	"raftian/linearizability/models"
)

// wide is a system with values that are given once, for long histories.
type wide struct {
	name  string
	model linearizability.Model
	init  func() any
	step  func(state any, input string) (any, string)
	call  func(next func() int, rng *rand.Rand) string
}

func wides() []wide {
	register, queue := models.Register(), models.Queue()
	// A set as a map, which is quicker than the model's text.
	init := func() any { return make(map[string]bool) }
	step := func(state any, input string) (any, string) {
		values := state.(map[string]bool)
		switch verb, value, _ := strings.Cut(input, " "); verb {
		case "add":
			values[value] = true
		case "remove":
			delete(values, value)
		default:
			var all []string
			for v := range values {
				all = append(all, v)
			}
			return state, models.SetOf(all)
		}
		return state, "ok"
	}
	return []wide{
		{"register", register, register.Init, register.Step, func(next func() int, rng *rand.Rand) string {
			switch n := rng.IntN(10); {
			case n < 5:
				return "read"
			case n < 6:
				return fmt.Sprintf("cas x%d %d", rng.IntN(5), next())
			}
			return fmt.Sprintf("write %d", next())
		}},
		{"queue", queue, queue.Init, queue.Step, func(next func() int, rng *rand.Rand) string {
			if rng.IntN(2) == 0 {
				return "dequeue"
			}
			return fmt.Sprintf("enqueue %d", next())
		}},
		{"set of a thousand", models.Set(), init, step, func(next func() int, rng *rand.Rand) string {
			n := next()
			switch {
			case n%50 == 0:
				return "read"
			case n%2 == 1:
				return "add " + strconv.Itoa(n)
			}
			return "remove " + strconv.Itoa(n-2001+n%3*100)
		}},
		{"set that grows", models.Set(), init, step, func(next func() int, rng *rand.Rand) string {
			if n := next(); n%2000 != 0 {
				return "add " + strconv.Itoa(n)
			}
			return "read"
		}},
	}
}

func (w wide) history(ops int, unknown float64) []history.Op {
	n := 0
	x := drawn.Mix{Init: w.init, Step: w.step, Ops: ops, Clients: 10, Unknown: unknown,
		Call: func(rng *rand.Rand) string { return w.call(func() int { n++; return n }, rng) }}
	return x.History(rand.New(rand.NewPCG(1, 0)))
}

// oneWrong gives an answer in the second half of a history to one of its kind that was
// made long after, and says whether there is one.
func oneWrong(ops []history.Op) bool {
	for i := len(ops) / 2; i < len(ops); i++ {
		for k := i + 200; k < len(ops); k++ {
			if ops[i].Outcome == history.OK && ops[k].Outcome == history.OK && ops[i].Input == ops[k].Input &&
				ops[i].Output != ops[k].Output {
				ops[k].Output = ops[i].Output
				return true
			}
		}
	}
	return false
}

// Long histories are decided by the quick algorithms, and one wrong answer is found,
// with evidence. With -large there are 100,000 calls; without, 10,000, and nobody
// takes the time.
func TestLongHistoriesOfDistinctValuesAreDecided(t *testing.T) {
	size := 10_000
	if *large {
		size = 100_000
	}
	for _, w := range wides() {
		for _, unknown := range []float64{0, 0.01, 0.1} {
			t.Run(fmt.Sprintf("%s/%v unknown", w.name, unknown), func(t *testing.T) { w.long(t, size, unknown) })
		}
	}
}

func (w wide) long(t *testing.T, size int, unknown float64) {
	ops := w.history(size, unknown)
	forget()
	began := time.Now()
	v := linearizability.Check(w.model, ops, linearizability.Search{})
	sound := time.Since(began)
	if v.Outcome != linearizability.Pass {
		t.Errorf("%v: %s", v.Outcome, v.Reason)
	}
	if !oneWrong(ops) {
		t.Fatal("no answer to spoil")
	}
	began = time.Now()
	v = linearizability.Check(w.model, ops, linearizability.Search{})
	wrong := time.Since(began)
	if v.Outcome != linearizability.Fail || len(v.Evidence) < 2 {
		t.Errorf("%v: %.300s, %d pieces of evidence", v.Outcome, v.Reason, len(v.Evidence))
	}
	t.Logf("%d operations: sound in %v, wrong in %v, %d MiB at most", size, sound, wrong, peak()>>20)
	if *large && (sound > 30*time.Second || wrong > 2*time.Minute) {
		t.Errorf("it takes too long")
	}
}

// BenchmarkQuick measures the quick algorithms alone.
func BenchmarkQuick(b *testing.B) {
	for _, w := range wides() {
		b.Run(w.name, func(b *testing.B) {
			all := ranked(w.history(100_000, 0.01))
			b.ReportAllocs()
			for b.Loop() {
				if r := w.model.Quick(w.model.Init(), all); r.Finding != distinct.Legal {
					b.Fatalf("%+v", r)
				}
			}
		})
	}
}
