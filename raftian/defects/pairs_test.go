package defects_test

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"raftian/netsim/plan"
	"raftian/netsim/toolchain"
	"raftian/raftian/campaign"
	"raftian/raftian/campaign/campaigntest"
	"raftian/raftian/defects"
)

// pair is a finding and a planted bug that shows beside it: in the finding's plan, with a
// seed of its own and some lines more.
type pair struct {
	finding, bug string
	judge        string // that must report the bug, as something unknown
	seed         uint64
	add          []string
}

// pairsMin is how many there must be.
const pairsMin = 40

// A bug beside a finding is reported, though the finding is known. Without the bug the
// finding shows in the same plan, and the bug's judge has nothing unknown to say.
func TestBugsBesideFindingsAreUnknown(t *testing.T) {
	campaigntest.Sources(t)
	p, err := campaign.Build(t.Context(), toolchain.Options{Package: campaign.GameWorld})
	if err != nil {
		t.Fatal(err)
	}
	all := pairs()
	if len(all) < pairsMin {
		t.Errorf("%d pairs, want at least %d", len(all), pairsMin)
	}
	e := &explainer{program: p, sound: map[string]*explained{}}
	work := make(chan pair)
	var workers sync.WaitGroup
	for range 2 {
		workers.Go(func() {
			for x := range work {
				e.test(t, x)
			}
		})
	}
	for _, x := range all {
		work <- x
	}
	close(work)
	workers.Wait()
}

// pairs are all of them.
func pairs() []pair { return slices.Concat(pairsOfStuck(), pairsOfLoss(), pairsOfSnapshots()) }

// explainer runs plans and says what is known of them.
type explainer struct {
	program *campaign.Program
	mu      sync.Mutex
	sound   map[string]*explained // by plan, of those without a bug
}

// explained is what a run showed.
type explained struct {
	once    sync.Once
	err     error
	known   map[string]bool   // the findings that it shows
	unknown map[string]string // by judge, the first violation that none is known for
}

// seedsOfPair is how many seeds are tried for a pair, its own first: which one does may
// change with every change of the World.
const seedsOfPair = 8

func (e *explainer) test(t *testing.T, x pair) {
	var last string
	for n := range uint64(seedsOfPair) {
		pl, err := x.plan(x.seed + n)
		if err != nil {
			t.Errorf("%s with %s: %v", x.finding, x.bug, err)
			return
		}
		sound := e.without(t.Context(), pl)
		bugged := pl
		bugged.Settings = append(slices.Clone(pl.Settings), plan.Setting{Key: "bug", Value: x.bug})
		planted := new(explained)
		planted.run(t.Context(), e.program, bugged)
		switch {
		case sound.err != nil || planted.err != nil:
			t.Errorf("%s with %s: %v", x.finding, x.bug, cmp.Or(sound.err, planted.err))
			return
		case sound.unknown[x.judge] != "":
			t.Errorf("%s: without %s, %s says what is not known: %s", x.finding, x.bug, x.judge, sound.unknown[x.judge])
			return
		case !sound.known[x.finding]:
			last = fmt.Sprintf("the finding does not show without the bug; %v do", slices.Sorted(maps.Keys(sound.known)))
		case planted.unknown[x.judge] == "":
			last = fmt.Sprintf("all that %s says is known", x.judge)
		default:
			return
		}
	}
	t.Errorf("%s with %s planted, seed %d and %d more: at the last, %s", x.finding, x.bug, x.seed, seedsOfPair-1, last)
}

// plan is the finding's plan for a pair, with a seed.
func (x pair) plan(seed uint64) (pl plan.Plan, err error) {
	for _, f := range defects.All() {
		if f.Name == x.finding {
			pl = f.Plan
		}
	}
	pl.Seed = seed
	more := pl
	more.Script, more.Faults = nil, nil
	if more, err = plan.Parse(more.String() + strings.Join(x.add, "\n")); err != nil {
		return pl, fmt.Errorf("what is added: %w", err)
	}
	pl.Settings = more.Settings
	pl.Script = append(slices.Clone(pl.Script), more.Script...)
	pl.Faults = append(slices.Clone(pl.Faults), more.Faults...)
	slices.SortStableFunc(pl.Script, func(a, b plan.Step) int { return cmp.Compare(a.At, b.At) })
	slices.SortStableFunc(pl.Faults, func(a, b plan.Fault) int { return cmp.Compare(a.At, b.At) })
	return plan.Parse(pl.String())
}

// without runs a plan that has no bug, once for all pairs that have it.
func (e *explainer) without(ctx context.Context, pl plan.Plan) *explained {
	e.mu.Lock()
	x := e.sound[pl.String()]
	if x == nil {
		x = new(explained)
		e.sound[pl.String()] = x
	}
	e.mu.Unlock()
	x.once.Do(func() { x.run(ctx, e.program, pl) })
	return x
}

// run runs a plan and explains what failed.
func (x *explained) run(ctx context.Context, p *campaign.Program, pl plan.Plan) {
	r, err := p.Run(ctx, pl)
	if x.err = err; err != nil {
		return
	}
	x.known, x.unknown = map[string]bool{}, map[string]string{}
	causes := defects.Explain(defects.All(), defects.Run{Plan: r.Plan, Raft: r.Raft, Verdicts: r.Verdicts, Wire: r.Wire, Excuse: true})
	for k, v := range r.Verdicts {
		for n, c := range causes[k] {
			switch {
			case c.Finding == "" && x.unknown[v.Judge] == "":
				x.unknown[v.Judge] = v.Violations[n].Reason
			case c.Shows:
				x.known[c.Finding] = true
			}
		}
	}
}
