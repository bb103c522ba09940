package toolchain

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// thisGo is the Go distribution that builds world programs here.
func thisGo(t *testing.T) Distribution {
	t.Helper()
	d, err := FindGo(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// Every rule that does not fit is told, also of a Go that is not supported yet: this is
// the first step in carrying the rules to it.
func TestRulesFitThisGo(t *testing.T) {
	d := thisGo(t)
	for _, r := range Rules() {
		if !d.has(r.Go) {
			continue
		}
		edited, err := edit([]Rule{r}, d)
		if err != nil {
			t.Error(err)
		} else if !strings.Contains(edited[r.File], r.Replace) {
			t.Errorf("rule %q has left no trace in %s", r.Name, r.File)
		}
	}
	if _, err := edit(Rules(), d); err != nil && !t.Failed() {
		t.Errorf("each rule fits, but not all together: %v", err)
	}
	if err := d.Check(); err != nil {
		t.Error(err)
	}
}

// distributionOf is a distribution with one file.
func distributionOf(t *testing.T, file, text string) Distribution {
	t.Helper()
	d := Distribution{Version: "go1.99.9", Root: t.TempDir()}
	name := filepath.Join(d.Root, "src", filepath.FromSlash(file))
	err := os.MkdirAll(filepath.Dir(name), 0o755)
	if err == nil {
		err = os.WriteFile(name, []byte(text), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// Every rule by itself notices that the text it looks for is not there, or is
// there twice, or that the file it adds is there; and says so with all that the user can
// report.
func TestRuleThatDoesNotFitIsAnError(t *testing.T) {
	d := thisGo(t)
	for _, r := range Rules() {
		altered := map[int]string{0: "package p\n"}
		if r.Find != "" {
			b, err := os.ReadFile(filepath.Join(d.Root, "src", filepath.FromSlash(r.File)))
			if err != nil {
				t.Fatal(err)
			}
			altered = map[int]string{0: strings.ReplaceAll(string(b), r.Find, ""), 2: string(b) + r.Find}
		}
		for found, text := range altered {
			r.Go = ""
			_, err := edit([]Rule{r}, distributionOf(t, r.File, text))
			want := RuleError{Rule: r.Name, File: r.File, GoVersion: "go1.99.9", Found: found, Added: r.Find == ""}
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
	good, bad := Rule{Name: "good", File: "a/f.go", Find: "one", Replace: "two"}, Rule{Name: "bad", File: "a/f.go", Find: "three"}
	for _, rules := range [][]Rule{{good, bad}, {bad, good}} {
		texts, err := edit(rules, distributionOf(t, "a/f.go", "one"))
		if got, ok := errors.AsType[*RuleError](err); !ok || got.Rule != "bad" || texts != nil {
			t.Errorf("edit: %q, %v; want no text and an error that names the bad rule", texts, err)
		}
	}
	if texts, err := edit([]Rule{good}, distributionOf(t, "a/f.go", "one.")); texts["a/f.go"] != "two." || err != nil {
		t.Errorf("edit: %q, %v; want the edited text", texts, err)
	}
}

func TestMissingFileIsAnErrorOfItsRule(t *testing.T) {
	_, err := edit(Rules(), Distribution{Version: "go1.99.9", Root: t.TempDir()})
	got, ok := errors.AsType[*RuleError](err)
	if !ok || got.Found != 0 || got.GoVersion != "go1.99.9" || got.Rule == "" || got.File == "" {
		t.Errorf("editing an empty distribution: %v; want a *RuleError", err)
	}
}

// A rule for other versions is left out, as it is for none of their release candidates.
func TestARuleIsForTheGoThatItNames(t *testing.T) {
	rules := []Rule{
		{Name: "old", File: "a/f.go", Go: "<=v1.26", Find: "one", Replace: "old"},
		{Name: "new", File: "a/f.go", Go: ">=v1.27", Find: "one", Replace: "new"},
	}
	for version, want := range map[string]string{
		"go1.26": "old", "go1.26.8": "old", "go1.27rc1": "new", "go1.27.3": "new", "go1.27.3 X:nodwarf5": "new",
		"go1.27.3-vendor": "new", "devel go1.28-0123456789": "new", "go1.28rc2": "new",
	} {
		d := distributionOf(t, "a/f.go", "one")
		d.Version = version
		if texts, err := edit(rules, d); texts["a/f.go"] != want || err != nil {
			t.Errorf("of %s: %q, %v; want %q", version, texts, err, want)
		}
	}
}

// What the compiler says of an edited file is told of the rule that it is in.
func TestAFileThatDoesNotCompileIsAnErrorOfItsRule(t *testing.T) {
	rules := []Rule{
		{Name: "one", File: "a/f.go", Find: "one\n", Replace: "one\nmore\n"},
		{Name: "three", File: "a/f.go", Find: "three\n", Replace: "tree\n"},
		{Name: "whole", File: "a/g.go", Replace: "package a\n"},
		{Name: "other", File: "a/f.go", Go: "<v1.99", Find: "one\n", Replace: "two\n"},
	}
	d := distributionOf(t, "a/f.go", "one\ntwo\nthree\nfour\n")
	for said, want := range map[string]string{
		"# a\na/f.go:2:7: undefined: more":                              `rule "one" does not compile in src/a/f.go of go1.99.9: f.go:2:7: undefined: more;`,
		"# b\nb/f.go:2:7: x\n# a [b.test]\n../go/src/a/f.go:4:1: y":     `rule "three" does not compile in src/a/f.go of go1.99.9: f.go:4:1: y;`,
		"# a\na/f.go:5:1: undefined: z":                                 `rule "one, three" does not compile in src/a/f.go of go1.99.9: f.go:5:1: undefined: z;`,
		"# a\na/g.go:1:1: could not import math\na/g.go:1:1: and so on": `rule "whole" does not compile in src/a/g.go of go1.99.9: g.go:1:1: could not import math;`,
	} {
		err := blame(rules, d, said)
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("of %q: %v; want %s", said, err, want)
		}
	}
	for _, said := range []string{"# mine/a\n./f.go:2:7: undefined: more", "# a\na/h.go:2:7: x", "go: no such module", ""} {
		if err := blame(rules, d, said); err != nil {
			t.Errorf("of %q: %v; want nothing", said, err)
		}
	}
}

func TestRulesHaveNamesOfTheirOwn(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range Rules() {
		if r.Name == "" || seen[r.Name] {
			t.Errorf("%q names no rule, or two", r.Name)
		}
		seen[r.Name] = true
		if err := r.Go.Check(); err != nil {
			t.Errorf("rule %q: %v", r.Name, err)
		}
	}
}
