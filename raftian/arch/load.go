package arch

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"go/ast"
	"go/build"
	"go/importer"
	"go/types"
	"io"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path"
	"slices"
	"strings"
)

// worldTag is the build tag of what is compiled with the edited runtime.
const worldTag = "raftian_world"

// loader type-checks packages of a Module as they are under some build tags. It
// takes our own packages from their source, so that one that does not compile
// hides no other, and the rest as the compiler left them in the build cache.
type loader struct {
	m         *Module
	build     build.Context
	elsewhere types.Importer
	done      map[string]*checked // by directory
}

// checked is a package and what go/types knows of it.
type checked struct {
	files []*source
	types *types.Package
	info  *types.Info
	err   error // the first
}

func newLoader(m *Module, exports map[string]string, tags ...string) *loader {
	l := &loader{m: m, build: build.Default, done: map[string]*checked{}}
	l.build.BuildTags = tags
	l.build.JoinPath = path.Join
	l.build.OpenFile = func(name string) (io.ReadCloser, error) { return m.fsys.Open(name) }
	l.elsewhere = importer.ForCompiler(m.fset, "gc", func(importPath string) (io.ReadCloser, error) {
		file := exports[importPath]
		if file == "" {
			return nil, errors.New("it does not compile")
		}
		return os.Open(file)
	})
	return l
}

// Import is types.Importer.
func (l *loader) Import(importPath string) (*types.Package, error) {
	dir, ours := l.m.own(importPath)
	if !ours {
		return l.elsewhere.Import(importPath)
	}
	p := l.load(dir)
	if p.types == nil {
		return nil, p.err
	}
	return p.types, nil
}

// load type-checks the package in dir, without its tests.
func (l *loader) load(dir string) *checked {
	if p := l.done[dir]; p != nil {
		return p
	}
	p := &checked{err: errors.New("the imports go round in a circle")}
	l.done[dir] = p
	files, err := l.files(dir)
	if err != nil {
		p.err = err
		return p
	}
	p.files, p.err = files, nil
	p.info = &types.Info{
		Types: map[ast.Expr]types.TypeAndValue{},
		Defs:  map[*ast.Ident]types.Object{},
		Uses:  map[*ast.Ident]types.Object{},
	}
	config := types.Config{Importer: l, Error: func(err error) {
		if p.err == nil {
			p.err = err
		}
	}}
	syntax := make([]*ast.File, len(files))
	for i, f := range files {
		syntax[i] = f.ast
	}
	// The error is also the first that config.Error was told.
	p.types, _ = config.Check(l.m.Path+"/"+dir, l.m.fset, syntax, p.info)
	return p
}

// files are those of dir that are compiled under the loader's tags.
func (l *loader) files(dir string) ([]*source, error) {
	var found []*source
	for _, f := range l.m.files {
		if f.dir != dir || f.test {
			continue
		}
		match, err := l.build.MatchFile(dir, path.Base(f.name))
		if err != nil {
			return nil, err
		}
		if match {
			found = append(found, f)
		}
	}
	if len(found) == 0 {
		return nil, fmt.Errorf("no Go files in %s: %w", dir, fs.ErrNotExist)
	}
	return found, nil
}

// foreign lists what the packages in dirs import from elsewhere, directly or by
// way of our own.
func (m *Module) foreign(dirs []string) []string {
	found, seen := map[string]bool{}, map[string]bool{}
	for len(dirs) > 0 {
		dir := dirs[0]
		dirs = dirs[1:]
		if seen[dir] {
			continue
		}
		seen[dir] = true
		for _, f := range m.files {
			if f.dir != dir || f.test {
				continue
			}
			for _, ref := range f.imports {
				if own, ours := m.own(ref.path); ours {
					dirs = append(dirs, own)
				} else {
					found[ref.path] = true
				}
			}
		}
	}
	return slices.Sorted(maps.Keys(found))
}

// exportData asks the go command, started in dir, for the files in the build
// cache that hold the types of packages. One that does not compile has none.
func exportData(ctx context.Context, dir string, packages []string) (map[string]string, error) {
	if len(packages) == 0 {
		return nil, nil
	}
	args := append([]string{"list", "-e", "-export", "-f", "{{.ImportPath}}\t{{.Export}}", "--"}, packages...)
	cmd := exec.CommandContext(ctx, "go", args...)
	var stderr bytes.Buffer
	cmd.Dir, cmd.Stderr = dir, &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("asking for compiled packages: %w: %s", err, bytes.TrimSpace(stderr.Bytes()))
	}
	files := map[string]string{}
	for line := range strings.Lines(string(out)) {
		name, file, _ := strings.Cut(strings.TrimSpace(line), "\t")
		files[name] = file
	}
	return files, nil
}
