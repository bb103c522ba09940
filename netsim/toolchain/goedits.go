package toolchain

import (
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// Rule is one edit of the Go distribution. Find must occur in a file exactly once and
// becomes Replace; an empty Find adds a file, which must not be there, with Replace as its
// text. A rule that does not fit is never skipped: a run that looks deterministic but is
// not would be worse than none.
type Rule struct {
	Name    string   // said when the rule does not fit
	File    string   // below GOROOT/src
	Go      Versions // minor versions that it is for, such as ">=v1.27"; "" is all that are supported
	Find    string
	Replace string
}

// RuleError says that a rule does not fit the user's Go.
type RuleError struct {
	Rule      string
	File      string
	GoVersion string
	Found     int  // how often the text was found
	Added     bool // the rule adds the file, which is there already
}

func (e *RuleError) Error() string {
	if e.Added {
		return fmt.Sprintf("runtime rule %q adds src/%s to %s, which has that file already; this Go version is not supported", e.Rule, e.File, e.GoVersion)
	}
	return fmt.Sprintf("runtime rule %q must match src/%s of %s exactly once, but matches %d times; this Go version is not supported",
		e.Rule, e.File, e.GoVersion, e.Found)
}

// CompileError says that a file does not compile with the user's Go once it is edited.
type CompileError struct {
	Rule      string // the rule in whose text the error is, or all rules of the file
	File      string
	GoVersion string
	Said      string // by the compiler, with line and column of the edited file
}

func (e *CompileError) Error() string {
	return fmt.Sprintf("runtime rule %q does not compile in src/%s of %s: %s; this Go version is not supported",
		e.Rule, e.File, e.GoVersion, e.Said)
}

// rules are those that the options leave.
func (o *Options) rules() []Rule {
	return slices.DeleteFunc(Rules(), func(r Rule) bool { return r.Name == o.spared })
}

// edit returns the text of every file that rules edit or add, by its name.
func edit(rules []Rule, dist Distribution) (map[string]string, error) {
	texts := map[string]string{}
	for _, r := range rules {
		if !dist.has(r.Go) {
			continue
		}
		if _, ok := texts[r.File]; !ok {
			text, err := os.ReadFile(filepath.Join(dist.Root, "src", filepath.FromSlash(r.File)))
			switch {
			case r.Find == "" && err == nil:
				return nil, &RuleError{Rule: r.Name, File: r.File, GoVersion: dist.Version, Added: true}
			case r.Find != "" && errors.Is(err, os.ErrNotExist):
				return nil, &RuleError{Rule: r.Name, File: r.File, GoVersion: dist.Version}
			case err != nil && !errors.Is(err, os.ErrNotExist):
				return nil, fmt.Errorf("reading the Go distribution: %w", err)
			}
			texts[r.File] = string(text)
		}
		var err error
		if texts[r.File], err = r.apply(texts[r.File], dist.Version); err != nil {
			return nil, err
		}
	}
	return texts, nil
}

// apply edits a file's text.
func (r Rule) apply(text, goVersion string) (string, error) {
	if r.Find == "" {
		return r.Replace, nil
	}
	if n := strings.Count(text, r.Find); n != 1 {
		return "", &RuleError{Rule: r.Name, File: r.File, GoVersion: goVersion, Found: n}
	}
	return strings.Replace(text, r.Find, r.Replace, 1), nil
}

// blame returns a *CompileError for the first error in an edited file that the go command
// tells; nil if there is none, and the fault is the user's.
func blame(rules []Rule, dist Distribution, said string) error {
	texts, err := edit(rules, dist)
	if err != nil {
		return nil // which was told before anything was compiled
	}
	message := regexp.MustCompile(`^(\S+\.go):(\d+)((?::\d+)?: .*)$`)
	pkg := ""
	for line := range strings.Lines(said) {
		line = strings.TrimSpace(line)
		if name, ok := strings.CutPrefix(line, "# "); ok {
			pkg, _, _ = strings.Cut(name, " ") // what follows says for which tests
		}
		m := message.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		file := path.Join(pkg, path.Base(filepath.ToSlash(m[1])))
		if text, ok := texts[file]; ok {
			return &CompileError{guilty(rules, dist, file, text, m[2]), file, dist.Version, path.Base(file) + ":" + m[2] + m[3]}
		}
	}
	return nil
}

// guilty is the name of the rule that a line of an edited file is of, or else the names of
// all rules for the file.
func guilty(rules []Rule, dist Distribution, file, text, line string) string {
	var names []string
	for _, r := range rules {
		if r.File != file || !dist.has(r.Go) {
			continue
		}
		names = append(names, r.Name)
		if before, _, ok := strings.Cut(text, r.Replace); ok {
			first := strings.Count(before, "\n") + 1
			for k := range strings.Count(strings.TrimSuffix(r.Replace, "\n"), "\n") + 1 {
				if fmt.Sprint(first+k) == line {
					return r.Name
				}
			}
		}
	}
	return strings.Join(names, ", ")
}
