package netsim_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strconv"
	"strings"
	"testing"

	"raftian/netsim"
	"raftian/netsim/plan"
)

// kindsIn lists the constants of a file whose names begin with Kind.
func kindsIn(t *testing.T, file string) (kinds []string) {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(f, func(n ast.Node) bool {
		if s, ok := n.(*ast.ValueSpec); ok && strings.HasPrefix(s.Names[0].Name, "Kind") {
			kind, _ := strconv.Unquote(s.Values[0].(*ast.BasicLit).Value)
			kinds = append(kinds, kind)
		}
		return true
	})
	return kinds
}

// Every kind of event can be waited for that may come before the faults are over, and no
// other.
func TestEveryKindOfEventCanBeWaitedForOrComesTooLate(t *testing.T) {
	tooLate := []string{"heal", "stop", "hung", "end"}
	all := append(kindsIn(t, "env/note.go"), kindsIn(t, "trace/event.go")...)
	all = append(all, "write", "sync", "create", "rename", "remove")
	if len(all) < 40 {
		t.Fatalf("there are only %d kinds", len(all))
	}
	var listed []string
	for _, e := range netsim.Events([]string{"own"}) {
		if slices.Contains(listed, e.Kind) {
			t.Errorf("%s is listed twice", e.Kind)
		}
		if listed = append(listed, e.Kind); !slices.Contains(all, e.Kind) && e.Kind != "own" {
			t.Errorf("%s is no kind of event", e.Kind)
		}
		if (e.Text == plan.TextListed) != (len(e.Texts) > 0) {
			t.Errorf("%s: texts %q, %q", e.Kind, e.Text, e.Texts)
		}
	}
	for _, kind := range all {
		if slices.Contains(listed, kind) == slices.Contains(tooLate, kind) {
			t.Errorf("%s can be waited for: %v", kind, slices.Contains(listed, kind))
		}
	}
	if !slices.Contains(listed, "own") {
		t.Error("a guest's own kind cannot be waited for")
	}
}

// The reference of plans has each kind of event, with an example that can come about.
func TestTheReferenceHasEveryEvent(t *testing.T) {
	words, events := netsim.EventWords(), netsim.Events(nil)
	for _, e := range events {
		r := e.Reference()
		if words[e.Kind] == "" || r.Form == "" {
			t.Errorf("nothing says what %s is", e.Kind)
		}
		p, err := plan.Parse("raftian plan 1\nguest game\nmachines n1 n2 n3\nlength 30s\nheal 18s\n" + r.Example + "\n")
		if err == nil {
			err = p.CheckEvents(events)
		}
		if err != nil {
			t.Errorf("%s: %v", r.Example, err)
		}
	}
	if len(words) != len(events) {
		t.Errorf("words for %d kinds of event, of which there are %d", len(words), len(events))
	}
}
