package export_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"

	"raftian/linearizability/export"
	"raftian/linearizability/history"
	"raftian/linearizability/internal/script"
	"raftian/linearizability/verdict"
	"raftian/netsim/trace"
)

// events is a Source of events that end with err.
type events struct {
	all []trace.Event
	err error
}

// Event implements export.Source.
func (s *events) Event(e *trace.Event) error {
	if len(s.all) == 0 {
		return s.err
	}
	*e, s.all = s.all[0], s.all[1:]
	return nil
}

func source(t *testing.T, text string) *events {
	t.Helper()
	all, err := script.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return &events{all, io.EOF}
}

// story is a run in which everything happens that exports show.
const story = `
0    n1   boot
0    n2   boot
0.1  n1   role term=2 leader
0.1  n2   role term=2 follower
1    n1   invoke client=p1 seq=1 n1 attack n2
1.05 n1   rpc peer=n2 term=2 index=4 count=1 AppendEntries
1.06 n2   deliver peer=n1 count=120 took=10ms
1.07 n1   apply index=5 term=2 client=p1 seq=1
1.08 n1   return client=p1 seq=1 index=5 ok hit n2 90
2    n2   invoke client=p2 seq=1 look "n1", all
2.5  n2   crash power
3    n2/2 boot
3.1  n2/2 invoke client=p2 seq=2 n2 attack n1
3.2  n2/2 return client=p2 seq=2 fail no leader
3.3  n2/2 invoke client=p2 seq=3 look
3.4  n2/2 return client=p2 seq=3 unknown no answer
4    -    heal
5    -    end
`

func record(t *testing.T, text string, verdicts ...verdict.Verdict) *export.Record {
	t.Helper()
	r, err := export.Read(source(t, text), verdicts)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestARecordHoldsWhatLasted(t *testing.T) {
	r := record(t, story, verdict.Verdict{Judge: "j", Evidence: []verdict.Evidence{{Event: 9, Text: "wrong"}}})
	want := []export.Mark{
		{Sort: export.Leads, Machine: "n1", Number: 2, Text: "leads term 2", From: 1e8, To: 5e9, Event: 3},
		{Sort: export.Cited, Machine: "n1", Text: "j: wrong", From: 108e7, To: 108e7, Event: 9},
		{Sort: export.Down, Machine: "n2", Text: "without power", From: 25e8, To: 3e9, Event: 11},
		{Sort: export.Healed, Text: "every fault is over", From: 4e9, To: 4e9, Event: 17},
	}
	if len(r.Marks) != len(want) {
		t.Fatalf("got %+v", r.Marks)
	}
	for i := range want {
		if r.Marks[i] != want[i] {
			t.Errorf("mark %d is %+v, want %+v", i, r.Marks[i], want[i])
		}
	}
}

func TestASourceThatBreaksOffGivesWhatCameBefore(t *testing.T) {
	s := source(t, story)
	s.err = errors.New("cut off")
	r, err := export.Read(s, nil)
	if err == nil || err.Error() != "cut off" || len(r.Ops) != 4 {
		t.Errorf("got %d operations and %v", len(r.Ops), err)
	}
}

func TestATableOfOperations(t *testing.T) {
	var out bytes.Buffer
	if err := export.CSV(&out, record(t, story)); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(&out).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"client|seq|machine|input|call_s|return_s|outcome|output|index|applied_s|call_event|return_event|applied_event",
		"p1|1|n1|n1 attack n2|1.000000000|1.080000000|ok|hit n2 90|5|1.070000000|5|9|8",
		`p2|1|n2|look "n1", all|2.000000000||unknown||||10||`,
		"p2|2|n2|n2 attack n1|3.100000000|3.200000000|fail|no leader|||13|14|",
		"p2|3|n2|look|3.300000000|3.400000000|unknown|no answer|||15|16|",
	}
	for i, row := range rows {
		if got := strings.Join(row, "|"); i >= len(want) || got != want[i] {
			t.Errorf("row %d is %s", i, got)
		}
	}
	if len(rows) != len(want) {
		t.Errorf("%d rows", len(rows))
	}
}

func TestLinesOfJSONReadBackAsTheOperations(t *testing.T) {
	r := record(t, story)
	var out bytes.Buffer
	if err := export.JSONL(&out, r); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
	if len(lines) != len(r.Ops) {
		t.Fatalf("%d lines for %d operations", len(lines), len(r.Ops))
	}
	for i, line := range lines {
		var op history.Op
		if err := json.Unmarshal([]byte(line), &op); err != nil || op != r.Ops[i] {
			t.Errorf("%s reads as %+v (%v)", line, op, err)
		}
	}
}

// A call without an answer ends before its client's next one, and the client goes
// on as another process.
func TestAJepsenHistory(t *testing.T) {
	r := record(t, story)
	r.Marks = append(r.Marks, export.Mark{Sort: export.Fault, Number: 1, Text: "power n2 for 500ms", From: 25e8, To: 3e9, Event: 11})
	var out bytes.Buffer
	if err := export.Jepsen(&out, r); err != nil {
		t.Fatal(err)
	}
	const want = `{:index 0, :time 1000000000, :process 0, :type :invoke, :f :call, :value "n1 attack n2"}
{:index 1, :time 1080000000, :process 0, :type :ok, :f :call, :value "hit n2 90"}
{:index 2, :time 2000000000, :process 1, :type :invoke, :f :look, :value "\"n1\", all"}
{:index 3, :time 2500000000, :process :nemesis, :type :info, :f :power, :value "power n2 for 500ms"}
{:index 4, :time 3000000000, :process :nemesis, :type :info, :f :power, :value "over"}
{:index 5, :time 3100000000, :process 1, :type :info, :f :look, :value "no answer"}
{:index 6, :time 3100000000, :process 3, :type :invoke, :f :call, :value "n2 attack n1"}
{:index 7, :time 3200000000, :process 3, :type :fail, :f :call, :value "no leader"}
{:index 8, :time 3300000000, :process 3, :type :invoke, :f :look, :value nil}
{:index 9, :time 3400000000, :process 3, :type :info, :f :look, :value "no answer"}
`
	if out.String() != want {
		t.Errorf("got\n%s", out.String())
	}
}
