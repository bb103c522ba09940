package toolchain

import (
	"context"
	"errors"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// Cause is why the go command failed, as far as its words tell.
type Cause string

// The causes that are told apart.
const (
	CauseOther   Cause = ""
	CauseNoGo    Cause = "there is no go command on the PATH"
	CauseNoCache Cause = "the go command has no directory for its caches, so set HOME, or GOCACHE and GOMODCACHE"
	CauseNetwork Cause = "a module is not in the module cache and cannot be downloaded"
	CauseNotTidy Cause = "go.mod and go.sum do not list all that is needed, which go mod tidy mends"
	CauseNoMod   Cause = "this directory is in no module"
	CauseOutside Cause = "that directory is in another module"
	CausePackage Cause = "there is no such package"
	CauseCompile Cause = "it does not compile"
)

// causes are the words by which each cause is known. The first that fits counts: a
// download that fails may say that go.sum lacks a line, too.
func causes() []struct {
	cause Cause
	words *regexp.Regexp
} {
	type row = struct {
		cause Cause
		words *regexp.Regexp
	}
	return []row{
		{CauseNoCache, regexp.MustCompile(`build cache is required, but could not be located|failed to initialize build cache|GOCACHE is not defined|module cache not found|beneath GOMODCACHE \(\)`)},
		{CauseNetwork, regexp.MustCompile(`module lookup disabled by GOPROXY=off|dial tcp|no such host|i/o timeout|connection refused|proxyconnect|TLS handshake`)},
		{CauseNoMod, regexp.MustCompile(`go\.mod file not found|cannot find main module|directory prefix \S+ does not contain (main module|modules listed)`)},
		{CauseOutside, regexp.MustCompile(`outside (available|main) module`)},
		{CauseNotTidy, regexp.MustCompile(`missing go\.sum entry|updates to go\.(mod|sum) needed|no required module provides|but not at required version|inconsistent vendoring|replaced but not required|cannot find module providing`)},
		{CausePackage, regexp.MustCompile(`is not in std|no Go files in|directory not found|does not contain package|build constraints exclude all|cannot find package|no such file or directory`)},
	}
}

// GoError says that the go command failed: why, what it said, and how to see it again.
type GoError struct {
	Args []string // of the go command
	Dir  string   // where it was called; "" is the present directory
	Env  []string // settings without which it does something else
	Said string   // on standard error
	Err  error    // of the process
}

// Cause is why it failed.
func (e *GoError) Cause() Cause {
	if errors.Is(e.Err, exec.ErrNotFound) {
		return CauseNoGo
	}
	for _, c := range causes() {
		if c.words.MatchString(e.Said) {
			return c.cause
		}
	}
	if strings.HasPrefix(e.Said, "# ") || strings.Contains(e.Said, "\n# ") {
		return CauseCompile
	}
	return CauseOther
}

// saidMost is how many bytes of what the go command said an error has.
const saidMost = 300

// Error is the cause, what the go command said, and the command that repeats it.
func (e *GoError) Error() string {
	cause := e.Cause()
	if cause == CauseNoGo {
		return string(cause)
	}
	said := strings.Join(strings.Fields(e.Said), " ")
	if len(said) > saidMost {
		said = strings.ToValidUTF8(said[:saidMost], "") + " …"
	}
	if said == "" {
		said = e.Err.Error()
	}
	words := "go said: " + said
	if cause != CauseOther {
		words = string(cause) + " (" + words + ")"
	}
	return words + "; to repeat it: " + e.Command()
}

func (e *GoError) Unwrap() error { return e.Err }

// Command is the command line that repeats the failure.
func (e *GoError) Command() string {
	words := append(slices.Clone(e.Env), "go")
	for _, arg := range e.Args {
		words = append(words, quoted(arg))
	}
	line := strings.Join(words, " ")
	if e.Dir != "" {
		line = "cd " + quoted(filepath.Clean(e.Dir)) + " && " + line
	}
	return line
}

// quoted is a word as a shell takes it.
func quoted(word string) string {
	if word != "" && !strings.ContainsAny(word, " \t\n'\"\\$`{}()*?[]|&;<>#~") {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}

// Name is the name of a package, such as "main", as its files say it. dir is the
// directory whose module has it; "" is the present one.
func Name(ctx context.Context, dir, pkg string) (string, error) {
	cmd := exec.CommandContext(ctx, "go", "list", "-find", "-f", "{{.Name}}", "--", pkg)
	cmd.Dir = dir
	out, err := output(cmd)
	return strings.TrimSpace(string(out)), err
}
