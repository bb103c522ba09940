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
		// A directory has no version; it is known by its place.
		return strings.TrimSpace(dep.Replace.Path + " " + strings.TrimPrefix(dep.Replace.Version, "(devel)")), nil
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
// that was asked for, and returns its path; "" if the module's own will do.
func writeMod(ctx context.Context, o Options) (string, error) {
	if o.Raft == "" {
		return "", nil
	}
	own, err := goMod(ctx, o.Dir)
	if err != nil {
		return "", err
	}
	text, err := os.ReadFile(own)
	if err != nil {
		return "", fmt.Errorf("reading go.mod: %w", err)
	}
	if strings.Contains(string(text), raftModule+" "+o.Raft+"\n") {
		return "", nil
	}
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
	change := "-require=" + raftModule + "@" + o.Raft
	if info, err := os.Stat(filepath.Join(o.Raft, "go.mod")); err == nil && !info.IsDir() {
		dir, err := filepath.Abs(o.Raft)
		if err != nil {
			return "", err
		}
		change = "-replace=" + raftModule + "=" + dir
	} else if !strings.HasPrefix(o.Raft, "v") {
		return "", fmt.Errorf("raft %q is neither a version such as v1.7.3 nor a directory that holds a go.mod", o.Raft)
	}
	cmd := exec.CommandContext(ctx, "go", "mod", "edit", change, name)
	if _, err := output(cmd); err != nil {
		return "", fmt.Errorf("asking for raft %s: %w", o.Raft, err)
	}
	return name, nil
}

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
		return "", errors.New("no go.mod here or above; run this inside a module that has raftian")
	}
	return name, nil
}
