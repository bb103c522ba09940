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
	if o.broughtBy != "" {
		args = append(args, "-overlay="+o.broughtBy)
	}
	cmd := exec.CommandContext(ctx, "go", append(args, raftModule)...)
	cmd.Dir = o.Dir
	outsideWorkspace(cmd, mod)
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
// returns that, and the overlay's part: for each file of mendedDir where its text is. A module
// below GOMODCACHE can have no such directory: it links one below the cache.
func writeMended(ctx context.Context, o Options, mod string) (newMod string, overlay map[string]string, err error) {
	own, err := goMod(ctx, o.Dir)
	if err != nil {
		return "", nil, err
	}
	files, err := mendedFiles(o.Mends, o.linked)
	if err != nil {
		return "", nil, err
	}
	to, err := filepath.Abs(filepath.Join(o.Cache, "mended", targetKey(o)))
	if err != nil {
		return "", nil, fmt.Errorf("looking for the cache: %w", err)
	}
	link := "./" + mendedDir
	if beneath(own, o.modules) {
		link = to
		if err := os.RemoveAll(to); err != nil { // of another version, say
			return "", nil, fmt.Errorf("tidying the cache: %w", err)
		}
	}
	overlay = map[string]string{}
	for name, text := range files {
		at := filepath.Join(to, name)
		if err := writeFile(at, text, 0o644); err != nil {
			return "", nil, err
		}
		if link != to {
			overlay[filepath.Join(filepath.Dir(own), mendedDir, name)] = at
		}
	}
	newMod = filepath.Join(o.Cache, "mod", targetKey(o)+"-mended.mod")
	if mod == "" {
		err = copyMod(ctx, newMod, own, true)
	} else {
		err = copyFiles([][2]string{{mod, newMod}, {withSum(mod), withSum(newMod)}})
	}
	if err != nil {
		return "", nil, err
	}
	cmd := exec.CommandContext(ctx, "go", "mod", "edit", "-replace="+raftModule+"="+link, newMod)
	if _, err := output(cmd); err != nil {
		return "", nil, fmt.Errorf("linking the mended hashicorp/raft: %w", err)
	}
	return newMod, overlay, nil
}

// mendedFiles are the files of a hashicorp/raft that a build needs, mended, by their names.
func mendedFiles(mends []Mend, l library) (map[string][]byte, error) {
	edited, err := Mended(mends, l.dir, l.name)
	if err != nil {
		return nil, err
	}
	entries, err := os.ReadDir(l.dir)
	if err != nil {
		return nil, fmt.Errorf("reading hashicorp/raft: %w", err)
	}
	files := map[string][]byte{}
	for _, e := range entries {
		name := e.Name()
		if e.IsDir() || name != "go.mod" && (filepath.Ext(name) != ".go" || strings.HasSuffix(name, "_test.go")) {
			continue
		}
		if text, ok := edited[name]; ok {
			files[name] = []byte(text)
		} else if files[name], err = os.ReadFile(filepath.Join(l.dir, name)); err != nil {
			return nil, fmt.Errorf("reading hashicorp/raft: %w", err)
		}
	}
	return files, nil
}

// copyFiles copies each file to the place that stands beside it.
func copyFiles(pairs [][2]string) error {
	for _, pair := range pairs {
		text, err := os.ReadFile(pair[0])
		if err != nil {
			return fmt.Errorf("reading go.mod: %w", err)
		}
		if err := writeFile(pair[1], text, 0o644); err != nil {
			return err
		}
	}
	return nil
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
