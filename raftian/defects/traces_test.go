package defects_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"raftian/linearizability"
	"raftian/netsim/env"
	"raftian/netsim/plan"
	"raftian/netsim/trace"
	"raftian/raftian/defects"
)

var rewrite = flag.Bool("rewrite", false, "write what is known of the traces into testdata/traces")

// TestFindingsInHandWrittenTraces judges the cases of testdata/traces/FINDING.txt, and
// compares of which violations that finding is said to be the cause. A case is a line
// "case" with its name, settings of the plan, events, and after ">" each kind of violation
// and whether it is known:
//
//	case a heartbeat beside an election
//	set pre-vote off
//	0.2 n1 role term=4 leader
//	25x 0.3 n2/2 append index=7 term=4 command
//	> monotonic: the durable term went back within an incarnation: shows
//
// An event is the second it happened, the machine (with "/2" for its second incarnation;
// "-" for the World), the kind, fields, and its text. What is before the first case is the
// file's own explanation. A line "exit" says with which panic, and in which function, the run
// died.
func TestFindingsInHandWrittenTraces(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("testdata", "traces", "*.txt"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no traces: %v", err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".txt")
		t.Run(name, func(t *testing.T) { playCases(t, name, file) })
	}
}

func playCases(t *testing.T, name, file string) {
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	parts := strings.Split("\n"+string(text), "\ncase ")
	known, unknown := 0, 0
	for k, part := range parts[1:] {
		title, body, _ := strings.Cut(part, "\n")
		t.Run(title, func(t *testing.T) {
			script, want := splitCase(body)
			got := causesIn(t, name, script)
			if *rewrite {
				parts[k+1] = title + "\n" + script + got
			} else if got != want {
				t.Errorf("it says\n%swant\n%s", got, want)
			}
			known += strings.Count(got, ": shows\n")
			if !strings.Contains(got, ": shows\n") {
				unknown++
			}
		})
	}
	if *rewrite {
		out := strings.TrimRight(strings.TrimLeft(strings.Join(parts, "\ncase "), "\n"), "\n") + "\n"
		if err := os.WriteFile(file, []byte(out), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if known == 0 || unknown < 2 {
		t.Errorf("%d violations show it and %d cases do not; there must be one that does and two near it that do not", known, unknown)
	}
}

// splitCase divides a case into its script and what is said of it.
func splitCase(body string) (script, said string) {
	for line := range strings.Lines(body) {
		switch {
		case strings.HasPrefix(line, ">"):
			said += line
		case strings.TrimSpace(line) != "":
			script += line
		}
	}
	return script, said
}

// causesIn judges a script and says of each kind of violation how the finding is its cause.
func causesIn(t *testing.T, name, script string) string {
	t.Helper()
	run := defects.Run{Raft: "v1.8.0"}
	panel := linearizability.NewPanel(linearizability.Options{Bound: time.Second, RPCCeiling: 1000})
	encoder, number := trace.NewEncoder(), uint64(0)
	for n, line := range strings.Split(script, "\n") {
		words := strings.Fields(line)
		if len(words) == 0 || strings.HasPrefix(words[0], "#") {
			continue
		}
		if words[0] == "set" {
			run.Plan.Settings = append(run.Plan.Settings, plan.Setting{Key: words[1], Value: words[2]})
			continue
		}
		if words[0] == "exit" {
			words, place, _ := strings.Cut(strings.Join(words[1:], " "), " in ")
			panel.Exit(fmt.Sprintf("%s\n\ngoroutine 1 [running]:\n%s(0x0)\n", words, place))
			continue
		}
		times, e, err := parseEvent(words)
		if err != nil {
			t.Fatalf("line %d: %v", n+1, err)
		}
		for range times {
			number++
			e.N = number
			panel.Event(&e)
			run.Wire = encoder.Append(run.Wire, &e)
		}
	}
	run.Verdicts = panel.Verdicts()
	var said []string
	for k, causes := range defects.Explain(defects.All(), run) {
		for n, c := range causes {
			how := map[bool]string{true: "shows", false: "follows"}[c.Shows]
			if c.Finding != name {
				how = "unknown " + c.Finding
			}
			said = append(said, fmt.Sprintf("> %s: %s: %s\n", run.Verdicts[k].Judge, run.Verdicts[k].Violations[n].Signature, strings.TrimSpace(how)))
		}
	}
	return strings.Join(said, "")
}

// parseEvent reads a line of a script, and how many times it stands for the event.
func parseEvent(words []string) (times int, e trace.Event, err error) {
	times = 1
	if count, is := strings.CutSuffix(words[0], "x"); is {
		if times, err = strconv.Atoi(count); err != nil {
			return 0, e, err
		}
		words = words[1:]
	}
	if len(words) < 3 {
		return 0, e, fmt.Errorf("an event is a time, a machine and a kind")
	}
	at, err := time.ParseDuration(words[0] + "s")
	if err != nil {
		return 0, e, err
	}
	e.At = env.Instant(at)
	if words[1] != "-" {
		name, boot, _ := strings.Cut(words[1], "/")
		e.Machine, e.Boot = name, 1
		if boot != "" {
			if e.Boot, err = strconv.ParseUint(boot, 10, 64); err != nil {
				return 0, e, err
			}
		}
	}
	e.Kind, words = words[2], words[3:]
	for len(words) > 0 {
		is, err := setField(&e, words[0])
		if err != nil {
			return 0, e, err
		}
		if !is {
			break
		}
		words = words[1:]
	}
	e.Text = strings.Join(words, " ")
	return times, e, nil
}

// setField sets a field of an event from key=value, and reports whether it was one.
func setField(e *trace.Event, word string) (is bool, err error) {
	key, value, _ := strings.Cut(word, "=")
	numbers := map[string]*uint64{"seq": &e.Seq, "term": &e.Term, "index": &e.Index, "count": &e.Count, "hash": &e.Hash, "state": &e.State}
	switch to := numbers[key]; {
	case key == "peer":
		e.Peer = value
	case key == "client":
		e.Client = value
	case to != nil:
		*to, err = strconv.ParseUint(value, 36, 64)
		if key != "hash" && key != "state" {
			*to, err = strconv.ParseUint(value, 10, 64)
		}
	default:
		return false, nil
	}
	return true, err
}
