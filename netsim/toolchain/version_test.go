package toolchain

import (
	"debug/buildinfo"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"testing"
)

func TestAnOlderRaftIsToldByItsTags(t *testing.T) {
	for version, want := range map[string][]string{
		"v1.7.3":                             {"raft_before_1_8"},
		"v1.6.1":                             {"raft_before_1_7", "raft_before_1_8"},
		"v1.8.0":                             nil,
		"v1.9.2":                             nil,
		"v1.8.1-0.20260101000000-abcdef0123": nil,
		"v2.0.0":                             nil,
		"":                                   nil,
		"../my/raft":                         nil,
	} {
		if got := raftTags(version); !slices.Equal(got, want) {
			t.Errorf("%q has tags %v; want %v", version, got, want)
		}
	}
}

// What a go.mod links is what a run's header says, so that the run can be made again.
func TestTheRaftThatAModuleLinksIsReadOffItsGoMod(t *testing.T) {
	const require = "module m\nrequire github.com/hashicorp/raft v1.8.0\n"
	for text, want := range map[string]struct {
		raft     string
		replaced bool
	}{
		"module m\n": {"", false},
		require:      {"v1.8.0", false},
		require + "replace github.com/hashicorp/raft => github.com/hashicorp/raft v1.7.3\n":                          {"v1.7.3", true},
		require + "replace github.com/hashicorp/raft v1.8.0 => github.com/hashicorp/raft v1.7.3\n":                   {"v1.7.3", true},
		require + "replace github.com/hashicorp/raft v1.6.0 => github.com/hashicorp/raft v1.7.3\n":                   {"v1.8.0", false},
		require + "replace github.com/hashicorp/raft => example.org/raft v0.1.0\n":                                   {"example.org/raft v0.1.0", true},
		require + "replace github.com/hashicorp/raft => ./raft\n":                                                    {"./raft", true},
		require + "replace (\ngithub.com/hashicorp/raft => ./raft\ngithub.com/hashicorp/raft v1.8.0 => ../raft\n)\n": {"../raft", true},
	} {
		name := filepath.Join(t.TempDir(), "go.mod")
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		mod, err := parseMod(name)
		if err != nil {
			t.Fatal(err)
		}
		if raft, replaced := raftOf(mod); raft != want.raft || replaced != want.replaced {
			t.Errorf("%q is read as %q, %v; want %+v", text, raft, replaced, want)
		}
	}
	broken := filepath.Join(t.TempDir(), "go.mod")
	if err := os.WriteFile(broken, []byte("modul m\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := parseMod(broken); err == nil {
		t.Error("no go.mod is none")
	}
}

func TestAnotherRaftIsAskedForInOneWayEach(t *testing.T) {
	dir := copyOf(t, "v1.7.3")
	for _, c := range []struct {
		raft     string
		replaced bool
		want     string
	}{
		{"v1.7.3", false, "-require=github.com/hashicorp/raft@v1.7.3"},
		{"v1.7.3", true, "-replace=github.com/hashicorp/raft=github.com/hashicorp/raft@v1.7.3"},
		{"example.org/raft v0.1.0", false, "-replace=github.com/hashicorp/raft=example.org/raft@v0.1.0"},
		{dir, true, "-replace=github.com/hashicorp/raft=" + dir},
	} {
		if got, err := raftChange(c.raft, c.replaced); got != c.want || err != nil {
			t.Errorf("%q: %s, %v; want %s", c.raft, got, err, c.want)
		}
	}
	if _, err := raftChange("nonsense", false); err == nil {
		t.Error("nonsense is asked for")
	}
}

func TestLackingIsWhatIsLinkedAndNotRequired(t *testing.T) {
	info := &buildinfo.BuildInfo{Deps: []*debug.Module{
		{Path: "raftian", Version: "v0.0.0"}, {Path: "github.com/anishathalye/porcupine", Version: "v1.3.1"},
		{Path: "example.org/a", Version: "v1.0.0"}, {Path: "example.org/b", Version: "v1.2.0"}, {Path: "example.org/c", Version: "v0.1.0"},
	}}
	if got := lacking(info, []string{"example.org/own", "example.org/b"}); got != "example.org/a v1.0.0, example.org/c v0.1.0" {
		t.Errorf("%q", got)
	}
	if got := lacking(info, []string{"example.org/a", "example.org/b", "example.org/c"}); got != "" {
		t.Errorf("all is required, and it lacks %q", got)
	}
}
