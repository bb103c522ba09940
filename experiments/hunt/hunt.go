// Package hunt measures how many seeds it takes to find each bug of the zoo, and what
// each part of the plan generator contributes. Each bug is searched for from twenty
// first seeds, with the full generator and with parts of it disabled.
//
//	hunt.go    Measure, Run
//	search.go  one search
//	report.go  tables and a plot
package hunt

import (
	"context"
	"fmt"
	"slices"
	"time"

	"raftian/experiments/lab"
	"raftian/netsim/plan"
	"raftian/netsim/toolchain"
	"raftian/raftian/bugs"
	"raftian/raftian/campaign"
	"raftian/raftian/defects"
)

// Name is the experiment's name.
const Name = "hunt"

// variant is a plan generator without some of its features.
type variant struct {
	name    string
	without plan.Features
}

// variants returns the generators; the first is the full one.
func variants(s lab.Setup) []variant {
	all := []variant{
		{"as it is", 0},
		{"without swarms", plan.SwarmTesting},
		{"without drills", plan.Drills},
		{"without triggers", plan.EventTriggers},
		{"without all three", plan.SwarmTesting | plan.Drills | plan.EventTriggers},
	}
	if s.Quick {
		return []variant{all[0], all[len(all)-1]}
	}
	return all
}

// Measure is one search for a bug.
type Measure struct {
	Bug     string  `json:"bug"`
	Variant string  `json:"variant"`
	First   uint64  `json:"first"` // first seed
	Seeds   int     `json:"seeds"` // seeds tried up to and including the successful one; 0 if none of seedsMax succeeded
	Virtual float64 `json:"virtual_s"`
	CPU     float64 `json:"cpu_s"` // of world programs
}

const (
	// seedsMax is the number of seeds after which a search is given up.
	seedsMax = 32
	// seedStride is the distance between the first seeds of two searches. The seeds
	// below it were used in developing the generator.
	seedStride = 100_000
)

// Run runs the experiment.
func Run(ctx context.Context, s lab.Setup) error {
	p, err := campaign.Build(ctx, toolchain.Options{Package: campaign.GameWorld})
	if err != nil {
		return err
	}
	sheet, err := lab.OpenSheet[Measure](s.Path("data.jsonl"), s.Header(Name, p.Digest, p.Raft))
	if err != nil {
		return err
	}
	defer sheet.Close()
	searches := &searcher{program: p, known: defects.All(), baselines: map[baselineKey]map[string]bool{}}
	// The other generators search one of every four ranges of seeds: their searches
	// are long where a disabled feature is needed.
	standard, others, times := variants(s)[:1], variants(s)[1:], s.Times(1, 20)
	s.Say("%d searches with the generator as it is and %d with others", times*len(zoo(s)), (times+standardPerOther-1)/standardPerOther*len(others)*len(zoo(s)))
	for n := 1; standardPerOther*(n-1) < times; n++ {
		if err := searches.runAll(ctx, s, sheet, standard, min(times, standardPerOther*n)); err != nil {
			return err
		}
		if err := searches.runAll(ctx, s, sheet, others, n); err != nil {
			return err
		}
	}
	return report(s, sheet)
}

// standardPerOther is the number of searches with the full generator per search with
// another.
const standardPerOther = 4

// runAll makes the searches with some generators.
func (se *searcher) runAll(ctx context.Context, s lab.Setup, sheet *lab.Sheet[Measure], variants []variant, times int) error {
	work := lab.Work[Measure]{Repeats: times, Seed: 1, Jobs: s.Jobs}
	for _, v := range variants {
		for _, b := range zoo(s) {
			work.Cases = append(work.Cases, lab.Case[Measure]{Name: caseName(b.Name, v.name), Cost: 5 * time.Second,
				Measure: func(ctx context.Context, repeat int) (Measure, error) {
					return se.search(ctx, b, v, uint64(seedStride*(repeat+1)+1))
				}})
		}
	}
	return work.Do(ctx, s, sheet)
}

func caseName(bug, variant string) string { return fmt.Sprintf("%s, %s", bug, variant) }

// zoo returns the bugs that are searched for.
func zoo(s lab.Setup) []bugs.Bug {
	all := bugs.All()
	if s.Quick {
		some := []string{"map-order-fsm", "vote-not-synced"}
		all = slices.DeleteFunc(all, func(b bugs.Bug) bool { return !slices.Contains(some, b.Name) })
	}
	return all
}
