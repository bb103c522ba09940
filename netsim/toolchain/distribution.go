package toolchain

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	goversion "go/version"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// supported are the minor versions of Go for which every rule is proved; see RULES.md.
var supported = []string{"1.26", "1.27"}

// Supported returns the minor versions of Go, such as "1.26", that build world programs.
func Supported() []string { return slices.Clone(supported) }

// Distribution is the Go that the go command chooses for a directory: its own, or another
// for the toolchain line of go.mod or for GOTOOLCHAIN.
type Distribution struct {
	Version string // GOVERSION, such as "go1.26.8"
	Root    string // GOROOT
	Command string // the go command on the PATH that was asked
	Setting string // GOTOOLCHAIN

	modules string // GOMODCACHE
}

// UnfitError says that the chosen Go builds no world programs.
type UnfitError interface {
	error
	goError()
}

func (*RuleError) goError()    {}
func (*CompileError) goError() {}
func (*VersionError) goError() {}
func (*ChoiceError) goError()  {}

// VersionError says that the chosen Go is not supported.
type VersionError struct{ Version, Root string }

func (e *VersionError) Error() string {
	return fmt.Sprintf("%s (%s) is not supported, Go %s is; GOTOOLCHAIN chooses another, such as GOTOOLCHAIN=go%s.0",
		e.Version, e.Root, strings.Join(supported, " or "), supported[len(supported)-1])
}

// ChoiceError says that the go command could not be asked which Go it chooses, or could
// not get that.
type ChoiceError struct{ Err error }

func (e *ChoiceError) Error() string {
	return "asking for the Go distribution: " + strings.Join(strings.Fields(e.Err.Error()), " ")
}

func (e *ChoiceError) Unwrap() error { return e.Err }

// FindGo asks the go command which Go it chooses for a directory, "" being the present
// one. That Go is downloaded if need be. The error is a *ChoiceError.
func FindGo(ctx context.Context, dir string) (Distribution, error) {
	d := Distribution{}
	variables := []*string{&d.Root, &d.Version, &d.Setting, &d.modules}
	cmd := exec.CommandContext(ctx, "go", "env", "GOROOT", "GOVERSION", "GOTOOLCHAIN", "GOMODCACHE")
	cmd.Dir = dir
	out, err := output(cmd)
	if ctx.Err() != nil {
		return d, ctx.Err()
	}
	if err != nil {
		return d, &ChoiceError{err}
	}
	lines := strings.Split(strings.TrimSuffix(string(out), "\n"), "\n")
	if len(lines) != len(variables) {
		return d, &ChoiceError{fmt.Errorf("go env answered %q", out)}
	}
	for k, line := range lines {
		*variables[k] = strings.TrimSpace(line)
	}
	d.Command = cmd.Path
	return d, nil
}

// Check is a *VersionError if the Go is not supported.
func (d Distribution) Check() error {
	if minor := d.minor(); !slices.Contains(supported, strings.TrimPrefix(minor, "go")) {
		return &VersionError{d.Version, d.Root}
	}
	return nil
}

// minor is the minor version, such as "go1.26", also of a release candidate, of a vendor's
// build and of a development version; "" if GOVERSION is none of these.
func (d Distribution) minor() string {
	for word := range strings.FieldsSeq(d.Version) {
		if minor := goversion.Lang(word); minor != "" {
			return minor
		}
	}
	return ""
}

// has reports whether a range holds the Go's minor version: go1.27rc1 and go1.27.3 are
// v1.27 there.
func (d Distribution) has(r Versions) bool {
	return r.Has("v" + strings.TrimPrefix(d.minor(), "go"))
}

// outside returns the Distribution as it can be built with: its GOROOT is not below
// GOMODCACHE, where the go command puts what it downloads and refuses to have files
// replaced. Below cache a link leads there, made by whichever build needs it first. The
// link's name depends on where it leads, so another GOMODCACHE has another link; what it
// leads to is there, since the go command has just said so.
func (d Distribution) outside(cache string) (Distribution, error) {
	if !beneath(d.Root, d.modules) {
		return d, nil
	}
	cache, err := filepath.Abs(cache)
	if err != nil {
		return d, fmt.Errorf("linking to the Go distribution: %w", err)
	}
	if beneath(cache, d.modules) {
		return d, fmt.Errorf("the cache %s is below GOMODCACHE %s, where the go command lets no file be replaced", cache, d.modules)
	}
	sum := sha256.Sum256([]byte(d.Root))
	name := filepath.Join(cache, "go", strings.Fields(d.Version)[0]+"-"+hex.EncodeToString(sum[:6]))
	if err := link(d.Root, name); err != nil {
		return d, fmt.Errorf("linking to the Go distribution: %w", err)
	}
	d.Root = name
	return d, nil
}

// link makes a symbolic link, unless it is there. Whatever else has its name is replaced
// by way of a temporary name, so that several processes can do so at once.
func link(to, name string) error {
	if old, err := os.Readlink(name); err == nil && old == to {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	dir, err := os.MkdirTemp(filepath.Dir(name), ".tmp-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	fresh := filepath.Join(dir, "link")
	if err := os.Symlink(to, fresh); err != nil {
		return err
	}
	return os.Rename(fresh, name)
}

// beneath reports whether a path is a directory or leads below it.
func beneath(path, dir string) bool {
	rest, err := filepath.Rel(dir, path)
	return dir != "" && err == nil && filepath.IsLocal(rest)
}

// call returns the go command of exactly this Go, for what is built with the edits: if it
// chose another Go again, such as one that a dependency asks for, that would compile its
// own files, without the edits.
func (d Distribution) call(ctx context.Context, dir string, args ...string) *exec.Cmd {
	bin := filepath.Join(d.Root, "bin")
	command := "go"
	if found, err := exec.LookPath(filepath.Join(bin, "go")); err == nil {
		command = found
	}
	cmd := exec.CommandContext(ctx, command, args...)
	cmd.Dir = dir
	cmd.Env = slices.DeleteFunc(os.Environ(), func(v string) bool {
		return strings.HasPrefix(v, "GOTOOLCHAIN_INTERNAL_")
	})
	cmd.Env = append(cmd.Env, "GOTOOLCHAIN=local")
	if command != "go" {
		cmd.Env = append(cmd.Env, "GOROOT="+d.Root, "PATH="+bin+string(os.PathListSeparator)+os.Getenv("PATH"))
	}
	return cmd
}
