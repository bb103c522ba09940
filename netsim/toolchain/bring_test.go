package toolchain

import (
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/mod/modfile"
)

// files writes files below a directory of the test's, by their names, and returns it.
func files(t *testing.T, texts map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range texts {
		name = filepath.Join(dir, filepath.FromSlash(name))
		if err := errors.Join(os.MkdirAll(filepath.Dir(name), 0o755), os.WriteFile(name, []byte(text), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

const worldMain = "package main\n\nimport _ \"raftian/raftian/guest\"\n"

func TestAModuleIsBroughtWhatItImportsAndDoesNotRequire(t *testing.T) {
	dir := files(t, map[string]string{
		"go.mod": "module example.com/shop\n", "requires.mod": "module example.com/shop\nrequire raftian v0.0.0\n", "house.mod": "module raftian\n",
		"_raftian/main.go": worldMain, "plain/main.go": "package main\n", "tested/a_test.go": worldMain, "broken/main.go": "pack",
	})
	for _, c := range []struct {
		mod string
		o   Options
		is  bool
	}{
		{"go.mod", Options{Package: "./_raftian"}, true},
		{"go.mod", Options{Package: "example.com/shop/_raftian"}, true},
		{"go.mod", Options{Package: filepath.Join(dir, "_raftian")}, true},
		{"go.mod", Options{Package: "./plain"}, false},
		{"go.mod", Options{Package: "./tested"}, false},
		{"go.mod", Options{Package: "./broken"}, false},
		{"go.mod", Options{Package: "./missing"}, false},
		{"go.mod", Options{Package: "raftian/raftian/world"}, false},
		{"go.mod", Options{Package: "./_raftian", Ordinary: true}, false},
		{"go.mod", Options{Package: "./_raftian", tests: true}, false},
		{"requires.mod", Options{Package: "./_raftian"}, false},
		{"house.mod", Options{Package: "./_raftian"}, false},
	} {
		mod, err := parseMod(filepath.Join(dir, c.mod))
		if err != nil {
			t.Fatal(err)
		}
		c.o.Dir = dir
		if got := c.o.brings(filepath.Join(dir, "go.mod"), mod); got != c.is {
			t.Errorf("%s, %+v: brought %v", c.mod, c.o, got)
		}
	}
}

// The versions that a user's go.mod selects stay: nothing but Porcupine, which requires
// nothing, is required beside hashicorp/raft, and that only where it has to be.
func TestTheCopiedPackagesRequireNextToNothing(t *testing.T) {
	for raft, want := range map[string]string{
		"":                     "github.com/anishathalye/porcupine github.com/hashicorp/go-hclog github.com/hashicorp/raft@v1.8.0",
		"v1.7.3":               "github.com/anishathalye/porcupine",
		"v1.4.0":               "github.com/anishathalye/porcupine",
		"../raft":              "github.com/anishathalye/porcupine",
		"example.org/r v0.1.0": "github.com/anishathalye/porcupine",
		"v1.3.9":               "github.com/anishathalye/porcupine github.com/hashicorp/raft@v1.4.0",
	} {
		files, err := ownFiles("../..", raft)
		if err != nil {
			t.Fatal(err)
		}
		mod, err := modfile.Parse("go.mod", files["go.mod"], nil)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, r := range mod.Require {
			name := r.Mod.Path
			if name == raftModule {
				name += "@" + r.Mod.Version
			}
			got = append(got, name)
		}
		if strings.Join(got, " ") != want || mod.Module.Mod.Path != "raftian" {
			t.Errorf("beside hashicorp/raft %q: %s requires %v; want %s", raft, mod.Module.Mod.Path, got, want)
		}
	}
}

func TestACopyIsWhatAWorldProgramImportsAndNoMore(t *testing.T) {
	cache := t.TempDir()
	dir, _, err := copyOwn(cache, "../..", "v1.8.0")
	if err != nil {
		t.Fatal(err)
	}
	again, _, err := copyOwn(cache, "../..", "v1.8.0")
	if err != nil || again != dir {
		t.Errorf("copied again it is at %s, %v; want %s", again, err, dir)
	}
	for name, there := range map[string]bool{"go.mod": true, "netsim/world.go": true, "raftian/observe/observe.go": true,
		"raftian/observe/observe_test.go": false, "netsim/toolchain": false, "game/view": false, "raftian/cli": false} {
		if _, err := os.Stat(filepath.Join(dir, name)); (err == nil) != there {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// So that a program's digest does not depend on where its cache is.
func TestAGoModDoesNotSayWhereTheCacheIs(t *testing.T) {
	for modules, says := range map[string]bool{"": false, "own": true} {
		dir := files(t, map[string]string{"go.mod": "module example.com/shop\n", "a.mod": "module example.com/shop\n"})
		own, name := filepath.Join(dir, "go.mod"), filepath.Join(dir, "a.mod")
		o := Options{Cache: t.TempDir()}
		if modules != "" {
			o.modules = dir
		}
		overlay, err := o.bringInto(name, own)
		if err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(name)
		if err != nil || strings.Contains(string(text), o.Cache) != says || (len(overlay) == 0) != says {
			t.Errorf("below %q it says, with %d files in the overlay: %s, %v", modules, len(overlay), text, err)
		}
		if at := overlay[filepath.Join(dir, broughtDir, "netsim", "world.go")]; !says && !strings.HasPrefix(at, o.Cache) {
			t.Errorf("a file of the overlay is at %q", at)
		}
	}
}

func TestSumsAreAddedThatAreMissing(t *testing.T) {
	dir := files(t, map[string]string{"go.sum": "a v1 h1:own\nb v1 h1:b\n", "more": "a v1 h1:other\na v1/go.mod h1:m\nc v1 h1:c\n", "empty": ""})
	for name, want := range map[string]string{
		"go.sum": "a v1 h1:own\nb v1 h1:b\na v1/go.mod h1:m\nc v1 h1:c\n",
		"empty":  "a v1 h1:other\na v1/go.mod h1:m\nc v1 h1:c\n",
		"none":   "a v1 h1:other\na v1/go.mod h1:m\nc v1 h1:c\n",
	} {
		if err := addSums(filepath.Join(dir, name), filepath.Join(dir, "more")); err != nil {
			t.Fatal(err)
		}
		if got, _ := os.ReadFile(filepath.Join(dir, name)); string(got) != want {
			t.Errorf("%s becomes %q; want %q", name, got, want)
		}
	}
}

// Outside a workspace, its modules are where it has them, and it has the last word.
func TestAGoModSaysWhatAWorkspaceSays(t *testing.T) {
	t.Setenv("GOWORK", "")
	t.Setenv("GOFLAGS", "")
	dir := files(t, map[string]string{
		"go.work":     "go 1.26\nuse (\n./shop\n./kv\n)\nreplace example.com/x => ./x\nreplace example.com/in => ./shop/in\n",
		"shop/go.mod": "module example.com/shop\nreplace example.com/x => ../elsewhere\nreplace example.com/z => ../z\n",
		"kv/go.mod":   "module example.com/kv\nreplace example.com/y => ../y\nreplace example.com/z => ../other\n",
	})
	own := filepath.Join(dir, "shop", "go.mod")
	to := filepath.Join(t.TempDir(), "a.mod")
	if err := copyMod(t.Context(), to, own, true); err != nil {
		t.Fatal(err)
	}
	mod, err := parseMod(to)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, r := range mod.Replace {
		got[r.Old.Path] = r.New.Path
	}
	want := map[string]string{"example.com/kv": "../kv", "example.com/x": "../x", "example.com/y": "../y", "example.com/z": "../z",
		"example.com/in": "./in"}
	if !maps.Equal(got, want) {
		t.Errorf("it replaces %v; want %v", got, want)
	}
	if e := (&GoError{Args: []string{"list"}, Env: []string{leaveWorkspace}}); e.Command() != "GOWORK=off go list" {
		t.Errorf("to be repeated with %s", e.Command())
	}
}

// A module below GOMODCACHE has a directory of mended files that is not in an overlay.
func TestAMendedLibraryIsLinkedWhereNothingMayBeReplaced(t *testing.T) {
	t.Setenv("GOWORK", "off")
	l := files(t, map[string]string{"go.mod": "module github.com/hashicorp/raft\n", "raft.go": "package raft\n\nvar old int\n", "raft_test.go": "package raft\n"})
	dir := files(t, map[string]string{"go.mod": "module example.com/shop\n"})
	o := Options{Dir: dir, Cache: t.TempDir(), linked: library{dir: l, name: "v1.8.0"}, Mends: []Mend{mend("m", "var old int\n", "var new int\n")}}
	o.Mends[0].Edits[0].File = "raft.go"
	for modules, overlaid := range map[string]bool{"": true, filepath.Dir(dir): false} {
		stale := filepath.Join(o.Cache, "mended", targetKey(o), "stale.go")
		if err := errors.Join(os.MkdirAll(filepath.Dir(stale), 0o755), os.WriteFile(stale, []byte("package stale\n"), 0o600)); err != nil {
			t.Fatal(err)
		}
		o.modules = modules
		name, overlay, err := writeMended(t.Context(), o, "")
		if err != nil {
			t.Fatal(err)
		}
		mod, err := parseMod(name)
		if err != nil {
			t.Fatal(err)
		}
		linked := mod.Replace[0].New.Path
		if (len(overlay) == 2) != overlaid || (linked == "./"+mendedDir) != overlaid {
			t.Errorf("below %q: links %s, with the overlay %v", modules, linked, overlay)
		}
		if overlaid {
			continue
		}
		entries, err := os.ReadDir(linked)
		var names []string
		for _, e := range entries {
			names = append(names, e.Name())
		}
		if err != nil || !slices.Equal(names, []string{"go.mod", "raft.go"}) {
			t.Errorf("what is linked holds %v, %v", names, err)
		}
	}
}
