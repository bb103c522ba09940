package campaign

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"sync"
	"time"

	"raftian/linearizability"
	"raftian/netsim/env"
	"raftian/netsim/plan"
	"raftian/netsim/trace"
)

// ShrinkOptions say how to shrink.
type ShrinkOptions struct {
	Jobs int // runs at once
	// Judge is whose failure matters; "" is the first one's to fail the run.
	Judge string
	// Seeds is how many seeds a smaller plan is tried with at most: what is left
	// out of a plan leaves its other draws in place, but not the moments at which
	// goroutines of one machine meet, and another seed may hit them again. How
	// many are tried depends on how often the plan fails alike with another seed.
	Seeds int
	// Limit is how much wall-clock time it may take; 0 is any. What is found by
	// then is kept.
	Limit time.Duration
	// Tried is told after each run: how many there were, and the best plan so
	// far. May be nil.
	Tried func(runs int, best plan.Plan)
}

// Shrunk is what shrinking came to.
type Shrunk struct {
	Result *Result // of the smallest plan
	Runs   int     // how many runs it took
	// Untried is what was not tried, in words, because the time was over; empty if all was.
	Untried []string
}

// alike is what two runs have in common that fail alike.
type alike struct{ judge, signature string }

// failure is how a run fails: by that judge, or by the first that says Fail if
// that is "".
func failure(r *Result, judge string) (alike, bool) {
	for _, v := range r.Verdicts {
		if v.Outcome == linearizability.Fail && (judge == "" || judge == v.Judge) {
			return alike{v.Judge, v.Signature}, true
		}
	}
	return alike{}, false
}

// ErrPasses says that there is nothing to shrink.
var ErrPasses = errors.New("no judge, or not the one asked for, fails this run")

// Shrink makes a plan smaller as long as its run fails alike: by the same judge,
// with the same signature. If ctx is cancelled, it returns the best so far.
func (p *Program) Shrink(ctx context.Context, pl plan.Plan, o ShrinkOptions) (*Shrunk, error) {
	first, err := p.Run(ctx, pl)
	if err != nil {
		return nil, err
	}
	if o.Limit > 0 {
		limited, cancel := context.WithTimeout(ctx, o.Limit)
		defer cancel()
		ctx = limited
	}
	what, fails := failure(first, o.Judge)
	if !fails {
		return nil, ErrPasses
	}
	s := &shrinking{program: p, o: o, what: what, seeds: 1, best: &Shrunk{Result: first, Runs: 1}}
	keep := func(candidates []plan.Plan) (int, plan.Plan) { return s.keep(ctx, candidates) }
	s.pass(pl, lastEvidence(first, what), keep)
	more := true
	for more && ctx.Err() == nil {
		if more = s.more(ctx); !more {
			break
		}
		// Where others fail takes another moment than where this one did.
		s.pass(s.best.Result.Plan.Longer(slack), 0, keep)
		seeds := s.seeds
		s.seeds = 1
		s.pass(s.best.Result.Plan, lastEvidence(s.best.Result, what), keep)
		s.seeds = seeds
	}
	if more && s.err == nil && s.seeds < s.o.Seeds {
		s.best.Untried = append(s.best.Untried, fmt.Sprintf("other seeds: each plan was tried with %s, of at most %d", trace.Some(s.seeds, "seed"), s.o.Seeds))
	}
	return s.best, s.err
}

// slack is how much longer a plan gets when other seeds are tried: some election
// timeouts.
const slack = 2 * time.Second

// pass shrinks a plan. What comes of it is the best only if it is smaller.
func (s *shrinking) pass(pl plan.Plan, seen env.Instant, keep plan.Keep) {
	before := s.best.Result
	if _, untried := plan.Shrink(pl, seen, keep); len(s.best.Untried) == 0 {
		s.best.Untried = untried
	}
	if s.best.Result != before && weight(before.Plan) < weight(s.best.Result.Plan) {
		s.best.Result = before
	}
}

// weight is how much a plan has to be read: lines, of which a fault is worth some.
func weight(p plan.Plan) int {
	return 3*len(p.Faults) + len(p.Script) + len(p.Machines) + len(p.Settings)
}

// more says whether to go on with more seeds to try a plan with, and sets how
// many. Most of a plan goes with one seed, and each further one costs as many runs
// again.
//
// If the best plan fails alike with some other seeds, at a certain rate, enough is
// what misses one in twenty plans that could be kept: 1-(1-rate)^seeds is 95 %. If
// it does so with none, the failure hangs on how goroutines happen to meet, and it
// takes ever more seeds to meet it again in a smaller plan.
func (s *shrinking) more(ctx context.Context) bool {
	if s.seeds >= s.o.Seeds {
		return false
	}
	rate := s.rate(ctx)
	enough := s.o.Seeds
	if rate > 0 {
		enough = min(enough, int(math.Ceil(math.Log(0.05)/math.Log(1-min(rate, 0.99)))))
	}
	if s.seeds >= enough {
		return false
	}
	s.seeds = min(4*s.seeds, enough)
	return true
}

// sample is how many other seeds tell how often the best plan fails alike.
const sample = 12

// rate is how many of some other seeds the best plan fails alike with.
func (s *shrinking) rate(ctx context.Context) float64 {
	var others []attempt
	for n := range sample {
		pl := s.best.Result.Plan.Longer(slack)
		pl.Seed += uint64(n + 1)
		others = append(others, attempt{n, pl})
	}
	alike := 0
	for _, r := range s.all(ctx, others) {
		if r != nil {
			alike++
		}
	}
	return float64(alike) / sample
}

// lastEvidence is when the last event happened that a failure's verdict names;
// 0 if it names none.
func lastEvidence(r *Result, what alike) env.Instant {
	var last uint64
	for _, v := range r.Verdicts {
		if (alike{v.Judge, v.Signature}) == what {
			for _, e := range v.Evidence {
				last = max(last, e.Event)
			}
		}
	}
	d := trace.NewDecoder(bytes.NewReader(r.Wire))
	var e trace.Event
	for d.Next(&e) == nil {
		if e.N == last {
			return e.At
		}
	}
	return 0
}

// shrinking is a shrink under way.
type shrinking struct {
	program *Program
	o       ShrinkOptions
	what    alike
	seeds   int // to try a smaller plan with

	mu   sync.Mutex
	best *Shrunk
	err  error // of the tool
}

// attempt is one run of one candidate.
type attempt struct {
	candidate int
	plan      plan.Plan
}

// keep tries candidates, several at once, and takes the first of them, in the
// order of attempts, that fails alike; so the answer does not depend on which
// run was quicker.
func (s *shrinking) keep(ctx context.Context, candidates []plan.Plan) (int, plan.Plan) {
	var attempts []attempt
	for n := range s.seeds {
		for k, c := range candidates {
			c.Seed += uint64(n)
			attempts = append(attempts, attempt{k, c})
		}
	}
	for len(attempts) > 0 && ctx.Err() == nil && s.err == nil {
		now := attempts[:min(len(attempts), max(1, s.o.Jobs))]
		attempts = attempts[len(now):]
		for i, r := range s.all(ctx, now) {
			if r != nil {
				s.best.Result = r
				return now[i].candidate, now[i].plan
			}
		}
	}
	if ctx.Err() != nil || s.err != nil {
		return plan.Stop, plan.Plan{}
	}
	return -1, plan.Plan{}
}

// all tries plans, Jobs at a time, and returns the run of each that fails alike.
func (s *shrinking) all(ctx context.Context, attempts []attempt) []*Result {
	results := make([]*Result, len(attempts))
	free := make(chan struct{}, max(1, s.o.Jobs))
	var all sync.WaitGroup
	for i, a := range attempts {
		free <- struct{}{}
		all.Go(func() {
			results[i] = s.try(ctx, a.plan)
			<-free
		})
	}
	all.Wait()
	return results
}

// try runs a plan and returns the run if it fails alike.
func (s *shrinking) try(ctx context.Context, pl plan.Plan) *Result {
	r, err := s.program.Run(ctx, pl)
	s.mu.Lock()
	defer s.mu.Unlock()
	if errors.Is(err, ErrRefused) || errors.Is(err, ErrOutside) { // without a setting that there must be nothing fails
		r, err = &Result{}, nil
	}
	if err != nil {
		if ctx.Err() == nil && s.err == nil {
			s.err = err
		}
		return nil
	}
	s.best.Runs++
	if s.o.Tried != nil {
		s.o.Tried(s.best.Runs, s.best.Result.Plan)
	}
	for _, v := range r.Verdicts {
		if v.Outcome == linearizability.Fail && (alike{v.Judge, v.Signature}) == s.what {
			return r
		}
	}
	return nil
}

// Size is a plan's size in words.
func Size(p plan.Plan) string {
	return fmt.Sprintf("%s, %s, %s, %s, %s", trace.Some(len(p.Faults), "fault"), trace.Some(len(p.Script), "call"),
		trace.Some(len(p.Machines), "machine"), trace.Some(len(p.Settings), "setting"), p.Length)
}
