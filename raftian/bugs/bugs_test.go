package bugs

import (
	"slices"
	"strings"
	"testing"

	"raftian/linearizability"
	"raftian/raftian/node"
)

func TestTheZooDescribesWhatCanBePlanted(t *testing.T) {
	var names []string
	for _, b := range All() {
		names = append(names, b.Name)
	}
	if !slices.Equal(names, node.Bugs()) {
		t.Errorf("described are %v\nplanted can be %v", names, node.Bugs())
	}
}

func TestEveryBugIsDescribed(t *testing.T) {
	var judges []string
	for _, v := range linearizability.NewPanel(linearizability.Options{}).Verdicts() {
		judges = append(judges, v.Judge)
	}
	for _, b := range All() {
		if b.Breaks == "" || b.Seen == "" || strings.ContainsAny(b.Breaks+b.Seen, "\n") {
			t.Errorf("%s is not described in a line each: %+v", b.Name, b)
		}
		if !slices.Contains(judges, b.Judge) {
			t.Errorf("%s is for judge %q; there are %v", b.Name, b.Judge, judges)
		}
		if found, ok := Find(b.Name); !ok || found != b {
			t.Errorf("looking for %s finds %+v", b.Name, found)
		}
	}
	if b, ok := Find("no-such-bug"); ok {
		t.Errorf("no-such-bug is %+v", b)
	}
}
