package arch

import (
	"go/ast"
	"go/types"
	"slices"
	"strings"
)

// directive marks a line on which the order of a map matters to nobody. What
// follows it says why.
const directive = "//raftian:unordered"

// orderLint looks in one file for orders that come from a map.
type orderLint struct {
	m        *Module
	info     *types.Info
	excused  map[string]bool // by "file:line": a directive is there; true if it was of use
	judged   map[ast.Node]bool
	problems []Problem
}

func lintOrder(m *Module, info *types.Info, f *source) []Problem {
	o := &orderLint{m: m, info: info, excused: map[string]bool{}, judged: map[ast.Node]bool{}}
	var directives []string
	for _, group := range f.ast.Comments {
		for _, c := range group.List {
			why, is := strings.CutPrefix(c.Text, directive)
			if !is {
				continue
			}
			at := m.at(c.Pos())
			directives = append(directives, at)
			o.excused[at] = false
			if strings.TrimSpace(why) == "" {
				o.problems = append(o.problems, problem(at, "%s does not say why", directive))
			}
		}
	}
	ast.Inspect(f.ast, o.visit)
	for _, at := range directives {
		if !o.excused[at] {
			o.problems = append(o.problems, problem(at, "%s excuses nothing on this line", directive))
		}
	}
	return o.problems
}

// visit judges loops where their statement list is, which shows what comes
// after them, and then uses of package maps that no statement has settled.
func (o *orderLint) visit(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.BlockStmt:
		o.list(n.List)
	case *ast.CaseClause:
		o.list(n.Body)
	case *ast.CommClause:
		o.list(n.Body)
	case *ast.CallExpr:
		o.call(n)
	}
	return true
}

func (o *orderLint) list(stmts []ast.Stmt) {
	for i, s := range stmts {
		if labeled, is := s.(*ast.LabeledStmt); is {
			s = labeled.Stmt
		}
		switch s := s.(type) {
		case *ast.RangeStmt:
			o.loop(s, stmts[i+1:])
		case *ast.AssignStmt:
			o.collect(s, stmts[i+1:])
		}
	}
}

// loop judges a range statement that rest comes after.
func (o *orderLint) loop(s *ast.RangeStmt, rest []ast.Stmt) {
	m, key := o.ranged(s)
	if m == nil || o.judged[s] {
		return
	}
	o.judged[s], o.judged[ast.Unparen(s.X)] = true, true
	if o.harmless(s, key, rest) {
		return
	}
	o.report(s, "range over a map: its order differs from run to run; %s, or end the line with %s and why", o.instead(m), directive)
}

// ranged is the map that s goes over, directly or by an iterator of package
// maps, and the variable that is another key each time; nil if there is none.
func (o *orderLint) ranged(s *ast.RangeStmt) (m ast.Expr, key types.Object) {
	if id, is := s.Key.(*ast.Ident); is {
		key = o.info.Defs[id]
	}
	if isMap(o.info.TypeOf(s.X)) {
		return s.X, key
	}
	call, is := ast.Unparen(s.X).(*ast.CallExpr)
	if !is {
		return nil, nil
	}
	switch o.iterator(call) {
	case "Keys", "All":
		return call.Args[0], key
	case "Values":
		return call.Args[0], nil
	}
	return nil, nil
}

// iterator is which of package maps' iterators a call makes, or "".
func (o *orderLint) iterator(call *ast.CallExpr) string {
	pkg, name := o.callee(call)
	if pkg == "maps" && slices.Contains([]string{"Keys", "Values", "All"}, name) {
		return name
	}
	return ""
}

// callee is the function of a package that is called, if it is one.
func (o *orderLint) callee(call *ast.CallExpr) (pkg, name string) {
	fun := ast.Unparen(call.Fun)
	switch f := fun.(type) { // of a generic function called with its types
	case *ast.IndexExpr:
		fun = f.X
	case *ast.IndexListExpr:
		fun = f.X
	}
	switch f := fun.(type) {
	case *ast.SelectorExpr:
		return globalName(o.info.Uses[f.Sel])
	case *ast.Ident:
		return globalName(o.info.Uses[f])
	}
	return "", ""
}

// collect settles `s := slices.Collect(maps.Keys(m))` with s sorted after it.
func (o *orderLint) collect(s *ast.AssignStmt, rest []ast.Stmt) {
	if len(s.Lhs) != 1 || len(s.Rhs) != 1 {
		return
	}
	call, is := s.Rhs[0].(*ast.CallExpr)
	if !is || len(call.Args) != 1 {
		return
	}
	inner, is := call.Args[0].(*ast.CallExpr)
	if pkg, name := o.callee(call); !is || pkg != "slices" || name != "Collect" || o.iterator(inner) == "" {
		return
	}
	if o.sortedIn(types.ExprString(s.Lhs[0]), rest) {
		o.judged[inner] = true
	}
}

// call judges a use of package maps outside a loop. What sorts or makes a map
// again is fine.
func (o *orderLint) call(call *ast.CallExpr) {
	switch pkg, name := o.callee(call); pkg + "." + name {
	case "slices.Sorted", "slices.SortedFunc", "slices.SortedStableFunc", "maps.Collect", "maps.Insert":
		for _, arg := range call.Args {
			o.judged[ast.Unparen(arg)] = true
		}
	}
	if kind := o.iterator(call); kind != "" && !o.judged[call] {
		o.report(call, "maps.%s: its order differs from run to run; %s, or end the line with %s and why",
			kind, o.instead(call.Args[0]), directive)
	}
}

// report adds a problem unless the line is excused.
func (o *orderLint) report(n ast.Node, format string, args ...any) {
	at := o.m.at(n.Pos())
	if _, is := o.excused[at]; is {
		o.excused[at] = true
		return
	}
	o.problems = append(o.problems, problem(at, format, args...))
}

// instead says what gives an order.
func (o *orderLint) instead(m ast.Expr) string {
	name := types.ExprString(m)
	if t := mapOf(o.info.TypeOf(m)); t != nil {
		if basic, is := t.Key().Underlying().(*types.Basic); !is || basic.Info()&types.IsOrdered == 0 {
			return "keep a slice beside " + name + ", or range over slices.SortedFunc(maps.Keys(" + name + "), compare)"
		}
	}
	return "range over slices.Sorted(maps.Keys(" + name + "))"
}

func isMap(t types.Type) bool { return mapOf(t) != nil }

// mapOf is the map type below t, also if t is a type parameter that stands for
// maps, such as M ~map[K]V.
func mapOf(t types.Type) *types.Map {
	if t == nil {
		return nil
	}
	switch under := t.Underlying().(type) {
	case *types.Map:
		return under
	case *types.Interface:
		for i := range under.NumEmbeddeds() {
			switch e := under.EmbeddedType(i).(type) {
			case *types.Union:
				for k := range e.Len() {
					if m := mapOf(e.Term(k).Type()); m != nil {
						return m
					}
				}
			default:
				if m := mapOf(e); m != nil {
					return m
				}
			}
		}
	}
	return nil
}
