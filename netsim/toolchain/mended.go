package toolchain

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// mendedDir is where a mended hashicorp/raft stands in for the linked one: a directory
// in the module that is built from, which exists in the overlay only. Its name is the
// same on every computer, so a program's digest is, too.
const mendedDir = "raftian.mended"

// library is the hashicorp/raft that a build links.
type library struct {
	dir  string // its source
	name string // as in Program.Raft
	like string // as in Program.Like
}

// findLibrary asks which hashicorp/raft a build would link, with the go.mod that
// writeMod has written. It is downloaded if need be.
func findLibrary(ctx context.Context, o Options, mod string) (library, error) {
	args := []string{"list", "-f", "{{.Dir}}\n{{.Module.Version}}\n{{with .Module.Replace}}{{.Path}} {{.Version}}{{end}}"}
	if mod != "" {
		args = append(args, "-modfile="+mod, "-mod=mod")
	}
	cmd := exec.CommandContext(ctx, "go", append(args, raftModule)...)
	cmd.Dir = o.Dir
	out, err := output(cmd)
	if err != nil {
		return library{}, fmt.Errorf("looking for hashicorp/raft: %w", err)
	}
	answer := strings.Split(string(out), "\n")
	if len(answer) < 3 {
		return library{}, fmt.Errorf("looking for hashicorp/raft: go list answered %q", out)
	}
	l := library{dir: answer[0], name: answer[1], like: answer[1]}
	if replaced := strings.TrimSpace(answer[2]); replaced != "" {
		path, version, _ := strings.Cut(replaced, " ")
		if l.name = replacedBy(path, version); path == raftModule {
			l.like = version
			return l, nil
		}
		if l.like, err = madeFrom(l.dir); err != nil {
			return library{}, err
		}
	}
	return l, nil
}

// writeMended writes the mended files below the cache, and a go.mod that links them. It
// returns that, and the overlay's part: for each file of mendedDir where its text is.
func writeMended(ctx context.Context, o Options, mod string) (newMod string, overlay map[string]string, err error) {
	own, err := goMod(ctx, o.Dir)
	if err != nil {
		return "", nil, err
	}
	edited, err := Mended(o.Mends, o.linked.dir, o.linked.name)
	if err != nil {
		return "", nil, err
	}
	entries, err := os.ReadDir(o.linked.dir)
	if err != nil {
		return "", nil, fmt.Errorf("reading hashicorp/raft: %w", err)
	}
	overlay = map[string]string{}
	to := filepath.Join(o.Cache, "mended", targetKey(o))
	for _, e := range entries {
		name := e.Name()
		if e.IsDir() || name != "go.mod" && (filepath.Ext(name) != ".go" || strings.HasSuffix(name, "_test.go")) {
			continue
		}
		at := filepath.Join(o.linked.dir, name)
		if text, ok := edited[name]; ok {
			at = filepath.Join(to, name)
			if err := writeFile(at, []byte(text), 0o644); err != nil {
				return "", nil, err
			}
		}
		overlay[filepath.Join(filepath.Dir(own), mendedDir, name)] = at
	}
	newMod, err = copyMod(o, own, mod)
	if err != nil {
		return "", nil, err
	}
	cmd := exec.CommandContext(ctx, "go", "mod", "edit", "-replace="+raftModule+"=./"+mendedDir, newMod)
	if _, err := output(cmd); err != nil {
		return "", nil, fmt.Errorf("linking the mended hashicorp/raft: %w", err)
	}
	return newMod, overlay, nil
}

// copyMod copies the go.mod to build with, and its go.sum, to a place in the cache where
// it can be changed.
func copyMod(o Options, own, mod string) (string, error) {
	from := own
	if mod != "" {
		from = mod
	}
	to := filepath.Join(o.Cache, "mod", targetKey(o)+"-mended.mod")
	for _, name := range [][2]string{{from, to}, {withSum(from), withSum(to)}} {
		text, err := os.ReadFile(name[0])
		if err != nil && (name[0] == from || !os.IsNotExist(err)) {
			return "", fmt.Errorf("reading go.mod: %w", err)
		}
		if err := writeFile(name[1], text, 0o644); err != nil {
			return "", err
		}
	}
	return to, nil
}

// withSum is the go.sum that belongs to a go.mod.
func withSum(mod string) string { return strings.TrimSuffix(mod, ".mod") + ".sum" }

// Mended returns the text of every file that mends change in a directory with
// hashicorp/raft, by its name. raft is what errors call that: a *EditError if an edit does
// not fit, an *OverlapError if two change the same lines.
func Mended(mends []Mend, dir, raft string) (map[string]string, error) {
	edited := map[string]string{}
	for _, m := range mends {
		for _, e := range m.Edits {
			if _, done := edited[e.File]; done {
				continue
			}
			text, err := os.ReadFile(filepath.Join(dir, e.File))
			if os.IsNotExist(err) {
				return nil, &EditError{Mend: e.Of, Line: e.Line, File: e.File, Raft: raft}
			}
			if err != nil {
				return nil, fmt.Errorf("reading hashicorp/raft: %w", err)
			}
			if edited[e.File], err = mendFile(mends, e.File, string(text), raft); err != nil {
				return nil, err
			}
		}
	}
	return edited, nil
}

// mendNames are the names of mends, sorted.
func mendNames(mends []Mend) (names []string) {
	for _, m := range mends {
		names = append(names, m.Name)
	}
	slices.Sort(names)
	return names
}
