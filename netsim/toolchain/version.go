package toolchain

import (
	"context"
	"debug/buildinfo"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/module"
)

// raftModule is what Options.Raft replaces.
const raftModule = "github.com/hashicorp/raft"

// raftVersion reads the version of hashicorp/raft off a program.
func raftVersion(program string) (string, error) {
	info, err := buildinfo.ReadFile(program)
	if err != nil {
		return "", fmt.Errorf("reading the built program: %w", err)
	}
	for _, dep := range info.Deps {
		if dep.Path != raftModule {
			continue
		}
		if dep.Replace == nil {
			return dep.Version, nil
		}
		return replacedBy(dep.Replace.Path, strings.TrimPrefix(dep.Replace.Version, "(devel)")), nil
	}
	return "", nil
}

// RaftIn is the version of hashicorp/raft that the module of a directory links, "" being
// the present one, as Program.Raft has it.
func RaftIn(ctx context.Context, dir string) (string, error) {
	cmd := exec.CommandContext(ctx, "go", "list", "-m", "-f", "{{with .Replace}}{{.Path}} {{.Version}}{{else}}{{.Version}}{{end}}", raftModule)
	cmd.Dir = dir
	out, err := output(cmd)
	if err != nil {
		return "", fmt.Errorf("looking for hashicorp/raft: %w", err)
	}
	return strings.TrimSpace(string(out)), nil
}

// replacedBy is how what replaces hashicorp/raft is called: its own version is that
// version, another module is its path and version, and a directory, which has no
// version, is known by its place.
func replacedBy(path, version string) string {
	if path == raftModule {
		return version
	}
	return strings.TrimSpace(path + " " + version)
}

// OtherModule reads the name of a module that stands for hashicorp/raft, such as
// "example.org/raft v1.2.3".
func OtherModule(raft string) (path, version string, ok bool) {
	path, version, _ = strings.Cut(raft, " ")
	return path, version, module.Check(path, version) == nil
}

// raftMinor is as far as build tags for older versions go.
const raftMinor = 8

// raftTags are the build tags raft_before_1_N, for every minor version N that a
// version of hashicorp/raft is older than: what is built may have to do without
// what that one lacks. What go.mod asks for, and a directory of which nobody can tell what
// it was made from, is as new as any.
func raftTags(version string) []string {
	rest, ok := strings.CutPrefix(version, "v1.")
	digits, _, _ := strings.Cut(rest, ".")
	minor, err := strconv.Atoi(digits)
	if !ok || err != nil {
		return nil
	}
	var tags []string
	for n := minor + 1; n <= raftMinor; n++ {
		tags = append(tags, fmt.Sprintf("raft_before_1_%d", n))
	}
	return tags
}

// writeMod writes a go.mod like the module's own but with the hashicorp/raft
// that was asked for, and returns its path; "" if the module's own will do. raft is
// what is then linked, as Program.Raft calls it; "" if there is none.
func writeMod(ctx context.Context, o Options) (path, raft string, err error) {
	own, err := goMod(ctx, o.Dir)
	if errors.Is(err, errNoMod) && o.Raft == "" { // the build says what is missing
		return "", "", nil
	}
	if err != nil {
		return "", "", err
	}
	text, err := os.ReadFile(own)
	if err != nil {
		return "", "", fmt.Errorf("reading go.mod: %w", err)
	}
	linked, replaced, err := raftOf(own, text)
	if err != nil {
		return "", "", err
	}
	if o.Raft == "" || o.Raft == linked {
		return "", linked, nil
	}
	change, err := raftChange(o.Raft, replaced)
	if err != nil {
		return "", "", err
	}
	path, err = writeChanged(ctx, o, own, text, change)
	return path, o.Raft, err
}

// writeChanged writes the text of the go.mod own with a change, as of go mod edit, and
// its go.sum below the cache, and returns the path.
func writeChanged(ctx context.Context, o Options, own string, text []byte, change string) (path string, err error) {
	// What raft itself needs is left for its own go.mod to say.
	direct := slices.DeleteFunc(strings.SplitAfter(string(text), "\n"), func(line string) bool {
		return strings.HasSuffix(strings.TrimSpace(line), "// indirect")
	})
	name := filepath.Join(o.Cache, "mod", targetKey(o)+".mod")
	if err := writeFile(name, []byte(strings.Join(direct, "")), 0o644); err != nil {
		return "", err
	}
	sums, err := os.ReadFile(filepath.Join(filepath.Dir(own), "go.sum"))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return "", fmt.Errorf("reading go.sum: %w", err)
	}
	if err := writeFile(strings.TrimSuffix(name, ".mod")+".sum", sums, 0o644); err != nil {
		return "", err
	}
	cmd := exec.CommandContext(ctx, "go", "mod", "edit", change, name)
	if _, err := output(cmd); err != nil {
		return "", fmt.Errorf("asking for raft %s: %w", o.Raft, err)
	}
	return name, nil
}

// raftOf is the hashicorp/raft that a go.mod asks for, as Program.Raft calls it, and
// whether it stands there in place of what is required; "" if there is none.
func raftOf(name string, text []byte) (raft string, replaced bool, err error) {
	mod, err := modfile.Parse(name, text, nil)
	if err != nil {
		return "", false, fmt.Errorf("reading go.mod: %s", strings.Join(strings.Fields(err.Error()), " "))
	}
	for _, r := range mod.Require {
		if r.Mod.Path == raftModule {
			raft = r.Mod.Version
		}
	}
	required := raft
	for _, r := range mod.Replace {
		if r.Old.Path == raftModule && (r.Old.Version == required || r.Old.Version == "" && !replaced) {
			raft, replaced = replacedBy(r.New.Path, r.New.Version), true
		}
	}
	return raft, replaced, nil
}

// Asks reports whether the module of the present directory links a hashicorp/raft anyway,
// which is named as Program.Raft names it.
func Asks(ctx context.Context, raft string) bool {
	_, linked, err := writeMod(ctx, Options{})
	return err == nil && linked == raft
}

// raftChange is the change of a go.mod that has it ask for a hashicorp/raft. replaced
// says that the go.mod has another one stand for it, which no requirement would change.
func raftChange(raft string, replaced bool) (string, error) {
	if info, err := os.Stat(filepath.Join(raft, "go.mod")); err == nil && !info.IsDir() {
		dir, err := filepath.Abs(raft)
		return "-replace=" + raftModule + "=" + dir, err
	}
	path, version, other := OtherModule(raft)
	switch {
	case other:
		return "-replace=" + raftModule + "=" + path + "@" + version, nil
	case !strings.HasPrefix(raft, "v"):
		return "", fmt.Errorf("raft %q is neither a version such as v1.7.3 nor a directory that holds a go.mod", raft)
	case replaced:
		return "-replace=" + raftModule + "=" + raftModule + "@" + raft, nil
	}
	return "-require=" + raftModule + "@" + raft, nil
}

var errNoMod = errors.New("no go.mod here or above; run this inside a module that has raftian")

// goMod is the path of the go.mod that governs dir.
func goMod(ctx context.Context, dir string) (string, error) {
	cmd := exec.CommandContext(ctx, "go", "env", "GOMOD")
	cmd.Dir = dir
	out, err := output(cmd)
	if err != nil {
		return "", fmt.Errorf("looking for go.mod: %w", err)
	}
	name := strings.TrimSpace(string(out))
	if name == "" || name == os.DevNull {
		return "", errNoMod
	}
	return name, nil
}
