package findings_test

import (
	"path/filepath"
	"slices"
	"testing"

	"raftian/experiments/campaign"
	"raftian/experiments/campaign/campaigntest"
	"raftian/experiments/findings"
	"raftian/linearizability"
	"raftian/netsim/plan"
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
			for n := range max(1, f.Seeds) {
				pl := f.Plan
				pl.Seed += uint64(n)
				r, err := p.Run(t.Context(), pl)
				if err != nil {
					t.Fatal(err)
				}
				fails(t, f, r)
				if f.IsShown(r.Verdicts) {
					t.Logf("the plan shows it at seed %d; its own is %d", pl.Seed, f.Plan.Seed)
					return
				}
			}
			t.Errorf("with hashicorp/raft %s the plan no longer shows at any of %d seeds from %d on that %s",
				p.Raft, max(1, f.Seeds), f.Plan.Seed, f.Title)
		})
	}
}

// fails complains of what a run of a finding's plan fails by besides the finding.
func fails(t *testing.T, f findings.Finding, r *campaign.Result) {
	t.Helper()
	for _, v := range r.Verdicts {
		if v.Outcome == linearizability.Fail && !f.Explains(v) {
			t.Errorf("seed %d: besides, %s: %s", r.Plan.Seed, v.Judge, v.Reason)
		}
	}
}

// went is the failure that is a finding in these tests, stuck what follows from it.
var (
	went  = linearizability.Verdict{Judge: "monotonic", Outcome: linearizability.Fail, Signature: "it went back"}
	stuck = linearizability.Verdict{Judge: "liveness", Outcome: linearizability.Fail, Signature: "it stays behind"}
)

// signs are how some failures are known again.
func signs(failures ...linearizability.Verdict) (list []findings.Sign) {
	for _, v := range failures {
		list = append(list, findings.Sign{Judge: v.Judge, Signature: v.Signature})
	}
	return list
}

// known is what is known of verdicts when one finding is.
func known(raft string, verdicts ...linearizability.Verdict) []string {
	f := findings.Finding{Name: "x", Shows: signs(went), Follows: signs(stuck), Raft: []string{"v1.8.0"}}
	return findings.Known([]findings.Finding{f}, plan.Plan{}, verdicts, raft)
}

func TestAFindingIsKnownByJudgeSignatureAndVersion(t *testing.T) {
	if names := known("v1.8.0", went); names[0] != "x" {
		t.Error("the same verdict is not known")
	}
	for what, change := range map[string]func(*linearizability.Verdict){
		"another judge":     func(v *linearizability.Verdict) { v.Judge = "liveness" },
		"another signature": func(v *linearizability.Verdict) { v.Signature = "it went forth" },
		"no failure":        func(v *linearizability.Verdict) { v.Outcome = linearizability.Inconclusive },
	} {
		v := went
		change(&v)
		if names := known("v1.8.0", v); names[0] != "" {
			t.Errorf("%s is known", what)
		}
	}
	if names := known("v1.9.0", went); names[0] != "" {
		t.Error("a version that was never looked at has a known finding")
	}
}

func TestWhatFollowsFromAFindingIsKnownBesideItAlone(t *testing.T) {
	if names := known("v1.8.0", stuck, went); !slices.Equal(names, []string{"x", "x"}) {
		t.Errorf("beside the finding %q are known", names)
	}
	if names := known("v1.8.0", stuck); names[0] != "" {
		t.Error("what follows from a finding is known without it")
	}
	if names := known("v1.9.0", stuck, went); !slices.Equal(names, []string{"", ""}) {
		t.Errorf("with a version that was never looked at %q are known", names)
	}
	other := stuck
	other.Signature = "no leader"
	if names := known("v1.8.0", went, other); names[1] != "" {
		t.Error("any failure beside a finding is known")
	}
	any := findings.Finding{Name: "x", Shows: signs(went), Follows: []findings.Sign{{Judge: stuck.Judge}}, Raft: []string{"v1.8.0"}}
	if names := findings.Known([]findings.Finding{any}, plan.Plan{}, []linearizability.Verdict{went, other}, "v1.8.0"); names[1] != "x" {
		t.Error("a failure of a judge of whom any follows is not known")
	}
}

func TestAFindingThatShowsInMoreWaysIsKnownByEach(t *testing.T) {
	f := findings.Finding{Name: "x", Shows: signs(went), Also: signs(stuck), Raft: []string{"v1.8.0"}}
	for _, alone := range []linearizability.Verdict{went, stuck} {
		if names := findings.Known([]findings.Finding{f}, plan.Plan{}, []linearizability.Verdict{alone}, "v1.8.0"); names[0] != "x" {
			t.Errorf("%s alone is not known", alone.Judge)
		}
	}
}

func TestAFindingOfSeveralFailuresIsKnownByAllOfThem(t *testing.T) {
	f := findings.Finding{Name: "x", Shows: signs(went, stuck), Raft: []string{"v1.8.0"}}
	for _, alone := range []linearizability.Verdict{went, stuck} {
		if names := findings.Known([]findings.Finding{f}, plan.Plan{}, []linearizability.Verdict{alone}, "v1.8.0"); names[0] != "" {
			t.Errorf("%s alone is known", alone.Judge)
		}
	}
	both := findings.Known([]findings.Finding{f}, plan.Plan{}, []linearizability.Verdict{stuck, went}, "v1.8.0")
	if !slices.Equal(both, []string{"x", "x"}) {
		t.Errorf("of both %q are known", both)
	}
}

func TestAFindingThatNeedsASettingIsKnownWithItAlone(t *testing.T) {
	f := findings.Finding{Name: "x", Shows: signs(went), Raft: []string{"v1.8.0"}, Needs: map[string]string{"batch": "on"}}
	for want, setting := range map[string]plan.Setting{"x": {Key: "batch", Value: "on"}, "": {Key: "batch", Value: "off"}} {
		pl := plan.Plan{Settings: []plan.Setting{{Key: "peers", Value: "n1"}, setting}}
		if names := findings.Known([]findings.Finding{f}, pl, []linearizability.Verdict{went}, "v1.8.0"); names[0] != want {
			t.Errorf("with %v it is known as %q; want %q", setting, names[0], want)
		}
	}
}

// Of two findings that a failure can be, the one that takes a setting of the run's is
// the more telling.
func TestAFindingThatNeedsASettingComesFirst(t *testing.T) {
	pl := plan.Plan{Settings: []plan.Setting{{Key: "option", Value: "on"}}}
	all := []findings.Finding{
		{Name: "any", Shows: signs(went), Raft: []string{"v1.8.0"}},
		{Name: "with the option", Shows: signs(went), Raft: []string{"v1.8.0"}, Needs: map[string]string{"option": "on"}},
	}
	if names := findings.Known(all, pl, []linearizability.Verdict{went}, "v1.8.0"); names[0] != "with the option" {
		t.Errorf("it is known as %q", names[0])
	}
	if names := findings.Known(all, plan.Plan{}, []linearizability.Verdict{went}, "v1.8.0"); names[0] != "any" {
		t.Errorf("without the option it is known as %q", names[0])
	}
}
