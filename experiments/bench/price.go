package bench

import (
	"context"
	"time"

	"raftian/experiments/campaign"
	"raftian/experiments/lab"
	"raftian/netsim/plan"
	"raftian/raftian/guest"
)

// What is compared in the part price.
const (
	bare    = "no events"
	traced  = "events, decoded"
	judged  = "events, judged"
	racing  = "events, with the race detector"
	written = "events, judged and kept in a file"
)

func prices() []string { return []string{bare, traced, judged, written, racing} }

// price is what watching costs, of the same runs.
func (b suite) price() (cases []lab.Case[Measure]) {
	seeds := 3
	length := 30 * time.Second
	if b.s.Quick {
		seeds, length = 1, 5*time.Second
	}
	for _, class := range []string{"calm", "all"} {
		faults := plan.Calm
		if class == "all" {
			faults = plan.All
		}
		for _, what := range prices() {
			if what == racing && b.race == nil {
				continue
			}
			cost := 2 * time.Second
			if what == racing {
				cost = 12 * time.Second
			}
			cases = append(cases, measured(Measure{Part: "price", Line: what, X: class}, cost, func(ctx context.Context, m *Measure, repeat int) error {
				for k := range seeds {
					pl, err := draw(guest.Options{Seed: uint64(1 + repeat*seeds + k), Machines: 5, Length: length, Faults: faults})
					if err != nil {
						return err
					}
					if err := b.pay(ctx, m, pl, what); err != nil {
						return err
					}
				}
				return nil
			}))
		}
	}
	return cases
}

// pay makes a run and adds what it cost.
func (b suite) pay(ctx context.Context, m *Measure, pl plan.Plan, what string) error {
	before := lab.OwnCPU()
	program := b.program
	switch what {
	case racing:
		program = b.race
		fallthrough
	case bare, traced:
		look := campaign.Gathered
		if what == bare {
			look = campaign.Unseen
		}
		c, err := program.Cost(ctx, pl, look)
		if err != nil {
			return err
		}
		m.take(c)
	default:
		began := time.Now()
		r, err := program.Run(ctx, pl)
		if err != nil {
			return err
		}
		if what == written {
			if err := r.Save(b.s.Path("price.run"), program); err != nil {
				return err
			}
			if err := remove(b.s.Path("price.run")); err != nil {
				return err
			}
		}
		m.take(campaign.Cost{Events: r.Events, Bytes: int64(len(r.Wire)), Virtual: pl.Length, Wall: time.Since(began), CPU: r.CPU})
	}
	m.Own += (lab.OwnCPU() - before).Seconds()
	return nil
}
