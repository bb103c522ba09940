package toolchain_test

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"raftian/netsim/toolchain"
)

// house is the module's root, as seen from here.
const house = "../.."

// pulse is a world program that leaves to chance whatever Go leaves open.
const pulse = "./netsim/testdata/pulse"

// build builds the program, into a cache of the test's own if o has none. What is
// compiled is kept in Go's build cache, so that only the first test ever to do so
// waits for the runtime and the standard library.
func build(t *testing.T, o toolchain.Options) toolchain.Program {
	t.Helper()
	noteSources(t)
	o.Dir = house
	if o.Package == "" {
		o.Package = pulse
	}
	if o.Cache == "" {
		o.Cache = t.TempDir()
	}
	p, err := toolchain.Build(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// noteSources looks at every source that a world program here is made of. The go
// command keeps the results of tests and uses them again until a file changes that
// the test has looked at; but it sees only what the test's own process does, not
// what a `go build` reads that the test has started.
func noteSources(t *testing.T) {
	t.Helper()
	names := []string{filepath.Join(house, "go.mod"), filepath.Join(house, "go.sum")}
	err := filepath.WalkDir(filepath.Join(house, "netsim"), func(name string, d fs.DirEntry, err error) error {
		if strings.HasSuffix(name, ".go") {
			names = append(names, name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if _, err := os.Stat(name); err != nil {
			t.Fatal(err)
		}
	}
}

func TestBuildIsFoundAgain(t *testing.T) {
	cache := t.TempDir()
	first := build(t, toolchain.Options{Cache: cache})
	compiled := 0
	again := build(t, toolchain.Options{Cache: cache, Progress: func(string) { compiled++ }})
	if again != first {
		t.Errorf("built again it is %+v; want %+v", again, first)
	}
	if compiled != 0 {
		t.Errorf("building it again compiles %d packages", compiled)
	}
	if elsewhere := build(t, toolchain.Options{}); elsewhere.Digest != first.Digest {
		t.Error("another cache makes another program")
	}
	if first.GoVersion == "" || first.Raft != "" || len(first.Digest) != 64 {
		t.Errorf("the program is %+v; want a Go version, no raft and a whole digest", first)
	}
}

// Builds that run at once, of one program and of several, do not disturb each
// other, and whatever is returned can be run.
func TestBuildsAtOnceDoNoHarm(t *testing.T) {
	noteSources(t)
	cache := t.TempDir()
	var wg sync.WaitGroup
	for k := range 4 {
		o := toolchain.Options{Package: pulse, Dir: house, Cache: cache}
		if k%2 == 1 {
			o.Package = "raftian/netsim/testdata/pulse" // the same program, by another name
		}
		wg.Go(func() {
			p, err := toolchain.Build(context.Background(), o)
			if err != nil {
				t.Error(err)
				return
			}
			run(t, p, "seed 1", toolchain.Environment())
		})
	}
	wg.Wait()
}

func TestBuildErrorIsWhatTheCompilerSays(t *testing.T) {
	for _, c := range []struct {
		name string
		text string // of the program
		want []string
	}{
		{"wrong type", "package main\n\nfunc main() { var x int = \"text\" }\n", []string{"main.go:3:", "string"}},
		{"no program", "package other\n", []string{"main"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			for name, text := range map[string]string{"go.mod": "module broken\n\ngo 1.26\n", "main.go": c.text} {
				if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			p, err := toolchain.Build(t.Context(), toolchain.Options{Package: ".", Dir: dir, Cache: t.TempDir()})
			if err == nil {
				t.Fatalf("it is built: %+v", p)
			}
			for _, want := range append(c.want, "building .") {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("the error is %q; want it to say %q", err, want)
				}
			}
			for line := range strings.Lines(err.Error()) {
				if strings.TrimSpace(line) == "runtime" || strings.HasPrefix(line, "exit status") {
					t.Errorf("the error has the line %q, which says nothing", line)
				}
			}
		})
	}
}

func TestMissingPackageIsAnError(t *testing.T) {
	_, err := toolchain.Build(t.Context(), toolchain.Options{Package: "./netsim/testdata/missing", Dir: house, Cache: t.TempDir()})
	if err == nil || !strings.Contains(err.Error(), "missing") {
		t.Errorf("building what is not there: %v; want an error that names it", err)
	}
}

// A build that is cancelled says so and leaves no lock behind.
func TestCancelledBuild(t *testing.T) {
	cache := t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := toolchain.Build(ctx, toolchain.Options{Package: pulse, Dir: house, Cache: cache}); err == nil {
		t.Error("a cancelled build succeeds")
	}
	build(t, toolchain.Options{Cache: cache})
}
