package export_test

import (
	"bytes"
	"encoding/xml"
	"io"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"raftian/linearizability"
	"raftian/linearizability/export"
	"raftian/linearizability/foreign"
	"raftian/linearizability/history"
	"raftian/linearizability/models"
	"raftian/linearizability/verdict"
	"raftian/netsim/env"
)

// draw draws a history, and fails if that is no XML.
func draw(t *testing.T, p export.Picture) string {
	t.Helper()
	var out bytes.Buffer
	if err := export.Lanes(&out, p); err != nil {
		t.Fatal(err)
	}
	text := out.String()
	for d := xml.NewDecoder(&out); ; {
		if _, err := d.Token(); err == io.EOF {
			return text
		} else if err != nil {
			t.Fatalf("%v in\n%s", err, text)
		}
	}
}

func TestADrawingHasABarForEachCallAndMarksTheWrongOne(t *testing.T) {
	ops := []history.Op{
		{Client: "a", Seq: 1, Input: "write 3", Output: "ok", Outcome: history.OK, Call: 1, Return: 4},
		{Client: "a", Seq: 2, Input: "write <4>", Outcome: history.Unknown, Call: 5},
		{Client: "a", Seq: 3, Input: "read", Output: "3", Outcome: history.OK, Call: 6, Return: 8},
		{Client: "b", Seq: 1, Input: "cas 1 2", Outcome: history.Fail, Call: 2, Return: 3},
		{Client: "b", Seq: 2, Input: "read", Outcome: history.OK, OutputUnknown: true, Call: 5, Return: 6},
		{Client: "b", Seq: 3, Input: "cas 1 2", Outcome: history.Fail, Call: 7},
		{Client: "10", Seq: 1, Input: "read", Output: "9", Outcome: history.OK, Call: 8, Return: 9},
	}
	v := linearizability.Check(models.Register(), ops, linearizability.Search{})
	part, wrong := linearizability.FirstWrong(models.Register(), ops, linearizability.Search{})
	if wrong == nil || wrong.Client != "10" || len(part) != len(ops) {
		t.Fatalf("the wrong one is %+v of %d", wrong, len(part))
	}
	text := draw(t, export.Picture{Name: "x & y", Model: "register", Ops: part, All: len(ops), Wrong: wrong, Verdict: v})
	for want, times := range map[string]int{
		"<g><title>":                   7,
		"→ not known":                  2, // in the bar, and in what is said when it is pointed at
		`fill="url(#open)"`:            2, // the bar, and the legend
		"write &lt;4&gt;":              2,
		"no state that there had been": 1,
		" of 7 operations":             0,
		"x &amp; y":                    2,
		"the first answer that no":     1,
	} {
		if got := strings.Count(text, want); got != times {
			t.Errorf("it has %q %d times, want %d:\n%s", want, got, times, text)
		}
	}
	// The client goes on beside the call without an answer, in a row of its own.
	if strings.Index(text, `>10</text>`) > strings.Index(text, `>a</text>`) {
		t.Error("10 stands below a")
	}
	if draw(t, export.Picture{Ops: part, Wrong: wrong, Verdict: v, Model: "register", Name: "x & y", All: len(ops)}) != text {
		t.Error("drawn again it is another")
	}
}

func TestADrawingOfALongHistoryShowsWhatMatters(t *testing.T) {
	var ops []history.Op
	for i := range 500 {
		ops = append(ops, history.Op{Client: "c" + strconv.Itoa(i%4), Seq: uint64(i + 1), Input: "write " + strconv.Itoa(i), Output: "ok",
			Outcome: history.OK, Call: env.Instant(10 * i), Return: env.Instant(10*i + 5)})
	}
	v := verdict.Verdict{Outcome: verdict.Pass}
	if text := draw(t, export.Picture{Ops: ops, All: 500, Verdict: v}); !strings.Contains(text, "The first 48 of 500 operations are shown.") || strings.Contains(text, "write 48<") {
		t.Error("without a violation it does not show the beginning")
	}
	text := draw(t, export.Picture{Ops: ops, All: 500, Verdict: v, Wrong: &ops[300]})
	if strings.Count(text, "<g><title>") != 16 || !strings.Contains(text, "write 300") || strings.Contains(text, "write 301") {
		t.Errorf("with one it shows\n%s", text)
	}
	draw(t, export.Picture{Verdict: v})
}

// A history that is written with values and read again has the same verdict, or a
// better one where instants alone order it, and reads that were answered nil say so.
func TestAHistoryWithValuesReadsBack(t *testing.T) {
	count := map[linearizability.Outcome]int{}
	rapid.Check(t, func(t *rapid.T) {
		for range 10 {
			count[readsBack(t)]++
		}
	})
	if count[linearizability.Pass] < 80 || count[linearizability.Fail] < 80 {
		t.Errorf("too few histories of one kind: %v", count)
	}
}

// readsBack draws a history, has it written and read, and returns its verdict.
func readsBack(t *rapid.T) linearizability.Outcome {
	keyed, events := rapid.Bool().Draw(t, "keyed"), rapid.Bool().Draw(t, "events")
	ops := drawValues(t, keyed, events)
	m, w := models.Register(), foreign.Register()
	if keyed {
		m, w = models.KV(), foreign.KV()
	}
	var out bytes.Buffer
	if err := export.JepsenValues(&out, export.RecordOf(ops, nil)); err != nil {
		t.Fatal(err)
	}
	text := out.String()
	h, err := foreign.ReadHistory(&out, w)
	if err != nil {
		t.Fatalf("%v:\n%s", err, text)
	}
	want := linearizability.Check(m, ops, linearizability.Search{}).Outcome
	got := linearizability.Check(m, h.With(foreign.NilAbsent), linearizability.Search{}).Outcome
	if got != want && (events || want == linearizability.Pass) {
		t.Fatalf("it was %v, and is %v:\n%+v\n%s", want, got, ops, text)
	}
	return want
}

// drawValues draws calls of three clients, one after another each.
func drawValues(t *rapid.T, keyed, events bool) (ops []history.Op) {
	value := rapid.SampledFrom([]string{"1", "2", `"a b"`})
	event := uint64(0)
	free := map[string]env.Instant{}
	now := env.Instant(0)
	for i := range rapid.IntRange(1, 8).Draw(t, "n") {
		client := rapid.SampledFrom([]string{"x", "y", "z"}).Draw(t, "client")
		now = max(now, free[client]) + env.Instant(rapid.IntRange(0, 1).Draw(t, "later"))
		op := history.Op{Client: client, Seq: uint64(i + 1), Call: now, Return: now + env.Instant(rapid.IntRange(0, 3).Draw(t, "took")), Outcome: history.OK, Output: "ok"}
		read, write, key := "read", "write ", ""
		if keyed {
			key = " " + rapid.SampledFrom([]string{"k", "l"}).Draw(t, "key")
			read, write = "get", "put "
		}
		switch rapid.IntRange(0, 2).Draw(t, "verb") {
		case 0:
			op.Input, op.Output = read+key, rapid.SampledFrom([]string{"nil", "1", "2", `"a b"`}).Draw(t, "read")
		case 1:
			op.Input = strings.TrimSpace(write) + key + " " + value.Draw(t, "value")
		case 2:
			op.Input = "cas" + key + " " + value.Draw(t, "old") + " " + value.Draw(t, "new")
		}
		if rapid.IntRange(0, 4).Draw(t, "outcome") == 0 {
			op.Outcome, op.Output = history.Unknown, ""
		}
		if events { // each call is over before the next one
			op.CallEvent, op.ReturnEvent = event+1, event+2
			event += 2
			now = op.Return + 1
		}
		free[client] = op.Return
		ops = append(ops, op)
	}
	return ops
}
