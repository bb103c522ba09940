package cli

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"raftian/raftian/campaign/campaigntest"
)

// Scripts say what the command does, one behaviour each: testdata/script/NAME.txtar begins
// with what it shows, then has the commands, then the files they read. They run in a directory of
// their own, outside of any module. To the commands of testscript they add
//
//	raftian STATUS ARGS…   runs the command and wants its exit status to be STATUS
//
// -testwork keeps the directories, -update rewrites the files of cmp.
func TestScripts(t *testing.T) {
	campaigntest.Sources(t)
	testscript.Run(t, testscript.Params{
		Dir:   filepath.Join("testdata", "script"),
		Setup: withCaches,
		Cmds:  map[string]func(ts *testscript.TestScript, neg bool, args []string){"raftian": exits},
	})
}

// withCaches lets builds find what has been built and downloaded before.
func withCaches(e *testscript.Env) error {
	for _, name := range []string{"HOME", "GOCACHE", "GOMODCACHE", "GOPROXY", "GOFLAGS", "GOTOOLCHAIN", "XDG_CACHE_HOME"} {
		if value, ok := os.LookupEnv(name); ok {
			e.Setenv(name, value)
		}
	}
	return nil
}

// exits runs the command and looks at its exit status.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: raftian STATUS ARGS…")
	}
	want, err := strconv.Atoi(args[0])
	if err != nil {
		ts.Fatalf("raftian: %q is no exit status", args[0])
	}
	got, exit := 0, (*exec.ExitError)(nil)
	switch err := ts.Exec("raftian", args[1:]...); {
	case errors.As(err, &exit):
		got = exit.ExitCode()
	case err != nil:
		ts.Fatalf("raftian: %v", err)
	}
	if got != want {
		ts.Fatalf("exit status %d; want %d", got, want)
	}
}
