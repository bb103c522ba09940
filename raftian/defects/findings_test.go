package defects_test

import (
	"path/filepath"
	"testing"

	"raftian/netsim/toolchain"
	"raftian/raftian/campaign"
	"raftian/raftian/campaign/campaigntest"
	"raftian/raftian/defects"
)

func TestEveryFindingShowsAgain(t *testing.T) {
	root := filepath.Join("..", "..")
	campaigntest.Sources(t)
	p, err := campaign.Build(t.Context(), toolchain.Options{Package: "./raftian/world", Dir: root})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range defects.All() {
		t.Run(f.Name, func(t *testing.T) {
			for n := range max(1, f.Seeds) {
				pl := f.Plan
				pl.Seed += uint64(n)
				r, err := p.Run(t.Context(), pl)
				if err != nil {
					t.Fatal(err)
				}
				if shows(t, f, r) {
					t.Logf("the plan shows it at seed %d; its own is %d", pl.Seed, f.Plan.Seed)
					return
				}
			}
			t.Errorf("with hashicorp/raft %s the plan no longer shows at any of %d seeds from %d on that %s",
				p.Raft, max(1, f.Seeds), f.Plan.Seed, f.Title)
		})
	}
}

// shows says whether a run shows a finding, and complains of what is not explained by
// that or another one.
func shows(t *testing.T, f defects.Finding, r *campaign.Result) (does bool) {
	t.Helper()
	causes := defects.Explain(defects.All(), defects.Run{Plan: r.Plan, Raft: r.Raft, Verdicts: r.Verdicts, Wire: r.Wire})
	for k := range causes {
		for n, c := range causes[k] {
			does = does || c.Finding == f.Name && c.Shows
			if v := r.Verdicts[k]; c.Finding == "" {
				t.Errorf("seed %d: not explained: %s: %s %v", r.Plan.Seed, v.Judge, v.Violations[n].Reason, v.Violations[n].Evidence)
			}
		}
	}
	return does
}
