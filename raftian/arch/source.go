package arch

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"strconv"
	"strings"
)

// plantedFaults is the only directory that is not read: programs that break the
// rules on purpose.
const plantedFaults = "raftian/arch/testdata"

// Module is the text of a module: every Go file, whatever its build tags, those
// of world programs below testdata included.
type Module struct {
	Path  string // as go.mod names it
	fsys  fs.FS
	fset  *token.FileSet
	files []*source
}

// source is one Go file.
type source struct {
	name    string // slash-separated, relative to the module
	dir     string
	test    bool
	ast     *ast.File
	imports []reference
	lines   int
}

// reference is an import.
type reference struct {
	path string
	at   string // "file:line"
}

// Read reads the module in fsys. A file that is no Go is an error.
func Read(fsys fs.FS) (*Module, error) {
	mod, err := fs.ReadFile(fsys, "go.mod")
	if err != nil {
		return nil, fmt.Errorf("reading the module: %w", err)
	}
	m := &Module{fsys: fsys, fset: token.NewFileSet()}
	for line := range strings.Lines(string(mod)) {
		if name, is := strings.CutPrefix(line, "module "); is {
			m.Path = strings.TrimSpace(name)
		}
	}
	if m.Path == "" {
		return nil, errors.New("reading the module: go.mod names none")
	}
	ignored, err := ignoredNames(fsys)
	if err != nil {
		return nil, err
	}
	err = fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (name == plantedFaults || name != "." && hidden(d.Name()) || ignored.top(name)):
			return fs.SkipDir
		case d.IsDir() || path.Ext(name) != ".go" || hidden(d.Name()):
			return nil
		}
		return m.add(name)
	})
	if err != nil {
		return nil, fmt.Errorf("reading the module: %w", err)
	}
	return m, nil
}

// hidden reports whether the go command, too, passes over a name.
func hidden(name string) bool { return strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_") }

func (m *Module) add(name string) error {
	text, err := fs.ReadFile(m.fsys, name)
	if err != nil {
		return err
	}
	file, err := parser.ParseFile(m.fset, name, text, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	s := &source{
		name:  name,
		dir:   path.Dir(name),
		test:  strings.HasSuffix(name, "_test.go"),
		ast:   file,
		lines: m.fset.File(file.FileStart).LineCount(),
	}
	for _, spec := range file.Imports {
		to, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			return fmt.Errorf("%s: %w", m.at(spec.Pos()), err)
		}
		s.imports = append(s.imports, reference{path: to, at: m.at(spec.Pos())})
	}
	m.files = append(m.files, s)
	return nil
}

// at is a position as Problem has it.
func (m *Module) at(pos token.Pos) string {
	p := m.fset.Position(pos)
	return fmt.Sprintf("%s:%d", p.Filename, p.Line)
}

// own is the directory of an import path of this module.
func (m *Module) own(importPath string) (dir string, is bool) {
	return strings.CutPrefix(importPath, m.Path+"/")
}

// patterns are the lines of .gitignore that concern the top level.
type patterns []string

func ignoredNames(fsys fs.FS) (patterns, error) {
	text, err := fs.ReadFile(fsys, ".gitignore")
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("reading .gitignore: %w", err)
	}
	var ps patterns
	for line := range strings.Lines(string(text)) {
		line = strings.Trim(strings.TrimSpace(line), "/")
		if line == "" || strings.HasPrefix(line, "#") || strings.Contains(line, "/") {
			continue
		}
		if _, err := path.Match(line, ""); err != nil {
			return nil, fmt.Errorf(".gitignore: %q: %w", line, err)
		}
		ps = append(ps, line)
	}
	return ps, nil
}

// top reports whether name is at the top level and ignored.
func (ps patterns) top(name string) bool {
	for _, p := range ps {
		if is, _ := path.Match(p, name); is { // Match knows no "/" in "*"
			return true
		}
	}
	return false
}
