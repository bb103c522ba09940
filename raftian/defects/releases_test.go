package defects_test

import (
	"flag"
	"path/filepath"
	"testing"

	"raftian/netsim/toolchain"
	"raftian/raftian/campaign"
	"raftian/raftian/campaign/campaigntest"
	"raftian/raftian/defects"
)

var release = flag.String("release", "", "also try every finding's plan with this version of hashicorp/raft, and with all mends in it")

// A finding's range has those releases in which its plan shows it; with all mends nothing
// fails in any. Each release takes two builds, so it is asked for by -release.
func TestFindingsAreInTheirReleases(t *testing.T) {
	if *release == "" {
		t.Skip("without -release VERSION there is nothing to try")
	}
	campaigntest.Sources(t)
	var programs [2]*campaign.Program
	for k, mend := range []string{"", defects.AllMends} {
		mends, err := defects.Mends(mend)
		if err == nil {
			programs[k], err = campaign.Build(t.Context(), toolchain.Options{
				Package: "./raftian/world", Dir: filepath.Join("..", ".."), Raft: *release, Mends: mends})
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, f := range defects.All() {
		shown, failing := 0, 0
		for _, pl := range seedsOf(f) {
			for k, p := range programs {
				r, err := p.Run(t.Context(), pl)
				if err != nil {
					t.Fatal(err)
				}
				if k == 0 && isShown(f, r) {
					shown++
				} else if k == 1 && failures(r) != "" {
					failing++
				}
			}
		}
		t.Logf("%s %s: of %d seeds %d show it, %d fail with all mends", *release, f.Name, len(seedsOf(f)), shown, failing)
		if has := f.Raft.Has(*release); has != (shown > 0) || failing > 0 {
			t.Errorf("%s is said to be in %s: %v", f.Name, f.Raft, has)
		}
	}
}
