package findings_test

import (
	"flag"
	"path/filepath"
	"slices"
	"testing"

	"raftian/experiments/campaign"
	"raftian/experiments/campaign/campaigntest"
	"raftian/experiments/findings"
	"raftian/linearizability"
	"raftian/netsim/toolchain"
)

var release = flag.String("release", "", "also try every finding's plan with this version of hashicorp/raft, and with all mends in it")

// A finding's range has those releases in which its plan fails, and with all mends
// nothing does. Each release takes two builds, so it is asked for by -release; whether
// what fails is the finding is for the recognisers to say.
func TestFindingsAreInTheirReleases(t *testing.T) {
	if *release == "" {
		t.Skip("without -release VERSION there is nothing to try")
	}
	campaigntest.Sources(t)
	var programs [2]*campaign.Program
	for k, mend := range []string{"", findings.AllMends} {
		mends, err := findings.Mends(mend)
		if err == nil {
			programs[k], err = campaign.Build(t.Context(), toolchain.Options{
				Package: "./raftian/world", Dir: filepath.Join("..", ".."), Raft: *release, Mends: mends})
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, f := range findings.All() {
		var failing [2]int
		var judges []string
		for _, pl := range seedsOf(f) {
			for k, p := range programs {
				r, err := p.Run(t.Context(), pl)
				if err != nil {
					t.Fatal(err)
				}
				if failures(r) != "" {
					failing[k]++
				}
				for _, v := range r.Verdicts {
					if k == 0 && v.Outcome == linearizability.Fail && !slices.Contains(judges, v.Judge) {
						judges = append(judges, v.Judge)
					}
				}
			}
		}
		t.Logf("%s %s: of %d seeds %d fail, %d with all mends; %v", *release, f.Name, len(seedsOf(f)), failing[0], failing[1], judges)
		if has := f.Raft.Has(*release); has != (failing[0] > 0) || failing[1] > 0 {
			t.Errorf("%s is said to be in %s: %v", f.Name, f.Raft, has)
		}
	}
}
