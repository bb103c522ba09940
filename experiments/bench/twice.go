package bench

import (
	"context"
	"fmt"
	"time"

	"raftian/experiments/campaign"
	"raftian/experiments/lab"
	"raftian/netsim/plan"
	"raftian/raftian/guest"
)

const (
	// pairsFull is how many runs are made twice.
	pairsFull  = 10_000
	pairsQuick = 20
	// firstPair is the first seed of them: others than those of the campaigns that
	// everything was developed with.
	firstPair = 5_000_001
	// pairLength is how long each is, in virtual time: the shortest there is, so that
	// there are many.
	pairLength = 5 * time.Second
)

// chunks is how many measurements the part twice has, of a hundred seeds each.
func (b suite) chunks() int {
	if b.s.Repeats > 0 {
		return b.s.Repeats
	}
	pairs := pairsFull
	if b.s.Quick {
		pairs = pairsQuick
	}
	return pairs / b.chunk()
}

func (b suite) chunk() int {
	if b.s.Quick {
		return pairsQuick
	}
	return 100
}

// twice makes runs twice, one after the other in processes of their own, and compares
// the digests of their events.
func (b suite) twice() []lab.Case[Measure] {
	m := Measure{Part: "twice", Line: "all faults", X: pairLength.String()}
	return []lab.Case[Measure]{measured(m, 18*time.Second, func(ctx context.Context, m *Measure, repeat int) error {
		first, chunk := uint64(firstPair+repeat*b.chunk()), uint64(b.chunk())
		m.Seeds = fmt.Sprintf("%d-%d", first, first+chunk-1)
		for seed := first; seed < first+chunk; seed++ {
			pl, err := draw(guest.Options{Seed: seed, Length: pairLength, Faults: plan.All})
			if err != nil {
				return err
			}
			a, err := b.program.Cost(ctx, pl, campaign.Gathered)
			if err != nil {
				return err
			}
			c, err := b.program.Cost(ctx, pl, campaign.Gathered)
			if err != nil {
				return err
			}
			if a.Digest != c.Digest || a.Events != c.Events || (a.Exit == "") != (c.Exit == "") {
				m.Differed++
			} else if a.Exit != "" {
				m.Died++
			}
			m.take(a)
			m.take(c)
		}
		return nil
	})}
}
