package arch_test

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"regexp"
	"strings"
	"testing"

	"raftian/raftian/arch"
)

// root is the module's directory as a test sees it.
const root = "../.."

func read(t *testing.T, fsys fs.FS) *arch.Module {
	t.Helper()
	m, err := arch.Read(fsys)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func report(t *testing.T, problems []arch.Problem) {
	t.Helper()
	for _, p := range problems {
		t.Error(p)
	}
}

func TestCodeInAWorldLeavesClockRandomnessFilesAndMapOrderAlone(t *testing.T) {
	problems, err := read(t, os.DirFS(root)).Lint(t.Context(), root)
	if err != nil {
		t.Fatal(err)
	}
	report(t, problems)
}

// The programs in testdata/lint say in comments what must be found in them:
// want "regular expression", more than one if there is more than one.
func TestTheLintFindsWhatIsPlantedAndNothingElse(t *testing.T) {
	fsys := os.DirFS("testdata/lint")
	problems, err := read(t, fsys).Lint(t.Context(), ".")
	if err != nil {
		t.Fatal(err)
	}
	missing := wanted(t, fsys)
	if len(missing) == 0 {
		t.Fatal("nothing is planted")
	}
next:
	for _, p := range problems {
		for i, want := range missing[p.At] {
			if want.MatchString(p.Text) {
				missing[p.At] = append(missing[p.At][:i:i], missing[p.At][i+1:]...)
				continue next
			}
		}
		t.Errorf("found what is not planted: %s", p)
	}
	for at, wants := range missing {
		for _, want := range wants {
			t.Errorf("%s: did not find %q", at, want)
		}
	}
}

// wanted gathers what the comments of programs ask for, by "file:line".
func wanted(t *testing.T, fsys fs.FS) map[string][]*regexp.Regexp {
	t.Helper()
	comment := regexp.MustCompile(`want ("[^"]*" ?)+`)
	quoted := regexp.MustCompile(`"[^"]*"`)
	found := map[string][]*regexp.Regexp{}
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || path.Ext(name) != ".go" {
			return err
		}
		text, err := fs.ReadFile(fsys, name)
		if err != nil {
			return err
		}
		for i, line := range strings.Split(string(text), "\n") {
			at := fmt.Sprintf("%s:%d", name, i+1)
			for _, want := range quoted.FindAllString(comment.FindString(line), -1) {
				found[at] = append(found[at], regexp.MustCompile(strings.Trim(want, `"`)))
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}
