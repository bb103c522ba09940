package toolchain

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/mod/modfile"
)

// The go command takes no other go.mod in a workspace. So what is built with one is built
// outside it, and that go.mod says what the workspace's go.work does: where its modules are,
// and what it and they replace.

// leaveWorkspace is the setting with which the go command heeds no go.work.
const leaveWorkspace = "GOWORK=off"

// outsideWorkspace has a go command run outside any workspace if it gets another go.mod.
func outsideWorkspace(cmd *exec.Cmd, mod string) {
	if mod == "" {
		return
	}
	if cmd.Env == nil {
		cmd.Env = os.Environ()
	}
	cmd.Env = append(cmd.Env, leaveWorkspace)
}

// settingsOf are the settings of outsideWorkspace that a go command has.
func settingsOf(cmd *exec.Cmd) []string {
	if slices.Contains(cmd.Env, leaveWorkspace) {
		return []string{leaveWorkspace}
	}
	return nil
}

// goWork is the path of the go.work that governs dir; "" if there is none.
func goWork(ctx context.Context, dir string) (string, error) {
	cmd := exec.CommandContext(ctx, "go", "env", "GOWORK")
	cmd.Dir = dir
	out, err := output(cmd)
	if err != nil {
		return "", fmt.Errorf("looking for go.work: %w", err)
	}
	if name := strings.TrimSpace(string(out)); name != "off" {
		return name, nil
	}
	return "", nil
}

// unrollWorkspace adds to the go.mod at a path below the cache, which is a copy of the one
// at own, what the go.work that governs its module says.
func unrollWorkspace(ctx context.Context, name, own string) error {
	work, err := goWork(ctx, filepath.Dir(own))
	if err != nil || work == "" {
		return err
	}
	mod, err := parseMod(name)
	if err != nil {
		return err
	}
	text, err := os.ReadFile(work)
	if err != nil {
		return fmt.Errorf("reading go.work: %w", err)
	}
	parsed, err := modfile.ParseWork(work, text, nil)
	if err != nil {
		return fmt.Errorf("reading go.work: %s", strings.Join(strings.Fields(err.Error()), " "))
	}
	var others []*modfile.File
	for _, use := range parsed.Use {
		other := filepath.Join(absolute(filepath.Dir(work), use.Path), "go.mod")
		if other == own {
			continue
		}
		m, err := parseMod(other)
		if err != nil {
			return fmt.Errorf("reading a module of %s: %w", work, err)
		}
		if m.Module == nil {
			continue
		}
		others = append(others, m)
		if err := mod.AddReplace(m.Module.Mod.Path, "", within(filepath.Dir(own), filepath.Dir(other)), ""); err != nil {
			return err
		}
	}
	for _, m := range others {
		err = errors.Join(err, addReplaces(mod, m, own, false))
	}
	// What go.work replaces counts for more than what its modules do.
	last := &modfile.File{Replace: parsed.Replace, Syntax: parsed.Syntax}
	if err = errors.Join(err, addReplaces(mod, last, own, true)); err != nil {
		return fmt.Errorf("reading go.work: %w", err)
	}
	mod.Cleanup()
	if text, err = mod.Format(); err != nil {
		return fmt.Errorf("writing go.mod: %w", err)
	}
	return writeFile(name, text, 0o644)
}

// addReplaces adds the replacements of another file to those of the module at own. Those of
// modules that mod replaces already take their place only if over is true.
func addReplaces(mod, from *modfile.File, own string, over bool) error {
	var all error
	for _, r := range from.Replace {
		known := false
		for _, have := range mod.Replace {
			known = known || have.Old.Path == r.Old.Path
		}
		if known && !over {
			continue
		}
		to := r.New.Path
		if r.New.Version == "" {
			to = within(filepath.Dir(own), absolute(filepath.Dir(from.Syntax.Name), to))
		}
		all = errors.Join(all, mod.AddReplace(r.Old.Path, r.Old.Version, to, r.New.Version))
	}
	return all
}

// within is how a go.mod in dir names a directory: by its place from there, so that a
// program's digest depends on nothing else.
func within(dir, to string) string {
	rel, err := filepath.Rel(dir, to)
	if err != nil {
		return to
	}
	if filepath.IsLocal(rel) {
		rel = "./" + rel
	}
	return filepath.ToSlash(rel)
}

// absolute is a path that is meant to begin at dir, which is absolute.
func absolute(dir, name string) string {
	name = filepath.FromSlash(name)
	if filepath.IsAbs(name) {
		return filepath.Clean(name)
	}
	return filepath.Join(dir, name)
}

// parseMod reads a go.mod.
func parseMod(name string) (*modfile.File, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("reading go.mod: %w", err)
	}
	mod, err := modfile.Parse(name, text, nil)
	if err != nil {
		return nil, fmt.Errorf("reading go.mod: %s", strings.Join(strings.Fields(err.Error()), " "))
	}
	return mod, nil
}
