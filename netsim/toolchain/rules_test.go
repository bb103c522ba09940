package toolchain

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// goroot returns the Go distribution that builds world programs here.
func goroot(t *testing.T) (root, version string) {
	t.Helper()
	root, version, err := distribution(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	return root, version
}

func TestRulesFitThisGo(t *testing.T) {
	root, version := goroot(t)
	edited, err := edit(root, version)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range Rules() {
		if !strings.Contains(edited[r.File], r.Replace) {
			t.Errorf("rule %q has left no trace in %s", r.Name, r.File)
		}
	}
}

// Every rule by itself notices that the text it looks for is not there, or is
// there twice, and says so with all that the user can report.
func TestRuleThatDoesNotFitIsAnError(t *testing.T) {
	root, _ := goroot(t)
	for _, r := range Rules() {
		b, err := os.ReadFile(filepath.Join(root, "src", filepath.FromSlash(r.File)))
		if err != nil {
			t.Fatal(err)
		}
		text := string(b)
		for found, altered := range map[int]string{
			0: strings.ReplaceAll(text, r.Find, ""),
			2: text + r.Find,
		} {
			_, err := apply([]Rule{r}, altered, "go1.99.9")
			want := RuleError{Rule: r.Name, File: r.File, GoVersion: "go1.99.9", Found: found}
			if got, ok := errors.AsType[*RuleError](err); !ok || *got != want {
				t.Errorf("rule %q on a text it matches %d times: %v; want %v", r.Name, found, err, &want)
				continue
			}
			for _, word := range []string{r.Name, r.File, "go1.99.9"} {
				if !strings.Contains(err.Error(), word) {
					t.Errorf("the error %q does not name %s", err, word)
				}
			}
		}
	}
}

// Rules for one file are applied in turn, so that one bad rule among good ones is
// found, and nothing half edited comes out.
func TestOneBadRuleSpoilsTheFile(t *testing.T) {
	good, bad := Rule{Name: "good", Find: "one", Replace: "two"}, Rule{Name: "bad", Find: "three"}
	for _, rules := range [][]Rule{{good, bad}, {bad, good}} {
		text, err := apply(rules, "one", "go1.99.9")
		if got, ok := errors.AsType[*RuleError](err); !ok || got.Rule != "bad" || text != "" {
			t.Errorf("apply: %q, %v; want no text and an error that names the bad rule", text, err)
		}
	}
	if text, err := apply([]Rule{good}, "one.", "go1.99.9"); text != "two." || err != nil {
		t.Errorf("apply: %q, %v; want the edited text", text, err)
	}
}

func TestMissingFileIsAnErrorOfItsRule(t *testing.T) {
	_, err := edit(t.TempDir(), "go1.99.9")
	got, ok := errors.AsType[*RuleError](err)
	if !ok || got.Found != 0 || got.GoVersion != "go1.99.9" || got.Rule == "" || got.File == "" {
		t.Errorf("editing an empty distribution: %v; want a *RuleError", err)
	}
}

func TestRulesHaveNamesOfTheirOwn(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range Rules() {
		if r.Name == "" || seen[r.Name] {
			t.Errorf("%q names no rule, or two", r.Name)
		}
		seen[r.Name] = true
	}
}
