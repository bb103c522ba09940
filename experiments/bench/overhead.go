package bench

import (
	"context"
	"time"

	"raftian/experiments/lab"
	"raftian/netsim/plan"
	"raftian/raftian/campaign"
	"raftian/raftian/guest"
)

// The variants of the part "price".
const (
	bare    = "no events"
	traced  = "events, decoded"
	judged  = "events, judged"
	racing  = "events, with the race detector"
	written = "events, judged and kept in a file"
)

func variants() []string { return []string{bare, traced, judged, written, racing} }

// overhead measures the cost of observing the same runs.
func (b suite) overhead() (cases []lab.Case[Measure]) {
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
		for _, what := range variants() {
			if what == racing && b.race == nil {
				continue
			}
			cost := 2 * time.Second
			if what == racing {
				cost = 12 * time.Second
			}
			cases = append(cases, newCase(Measure{Part: "price", Line: what, X: class}, cost, func(ctx context.Context, m *Measure, repeat int) error {
				for k := range seeds {
					pl, err := draw(guest.Options{Seed: uint64(1 + repeat*seeds + k), Machines: 5, Length: length, Faults: faults})
					if err != nil {
						return err
					}
					if err := b.measureOverhead(ctx, m, pl, what); err != nil {
						return err
					}
				}
				return nil
			}))
		}
	}
	return cases
}

// measureOverhead makes a run and adds its cost.
func (b suite) measureOverhead(ctx context.Context, m *Measure, pl plan.Plan, what string) error {
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
		m.add(c)
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
		m.add(campaign.Cost{Events: r.Events, Bytes: int64(len(r.Wire)), Virtual: pl.Length, Wall: time.Since(began), CPU: r.CPU})
	}
	m.OwnCPU += (lab.OwnCPU() - before).Seconds()
	return nil
}
