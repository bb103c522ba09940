package export_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"raftian/linearizability/export"
	"raftian/linearizability/verdict"
	"raftian/netsim/trace"
)

// traceEvent is an object of the Trace Event Format.
type traceEvent struct {
	Ph, Name, Cat, Bp string
	Ts, Dur           float64
	Pid, Tid, ID      int
	Args              map[string]any
}

func perfetto(t *testing.T, text string, cast export.Cast) []traceEvent {
	t.Helper()
	var out bytes.Buffer
	if err := export.Perfetto(&out, source(t, text), cast); err != nil {
		t.Fatal(err)
	}
	var file struct{ TraceEvents []traceEvent }
	if err := json.Unmarshal(out.Bytes(), &file); err != nil {
		t.Fatalf("it is no JSON: %v\n%s", err, out.String())
	}
	return file.TraceEvents
}

// Every slice that begins ends, each arrow has two ends, and each of these lies on
// a slice: what does not hold to this, the UI leaves out without a word.
func TestATraceIsWhole(t *testing.T) {
	all := perfetto(t, story, export.Cast{Name: "seed 1", Machines: []string{"n1", "n2"}})
	depth := map[int]int{}
	arrows := map[int]string{}
	points := map[string]bool{}
	named := map[int]bool{}
	for _, e := range all {
		at := fmt.Sprint(e.Pid, e.Tid, e.Ts)
		switch e.Ph {
		case "M":
			named[e.Tid] = named[e.Tid] || e.Name == "thread_name"
		case "B":
			depth[e.Tid]++
		case "E":
			if depth[e.Tid]--; depth[e.Tid] < 0 {
				t.Errorf("at %v a slice ends on track %d that has not begun", e.Ts, e.Tid)
			}
		case "X":
			points[at] = true
		case "s", "f":
			arrows[e.ID] += e.Ph
			if !points[at] {
				t.Errorf("arrow %d lies on no slice", e.ID)
			}
			if e.Ph == "f" && e.Bp != "e" {
				t.Errorf("arrow %d ends at the next slice", e.ID)
			}
		}
		if e.Ph != "M" && e.Ph != "C" && !named[e.Tid] {
			t.Errorf("%+v is on a track without a name", e)
		}
	}
	for tid, n := range depth {
		if n != 0 {
			t.Errorf("%d slices of track %d do not end", n, tid)
		}
	}
	if len(arrows) != 1 {
		t.Errorf("%d arrows", len(arrows))
	}
	for id, ends := range arrows {
		if ends != "sf" {
			t.Errorf("arrow %d has the ends %q", id, ends)
		}
	}
}

func TestATraceTellsTheStory(t *testing.T) {
	cited := verdict.Verdict{Judge: "j", Evidence: []verdict.Evidence{{Event: 9, Text: "wrong"}}}
	all := perfetto(t, story, export.Cast{Name: "seed 1", Machines: []string{"n1", "n2"}, Verdicts: []verdict.Verdict{cited},
		Printed: []trace.Line{{At: 300e6, Machine: "n2", Boot: 1, Stream: "stderr", Text: "no heartbeat"}}})
	for _, want := range []struct {
		ph, name string
		ts       float64
		arg      string
	}{
		{"M", "process_name", 0, "seed 1"},
		{"M", "process_name", 0, "machine n2"},
		{"M", "thread_name", 0, "output"},
		{"i", "no heartbeat", 3e5, ""},
		{"B", "leader, term 2", 1e5, ""},
		{"B", "n1 attack n2", 1e6, "n1"},
		{"E", "", 108e4, "hit n2 90"},
		{"X", "to n2: AppendEntries, term 2, 1 entry", 105e4, ""},
		{"X", "from n1: AppendEntries, term 2, 1 entry", 106e4, ""},
		{"C", "applied index", 107e4, "5"},
		{"B", "down: crash power", 25e5, ""},
		{"E", "", 25e5, "none: n2 went down"},
		{"B", "incarnation 2", 3e6, ""},
		{"i", "HEAL: every fault is over", 4e6, ""},
		{"i", "evidence: event 9", 108e4, "j: wrong"},
	} {
		if !slices.ContainsFunc(all, func(e traceEvent) bool {
			return e.Ph == want.ph && e.Name == want.name && e.Ts == want.ts && strings.Contains(fmt.Sprint(e.Args), want.arg)
		}) {
			t.Errorf("there is no %q %q at %v µs with %q", want.ph, want.name, want.ts, want.arg)
		}
	}
}
