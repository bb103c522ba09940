package toolchain

import (
	"context"
	"fmt"
	"os/exec"
	"path"
	"slices"
	"strings"
)

// TestProgram is a package's test binary with the edited runtime: what its tests
// do inside testing/synctest bubbles is a function of the seed.
type TestProgram struct {
	Program
	Package string // import path
	Dir     string // where its tests expect to run
	Root    string // GOROOT of the Go that built it
}

// Packages lists the packages that patterns name which have tests. Of the Options, Dir,
// Tags and Flags count. A Go that cannot build them is an UnfitError.
func Packages(ctx context.Context, o Options, patterns []string) (paths []string, err error) {
	dist, err := FindGo(ctx, o.Dir)
	if err == nil {
		err = dist.Check()
	}
	if err != nil {
		return nil, err
	}
	const tested = `{{if or .TestGoFiles .XTestGoFiles}}{{.ImportPath}}{{"\n"}}{{end}}`
	out, err := o.list(ctx, tested, patterns)
	if err != nil {
		return nil, fmt.Errorf("listing packages: %w", err)
	}
	return strings.Fields(string(out)), nil
}

// list is what go list says of packages.
func (o *Options) list(ctx context.Context, format string, patterns []string) ([]byte, error) {
	args := []string{"list", "-f", format}
	if o.Tags != "" {
		args = append(args, "-tags", o.Tags)
	}
	for _, flag := range o.Flags { // those that decide which packages there are
		if strings.HasPrefix(flag, "-mod=") || strings.HasPrefix(flag, "-modfile=") {
			args = append(args, flag)
		}
	}
	cmd := exec.CommandContext(ctx, "go", append(append(args, "--"), patterns...)...)
	cmd.Dir = o.Dir
	return output(cmd)
}

// BuildTest compiles a package's tests, as Build does a program.
func BuildTest(ctx context.Context, o Options) (TestProgram, error) {
	dist, err := FindGo(ctx, o.Dir)
	if err != nil {
		return TestProgram{}, err
	}
	dir, err := o.list(ctx, "{{.Dir}}", []string{o.Package})
	if err != nil {
		return TestProgram{}, fmt.Errorf("looking for %s: %w", o.Package, err)
	}
	o.tests = true
	p, err := Build(ctx, o)
	return TestProgram{Program: p, Package: o.Package, Dir: strings.TrimSpace(string(dir)), Root: dist.Root}, err
}

// CoverError says that a package cannot be covered. The go command instruments the files
// on disk of a package that is covered, not those that stand for them in an overlay
// (golang/go issue 73802), so that the edits would be lost without a word.
type CoverError struct{ Package string }

func (e *CoverError) Error() string {
	return fmt.Sprintf("package %s cannot be covered: its files are edited to make runs repeat, and the go command would cover the originals (golang/go issue 73802)", e.Package)
}

// Coverable is a *CoverError if patterns, as go test's -coverpkg takes them, name a
// package of which the build replaces a file.
func Coverable(ctx context.Context, o Options, patterns []string) error {
	var edited []string
	for _, r := range Rules() {
		edited = append(edited, path.Dir(r.File))
	}
	out, err := o.list(ctx, "{{.ImportPath}}", patterns)
	if err != nil {
		return fmt.Errorf("listing the packages to cover: %w", err)
	}
	for pkg := range strings.FieldsSeq(string(out)) {
		if slices.Contains(edited, pkg) {
			return &CoverError{pkg}
		}
	}
	return nil
}

// GoFlags are the flags in GOFLAGS, as the go command finds them, without dashes; the value
// of one that has none is "".
func GoFlags(ctx context.Context, dir string) (map[string]string, error) {
	cmd := exec.CommandContext(ctx, "go", "env", "GOFLAGS")
	cmd.Dir = dir
	out, err := output(cmd)
	if err != nil {
		return nil, fmt.Errorf("asking for GOFLAGS: %w", err)
	}
	flags := map[string]string{}
	for word := range strings.FieldsSeq(string(out)) {
		name, value, _ := strings.Cut(strings.Trim(word, "'\""), "=")
		flags[strings.TrimLeft(name, "-")] = strings.Trim(value, "'\"")
	}
	return flags, nil
}

// Compiler is the C compiler that the go command would call, and whether it is there.
func Compiler(ctx context.Context, dir string) (name string, found bool, err error) {
	cmd := exec.CommandContext(ctx, "go", "env", "CC")
	cmd.Dir = dir
	out, err := output(cmd)
	words := strings.Fields(string(out))
	if err != nil || len(words) == 0 {
		return "", false, err
	}
	_, err = exec.LookPath(words[0])
	return words[0], err == nil, nil
}
