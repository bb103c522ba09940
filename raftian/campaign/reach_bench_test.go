package campaign

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"raftian/game/spec"
	"raftian/linearizability"
	"raftian/linearizability/drawn"
	"raftian/raftian/guest"
)

// BenchmarkReachOfTheGame says how many calls of the game can be judged without a
// log: the largest number, of 25 times a power of two up to 12,800, at which three
// histories are decided, and the largest at which so are three with two answers
// changed.
func BenchmarkReachOfTheGame(b *testing.B) {
	for _, clients := range []int{5, 10} {
		for _, unknown := range []int{0, 10, 33} {
			b.Run(fmt.Sprintf("model=game/clients=%d/unknown=%d%%", clients, unknown), func(b *testing.B) {
				sound, spoilt := 0, 0
				for b.Loop() {
					sound, spoilt = reachOfGame(clients, float64(unknown)/100, 0), reachOfGame(clients, float64(unknown)/100, 2)
				}
				b.ReportMetric(float64(sound), "sound")
				b.ReportMetric(float64(spoilt), "spoilt")
			})
		}
	}
}

func reachOfGame(clients int, unknown, changed float64) (size int) {
	machines := []string{"n1", "n2", "n3", "n4", "n5"}
	m := guest.Game().Model(machines)
	for next := 25; next <= 12_800; next *= 2 {
		for seed := range uint64(3) {
			x := drawn.Mix{Init: m.Init, Step: m.Step, Ops: next, Clients: clients, Unknown: unknown,
				Call: func(rng *rand.Rand) string { return spec.Call(rng, fmt.Sprintf("p%d", 1+rng.IntN(5)), machines) }}
			ops := x.History(rand.New(rand.NewPCG(seed, 0)))
			drawn.Spoil(rand.New(rand.NewPCG(seed, 1)), ops, changed/float64(next))
			if linearizability.Check(m, ops, linearizability.Search{}).Outcome == linearizability.Inconclusive {
				return size
			}
		}
		size = next
	}
	return size
}
