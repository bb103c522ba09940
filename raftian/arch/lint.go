package arch

import (
	"context"
	"errors"
	"fmt"
	"go/ast"
	"go/types"
	"io/fs"
	"slices"
	"strings"
)

// ban keeps functions and variables of a package out of certain places.
type ban struct {
	from   Place // and the places after it, which are stricter
	inRims bool  // in a room's Rims, too
	pkg    string
	names  []string // what is banned; none means everything
	except []string // what is not, if everything is
	text   string   // why, and what to use
}

// spawns is what the lint says of a go statement.
const spawns = "a goroutine in pure code: return what is to be done, and leave the doing to the caller"

// bans is the lint's table. Types, constants and error variables are never
// banned: an os.FileInfo touches no file.
func bans() []ban {
	const (
		clock  = "the real clock: take the instant as an argument (env.Instant)"
		random = "not drawn from the Plan: take a *rand.Rand, such as plan.Stream(seed, name)"
		hashes = "its seed differs from process to process: use a hash without one, such as hash/fnv"
		io     = "around the Env: use env.FS, Env.Listen, Env.Dial and Env.Emit, or leave it to the caller"
		output = "a world program's output is its trace: use Env.Emit, or fmt.Fprint to a writer that is given"
	)
	sources := []string{"New", "NewPCG", "NewChaCha8", "NewSource", "NewZipf"}
	return []ban{
		{from: Pure, pkg: "time", text: clock,
			names: []string{"Now", "Since", "Until", "Sleep", "After", "AfterFunc", "Tick", "NewTimer", "NewTicker"}},
		{from: Pure, pkg: "context", text: clock,
			names: []string{"WithTimeout", "WithTimeoutCause", "WithDeadline", "WithDeadlineCause"}},
		{from: Pure, pkg: "sync", names: []string{"WaitGroup.Go"}, text: spawns},

		{from: InWorld, inRims: true, pkg: "math/rand", except: sources, text: random},
		{from: InWorld, inRims: true, pkg: "math/rand/v2", except: sources, text: random},
		{from: InWorld, inRims: true, pkg: "crypto/rand", text: random},
		{from: InWorld, inRims: true, pkg: "hash/maphash", text: hashes},
		{from: InWorld, inRims: true, pkg: "sync", names: []string{"Map.Range"},
			text: "its order differs from run to run: keep a map under a mutex, and range over slices.Sorted(maps.Keys(m))"},

		{from: OnMachine, pkg: "os", except: []string{"IsExist", "IsNotExist", "IsPermission", "IsTimeout", "NewSyscallError"}, text: io},
		{from: OnMachine, pkg: "os/exec", text: io},
		{from: OnMachine, pkg: "os/signal", text: io},
		{from: OnMachine, pkg: "syscall", text: io},
		{from: OnMachine, pkg: "net/http", text: io},
		{from: OnMachine, pkg: "net", text: io, except: []string{"JoinHostPort", "SplitHostPort", "Pipe",
			"ParseIP", "ParseCIDR", "ParseMAC", "IPv4", "IPv4Mask", "CIDRMask", "IPv4zero", "IPv6zero"}},
		{from: OnMachine, pkg: "path/filepath", names: []string{"Abs", "EvalSymlinks", "Glob", "Walk", "WalkDir"}, text: io},
		{from: OnMachine, pkg: "log", except: []string{"New"}, text: output},
		{from: OnMachine, pkg: "fmt", names: []string{"Print", "Printf", "Println", "Scan", "Scanf", "Scanln"}, text: output},
		{from: OnMachine, pkg: "", names: []string{"print", "println"}, text: output},
	}
}

// applies reports whether the ban is about an object, by its package and name.
func (b ban) applies(pkg, name string, place Place, rim bool) bool {
	return b.pkg == pkg && place >= b.from && (b.inRims || !rim) &&
		(b.names == nil || slices.Contains(b.names, name)) && !slices.Contains(b.except, name)
}

// Lint lists what the rooms that run inside a World must not do. It has the go
// command, started in dir, compile what they import from elsewhere.
func (m *Module) Lint(ctx context.Context, dir string) ([]Problem, error) {
	var dirs []string
	for _, files := range m.packages() {
		if room, ok := roomOf(files[0].dir); ok && room.Runs != Rim && !files[0].test {
			dirs = append(dirs, files[0].dir)
		}
	}
	exports, err := exportData(ctx, dir, m.foreign(dirs))
	if err != nil {
		return nil, err
	}
	// Each file is compiled under one of these or both; what both find counts once.
	var all []Problem
	for _, tags := range [][]string{nil, {worldTag}} {
		l := newLoader(m, exports, tags...)
		for _, dir := range dirs {
			for _, p := range lintPackage(m, l.load(dir), dir) {
				if !slices.Contains(all, p) {
					all = append(all, p)
				}
			}
		}
	}
	return all, nil
}

func lintPackage(m *Module, p *checked, dir string) []Problem {
	if errors.Is(p.err, fs.ErrNotExist) { // nothing of it is compiled under these tags
		return nil
	}
	if p.err != nil {
		return []Problem{untyped(m, dir, p.err)}
	}
	room, _ := roomOf(dir)
	var all []Problem
	for _, f := range p.files {
		rim := slices.Contains(room.Rims, strings.TrimPrefix(f.name, f.dir+"/"))
		all = append(all, lintUses(m, p.info, f, room.Runs, rim)...)
		all = append(all, lintOrder(m, p.info, f)...)
	}
	return all
}

// untyped is what becomes of a package that does not type-check.
func untyped(m *Module, dir string, err error) Problem {
	at, text := dir, err.Error()
	if e := (types.Error{}); errors.As(err, &e) {
		at, text = m.at(e.Pos), e.Msg
	}
	return problem(at, "cannot be linted, for it does not type-check: %s", text)
}

// lintUses looks for banned names and go statements in a file.
func lintUses(m *Module, info *types.Info, f *source, place Place, rim bool) []Problem {
	var all []Problem
	table := bans()
	ast.Inspect(f.ast, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.GoStmt:
			if place >= Pure && !rim {
				all = append(all, problem(m.at(n.Pos()), "%s", spawns))
			}
		case *ast.Ident:
			pkg, name := globalName(info.Uses[n])
			for _, b := range table {
				if name != "" && b.applies(pkg, name, place, rim) {
					all = append(all, problem(m.at(n.Pos()), "%s is %s", qualified(pkg, name), b.text))
				}
			}
		}
		return true
	})
	return all
}

// globalName is how bans name a function, a variable or a method "Type.Method"
// of a package, or a builtin. It is "" for whatever is never banned.
func globalName(o types.Object) (pkg, name string) {
	switch o := o.(type) {
	case *types.Builtin:
		return "", o.Name()
	case *types.Func:
		if o.Pkg() == nil { // such as error.Error
			return "", ""
		}
		recv := o.Signature().Recv()
		if recv == nil {
			return o.Pkg().Path(), o.Name()
		}
		if pkg := o.Pkg().Path(); pkg == "sync" { // elsewhere, who has the value may use it
			return pkg, receiver(recv.Type()) + "." + o.Name()
		}
	case *types.Var:
		if o.Pkg() != nil && o.Parent() == o.Pkg().Scope() && !strings.HasPrefix(o.Name(), "Err") {
			return o.Pkg().Path(), o.Name()
		}
	}
	return "", ""
}

// receiver is the name of a method's type.
func receiver(t types.Type) string {
	if p, is := t.(*types.Pointer); is {
		t = p.Elem()
	}
	if named, is := t.(*types.Named); is {
		return named.Obj().Name()
	}
	return fmt.Sprint(t)
}

func qualified(pkg, name string) string {
	if pkg == "" {
		return name
	}
	return pkg + "." + name
}
