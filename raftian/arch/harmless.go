package arch

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"
)

// loopBody is what a loop over a map does, as far as it has been read. The loop
// is harmless if every order of its rounds leaves the same behind: each thing it
// changes outside a round is changed in one way only, one whose order does not
// matter, and is not looked at in between.
type loopBody struct {
	*orderLint
	over    string                // the map
	key     types.Object          // another one in each round
	locals  map[types.Object]bool // live for one round
	targets map[string]target     // by expression
	returns string                // the constants returned, "" for no return
	inner   int                   // maps that are gone over inside
}

// target is something a loop changes.
type target struct {
	how      string // "add", "put", "append", …
	mentions int    // how often it must be named in order to be changed so
}

// harmless reports whether a loop over a map may go in any order. It is cautious:
// what it does not know is not harmless.
func (o *orderLint) harmless(loop *ast.RangeStmt, key types.Object, rest []ast.Stmt) bool {
	m, _ := o.ranged(loop)
	b := &loopBody{orderLint: o, over: types.ExprString(m), key: key, locals: map[types.Object]bool{}, targets: map[string]target{}}
	if loop.Tok == token.ASSIGN || !b.block(loop.Body) {
		return false
	}
	if b.returns != "" && len(b.targets) > 0 { // some rounds' work, and no telling which
		return false
	}
	for name, t := range b.targets {
		if mentions(loop.Body, name) != t.mentions || t.how == "append" && !o.sortedIn(name, rest) {
			return false
		}
	}
	b.settle(loop.Body)
	return true
}

// settle marks the loops inside a harmless one as judged.
func (b *loopBody) settle(body ast.Node) {
	ast.Inspect(body, func(n ast.Node) bool {
		if s, is := n.(*ast.RangeStmt); is {
			b.judged[s], b.judged[ast.Unparen(s.X)] = true, true
		}
		return true
	})
}

func (b *loopBody) block(block *ast.BlockStmt) bool { return b.all(block.List) }

func (b *loopBody) all(stmts []ast.Stmt) bool {
	for _, s := range stmts {
		if !b.stmt(s) {
			return false
		}
	}
	return true
}

func (b *loopBody) stmt(s ast.Stmt) bool {
	switch s := s.(type) {
	case nil, *ast.EmptyStmt:
		return true
	case *ast.BlockStmt:
		return b.block(s)
	case *ast.BranchStmt:
		return s.Tok == token.CONTINUE && s.Label == nil
	case *ast.IfStmt:
		return b.stmt(s.Init) && b.quiet(s.Cond) && b.block(s.Body) && b.stmt(s.Else)
	case *ast.SwitchStmt:
		return b.stmt(s.Init) && b.quiet(s.Tag) && b.block(s.Body)
	case *ast.CaseClause:
		return b.quiet(s.List...) && b.all(s.Body)
	case *ast.RangeStmt:
		return b.nested(s)
	case *ast.ReturnStmt:
		return b.end(s)
	case *ast.IncDecStmt:
		return b.isLocal(s.X) || isInteger(b.info.TypeOf(s.X)) && b.change(s.X, "add", 1)
	case *ast.AssignStmt:
		return b.assign(s)
	case *ast.ExprStmt:
		return b.delete(s.X)
	}
	return false
}

func (b *loopBody) nested(s *ast.RangeStmt) bool {
	if s.Tok == token.ASSIGN || !b.quiet(ast.Unparen(s.X)) {
		return false
	}
	b.local(s.Key)
	b.local(s.Value)
	if m, _ := b.ranged(s); m != nil {
		b.inner++
		defer func() { b.inner-- }()
	}
	return b.block(s.Body)
}

// end is a return: the same constants each time, or there is no telling which.
func (b *loopBody) end(s *ast.ReturnStmt) bool {
	said := "return"
	for _, result := range s.Results {
		tv := b.info.Types[result]
		if tv.Value == nil && !tv.IsNil() {
			return false
		}
		said += " " + types.ExprString(result)
	}
	if b.returns != "" && b.returns != said {
		return false
	}
	b.returns = said
	return true
}

func (b *loopBody) assign(s *ast.AssignStmt) bool {
	if s.Tok == token.DEFINE {
		for _, left := range s.Lhs {
			b.local(left)
		}
		return b.quiet(s.Rhs...)
	}
	if len(s.Lhs) != 1 {
		return false
	}
	left, right := s.Lhs[0], s.Rhs[0]
	if b.isLocal(left) {
		return b.quiet(right)
	}
	switch s.Tok {
	case token.ASSIGN:
		return b.set(left, right)
	case token.ADD_ASSIGN, token.SUB_ASSIGN:
		return isInteger(b.info.TypeOf(left)) && b.quiet(right) && b.change(left, "add", 1)
	case token.OR_ASSIGN, token.AND_ASSIGN, token.XOR_ASSIGN, token.AND_NOT_ASSIGN, token.MUL_ASSIGN:
		return isInteger(b.info.TypeOf(left)) && b.quiet(right) && b.change(left, s.Tok.String(), 1)
	}
	return false
}

// set is left = right, where left outlives the round.
func (b *loopBody) set(left, right ast.Expr) bool {
	if call, is := right.(*ast.CallExpr); is && len(call.Args) > 0 && types.ExprString(call.Args[0]) == types.ExprString(left) {
		pkg, name := b.callee(call)
		switch {
		case pkg != "" || !b.quiet(call.Args[1:]...):
			return false
		case name == "append":
			return b.change(left, name, 2)
		case name == "min" || name == "max":
			// Floats have a NaN, and a zero of either sign.
			return !isFloat(b.info.TypeOf(left)) && b.change(left, name, 2)
		}
		return false
	}
	if index, is := left.(*ast.IndexExpr); is && isMap(b.info.TypeOf(index.X)) {
		return b.inner == 0 && b.isKey(index.Index) && b.quiet(right) && b.change(index.X, "put", 1)
	}
	value := b.info.Types[right].Value
	if value == nil {
		return false
	}
	return b.change(left, "= "+value.ExactString(), 1)
}

// delete is an expression statement: only delete will do.
func (b *loopBody) delete(x ast.Expr) bool {
	call, is := x.(*ast.CallExpr)
	if !is {
		return false
	}
	pkg, name := b.callee(call)
	return pkg == "" && name == "delete" && b.quiet(call.Args[1]) && !b.reaches(call.Args[0], call.Args[1]) &&
		b.change(call.Args[0], "delete", 1)
}

// reaches reports whether an entry is another one of the map that is gone over:
// that may take away rounds to come, or add some.
func (b *loopBody) reaches(m, index ast.Expr) bool {
	return types.ExprString(m) == b.over && !b.isKey(index)
}

// change notes that x is changed, and in which way.
func (b *loopBody) change(x ast.Expr, how string, times int) bool {
	if index, is := x.(*ast.IndexExpr); is { // an entry counts as the whole
		if !b.quiet(index.Index) || b.reaches(index.X, index.Index) {
			return false
		}
		x = index.X
	}
	if !b.quiet(x) {
		return false
	}
	name := types.ExprString(x)
	t := b.targets[name]
	if t.how != "" && t.how != how {
		return false
	}
	b.targets[name] = target{how, t.mentions + times}
	return true
}

func (b *loopBody) local(x ast.Expr) {
	if id, is := x.(*ast.Ident); is {
		if o := b.info.Defs[id]; o != nil {
			b.locals[o] = true
		}
	}
}

// isLocal reports whether x does not outlive the round.
func (b *loopBody) isLocal(x ast.Expr) bool {
	id, is := x.(*ast.Ident)
	return is && (id.Name == "_" || b.locals[b.info.ObjectOf(id)])
}

func (b *loopBody) isKey(x ast.Expr) bool {
	id, is := x.(*ast.Ident)
	return is && b.key != nil && b.info.Uses[id] == b.key
}

// quiet reports whether expressions only look: they call nothing but what is
// known to change nothing, and receive nothing.
func (b *loopBody) quiet(xs ...ast.Expr) bool {
	quiet := true
	for _, x := range xs {
		if x == nil {
			continue
		}
		ast.Inspect(x, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.UnaryExpr:
				quiet = quiet && n.Op != token.ARROW
			case *ast.CallExpr:
				quiet = quiet && (b.info.Types[n.Fun].IsType() || b.onlyLooks(n))
			}
			return quiet
		})
	}
	return quiet
}

func (b *loopBody) onlyLooks(call *ast.CallExpr) bool {
	switch pkg, name := b.callee(call); pkg {
	case "":
		return slices.Contains([]string{"len", "cap", "min", "max", "make", "new"}, name)
	case "strings", "strconv", "math", "math/bits", "unicode", "unicode/utf8", "cmp":
		return true
	case "fmt":
		return strings.HasPrefix(name, "Sprint")
	case "maps":
		return b.iterator(call) != ""
	}
	return false
}

// sortedIn reports whether the first statement that names a slice sorts it.
func (o *orderLint) sortedIn(name string, stmts []ast.Stmt) bool {
	for _, s := range stmts {
		if mentions(s, name) == 0 {
			continue
		}
		x, is := s.(*ast.ExprStmt)
		if !is {
			return false
		}
		call, is := x.X.(*ast.CallExpr)
		if !is || len(call.Args) == 0 || types.ExprString(call.Args[0]) != name {
			return false
		}
		pkg, f := o.callee(call)
		return pkg == "slices" && slices.Contains([]string{"Sort", "SortFunc", "SortStableFunc"}, f) ||
			pkg == "sort" && slices.Contains([]string{"Strings", "Ints", "Float64s", "Slice", "SliceStable"}, f)
	}
	return false
}

// mentions is how often an expression stands in n. Of x in y.x it is none.
func mentions(n ast.Node, name string) int {
	count := 0
	ast.Inspect(n, func(n ast.Node) bool {
		if s, is := n.(*ast.SelectorExpr); is && types.ExprString(s) != name {
			count += mentions(s.X, name)
			return false
		}
		if x, is := n.(ast.Expr); is && types.ExprString(x) == name {
			count++
		}
		return true
	})
	return count
}

func isInteger(t types.Type) bool {
	basic, is := t.Underlying().(*types.Basic)
	return is && basic.Info()&types.IsInteger != 0
}

func isFloat(t types.Type) bool {
	basic, is := t.Underlying().(*types.Basic)
	return is && basic.Info()&(types.IsFloat|types.IsComplex) != 0
}
