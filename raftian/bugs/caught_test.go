package bugs

import (
	"cmp"
	"context"
	"sync"
	"testing"

	"raftian/linearizability"
	"raftian/netsim/plan"
	"raftian/netsim/toolchain"
	"raftian/raftian/campaign"
	"raftian/raftian/campaign/campaigntest"
	"raftian/raftian/defects"
	"raftian/raftian/guest"
)

// seedsMost is within how many seeds of the standard campaign a bug must be
// caught.
const seedsMost = 64

// notYet are the bugs that the standard campaign does not catch yet, and why.
func notYet() map[string]string {
	return map[string]string{}
}

// Every bug of the zoo is caught by its judge, and the judge is content with the
// same plan without the bug.
func TestEveryBugIsCaught(t *testing.T) {
	campaigntest.Sources(t)
	p, err := campaign.Build(t.Context(), toolchain.Options{Package: campaign.GameWorld})
	if err != nil {
		t.Fatal(err)
	}
	c := &catcher{program: p, known: defects.All(), sound: map[uint64]map[string]bool{}}
	bugs := make(chan Bug)
	var workers sync.WaitGroup
	for range 2 {
		workers.Go(func() {
			for b := range bugs {
				c.test(t, b)
			}
		})
	}
	for _, b := range All() {
		bugs <- b
	}
	close(bugs)
	workers.Wait()
}

// catcher looks for the seed that catches a bug.
type catcher struct {
	program *campaign.Program
	known   []defects.Finding

	mu    sync.Mutex
	sound map[uint64]map[string]bool // of plans without a bug: whom they fail
}

func (c *catcher) test(t *testing.T, b Bug) {
	why, late := notYet()[b.Name]
	seed, err := c.seed(t.Context(), b)
	switch {
	case err != nil:
		t.Errorf("%s: %v", b.Name, err)
	case seed == 0 && !late:
		t.Errorf("%s is not caught by %s within %d seeds", b.Name, b.Judge, seedsMost)
	case seed != 0 && late:
		t.Errorf("%s is caught by %s at seed %d; notYet says: %s", b.Name, b.Judge, seed, why)
	case seed != 0:
		t.Logf("%s is caught by %s at seed %d", b.Name, b.Judge, seed)
	}
}

// caughtBefore are the first seeds that caught bugs once, if it was not 1: they are tried
// first. Every change of the World may make it others.
func caughtBefore() map[string]uint64 {
	return map[string]uint64{
		"ack-before-commit":          8,
		"add-before-change":          4,
		"apply-twice-on-restart":     2,
		"asserts-no-duplicate":       2,
		"conflict-kept":              8,
		"damage-cut-off":             24,
		"doubt-as-failure":           8,
		"evict-unreachable":          8,
		"fsync-error-ignored":        4,
		"lease-read":                 10,
		"local-log-skips":            2,
		"local-read-as-linearizable": 4,
		"log-not-synced":             2,
		"no-dedup":                   2,
		"read-before-own-commit":     9,
		"readmit-early":              6,
		"reply-to-wrong-client":      2,
		"restore-merges":             4,
		"retry-storm":                4,
		"reuse-of-sequence":          8,
		"session-evicted":            3,
		"session-expires-by-clock":   3,
		"session-forgotten":          10,
		"stale-leader-read":          10,
		"term-not-synced":            4,
		"torn-tail-accepted":         11,
	}
}

// seed returns a seed at which the bug is caught, or 0.
func (c *catcher) seed(ctx context.Context, b Bug) (uint64, error) {
	for try := range uint64(seedsMost + 1) {
		seed := cmp.Or(try, caughtBefore()[b.Name], 1)
		fails, err := c.fails(ctx, seed, b.Name)
		if err != nil {
			return 0, err
		}
		if !fails[b.Judge] {
			continue
		}
		without, err := c.without(ctx, seed)
		if err != nil {
			return 0, err
		}
		if !without[b.Judge] {
			return seed, nil
		}
	}
	return 0, nil
}

// fails runs the plan of a seed with a bug and returns the judges it fails,
// known findings apart.
func (c *catcher) fails(ctx context.Context, seed uint64, bug string) (map[string]bool, error) {
	pl, err := c.program.Draw(ctx, guest.Options{Seed: seed, Faults: plan.All, Bug: bug})
	if err != nil {
		return nil, err
	}
	r, err := c.program.Run(ctx, pl)
	if err != nil {
		return nil, err
	}
	failed := map[string]bool{}
	known := defects.Names(defects.Explain(c.known, defects.Run{Plan: pl, Raft: c.program.Raft, Verdicts: r.Verdicts, Wire: r.Wire, Excuse: true}))
	for _, s := range campaign.SortOut(r.Verdicts, known) {
		if s.Unknown.Outcome == linearizability.Fail && !s.Known() {
			failed[s.Unknown.Judge] = true
		}
	}
	return failed, nil
}

// without are the judges that the plan of a seed fails without a bug.
func (c *catcher) without(ctx context.Context, seed uint64) (map[string]bool, error) {
	c.mu.Lock()
	failed, ran := c.sound[seed]
	c.mu.Unlock()
	if ran {
		return failed, nil
	}
	failed, err := c.fails(ctx, seed, "")
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sound[seed] = failed
	return failed, err
}
