package cli

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"raftian/raftian/ci"
)

// Whoever kills a command leaves the file as it was last written.
func TestAJUnitFileIsRedUntilItsWorkIsDone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "j.xml")
	text := func() string {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	for _, end := range []struct {
		err  error
		says string // "" is a file without an error
	}{
		{nil, ""}, {finding(), ""},
		{context.Canceled, "it was interrupted"}, {Tool(errors.New("no disk")), "no disk"},
	} {
		j := &junitFile{path: path, what: "the campaign"}
		if err := j.begin(); err != nil {
			t.Fatal(err)
		}
		if got := text(); !strings.Contains(got, `errors="1"`) || !strings.Contains(got, "stopped before its end") {
			t.Errorf("at the beginning it is\n%s", got)
		}
		s := j.suite("game")
		j.add(s, ci.Case{Name: "seed 1"})
		j.add(s, ci.Case{Name: "seed 2", Failure: &ci.Why{Message: "two leaders"}})
		if got := text(); !strings.Contains(got, "seed 1") || !strings.Contains(got, "two leaders") || !strings.Contains(got, "stopped before its end") {
			t.Errorf("after a failure it is\n%s", got)
		}
		if err := j.end(end.err); !errors.Is(err, end.err) {
			t.Errorf("%v became %v", end.err, err)
		}
		if got := text(); strings.Contains(got, "<error") != (end.says != "") || !strings.Contains(got, end.says) || !strings.Contains(got, `failures="1"`) {
			t.Errorf("after %v it is\n%s", end.err, got)
		}
	}
	none := &junitFile{}
	if err := errors.Join(none.begin(), none.end(nil)); err != nil {
		t.Error(err)
	}
	none.add(none.suite("game"), ci.Case{Failure: &ci.Why{}})
	lost := &junitFile{path: filepath.Join(t.TempDir(), "no", "j.xml")}
	if err := lost.begin(); err == nil || status(err) != ExitUsage {
		t.Errorf("a file that cannot be made is %v", err)
	}
}
