package findings_test

import (
	"path/filepath"
	"testing"

	"raftian/experiments/campaign"
	"raftian/experiments/campaign/campaigntest"
	"raftian/experiments/findings"
	"raftian/linearizability"
	"raftian/netsim/toolchain"
)

func TestEveryFindingShowsAgain(t *testing.T) {
	root := filepath.Join("..", "..")
	campaigntest.Sources(t)
	p, err := campaign.Build(t.Context(), toolchain.Options{Package: "./raftian/world", Dir: root})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range findings.All() {
		t.Run(f.Name, func(t *testing.T) {
			r, err := p.Run(t.Context(), f.Plan)
			if err != nil {
				t.Fatal(err)
			}
			shown := false
			for _, v := range r.Verdicts {
				if known, is := findings.Known(findings.All(), v, p.Raft); is && known.Name == f.Name {
					shown = true
				} else if v.Outcome == linearizability.Fail {
					t.Errorf("besides, %s: %s", v.Judge, v.Reason)
				}
			}
			if !shown {
				t.Errorf("with hashicorp/raft %s the plan no longer shows that %s", p.Raft, f.Title)
			}
		})
	}
}

func TestAFindingIsKnownByJudgeSignatureAndVersion(t *testing.T) {
	f := findings.Finding{Name: "x", Judge: "monotonic", Signature: "it went back", Raft: []string{"v1.8.0"}}
	same := linearizability.Verdict{Judge: "monotonic", Outcome: linearizability.Fail, Signature: "it went back"}
	if _, is := findings.Known([]findings.Finding{f}, same, "v1.8.0"); !is {
		t.Error("the same verdict is not known")
	}
	for what, change := range map[string]func(*linearizability.Verdict){
		"another judge":     func(v *linearizability.Verdict) { v.Judge = "liveness" },
		"another signature": func(v *linearizability.Verdict) { v.Signature = "it went forth" },
		"no failure":        func(v *linearizability.Verdict) { v.Outcome = linearizability.Inconclusive },
	} {
		v := same
		change(&v)
		if _, is := findings.Known([]findings.Finding{f}, v, "v1.8.0"); is {
			t.Errorf("%s is known", what)
		}
	}
	if _, is := findings.Known([]findings.Finding{f}, same, "v1.9.0"); is {
		t.Error("a version that was never looked at has a known finding")
	}
}
