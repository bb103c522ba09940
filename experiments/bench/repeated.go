package bench

import (
	"context"
	"fmt"
	"time"

	"raftian/experiments/lab"
	"raftian/netsim/plan"
	"raftian/raftian/campaign"
	"raftian/raftian/guest"
)

const (
	// pairsFull is the number of runs that are made twice.
	pairsFull  = 10_000
	pairsQuick = 20
	// firstPair is their first seed, apart from those of the campaigns used in
	// development.
	firstPair = 5_000_001
	// pairLength is their virtual length: the shortest possible, so that there are
	// many.
	pairLength = 5 * time.Second
)

// chunks returns the number of measurements of the part "twice", of a hundred seeds
// each.
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

// repeated makes runs twice, in processes of their own, and compares their digests.
func (b suite) repeated() []lab.Case[Measure] {
	m := Measure{Part: "twice", Line: "all faults", X: pairLength.String()}
	return []lab.Case[Measure]{newCase(m, 18*time.Second, func(ctx context.Context, m *Measure, repeat int) error {
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
			m.add(a)
			m.add(c)
		}
		return nil
	})}
}
