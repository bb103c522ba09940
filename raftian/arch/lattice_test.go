package arch_test

import (
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"raftian/raftian/arch"
)

func TestPackagesImportOnlyWhatTheirRoomMay(t *testing.T) {
	report(t, read(t, os.DirFS(root)).Imports())
}

func TestEveryPackageSaysWhatItIsFor(t *testing.T) {
	report(t, read(t, os.DirFS(root)).Comments())
}

func TestTheTopLevelIsTheHouse(t *testing.T) {
	problems, err := read(t, os.DirFS(root)).Top()
	if err != nil {
		t.Fatal(err)
	}
	report(t, problems)
}

// A long file is a smell: this says which there are, and does not fail.
func TestLongFilesAreNamed(t *testing.T) {
	for _, p := range read(t, os.DirFS(root)).Long(600) {
		t.Log(p)
	}
}

// house is a module with a file of each name, which imports what the value
// lists, line by line. A name may have its package in front, as "main:a/b.go".
func house(t *testing.T, files map[string]string) *arch.Module {
	t.Helper()
	fsys := fstest.MapFS{"go.mod": {Data: []byte("module raftian\n")}}
	for name, imports := range files {
		pkg, file, named := strings.Cut(name, ":")
		if !named {
			pkg, file = "p", name
		}
		text := "// Package " + pkg + " is planted.\npackage " + pkg + "\n"
		for path := range strings.FieldsSeq(imports) {
			text += "import _ \"" + path + "\"\n"
		}
		fsys[file] = &fstest.MapFile{Data: []byte(text)}
	}
	return read(t, fsys)
}

func TestImportsThatBreakTheLattice(t *testing.T) {
	const raft = "github.com/hashicorp/raft"
	for _, c := range []struct{ name, file, imports, want string }{
		{"rules import ours", "game/rules/a.go", "raftian/netsim/env", "game/rules may import nothing of ours"},
		{"env imports ours", "netsim/env/a.go", "raftian/netsim/trace", "netsim/env may import nothing of ours"},
		{"the World imports a guest", "netsim/a.go", "raftian/raftian/node", "the World knows no guest"},
		{"a disk imports the game", "netsim/disk/a.go", "raftian/game/rules", "netsim/disk may import only netsim/env"},
		{"a plan imports a judge", "netsim/plan/a.go", "raftian/linearizability/history", "the World knows no guest"},
		{"a link imports the World", "netsim/link/a.go", "raftian/netsim", "netsim/link may import only netsim/env"},
		{"a World's test imports a guest", "netsim/a_test.go", "raftian/raftian/guest", "the World knows no guest"},
		{"a test's world program imports a guest", "main:netsim/testdata/x/main.go", "raftian/game/rules", "the World knows no guest"},
		{"a test's tool in other code", "netsim/a.go", "raftian/netsim/toolchain", "netsim may import only"},
		{"a node imports the World", "raftian/node/a.go", "raftian/netsim", "knows it by its Env alone"},
		{"a node imports a trace", "raftian/node/a.go", "raftian/netsim/trace", "knows it by its Env alone"},
		{"a judge imports the World", "linearizability/invariant/a.go", "raftian/netsim", "judges read what happened"},
		{"a verdict imports a history", "linearizability/verdict/a.go", "raftian/linearizability/history", "linearizability/verdict may import nothing of ours"},
		{"the bench imports the command", "raftian/campaign/a.go", "raftian/cmd", "may import only"},
		{"rules import Ebiten", "game/rules/a.go", "github.com/hajimehoshi/ebiten/v2", "only game/view draws"},
		{"a scene imports part of Ebiten", "game/scene/a.go", "github.com/hajimehoshi/ebiten/v2/vector", "only game/view draws"},
		{"a command imports Porcupine", "main:raftian/a.go", "github.com/anishathalye/porcupine", "only linearizability"},
		{"a guest imports raft", "raftian/guest/a.go", raft, "node, observe, store, world and the experiments only"},
		{"the command imports raft", "main:raftian/a.go", raft, "node, observe, store, world and the experiments only"},
		{"a World's test imports raft", "netsim/a_test.go", raft, "node, observe, store, world and the experiments only"},
		{"a package parses flags", "raftian/campaign/a.go", "flag", "flags are parsed in the commands"},
		{"a package parses flags with cobra", "raftian/guest/a.go", "github.com/spf13/cobra", "flags are parsed in the commands"},
		{"a package parses flags with pflag", "game/view/a.go", "github.com/spf13/pflag", "flags are parsed in the commands"},
		{"a plan imports rapid", "netsim/plan/a.go", "pgregory.net/rapid", "random cases belong to tests"},
		{"a file under a build tag", "netsim/seed_world.go", "raftian/game/rules", "the World knows no guest"},
		{"a new package", "netsim/clock/a.go", "", "package netsim/clock has no room; say in the table where it belongs"},
		{"a package at the top", "main:a.go", "", "has no room"},
	} {
		t.Run(c.name, func(t *testing.T) {
			problems := house(t, map[string]string{c.file: c.imports}).Imports()
			_, file, named := strings.Cut(c.file, ":")
			if !named {
				file = c.file
			}
			if len(problems) != 1 || !strings.HasPrefix(problems[0].At, file) || !strings.Contains(problems[0].Text, c.want) ||
				!strings.Contains(problems[0].Text, c.imports) {
				t.Errorf("%s importing %q: got %v, want one about it with %q", file, c.imports, problems, c.want)
			}
		})
	}
}

func TestImportsThatKeepToTheLattice(t *testing.T) {
	report(t, house(t, map[string]string{
		"game/rules/rules.go":                   "strings errors",
		"game/rules/rules_test.go":              "raftian/game/rules pgregory.net/rapid flag",
		"game/view/view.go":                     "github.com/hajimehoshi/ebiten/v2/audio raftian/game/scene",
		"netsim/world.go":                       "raftian/netsim/env raftian/netsim/disk raftian/netsim/trace",
		"netsim/run_test.go":                    "raftian/netsim raftian/netsim/toolchain raftian/netsim/env/envtest",
		"main:netsim/testdata/pulse/main.go":    "raftian/netsim flag",
		"linearizability/search.go":             "github.com/anishathalye/porcupine raftian/linearizability/history",
		"linearizability/internal/script/a.go":  "raftian/netsim/trace",
		"raftian/node/node.go":                  "github.com/hashicorp/raft raftian/netsim/env raftian/raftian/store",
		"raftian/store/store_test.go":           "raftian/netsim/disk",
		"main:raftian/main.go":                  "raftian/raftian/cli",
		"raftian/cli/cli.go":                    "github.com/spf13/cobra raftian/raftian/campaign",
		"main:raftian/full/main.go":             "github.com/spf13/cobra raftian/game/view",
		"main:experiments/register/main.go":     "github.com/hashicorp/raft raftian/raftian/node",
		"experiments/results/deep/down/here.go": "github.com/hashicorp/raft/sub raftian/netsim",
	}).Imports())
}

func TestAPackageWithoutACommentIsFound(t *testing.T) {
	for _, c := range []struct {
		name  string
		files map[string]string
		want  bool
	}{
		{"none", map[string]string{"a.go": "package link\n"}, true},
		{"one that names another", map[string]string{"a.go": "// Package disk has files.\npackage link\n"}, true},
		{"one apart from the clause", map[string]string{"a.go": "// Package link joins.\n\npackage link\n"}, true},
		{"only its tests'", map[string]string{"a.go": "package link\n", "a_test.go": "// Package link joins.\npackage link\n"}, true},
		{"a command's as a package", map[string]string{"a.go": "// Package main links.\npackage main\n"}, true},
		{"one", map[string]string{"a.go": "package link\n", "b.go": "// Package link joins.\npackage link\n"}, false},
		{"a command's", map[string]string{"a.go": "// Command link joins.\npackage main\n"}, false},
		{"nothing but tests", map[string]string{"a_test.go": "// Package link joins.\npackage link\n"}, false},
		{"generated", map[string]string{"a.go": "// Code generated by hand. DO NOT EDIT.\n\npackage link\n"}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			fsys := fstest.MapFS{"go.mod": {Data: []byte("module raftian\n")}}
			for name, text := range c.files {
				fsys["netsim/link/"+name] = &fstest.MapFile{Data: []byte(text)}
			}
			if got := read(t, fsys).Comments(); (len(got) > 0) != c.want {
				t.Errorf("got %v, want a problem: %v", got, c.want)
			}
		})
	}
}

func TestWhatTheTopLevelHoldsTooMuchAndTooLittle(t *testing.T) {
	fsys := fstest.MapFS{
		".gitignore":       {Data: []byte("# made by runs\n/runs/\n*.prof\n/raftian/raftian\n")},
		".ci/run":          {},
		"README.md":        {},
		"docs/a.md":        {},
		"experiments/a.md": {},
		"findings/a.sh":    {},
		"game/a.md":        {},
		"go.mod":           {Data: []byte("module raftian\n")},
		"linearizability/": {},
		"main.go":          {Data: []byte("package main\n")},
		"netsim/a.md":      {},
		"raftian/a.md":     {},
		"runs/main.go":     {Data: []byte("no Go at all\n")},
		"cpu.prof":         {},
	}
	problems, err := read(t, fsys).Top()
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, p := range problems {
		names = append(names, p.At)
	}
	if got, want := strings.Join(names, " "), "docs main.go go.sum"; got != want {
		t.Errorf("got problems with %s, want %s", got, want)
	}
}

func TestALongFileIsFoundUnlessItIsGenerated(t *testing.T) {
	long := strings.Repeat("\n", 600)
	problems := read(t, fstest.MapFS{
		"go.mod":          {Data: []byte("module raftian\n")},
		"netsim/long.go":  {Data: []byte("package netsim\n" + long)},
		"netsim/short.go": {Data: []byte("package netsim\n" + long[:590])},
		"netsim/made.go":  {Data: []byte("// Code generated by hand. DO NOT EDIT.\n\npackage netsim\n" + long)},
	}).Long(600)
	if len(problems) != 1 || problems[0].At != "netsim/long.go" {
		t.Errorf("got %v, want netsim/long.go only", problems)
	}
}
