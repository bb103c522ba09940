// Package hunt asks how soon the bench finds the bugs of the zoo, and whether each
// part of the generator of plans earns its place: each bug is looked for from twenty
// different seeds on, with the generator as it is and with parts of it left out.
//
//	hunt.go    Measure, Run
//	search.go   looking for a bug
//	report.go   tables and a plot
package hunt

import (
	"context"
	"fmt"
	"slices"
	"time"

	"raftian/experiments/bugs"
	"raftian/experiments/campaign"
	"raftian/experiments/findings"
	"raftian/experiments/lab"
	"raftian/netsim/plan"
	"raftian/netsim/toolchain"
)

// Name is the experiment's.
const Name = "hunt"

// variant is a generator.
type variant struct {
	name    string
	without plan.Features
}

// variants are the generators, first the one as it is.
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

// Measure is a search for a bug.
type Measure struct {
	Bug     string  `json:"bug"`
	Variant string  `json:"variant"`
	First   uint64  `json:"first"` // seed
	Seeds   int     `json:"seeds"` // that were tried, the last with success; 0 is none within seedsMost
	Virtual float64 `json:"virtual_s"`
	CPU     float64 `json:"cpu_s"` // of world programs
}

const (
	// seedsMost is how many seeds are tried.
	seedsMost = 32
	// apart lies between the first seeds of two searches, and before that of the first:
	// the generator was made with the seeds below.
	apart = 100_000
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
	look := &searcher{program: p, known: findings.All(), sound: map[key]map[string]bool{}}
	// Of each four ranges of seeds, the other generators look through one: their
	// searches are long where what they lack is needed.
	usual, others, times := variants(s)[:1], variants(s)[1:], s.Times(1, 20)
	s.Say("%d searches with the generator as it is and %d with others", times*len(zoo(s)), (times+ratio-1)/ratio*len(others)*len(zoo(s)))
	for n := 1; ratio*(n-1) < times; n++ {
		if err := look.all(ctx, s, sheet, usual, min(times, ratio*n)); err != nil {
			return err
		}
		if err := look.all(ctx, s, sheet, others, n); err != nil {
			return err
		}
	}
	return report(s, sheet)
}

// ratio is how many searches with the generator as it is there are for each with
// another.
const ratio = 4

// all makes the searches with some generators.
func (look *searcher) all(ctx context.Context, s lab.Setup, sheet *lab.Sheet[Measure], variants []variant, times int) error {
	work := lab.Work[Measure]{Repeats: times, Seed: 1, Jobs: s.Jobs}
	for _, v := range variants {
		for _, b := range zoo(s) {
			work.Cases = append(work.Cases, lab.Case[Measure]{Name: caseName(b.Name, v.name), Cost: 5 * time.Second,
				Measure: func(ctx context.Context, repeat int) (Measure, error) {
					return look.search(ctx, b, v, uint64(apart*(repeat+1)+1))
				}})
		}
	}
	return work.Do(ctx, s, sheet)
}

func caseName(bug, variant string) string { return fmt.Sprintf("%s, %s", bug, variant) }

// zoo is the bugs that are looked for.
func zoo(s lab.Setup) []bugs.Bug {
	all := bugs.All()
	if s.Quick {
		some := []string{"map-order-fsm", "vote-not-synced"}
		all = slices.DeleteFunc(all, func(b bugs.Bug) bool { return !slices.Contains(some, b.Name) })
	}
	return all
}
