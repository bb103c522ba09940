package toolchain

import (
	"errors"
	"flag"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

var rewrite = flag.Bool("rewrite", false, "write releases.txt anew, from releases that are downloaded")

// lookedAt are the releases that releases.txt has.
var lookedAt = []string{"v1.4.0", "v1.5.0", "v1.6.0", "v1.6.1", "v1.7.0", "v1.7.1", "v1.7.2", "v1.7.3", "v1.8.0"}

// release is the source of a release, downloaded if need be.
func release(t *testing.T, version string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "list", "-m", "-f", "{{.Dir}}", raftModule+"@"+version)
	download := exec.CommandContext(t.Context(), "go", "mod", "download", raftModule+"@"+version)
	if _, err := output(download); err != nil {
		t.Skipf("%s cannot be had: %v", version, err)
	}
	dir, err := output(cmd)
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(dir))
}

func TestReleasesAreAsTheyWere(t *testing.T) {
	var b strings.Builder
	for _, version := range lookedAt {
		sums, err := librarySums(release(t, version))
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range slices.Sorted(maps.Keys(sums)) {
			fmt.Fprintln(&b, version, name, sums[name])
		}
	}
	if *rewrite {
		if err := os.WriteFile("releases.txt", []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if b.String() != releases {
		t.Error("releases.txt is not what these releases hold; go test ./netsim/toolchain -run ReleasesAre -rewrite")
	}
}

// copyOf copies the library's files of a release.
func copyOf(t *testing.T, version string) string {
	t.Helper()
	from, to := release(t, version), t.TempDir()
	names, err := filepath.Glob(filepath.Join(from, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range append(names, filepath.Join(from, "go.mod")) {
		text, err := os.ReadFile(name)
		if err == nil {
			err = os.WriteFile(filepath.Join(to, filepath.Base(name)), text, 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return to
}

func TestADirectoryIsLikeTheReleaseItWasMadeFrom(t *testing.T) {
	for _, version := range []string{"v1.5.0", "v1.7.3", "v1.8.0"} {
		dir := copyOf(t, version)
		if got, err := madeFrom(dir); got != version || err != nil {
			t.Errorf("a copy of %s is like %q, %v", version, got, err)
		}
		for _, name := range []string{"raft.go", "api.go", "replication.go", "snapshot.go"} {
			text, err := os.ReadFile(filepath.Join(dir, name))
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(dir, name), append(text, "var patched bool\n"...), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if got, err := madeFrom(dir); got != version || err != nil {
			t.Errorf("a patched copy of %s is like %q, %v", version, got, err)
		}
	}
	if got, err := madeFrom(t.TempDir()); got != "" || err != nil {
		t.Errorf("an empty directory is like %q, %v", got, err)
	}
}

func TestCommentsDoNotCountInAFilesSum(t *testing.T) {
	if fileSum([]byte("// Copyright 2025\npackage a\n\nvar x int\n")) != fileSum([]byte("// Copyright 2026\npackage a\n\t// y\nvar x int\n")) {
		t.Error("a comment counts")
	}
	if fileSum([]byte("package a\nvar x int\n")) == fileSum([]byte("package a\nvar y int\n")) {
		t.Error("a name does not count")
	}
}

// What a directory is like decides on build tags, edits and findings.
func TestABuildFromADirectoryKnowsWhatThatIsLike(t *testing.T) {
	o := Options{Package: "raftian/raftian/world", Dir: filepath.Join("..", ".."), Cache: t.TempDir(), Raft: copyOf(t, "v1.7.3")}
	choice, err := writeMod(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	l, err := findLibrary(t.Context(), o, choice.mod)
	if want := (library{dir: o.Raft, name: o.Raft, like: "v1.7.3"}); l != want || err != nil {
		t.Errorf("found %+v, %v; want %+v", l, err, want)
	}
	if l, err = findLibrary(t.Context(), Options{Dir: o.Dir}, ""); l.name != "v1.8.0" || l.like != l.name || err != nil {
		t.Errorf("without another raft: %+v, %v", l, err)
	}
	o.Mends = []Mend{mend("m", "nobody wrote this\n", "")}
	o.Mends[0].Edits[0].File = "raft.go"
	_, err = Build(t.Context(), o)
	if got, ok := errors.AsType[*EditError](err); !ok || got.Raft != o.Raft || got.Found != 0 {
		t.Errorf("a mend that does not fit the directory: %v", err)
	}
}
