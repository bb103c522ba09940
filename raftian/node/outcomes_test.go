package node

import (
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/hashicorp/raft"
)

// outcomeRow is a row of the table in OUTCOMES.md.
type outcomeRow struct{ asked, answer, outcome, functions, provoked string }

func (r outcomeRow) key() string { return r.asked + " " + r.answer }

// outcomeRows reads the first table of OUTCOMES.md.
func outcomeRows(t *testing.T) (rows []outcomeRow) {
	t.Helper()
	b, err := os.ReadFile("OUTCOMES.md")
	if err != nil {
		t.Fatal(err)
	}
	page, _, _ := strings.Cut(string(b), "## The node's own answers")
	for line := range strings.Lines(page) {
		cells := strings.Split(strings.TrimSpace(line), " | ")
		if !strings.HasPrefix(line, "| ") || strings.HasPrefix(line, "| asked") {
			continue
		}
		if len(cells) != 6 {
			t.Fatalf("a row of %d cells: %s", len(cells), line)
		}
		rows = append(rows, outcomeRow{strings.TrimPrefix(cells[0], "| "), strings.Trim(cells[1], "`"), cells[2], cells[3], cells[4]})
	}
	return rows
}

// libraryErrors are the errors that the library exports, by name.
func libraryErrors() map[string]error {
	return map[string]error{
		"ErrLeader": raft.ErrLeader, "ErrNotLeader": raft.ErrNotLeader, "ErrNotVoter": raft.ErrNotVoter,
		"ErrLeadershipLost": raft.ErrLeadershipLost, "ErrAbortedByRestore": raft.ErrAbortedByRestore,
		"ErrRaftShutdown": raft.ErrRaftShutdown, "ErrEnqueueTimeout": raft.ErrEnqueueTimeout,
		"ErrNothingNewToSnapshot": raft.ErrNothingNewToSnapshot, "ErrUnsupportedProtocol": raft.ErrUnsupportedProtocol,
		"ErrCantBootstrap": raft.ErrCantBootstrap, "ErrLeadershipTransferInProgress": raft.ErrLeadershipTransferInProgress,
		"ErrIncompatibleLogStore": raft.ErrIncompatibleLogStore, "ErrTransportShutdown": raft.ErrTransportShutdown,
		"ErrPipelineShutdown": raft.ErrPipelineShutdown, "ErrLogNotFound": raft.ErrLogNotFound,
		"ErrPipelineReplicationNotSupported": raft.ErrPipelineReplicationNotSupported,
	}
}

// errorOf is an error as a row has it.
func errorOf(answer string) error {
	if err := libraryErrors()[answer]; err != nil {
		return err
	}
	return errors.New(strings.NewReplacer("%v", "n7", "%d", "7").Replace(answer))
}

func TestTheNodeDecidesAsTheTableSays(t *testing.T) {
	what := map[string]asking{"command": toApply, "change": toChange, "transfer": toTransfer, "snapshot": toSnapshot}
	none, open := 0, 0
	for _, r := range outcomeRows(t) {
		if what[r.asked] == 0 || r.answer == "nil" {
			continue
		}
		want := map[string]bool{"none": true, "open": false}[r.outcome]
		if want {
			none++
		} else {
			open++
		}
		if got := withoutEffect(what[r.asked], errorOf(r.answer)); got != want {
			t.Errorf("%s: the node takes it for certain: %v; the table says %s", r.key(), got, r.outcome)
		}
	}
	if none < 20 || open < 10 {
		t.Errorf("%d rows are certain and %d open: the table is not read", none, open)
	}
}

// answers are the errors that come about in functions of the library, "function answer":
// exported errors by name, others by their format.
func answers(t *testing.T) (found map[string]bool, exported []string) {
	t.Helper()
	dir, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/hashicorp/raft").Output()
	if err != nil {
		t.Fatal(err)
	}
	own := func(i fs.FileInfo) bool {
		name := i.Name()
		return !strings.HasSuffix(name, "_test.go") && !strings.HasPrefix(name, "testing") && !strings.HasPrefix(name, "inmem")
	}
	packages, err := parser.ParseDir(token.NewFileSet(), strings.TrimSpace(string(dir)), own, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	found = map[string]bool{}
	for _, file := range packages["raft"].Files {
		for _, d := range file.Decls {
			switch d := d.(type) {
			case *ast.GenDecl:
				for _, s := range d.Specs {
					if v, ok := s.(*ast.ValueSpec); ok && d.Tok == token.VAR && strings.HasPrefix(v.Names[0].Name, "Err") {
						exported = append(exported, v.Names[0].Name)
					}
				}
			case *ast.FuncDecl:
				if isAnswering(d) {
					for _, a := range errorsIn(d) {
						found[d.Name.Name+" "+a] = true
					}
				}
			}
		}
	}
	return found, exported
}

// isAnswering says whether a function answers what the node asks, or makes an error that
// another one answers with.
func isAnswering(d *ast.FuncDecl) bool {
	if slices.Contains([]string{"nextConfiguration", "checkConfiguration", "restoreUserSnapshot", "takeSnapshot",
		"compactLogsWithTrailing", "leadershipTransfer", "Restore", "liveBootstrap"}, d.Name.Name) {
		return true
	}
	// These answer other goroutines of the library.
	if slices.Contains([]string{"respond", "decodeResponses", "installSnapshot"}, d.Name.Name) {
		return false
	}
	answers := false
	ast.Inspect(d, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			s, ok := n.Fun.(*ast.SelectorExpr)
			answers = answers || ok && s.Sel.Name == "respond"
		case *ast.CompositeLit:
			id, ok := n.Type.(*ast.Ident)
			answers = answers || ok && id.Name == "errorFuture"
		}
		return true
	})
	return answers
}

// errorsIn are the errors that come about in a function.
func errorsIn(d *ast.FuncDecl) (list []string) {
	ast.Inspect(d, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Ident:
			if strings.HasPrefix(n.Name, "Err") && n.Name != "Error" && n.Name != "Errorf" {
				list = append(list, n.Name)
			}
		case *ast.CallExpr:
			s, ok := n.Fun.(*ast.SelectorExpr)
			if !ok || s.Sel.Name != "Errorf" && s.Sel.Name != "New" || len(n.Args) == 0 {
				break
			}
			if format, ok := n.Args[0].(*ast.BasicLit); ok {
				text, _ := strconv.Unquote(format.Value)
				list = append(list, text)
			}
		}
		return true
	})
	return list
}

func TestTheTableHasEveryAnswerOfTheLibrary(t *testing.T) {
	found, exported := answers(t)
	// Asked of them is nothing that a row could be about.
	ignored := []string{"replicate ErrPipelineReplicationNotSupported", "runFSM invalid number of responses",
		"runFSM bad type passed to fsmMutateCh: %#v"}
	listed := map[string]bool{}
	named := map[string]bool{}
	for _, r := range outcomeRows(t) {
		named[r.answer] = true
		for _, f := range strings.Split(r.functions, ", ") {
			place := f + " " + r.answer
			listed[place] = true
			if r.asked != "nothing" && f != "–" && r.answer != "nil" && r.answer != "an error of the log store" && !found[place] {
				t.Errorf("%s: the library has no such answer in %s", r.key(), f)
			}
		}
	}
	for _, place := range slices.Sorted(maps.Keys(found)) {
		if !listed[place] && !slices.Contains(ignored, place) {
			t.Errorf("no row has the library's %s", place)
		}
	}
	slices.Sort(exported)
	if want := slices.Sorted(maps.Keys(libraryErrors())); !slices.Equal(exported, want) {
		t.Errorf("the library exports %q; the tests know %q", exported, want)
	}
	for _, name := range exported {
		if !named[name] {
			t.Errorf("no row is about %s", name)
		}
	}
}
