package hunt

import (
	"context"
	"sync"

	"raftian/linearizability"
	"raftian/netsim/plan"
	"raftian/raftian/bugs"
	"raftian/raftian/campaign"
	"raftian/raftian/defects"
	"raftian/raftian/guest"
)

// searcher searches for bugs as a campaign does, seed by seed. A bug is found when the
// judge that is meant to detect it fails a run, and passes the same plan without the
// bug.
type searcher struct {
	program *campaign.Program
	known   []defects.Finding

	mu        sync.Mutex
	baselines map[baselineKey]map[string]bool // judges that fail a plan without a bug
}

// baselineKey identifies a plan without a bug.
type baselineKey struct {
	seed    uint64
	without plan.Features
}

// search searches for a bug from a first seed.
func (s *searcher) search(ctx context.Context, b bugs.Bug, v variant, first uint64) (Measure, error) {
	m := Measure{Bug: b.Name, Variant: v.name, First: first}
	for k := range uint64(seedsMax) {
		at := baselineKey{first + k, v.without}
		failed, r, err := s.run(ctx, at, b.Name)
		if err != nil {
			return m, err
		}
		m.Virtual, m.CPU = m.Virtual+r.Plan.Length.Seconds(), m.CPU+r.CPU.Seconds()
		if !failed[b.Judge] {
			continue
		}
		without, err := s.baseline(ctx, at)
		if err != nil {
			return m, err
		}
		if !without[b.Judge] {
			m.Seeds = int(k) + 1
			break
		}
	}
	return m, nil
}

// run makes a run and returns the judges that fail it, known findings aside.
func (s *searcher) run(ctx context.Context, at baselineKey, bug string) (map[string]bool, *campaign.Result, error) {
	pl, err := s.program.Draw(ctx, guest.Options{Seed: at.seed, Faults: plan.All, Bug: bug, Without: at.without})
	if err != nil {
		return nil, nil, err
	}
	r, err := s.program.Run(ctx, pl)
	if err != nil {
		return nil, nil, err
	}
	failed := map[string]bool{}
	known := defects.Names(defects.Explain(s.known, defects.Run{Plan: pl, Raft: s.program.Raft, Verdicts: r.Verdicts, Wire: r.Wire, Excuse: true}))
	for _, v := range campaign.SortOut(r.Verdicts, known) {
		if v.Unknown.Outcome == linearizability.Fail && !v.Known() {
			failed[v.Unknown.Judge] = true
		}
	}
	return failed, r, nil
}

// baseline returns the judges that fail a plan without a bug.
func (s *searcher) baseline(ctx context.Context, at baselineKey) (map[string]bool, error) {
	s.mu.Lock()
	failed, ran := s.baselines[at]
	s.mu.Unlock()
	if ran {
		return failed, nil
	}
	failed, _, err := s.run(ctx, at, "")
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.baselines[at] = failed
	return failed, nil
}
