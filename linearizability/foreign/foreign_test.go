package foreign_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"raftian/linearizability"
	"raftian/linearizability/foreign"
	"raftian/linearizability/history"
	"raftian/linearizability/models"
	"raftian/netsim/env"
)

func read(t *testing.T, text string, w foreign.Words) []history.Op {
	t.Helper()
	ops, err := foreign.Read(strings.NewReader(text), w)
	if err != nil {
		t.Fatalf("%v:\n%s", err, text)
	}
	return ops
}

// brief is what operations say: "0 write 3 => ok ok 1-2".
func brief(ops []history.Op) (lines []string) {
	for _, op := range ops {
		b, _ := json.Marshal([]any{op.Client, op.Input, op.Outcome, op.Output, op.CallEvent, op.ReturnEvent})
		lines = append(lines, string(b))
	}
	return lines
}

const jepsen = `; a comment
{:process 0, :type :invoke, :f :write, :value 3, :time 10, :index 0}
{:process 1, :type :invoke, :f :read, :value nil, :time 20, :index 1}
{:process :nemesis, :type :info, :f :start, :value "partition", :time 21, :index 2}
{:process 1, :type :ok, :f :read, :value 3, :time 30, :index 3}
{:process 0, :type :info, :f :write, :value 3, :error :timed-out, :time 40, :index 4}
{:process 1, :type :invoke, :f :cas, :value [3 4], :time 50, :index 5}
{:process 1, :type :fail, :f :cas, :value [3 4], :time 60, :index 6}
{:process 2, :type :invoke, :f :cas, :value [3 5], :time 60, :index 7}
{:process 2, :type :ok, :f :cas, :value [3 5], :time 59, :index 8}
`

func wantJepsen() []string {
	return []string{
		`["0","write 3","unknown","3",2,6]`,
		`["1","read","ok","3",3,5]`,
		`["1","cas 3 4","fail","[3 4]",7,8]`,
		`["2","cas 3 5","ok","ok",9,10]`,
	}
}

func TestAJepsenHistoryIsRead(t *testing.T) {
	ops := read(t, jepsen, foreign.Register())
	if got := brief(ops); !slices.Equal(got, wantJepsen()) {
		t.Errorf("got %s", strings.Join(got, "\n"))
	}
	if last := ops[3]; last.Call != 60 || last.Return != 60 {
		t.Errorf("time goes back: %+v", last)
	}
}

func TestAListOfEntriesIsTheSameAsLinesOfThem(t *testing.T) {
	for _, brackets := range []string{"[ ]", "( )", "#jepsen/history [ ]"} {
		begin, end, _ := strings.Cut(brackets, " ]")
		if brackets == "( )" {
			begin, end = "(", ")"
		} else {
			end = "]"
		}
		// Numbers are those of lines, and the bracket takes none.
		if got := brief(read(t, begin+jepsen+end, foreign.Register())); !slices.Equal(got, wantJepsen()) {
			t.Errorf("in %s got %s", brackets, strings.Join(got, "\n"))
		}
	}
}

func TestALogIsRead(t *testing.T) {
	const log = "INFO  jepsen.core - Running test\n" +
		"INFO  jepsen.util - 0\t:invoke\t:write\t3\n" +
		"INFO  jepsen.util - :nemesis\t:info\t:start\tnil\n" +
		"INFO  jepsen.util - 1\t:invoke\t:read\tnil\n" +
		"INFO  jepsen.util - 1\t:fail\t:read\t:timed-out\n" +
		"INFO  jepsen.util - 1\t:invoke\t:cas\t[3 4]\n" +
		"INFO  jepsen.util - 0\t:info\t:write\t:timed-out\n" +
		"INFO  jepsen.util - 1\t:fail\t:cas\t[3 4]\n"
	want := []string{
		`["0","write 3","unknown",":timed-out",2,7]`,
		`["1","read","fail",":timed-out",4,5]`,
		`["1","cas 3 4","fail","[3 4]",6,8]`,
	}
	if got := brief(read(t, log, foreign.Register())); !slices.Equal(got, want) {
		t.Errorf("got %s", strings.Join(got, "\n"))
	}
}

func TestKeysAreWrittenInTwoWays(t *testing.T) {
	const text = `{:process 0, :type :invoke, :f :append, :key "7", :value "x 9"}
{:process 0, :type :ok, :f :append, :key "7", :value "x 9"}
{:process 0 :type :invoke :f :read :value [7 nil]}
{:process 0 :type :ok :f :read :value [7 #{1 2}]}
{:process 0 :type :invoke :f :cas :value #jepsen.independent/tuple [7 [1 "a b"]]}
{:process 0 :type :ok :f :cas :value [7 [1 "a b"]]}`
	want := []string{
		`["0","append \"7\" \"x 9\"","ok","ok",1,2]`,
		`["0","get 7","ok","\"#{1 2}\"",3,4]`,
		`["0","cas 7 1 \"a b\"","ok","ok",5,6]`,
	}
	if got := brief(read(t, text, foreign.KV())); !slices.Equal(got, want) {
		t.Errorf("got %s", strings.Join(got, "\n"))
	}
}

func TestTextsAreReadAsExported(t *testing.T) {
	const text = `{:index 0, :process 0, :type :invoke, :f :call, :value "n1 attack n2"}
{:index 1, :process 0, :type :ok, :f :call, :value "hit n2 90"}
{:index 2, :process 0, :type :invoke, :f :look, :value nil}
{:index 3, :process 0, :type :ok, :f :look, :value "n1 90 of 100"}
{:index 4, :process 0, :type :invoke, :f :add, :value "n3"}`
	want := []string{
		`["0","n1 attack n2","ok","hit n2 90",1,2]`,
		`["0","look","ok","n1 90 of 100",3,4]`,
		`["0","add n3","unknown","",5,0]`,
	}
	if got := brief(read(t, text, foreign.Texts())); !slices.Equal(got, want) {
		t.Errorf("got %s", strings.Join(got, "\n"))
	}
}

func TestJSONLinesReadBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var want []history.Op
		var text bytes.Buffer
		call := env.Instant(0)
		free := make(map[string]env.Instant) // a client makes one call at a time
		for i := range rapid.IntRange(1, 9).Draw(t, "n") {
			call += env.Instant(rapid.IntRange(1, 9).Draw(t, "later"))
			client := rapid.SampledFrom([]string{"a", "b"}).Draw(t, "client")
			call = max(call, free[client])
			op := history.Op{Client: client, Seq: uint64(i + 1), Call: call,
				Input: rapid.String().Draw(t, "input"), Output: rapid.String().Draw(t, "output"),
				Outcome: history.Outcome(rapid.IntRange(0, 2).Draw(t, "outcome")), Index: rapid.Uint64().Draw(t, "index")}
			if op.Outcome == history.OK {
				op.Return = call + env.Instant(rapid.IntRange(0, 9).Draw(t, "took"))
				if op.OutputUnknown = rapid.Bool().Draw(t, "silent"); op.OutputUnknown {
					op.Output = ""
				}
			}
			free[client] = op.Return
			want = append(want, op)
			if err := json.NewEncoder(&text).Encode(op); err != nil {
				t.Fatal(err)
			}
		}
		got, err := foreign.Read(&text, foreign.Texts())
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Fatalf("%v: got %+v, want %+v", err, got, want)
		}
	})
}

func TestOperationsWithoutANumberGetOne(t *testing.T) {
	ops := read(t, `{"client":"a","input":"x","outcome":"unknown","call":9}
{"client":"a","input":"x","outcome":"unknown","call":7,"seq":4}

{"client":"a","input":"x","outcome":"unknown","call":8}`, foreign.Texts())
	var seqs []uint64
	for _, op := range ops {
		seqs = append(seqs, op.Seq)
	}
	if !slices.Equal(seqs, []uint64{4, 5, 6}) {
		t.Errorf("got %v", seqs)
	}
}

func TestWhatIsWrongIsSaidWithItsLine(t *testing.T) {
	const (
		good      = "{:process 0, :type :invoke, :f :read, :value nil}\n"
		keyedRead = "{:process 0, :type :invoke, :f :read, :value [1 nil]}\n"
		log       = "INFO  jepsen.util - 0\t:invoke\t:read\tnil\n"
		jsonl     = `{"client":"a","seq":1,"input":"read","outcome":"unknown","call":1}` + "\n"
	)
	for _, c := range []struct{ text, want string }{
		{"", "there are no operations"},
		{" \n", "there are no operations"},
		{"{:process :nemesis, :type :info, :f :start}", "there are no operations"},
		{good + good, "line 2: process 0 makes a call while it is in that of line 1"},
		{good + "{:process 0, :type :info, :f :read}\n" + good, "line 3: process 0 ended with the :info of line 2 and calls again"},
		{"{:process 0, :type :ok, :f :read, :value 1}", "line 1: process 0 has no call"},
		{good + "{:process 0, :type :ok, :f :write, :value 1}", "line 2: process 0 was in :read, not in :write, since line 1"},
		{good + "{:process 0, :type :maybe, :f :read, :value 1}", "line 2: the :type :maybe"},
		{good + "{:process 1, :type :invoke, :f :txn, :value []}", "line 2: a register has no :txn"},
		{good + "{:process 1, :type :invoke, :f :cas, :value 3}", "line 2: the :value of a :cas is 3"},
		{good + "{:type :invoke, :f :read}", "line 2: an entry without :process"},
		{good + "{:process 1, :f :read}", "line 2: an entry without :type"},
		{good + "{:process 1, :type :invoke, :f read}", "line 2: the :f read is no keyword"},
		{good + "{:process 1, :type :invoke, :f :read, :time 1.5}", "line 2: the :time 1.5 is no whole number"},
		{"{:process 0, :type :invoke, :f :read, :index 3}\n{:process 1, :type :invoke, :f :read, :index 3}", "line 2: the :index 3 comes after 3"},
		{good + "[1 2]", "line 2: 1 where a map"},
		{keyedRead + "{:process 0, :type :ok, :f :read, :value [2 5]}", "line 2: the call was about another key, 1, since line 1"},
		{keyedRead + "{:process 0, :type :ok, :f :read, :value 5}", "line 2: the :value 5 is no key with a value, as the call's was, since line 1"},
		{keyedRead + "{:process 1, :type :invoke, :f :write, :value 5}", "line 2: the :value 5 is no key with a value, but that of line 1 is: [1 nil]"},
		{"{:valid? true}", "line 1: these are the results of a test"},
		{good + "{:process", "line 2: it ends before the '}'"},
		{good + "{:process}", "line 2: a map whose last key has no value"},
		{good + `{:value "x`, "line 2: a quotation mark has no other"},
		{good + `{:value "\q"}`, `line 2: no text holds a backslash followed by "q"`},
		{good + "]", "line 2: ']' where a value should be"},
		{good + "#", "line 2: a # without what it marks"},
		{strings.Repeat("[", 100), "line 1: values lie more than 64 deep"},
		{log + log, "line 2: process 0 makes a call"},
		{"what is this\nlein test x\n", "there are no operations in it: none of its 2 lines is one"},
		{log + "1\t:maybe\t:read\tnil\n", "line 2: the :type :maybe"},
		{log + "1\t:invoke\t:read\n", "line 2: an entry is"},
		{log + "1\t:inv", "line 2: an entry is"},
		{log + "2024-01-02 10:00:00,001{GMT}\tINFO\t[jepsen worker 1] jepsen.util: 1\t:invoke\t:read\t{\n", "line 2: it ends before"},
		{log + "INFO  jepsen.util - 1\t:invoke\n", "line 2: an entry is"},
		{log + "INFO  jepsen.util - 1\t:invoke\t:read\tnil nil\n", `line 2: "nil" after the :value`},
		{jsonl + jsonl, "line 2: operation 1 of a is also in line 1"},
		{jsonl + `{"client":"a"}`, "line 2: an operation has client, input, outcome and call"},
		{jsonl + `{"client":"b","input":"read","outcome":"ok","output":"1","call":5}`, "line 2: it returned before it was called"},
		{jsonl + `{"client":"b","input":"read","outcome":"perhaps","call":5}`, "line 2: "},
		{jsonl + `{"client":"b","input":"read","outcome":"unknown","call":5,"result":1}`, `line 2: json: unknown field "result"`},
		{jsonl + `{"client":"b","input":"read","outcome":"unknown","call":5} {}`, "line 2: something follows"},
		{jsonl + `{"client":"b","input":"read","outcome":"unknown","call":5`, "line 2: it ends within the operation"},
		{jsonl + `{"client":"b","input":"read","outcome":"unknown","call":5,"call_event":1}`, "line 2: some operations give"},
		{jsonl + `{"client":"b","input":"look","outcome":"unknown","call":5}`, `line 2: "look" is no call of this model`},
		{jsonl + `{"client":"b","input":"read","outcome":"unknown","call":-5}`, "line 2: a time lies before the beginning"},
	} {
		ops, err := foreign.Read(strings.NewReader(c.text), foreign.Register())
		if err == nil {
			t.Errorf("%q is read as %+v", c.text, ops)
			continue
		}
		if !strings.HasPrefix(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%q: %v; want %s", c.text, err, c.want)
		}
		if e := (*foreign.Error)(nil); strings.HasPrefix(c.want, "line") && !errors.As(err, &e) {
			t.Errorf("%q: the error has no line", c.text)
		}
	}
}

// porcupine is where the checker of that name has its recorded histories.
func porcupine(t *testing.T) string {
	t.Helper()
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/anishathalye/porcupine").Output()
	dir := strings.TrimSpace(string(out))
	if err != nil || dir == "" {
		t.Skipf("the module's files are not here: %v", err)
	}
	return dir
}

func TestJepsensRunsOfEtcdAreJudgedAsElsewhere(t *testing.T) {
	dir := porcupine(t)
	source, err := os.ReadFile(filepath.Join(dir, "porcupine_test.go"))
	if err != nil {
		t.Skip(err)
	}
	known := regexp.MustCompile(`func TestEtcdJepsen(\d+)[^}]*\n\tcheckJepsen\(t, \d+, (true|false)\)`).FindAllSubmatch(source, -1)
	if len(known) < 100 {
		t.Fatalf("it has verdicts on %d runs", len(known))
	}
	for _, k := range known {
		name := "etcd_" + string(k[1]) + ".log"
		text, err := os.ReadFile(filepath.Join(dir, "test_data", "jepsen", name))
		if err != nil {
			t.Fatal(err)
		}
		want := linearizability.Fail
		if string(k[2]) == "true" {
			want = linearizability.Pass
		}
		ops := read(t, string(text), foreign.Register())
		if v := linearizability.Check(models.Register(), ops, linearizability.Search{}); v.Outcome != want {
			t.Errorf("%s: %v: %s; want %v", name, v.Outcome, v.Reason, want)
		}
	}
}

func TestHistoriesOfAKeyValueStoreAreJudgedAsElsewhere(t *testing.T) {
	dir := porcupine(t)
	for name, want := range map[string]linearizability.Outcome{
		"c01-ok": linearizability.Pass, "c01-bad": linearizability.Fail, "c10-ok": linearizability.Pass,
		"c10-bad": linearizability.Fail, "c50-ok": linearizability.Pass, "c50-bad": linearizability.Fail,
	} {
		text, err := os.ReadFile(filepath.Join(dir, "test_data", "kv", name+".txt"))
		if err != nil {
			t.Skip(err)
		}
		ops := read(t, string(text), foreign.KV())
		if v := linearizability.Check(models.KV(), ops, linearizability.Search{}); v.Outcome != want {
			t.Errorf("%s: %v: %s; want %v", name, v.Outcome, v.Reason, want)
		}
	}
}

// fuzz says that a text is read or is an error in one line, in whatever words.
func fuzz(f *testing.F, seeds ...string) {
	for _, s := range seeds {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, w := range []foreign.Words{foreign.Register(), foreign.KV(), foreign.Texts()} {
			ops, err := foreign.Read(strings.NewReader(text), w)
			if (err == nil) != (len(ops) > 0) {
				t.Fatalf("%d operations and the error %v", len(ops), err)
			}
			for _, op := range ops {
				if op.Outcome == history.OK && op.Return < op.Call {
					t.Fatalf("%+v", op)
				}
			}
		}
	})
}

func FuzzJepsen(f *testing.F) {
	fuzz(f, jepsen, "["+jepsen+"]", `{:process 0 :type :invoke :f :cas :value [7 [1 "a\u0041"]]}`, "#_ {} [#{1} \\a 1/2 2.5M]")
}

func FuzzLog(f *testing.F) {
	fuzz(f, "jepsen.util 0\t\t:0\t00", "2024 [w 1] jepsen.util: 0\t:ok\t:read\tnil\tx\n0\t:invoke\t:r\t##Inf\nnil\n", "INFO  jepsen.util - 0\t:invoke\t:cas\t[3 4]\nINFO  jepsen.util - 0\t:fail\t:cas\t[3 4]\n", "WARN  x - y\n")
}

func FuzzJSONLines(f *testing.F) {
	fuzz(f, `{"client":"a","seq":1,"input":"write 1","outcome":"ok","output":"ok","call":1,"return":2}`,
		`{"client":"a","input":"get k","outcome":"unknown","call":1,"call_event":3}`,
		`[{"process":0,"type":"invoke","f":"write","value":[1,null]}, {"process":0,"type":"ok","f":"write","value":{}}]`,
		`[{"client":1,"key":3,"input":"read","output":null,"outcome":"ok","call":1,"return":2}]`)
}
