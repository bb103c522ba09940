package defects_test

import (
	"flag"
	"go/format"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"raftian/linearizability"
	"raftian/netsim/plan"
	"raftian/netsim/toolchain"
	"raftian/raftian/campaign"
	"raftian/raftian/campaign/campaigntest"
	"raftian/raftian/defects"
)

var every = flag.Bool("every", false, "try each finding's mend without the others, too, at all seeds, and in every release: programs are built, and releases downloaded")

// mended builds the world program with mends, as --mend names them.
func mended(t *testing.T, mend string) *campaign.Program {
	t.Helper()
	mends, err := defects.Mends(mend)
	if err != nil {
		t.Fatal(err)
	}
	p, err := campaign.Build(t.Context(), toolchain.Options{Package: "./raftian/world", Dir: filepath.Join("..", ".."), Mends: mends})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// seedsOf are the plans with which a finding is tried.
func seedsOf(f defects.Finding) (plans []plan.Plan) {
	for n := range max(1, f.Seeds) {
		pl := f.Plan
		pl.Seed += uint64(n)
		plans = append(plans, pl)
	}
	return plans
}

// failures says what is wrong with a run: "" if nothing is.
func failures(r *campaign.Result) string {
	var all []string
	for _, v := range r.Verdicts {
		if v.Outcome == linearizability.Fail || v.Outcome == linearizability.Inconclusive {
			all = append(all, v.Judge+": "+v.Reason)
		}
	}
	return strings.Join(all, "; ")
}

// isShown says whether a run shows a finding, whatever the library's version.
func isShown(f defects.Finding, r *campaign.Result) bool {
	f.Raft = ""
	causes := defects.Explain([]defects.Finding{f}, defects.Run{Plan: r.Plan, Raft: r.Like, Verdicts: r.Verdicts, Wire: r.Wire})
	return slices.ContainsFunc(slices.Concat(causes...), func(c defects.Cause) bool { return c.Finding == f.Name && c.Shows })
}

// again asserts that a run's file says what is mended, so that it can be made again.
func again(t *testing.T, p *campaign.Program, pl plan.Plan) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "again.run")
	r, err := p.Run(t.Context(), pl)
	if err == nil {
		err = r.Save(file, p)
	}
	if err != nil {
		t.Fatal(err)
	}
	if r, err = campaign.Check(t.Context(), file, nil); err != nil || r.Mends != p.Mends || r.Like != p.Like || p.Mends == "" {
		t.Errorf("its file says mends %q of raft like %q, %v; want %q and %q", r.Mends, r.Like, err, p.Mends, p.Like)
	}
}

// The plan of a finding shows it without its mend, and passes with it: the analysis is right
// about what goes wrong. It passes, too, with those of all findings. That it passes with
// its own mend alone is for CI: -every.
func TestEveryFindingIsMended(t *testing.T) {
	campaigntest.Sources(t)
	run := func(t *testing.T, p *campaign.Program, pl plan.Plan) *campaign.Result {
		r, err := p.Run(t.Context(), pl)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	plain, all := mended(t, ""), mended(t, defects.AllMends)
	again(t, all, defects.All()[0].Plan)
	for _, f := range defects.All() {
		t.Run(f.Name, func(t *testing.T) {
			programs, fail := map[string]*campaign.Program{defects.AllMends: all}, 0
			if *every {
				programs[f.Name] = mended(t, f.Name)
			}
			if !strings.Contains(","+all.Mends+",", ","+f.Name+",") {
				t.Errorf("the mends of all findings are %q, without this one", all.Mends)
			}
			for _, pl := range seedsOf(f) {
				if isShown(f, run(t, plain, pl)) {
					fail++
				}
				for name, p := range programs {
					if why := failures(run(t, p, pl)); why != "" {
						t.Errorf("seed %d with --mend %s: %s", pl.Seed, name, why)
					}
				}
				if fail > 0 && !*every {
					break
				}
			}
			if t.Logf("without the mend %d of %d seeds show it", fail, len(seedsOf(f))); fail == 0 {
				t.Error("the plan does not show it without the mend")
			}
		})
	}
}

// releases are those of hashicorp/raft that the mends are held against.
var releases = []string{"v1.4.0", "v1.5.0", "v1.6.0", "v1.6.1", "v1.7.0", "v1.7.1", "v1.7.2", "v1.7.3", "v1.8.0"}

// sourceOf is the directory of a release, downloaded if need be.
func sourceOf(t *testing.T, version string) string {
	t.Helper()
	const raft = "github.com/hashicorp/raft@"
	if out, err := exec.CommandContext(t.Context(), "go", "mod", "download", raft+version).CombinedOutput(); err != nil {
		t.Skipf("%s cannot be had: %s", version, out)
	}
	dir, err := exec.CommandContext(t.Context(), "go", "list", "-m", "-f", "{{.Dir}}", raft+version).Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(dir))
}

// Each mend by itself, each pair, and all together fit every release, and what comes of
// them is Go.
func TestMendsFitEveryRelease(t *testing.T) {
	if !*every {
		t.Skip("-every is not given")
	}
	all, err := defects.Mends(defects.AllMends)
	if err != nil {
		t.Fatal(err)
	}
	for _, version := range releases {
		t.Run(version, func(t *testing.T) {
			dir, mends := sourceOf(t, version), toolchain.MendsFor(all, version)
			fit := func(some ...toolchain.Mend) {
				files, err := toolchain.Mended(some, dir, version)
				if err != nil {
					t.Error(err)
				}
				for name, text := range files {
					if _, err := format.Source([]byte(text)); err != nil {
						t.Errorf("%s with %s is no Go: %v", name, some[0].Name, err)
					}
				}
			}
			for k, one := range mends {
				fit(one)
				for _, other := range mends[:k] {
					fit(one, other)
				}
			}
			fit(mends...)
			for _, f := range defects.All() {
				has := slices.ContainsFunc(mends, func(m toolchain.Mend) bool { return m.Name == f.Name })
				if f.Raft.Has(version) && !has {
					t.Errorf("%s has no mend for it", f.Name)
				}
			}
		})
	}
}
