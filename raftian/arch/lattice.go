package arch

import (
	"fmt"
	"go/ast"
	"io/fs"
	"maps"
	"slices"
	"strings"
)

// roomOf is the room of a package's directory.
func roomOf(dir string) (Room, bool) {
	var found Room
	for _, r := range rooms() {
		if covers(r.Path, dir) && len(r.Path) > len(found.Path) {
			found = r
		}
	}
	return found, found.Path != ""
}

// covers reports whether dir is what a pattern names.
func covers(pattern, dir string) bool {
	root, all := strings.CutSuffix(pattern, "/...")
	return dir == root || all && strings.HasPrefix(dir, root+"/")
}

func anyCovers(patterns []string, dir string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool { return covers(p, dir) })
}

// Imports lists the imports that the house does not allow, and the packages it
// has no room for.
func (m *Module) Imports() []Problem {
	var all []Problem
	homeless := map[string]bool{}
	for _, f := range m.files {
		room, ok := roomOf(f.dir)
		if !ok {
			if !homeless[f.dir] {
				homeless[f.dir] = true
				all = append(all, problem(f.name, "package %s has no room; say in the table where it belongs (house.go)", f.dir))
			}
			continue
		}
		for _, ref := range f.imports {
			if dir, ours := m.own(ref.path); ours {
				all = append(all, room.judge(f, dir, ref)...)
			} else {
				all = append(all, judgeLibrary(f, ref)...)
			}
		}
	}
	return all
}

// judge is about an import of our own package in dir.
func (r Room) judge(f *source, dir string, ref reference) []Problem {
	if dir == f.dir || anyCovers(r.May, dir) || f.test && anyCovers(r.Tests, dir) {
		return nil
	}
	may := "nothing of ours"
	if len(r.May) > 0 {
		may = "only " + strings.Join(r.May, ", ")
	}
	return []Problem{problem(ref.at, "imports %s; %s may import %s: %s", ref.path, r.Path, may, r.Why)}
}

// judgeLibrary is about an import of a package from elsewhere.
func judgeLibrary(f *source, ref reference) []Problem {
	var all []Problem
	for _, l := range libraries() {
		if !covers(l.Path+"/...", ref.path) || anyCovers(l.Rooms, f.dir) ||
			l.Mains && f.ast.Name.Name == "main" || l.Tests && f.test {
			continue
		}
		all = append(all, problem(ref.at, "imports %s: %s", ref.path, l.Why))
	}
	return all
}

// Comments lists the packages that do not say what they are for.
func (m *Module) Comments() []Problem {
	var all []Problem
	for _, files := range m.packages() {
		if slices.ContainsFunc(files, func(f *source) bool { return opens(f.ast) }) ||
			!slices.ContainsFunc(files, func(f *source) bool { return !ast.IsGenerated(f.ast) }) {
			continue
		}
		name := files[0].ast.Name.Name
		all = append(all, problem(files[0].dir, "package %s has no comment that begins with %q", name, opening(name)))
	}
	return all
}

// packages are the files of each package, without its tests unless there is
// nothing else, in the order of directories.
func (m *Module) packages() [][]*source {
	byDir := map[string][]*source{}
	for _, f := range m.files {
		byDir[f.dir] = append(byDir[f.dir], f)
	}
	var all [][]*source
	for _, dir := range slices.Sorted(maps.Keys(byDir)) {
		files := byDir[dir]
		if slices.ContainsFunc(files, func(f *source) bool { return !f.test }) {
			files = slices.DeleteFunc(files, func(f *source) bool { return f.test })
		}
		all = append(all, files)
	}
	return all
}

// opening is how the comment of a package of that name begins.
func opening(name string) string {
	if name == "main" {
		return "Command "
	}
	return "Package " + name + " "
}

func opens(f *ast.File) bool {
	return strings.HasPrefix(strings.ReplaceAll(f.Doc.Text(), "\n", " "), opening(f.Name.Name))
}

// Top lists what the top level holds and should not, and what it lacks.
func (m *Module) Top() ([]Problem, error) {
	entries, err := fs.ReadDir(m.fsys, ".")
	if err != nil {
		return nil, fmt.Errorf("reading the top level: %w", err)
	}
	ignored, err := ignoredNames(m.fsys)
	if err != nil {
		return nil, err
	}
	var all []Problem
	want := tree()
	for _, e := range entries {
		name := e.Name()
		if k := slices.Index(want, name); k >= 0 {
			want = slices.Delete(want, k, k+1)
		} else if !strings.HasPrefix(name, ".") && !ignored.top(name) {
			all = append(all, problem(name, "does not belong at the top level, which holds %s", strings.Join(tree(), ", ")))
		}
	}
	for _, name := range want {
		all = append(all, problem(name, "is missing at the top level"))
	}
	return all, nil
}

// Long lists the files of more than lines lines. It is a smell, not a fault.
func (m *Module) Long(lines int) []Problem {
	var all []Problem
	for _, f := range m.files {
		if f.lines > lines && !ast.IsGenerated(f.ast) {
			all = append(all, problem(f.name, "%d lines; is it about more than one idea?", f.lines))
		}
	}
	return all
}
