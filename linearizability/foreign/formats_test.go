package foreign_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"raftian/linearizability"
	"raftian/linearizability/foreign"
	"raftian/linearizability/history"
	"raftian/linearizability/models"
)

// inputs are what operations ask.
func inputs(ops []history.Op) (all []string) {
	for _, op := range ops {
		all = append(all, op.Input)
	}
	return all
}

// Values that are equal in Clojure are one word, and others are not.
func TestValuesInEDN(t *testing.T) {
	for value, want := range map[string]string{
		"3": "3", "3N": "3", "+3": "3", "-0": "0", "007": "7", "-12N": "-12",
		"3.0": "3.0", "3.0M": "3.0M", "30e-1": "3.0", "1e3": "1000.0", "1/2": "1/2", "##Inf": "##Inf", "##-Inf": "##-Inf", "##NaN": "##NaN",
		`\a`: `\a`, `\newline`: `\newline`, "sym/bol": "sym/bol", ":key": ":key", "true": "true", "-": "-", "+a": "+a",
		`"3"`: `"3"`, `"a\u0041"`: `"aA"`, `"\ud83d\ude00"`: `"😀"`, `#"a\d"`: `"#\"a\\\\d\""`,
		`#inst "2024"`: `"#inst \"2024\""`, `#uuid "x"`: `"#uuid \"x\""`, "#foo [1]": `"#foo [1]"`, "#a.B{:x 1}": `"#a.B {:x 1}"`,
		"[1 [2 3N]]": `"[1 [2 3]]"`, "(1 2)": `"[1 2]"`, "#{2 1}": `"#{1 2}"`, "{:b 1 :a 2}": `"{:a 2 :b 1}"`,
		"#:n{:b 1 :_/a 2 :c/d 3}": `"{:a 2 :c/d 3 :n/b 1}"`,
		"^{:line 1} [1]":          `"[1]"`, "^:private x": "x", "#_ #foo bar 5": "5", "#^String y": "y", "[1 #_ 2]": `"[1]"`,
	} {
		text := "{:process 0, :type :invoke, :f :write, :value " + value + "}"
		if got := read(t, text, foreign.Register())[0].Input; got != "write "+want {
			t.Errorf("%s is %s, want %s", value, got, want)
		}
		if word, err := foreign.WordOf(value); err != nil || word != want {
			t.Errorf("%s alone is %s, want %s (%v)", value, word, want, err)
		}
	}
	for _, bad := range []string{`\`, "##", "## 3", `#"x`, "#", "^", "^{:a 1}", "#_ 1", "1 2"} {
		if word, err := foreign.WordOf(bad); err == nil {
			t.Errorf("%q is %s", bad, word)
		}
	}
}

// A line of a log is an operation, or looks like one, or is none.
func TestLinesOfLogs(t *testing.T) {
	const call = "1\t:invoke\t:write\t5"
	for prefix, is := range map[string]bool{
		"": true, "  ": true,
		"2024-01-02 10:00:00,001{GMT}\tINFO\t[jepsen worker 1] jepsen.util: ":           true,
		"2024-01-02 10:00:00,001{Europe/Berlin}\tWARN\t[jepsen worker 1] jepsen.util: ": true,
		"INFO [2019-01-02 10:00:00,001] jepsen worker 1 - jepsen.util ":                 true,
		"INFO [2019-01-02 10:00:00,001] [jepsen worker 1] - jepsen.util ":               true,
		"[jepsen worker 1] INFO jepsen.util - ":                                         true,
		"[2019-01-02 10:00:00,001] INFO jepsen.util: ":                                  true,
		"INFO  jepsen.util - ": true,
		"10:00:00.001 [worker] INFO  jepsen.generator.interpreter - ": true,
		"WARN jepsen.core: the last was ":                             false,
		"#":                                                           false,
	} {
		h, err := foreign.ReadHistory(strings.NewReader("x\n"+prefix+call+"\n2\t:invoke\t:read\tnil"), foreign.Register())
		if err != nil {
			t.Errorf("%q: %v", prefix, err)
			continue
		}
		if got := slices.Contains(inputs(h.Ops), "write 5"); got != is || (h.Left == 1) != is {
			t.Errorf("%q: an operation %v, want %v; %d lines left out", prefix, got, is, h.Left)
		}
	}
	for _, none := range []string{"lein test x", "nil", "\tat a.b$c.invoke(d.clj:1)", "java.lang.Exception: :invoke", "{:process 1, :type :invoke}",
		" :count 5,", "{1 :ok,", " 3 :info,", "1 2 3", "7", "INFO  jepsen.util - done in 3 :ok", "INFO jepsen.core - 1 :ok then"} {
		h, err := foreign.ReadHistory(strings.NewReader(call+"\n"+none+"\n"), foreign.Register())
		if err != nil || h.Left != 1 || len(h.Ops) != 1 {
			t.Errorf("%q: %+v, %v", none, h, err)
		}
	}
	// An error follows the value, and may hold anything.
	for _, end := range []string{"1\t:info\t:write\t5\t:timeout", "1\t:fail\t:write\t5\t{:type :x, \"", "1 :ok :write 5", "1\t:ok\t:write\t\"a\\tb\""} {
		call := call
		if strings.Contains(end, "tb") {
			call = "1\t:invoke\t:write\t\"a\\tb\"" // a tab in a text is none between fields
		}
		h, err := foreign.ReadHistory(strings.NewReader(call+"\n"+end+"\n"), foreign.Register())
		if err != nil || h.Ops[0].ReturnEvent != 2 {
			t.Errorf("%q: %+v, %v", end, h, err)
		}
	}
}

func TestHistoriesInJSON(t *testing.T) {
	const entries = `{"process":0,"type":"invoke","f":"write","value":"x y","time":5},
		{"process":"0","type":":ok","f":":write","value":"x y","time":7,"error":null},
		{"process":"nemesis","type":"info","f":"start","value":{"a":[1]}},
		{"process":"w1","type":"invoke","f":"cas","value":["x y",2.50],"extra":[{}]},
		{"process":"w1","type":"ok","f":"cas","value":["x y",2.5]}`
	want := []string{
		`["0","write \"x y\"","ok","ok",1,2]`,
		`["w1","cas \"x y\" 2.5","ok","ok",4,5]`,
	}
	for _, text := range []string{"[" + entries + "]", " [\n" + entries + "\n]\n", strings.ReplaceAll(entries, "},\n", "}\n")} {
		got := brief(read(t, text, foreign.Register()))
		for i := range got {
			if got[i][:10] != want[i][:10] || !strings.Contains(got[i], strings.Split(want[i], ",")[1]) {
				t.Errorf("got %v", got)
			}
		}
		if len(got) != 2 {
			t.Errorf("got %v", got)
		}
	}
	own := `[{"client":"a","input":"write 1","output":"ok","outcome":"ok","call":1,"return":2},` + "\n\n" + `{"client":"a","input":"read","output":1,"outcome":"ok","call":2,"return":3}]`
	if got := inputs(read(t, own, foreign.Register())); !slices.Equal(got, []string{"write 1", "read"}) {
		t.Errorf("got %v", got)
	}
	for text, want := range map[string]string{
		"[{\"process\":0}":       "line 1: it ends within",
		"[{\"process\":0}]":      "line 1: an entry without :type",
		"[\n{\"process\":0,":     "line 2: it ends within",
		"[\n{\"client\":0}\n":    "line 3: it ends within",
		`[{"client":0}] x`:       "line 1: something follows the list",
		"[{\"client\":0},\n 3]":  "line 1: an operation has client",
		own[:1] + "\n" + own[1:]: "",
		`{"process":0} {}`:       "line 1: something follows the entry",
		`{"client":true,"input":"read","outcome":"unknown","call":1,"return":"x"}`:          "line 1: the return is a string; an operation is such as",
		`{"client":[],"input":"read","outcome":"unknown","call":1}`:                         "line 1: the client [] is neither a text nor a number",
		`{"client":"a","input":"write 1","outcome":"unknown","call":5,"return":3}`:          "line 1: it returned before it was called",
		`{"client":"a","input":"read","output":"a b","outcome":"ok","call":1,"return":2}`:   `line 1: the output "a b" of a read is not one word`,
		`{"client":"a","input":"cas 1 2","output":true,"outcome":"ok","call":1,"return":2}`: `line 1: the output "true" of a cas is neither ok nor fail`,
		`{"client":"a","input":"get x","outcome":"unknown","call":1}`:                       `line 1: "get" is no call of this model; --model kv knows get`,
	} {
		_, err := foreign.ReadHistory(strings.NewReader(text), foreign.Register())
		if want == "" && err != nil || want != "" && (err == nil || !strings.HasPrefix(err.Error(), want)) {
			t.Errorf("%q: %v; want %s", text, err, want)
		}
	}
}

// A key may stand in the input, or beside it.
func TestAKeyBesideTheInput(t *testing.T) {
	ops := read(t, `{"client":1,"key":"a b","input":"write 3","outcome":"unknown","call":1}
{"client":2,"key":7,"input":"read","output":null,"outcome":"ok","call":1,"return":2}
{"client":3,"input":"cas 7 1 2","output":"fail","outcome":"ok","call":1,"return":2}`, foreign.KV())
	if got := inputs(ops); !slices.Equal(got, []string{`put "a b" 3`, "get 7", "cas 7 1 2"}) {
		t.Errorf("got %q", got)
	}
}

// The runs of etcd do not hang on what nil means: with either, the verdicts are those
// known elsewhere.
func TestJepsensRunsOfEtcdDoNotHangOnNil(t *testing.T) {
	dir := porcupine(t)
	source, err := os.ReadFile(filepath.Join(dir, "porcupine_test.go"))
	if err != nil {
		t.Skip(err)
	}
	nils := 0
	for _, k := range regexp.MustCompile(`checkJepsen\(t, (\d+), (true|false)\)`).FindAllSubmatch(source, -1) {
		name := "etcd_" + strings.Repeat("0", 3-len(k[1])) + string(k[1]) + ".log"
		f, err := os.Open(filepath.Join(dir, "test_data", "jepsen", name))
		if err != nil {
			t.Fatal(err)
		}
		h, err := foreign.ReadHistory(f, foreign.Register())
		_ = f.Close()
		if err != nil {
			t.Fatal(err)
		}
		nils += h.Nils()
		v := linearizability.Check(models.Register(), h.With(foreign.NilAbsent), linearizability.Search{})
		if (v.Outcome == linearizability.Pass) != (string(k[2]) == "true") {
			t.Errorf("%s: %v", name, v.Outcome)
		}
	}
	if nils < 100 {
		t.Errorf("only %d reads were answered nil", nils)
	}
}
