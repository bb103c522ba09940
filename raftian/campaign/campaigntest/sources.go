// Package campaigntest holds what tests of campaigns and of the command share.
//
//	sources.go   tests that build programs, and the cache of go test
//	doctor.go    run files that say what did not happen
package campaigntest

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Sources looks at every Go file of the module. `go test` keeps the result of a
// test until a file changes that the test itself has opened or looked at; it
// does not see what a `go build` reads that the test has started.
func Sources(t testing.TB) {
	t.Helper()
	out, err := exec.Command("go", "env", "GOMOD").Output()
	if err != nil {
		t.Fatal(err)
	}
	root := filepath.Dir(strings.TrimSpace(string(out)))
	err = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && strings.HasPrefix(d.Name(), "."):
			return fs.SkipDir
		case d.IsDir() || filepath.Ext(path) != ".go" && filepath.Ext(path) != ".mod":
			return nil
		}
		_, err = os.Stat(path)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
