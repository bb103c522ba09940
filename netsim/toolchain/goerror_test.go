package toolchain_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"raftian/netsim/toolchain"
)

// module writes files into a directory of their own and returns that.
func module(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(text), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// Each failure is provoked with the go command that is installed.
func TestAFailureOfTheGoCommandSaysItsCause(t *testing.T) {
	const mod = "module m\n\ngo 1.26\n"
	sound := map[string]string{"go.mod": mod, "p/p.go": "package main\n\nfunc main() {}\n"}
	wants := map[string]string{"go.mod": mod + "\nrequire github.com/hashicorp/raft v1.8.0\n",
		"p/p.go": "package main\n\nimport _ \"github.com/hashicorp/raft\"\n\nfunc main() {}\n"}
	for name, c := range map[string]struct {
		files   map[string]string
		env     map[string]string
		cause   toolchain.Cause
		said    string
		command string
	}{
		"no go": {files: sound, env: map[string]string{"PATH": t.TempDir()}, cause: toolchain.CauseNoGo},
		"no home": {files: sound, env: map[string]string{"HOME": "", "XDG_CACHE_HOME": "", "GOCACHE": "", "GOPATH": "", "GOMODCACHE": ""},
			cause: toolchain.CauseNoCache, command: "go build -o /dev/null ./p"},
		"no module": {files: map[string]string{"p/p.go": sound["p/p.go"]}, cause: toolchain.CauseNoMod,
			said: "go.mod file not found", command: "go build -o /dev/null ./p"},
		"not required": {files: map[string]string{"go.mod": mod, "p/p.go": wants["p/p.go"]}, cause: toolchain.CauseNotTidy,
			said: "no required module provides package github.com/hashicorp/raft", command: "go build -o /dev/null ./p"},
		"no sums": {files: wants, cause: toolchain.CauseNotTidy, said: "missing go.sum entry", command: "go build -o /dev/null ./p"},
		"no network": {files: wants, env: map[string]string{"GOPROXY": "off", "GOMODCACHE": t.TempDir(), "GOFLAGS": "-mod=mod"},
			cause: toolchain.CauseNetwork, said: "module lookup disabled by GOPROXY=off", command: "go build -o /dev/null ./p"},
		"no package": {files: map[string]string{"go.mod": mod}, cause: toolchain.CausePackage,
			said: "directory not found", command: "go build -o /dev/null ./p"},
		"does not compile": {files: map[string]string{"go.mod": mod, "p/p.go": "package main\n\nfunc main() { x }\n"},
			cause: toolchain.CauseCompile, said: "p/p.go:3:15: undefined: x", command: "go build -o /dev/null ./p"},
	} {
		t.Run(name, func(t *testing.T) {
			for key, value := range c.env {
				t.Setenv(key, value)
			}
			dir := module(t, c.files)
			_, err := toolchain.Build(t.Context(), toolchain.Options{Package: "./p", Dir: dir, Cache: t.TempDir()})
			failed := (*toolchain.GoError)(nil)
			if !errors.As(err, &failed) {
				t.Fatalf("the error is %v", err)
			}
			line := err.Error()
			if failed.Cause() != c.cause || !strings.Contains(line, string(c.cause)) || !strings.Contains(line, c.said) ||
				strings.Contains(line, "\n") {
				t.Errorf("%q, of cause %q; want %q, with %q", line, failed.Cause(), c.cause, c.said)
			}
			if want := "cd " + dir + " && " + c.command; c.command != "" && !strings.HasSuffix(line, "; to repeat it: "+want) {
				t.Errorf("%q does not end with %q", line, want)
			}
		})
	}
}

func TestTheCommandThatRepeatsAFailureIsForAShell(t *testing.T) {
	e := toolchain.GoError{Args: []string{"list", "-f", "{{.Name}}", "it's"}, Dir: "/a b/", Err: errors.New("exit status 1")}
	if got, want := e.Command(), `cd '/a b' && go list -f '{{.Name}}' 'it'\''s'`; got != want {
		t.Errorf("%s; want %s", got, want)
	}
	if got := e.Error(); !strings.HasPrefix(got, "go said: exit status 1; ") {
		t.Errorf("a failure without words: %s", got)
	}
}
