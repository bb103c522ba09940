package toolchain

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"go/build"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/semver"
)

// A world program may live in a module whose go.mod does not name this one. Its build then
// gets another go.mod, below the cache: the module's own, with a requirement of this module
// and a replacement by a copy of the few packages that a world program imports. The copy's
// go.mod requires next to nothing, so that minimal version selection leaves every module at
// the version that the user's go.mod selects. The standard library could bring packages that
// import nothing else, but not those that import hashicorp/raft.

// ownModule is the path of this module.
const ownModule = "raftian"

// noRunFiles is the build tag that leaves out the reading and writing of run files, which
// only commands do, and with it the module that compresses them.
const noRunFiles = "raftian_no_run_files"

// raftLeast is the oldest hashicorp/raft that the copied packages compile with.
const raftLeast = "v1.4.0"

// offered are the packages that a world program may import. What they import comes along.
func offered() []string {
	return []string{"netsim", "netsim/env", "raftian/guest", "raftian/node", "raftian/observe",
		"linearizability", "linearizability/history", "linearizability/models"}
}

// brings reports whether the build needs this module's packages and the go.mod of the
// package's module does not say where they are.
func (o *Options) brings(own string, mod *modfile.File) bool {
	if o.Ordinary || o.tests || mod.Module == nil || mod.Module.Mod.Path == ownModule {
		return false
	}
	for _, r := range mod.Require {
		if r.Mod.Path == ownModule {
			return false
		}
	}
	return slices.ContainsFunc(importsOf(o.packageDir(own, mod.Module.Mod.Path)), isOwn)
}

// packageDir is the directory of Options.Package if that is in the module whose go.mod is
// own; "" if not.
func (o *Options) packageDir(own, module string) string {
	switch {
	case build.IsLocalImport(o.Package):
		return filepath.Join(o.Dir, filepath.FromSlash(o.Package))
	case filepath.IsAbs(o.Package):
		return o.Package
	case o.Package == module || strings.HasPrefix(o.Package, module+"/"):
		return filepath.Join(filepath.Dir(own), filepath.FromSlash(strings.TrimPrefix(o.Package, module)))
	}
	return ""
}

func isOwn(imported string) bool { return strings.HasPrefix(imported, ownModule+"/") }

// importsOf are the packages that the world program's files of a directory import, sorted.
func importsOf(dir string) []string {
	context := build.Default
	context.BuildTags = []string{Tag, noRunFiles}
	found := map[string]bool{}
	names, _ := filepath.Glob(filepath.Join(dir, "*.go"))
	for _, name := range names {
		if fits, err := context.MatchFile(dir, filepath.Base(name)); err != nil || !fits || strings.HasSuffix(name, "_test.go") {
			continue
		}
		// A file that cannot be read is the compiler's to complain of.
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ImportsOnly)
		if err != nil {
			continue
		}
		for _, i := range file.Imports {
			found[strings.Trim(i.Path.Value, "\"`")] = true
		}
	}
	return slices.Sorted(maps.Keys(found))
}

// broughtDir is where this module's packages are for a user's module: a directory in that,
// which exists in the overlay only. Its name is the same on every computer, so a program's
// digest is, too.
const broughtDir = "raftian.source"

// bringInto changes the go.mod at a path below the cache, which is a copy of the user's at own,
// so that the packages of this module are found. It returns the overlay's part: for each file of
// broughtDir where its text is. A module below GOMODCACHE can have no such directory: its
// go.mod names the copy in the cache.
func (o *Options) bringInto(name, own string) (map[string]string, error) {
	root := Source()
	if root == "" {
		_, file, _, _ := runtime.Caller(0)
		return nil, fmt.Errorf("the sources of this command, from which a module that does not require raftian gets its packages, are not at %s any more; build the command anew, without -trimpath, where its sources are now", path.Dir(path.Dir(path.Dir(file))))
	}
	mod, err := parseMod(name)
	if err != nil {
		return nil, err
	}
	raft, _ := raftOf(mod)
	dir, names, err := copyOwn(o.Cache, root, raft)
	if err != nil {
		return nil, err
	}
	overlay, link := map[string]string{}, dir
	if !beneath(own, o.modules) {
		link = "./" + broughtDir
		for _, name := range names {
			name = filepath.FromSlash(name)
			overlay[filepath.Join(filepath.Dir(own), broughtDir, name)] = filepath.Join(dir, name)
		}
	}
	if err := errors.Join(mod.AddRequire(ownModule, "v0.0.0"), mod.AddReplace(ownModule, "", link, "")); err != nil {
		return nil, fmt.Errorf("requiring the packages of a world program: %w", err)
	}
	mod.Cleanup()
	text, err := mod.Format()
	if err != nil {
		return nil, fmt.Errorf("writing go.mod: %w", err)
	}
	if err := writeFile(name, text, 0o644); err != nil {
		return nil, err
	}
	return overlay, addSums(withSum(name), filepath.Join(root, "go.sum"))
}

// copyOwn copies the offered packages of this module, whose sources are at root, below the
// cache, and returns the directory, which is named by what it holds, and the files' names. raft is what the user's
// go.mod links, as Program.Raft calls it; "" if that is none.
func copyOwn(cache, root, raft string) (dir string, names []string, err error) {
	files, err := ownFiles(root, raft)
	if err != nil {
		return "", nil, fmt.Errorf("copying the packages of a world program: %w", err)
	}
	sum := sha256.New()
	names = slices.Sorted(maps.Keys(files))
	for _, name := range names {
		fmt.Fprintf(sum, "%s %d\n%s", name, len(files[name]), files[name])
	}
	all, err := filepath.Abs(filepath.Join(cache, "source"))
	if err != nil {
		return "", nil, fmt.Errorf("looking for the cache: %w", err)
	}
	dir = filepath.Join(all, hex.EncodeToString(sum.Sum(nil))[:16])
	for _, name := range names {
		if err := writeFile(filepath.Join(dir, filepath.FromSlash(name)), files[name], 0o644); err != nil {
			return "", nil, err
		}
	}
	now := time.Now()
	_ = os.Chtimes(dir, now, now)
	return dir, names, forget(all, copiesKept)
}

// copiesKept is how many copies of this module's packages the cache keeps.
const copiesKept = 8

// ownFiles are the files of the offered packages and of those that they import, and a
// go.mod for them, by their paths.
func ownFiles(root, raft string) (map[string][]byte, error) {
	files, seen, foreign := map[string][]byte{}, map[string]bool{}, map[string]bool{}
	var missing error
	var take func(pkg string)
	take = func(pkg string) {
		if seen[pkg] {
			return
		}
		seen[pkg] = true
		dir := filepath.Join(root, filepath.FromSlash(pkg))
		entries, err := os.ReadDir(dir)
		missing = errors.Join(missing, err)
		for _, e := range entries {
			if e.IsDir() || strings.HasSuffix(e.Name(), "_test.go") {
				continue
			}
			text, err := os.ReadFile(filepath.Join(dir, e.Name()))
			missing = errors.Join(missing, err)
			files[path.Join(pkg, e.Name())] = text
		}
		for _, imported := range importsOf(dir) {
			if isOwn(imported) {
				take(strings.TrimPrefix(imported, ownModule+"/"))
			} else if first, _, _ := strings.Cut(imported, "/"); strings.Contains(first, ".") {
				foreign[imported] = true
			}
		}
	}
	for _, pkg := range offered() {
		take(pkg)
	}
	text, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err := errors.Join(missing, err); err != nil {
		return nil, err
	}
	files["go.mod"], err = ownMod(text, foreign, raft)
	return files, err
}

// ownMod is the go.mod of the copied packages: of this module's own, text, it keeps what
// they import. hashicorp/raft and what that requires are left to the user's go.mod, as far
// as that requires one that is new enough.
func ownMod(text []byte, imported map[string]bool, raft string) ([]byte, error) {
	mod, err := modfile.Parse("go.mod", text, nil)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "module %s\n\ngo %s\n\nrequire (\n", ownModule, mod.Go.Version)
	for _, r := range mod.Require {
		needed := false
		for pkg := range imported {
			needed = needed || pkg == r.Mod.Path || strings.HasPrefix(pkg, r.Mod.Path+"/")
		}
		version := r.Mod.Version
		switch {
		case !needed, r.Mod.Path != raftModule && raft != "" && strings.HasPrefix(r.Mod.Path, "github.com/hashicorp/"):
			continue
		case r.Mod.Path == raftModule && raft != "":
			if !semver.IsValid(raft) || semver.Compare(raft, raftLeast) >= 0 {
				continue
			}
			version = raftLeast
		}
		fmt.Fprintf(&b, "\t%s %s\n", r.Mod.Path, version)
	}
	b.WriteString(")\n")
	return b.Bytes(), nil
}

// addSums adds to a go.sum the lines of another whose module and version it has not.
func addSums(name, from string) error {
	own, err := os.ReadFile(name)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("reading go.sum: %w", err)
	}
	more, err := os.ReadFile(from)
	if err != nil {
		return fmt.Errorf("reading go.sum: %w", err)
	}
	of := func(line string) string { return line[:strings.LastIndexByte(line, ' ')+1] }
	known := map[string]bool{}
	for line := range strings.Lines(string(own)) {
		known[of(strings.TrimSpace(line))] = true
	}
	all := bytes.TrimRight(own, "\n")
	for line := range strings.Lines(string(more)) {
		if line = strings.TrimSpace(line); !known[of(line)] {
			all = append(append(all, '\n'), line...)
		}
	}
	return writeFile(name, append(bytes.TrimLeft(all, "\n"), '\n'), 0o644)
}
