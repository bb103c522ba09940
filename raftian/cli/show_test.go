package cli

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"raftian/linearizability"
	"raftian/netsim/env"
	"raftian/netsim/trace"
	"raftian/raftian/cli/clitest"
)

var rewrite = flag.Bool("rewrite", false, "rewrite the golden files")

// toldPlan is the plan of the run that is told below.
const toldPlan = `raftian plan 1
seed 12
guest game
machines n1 n2 n3
length 5s
heal 3s
shuffle on
net delay 500us jitter 1ms loss 0
disk sync 200us jitter 300us
set peers n1,n2,n3
fault 1.5s kill leader for 1s
call 1s n1 p1 1 n1 attack n2
call 1.1s n2 p2 1 look
call 1.2s n3 p3 1 n3 attack n1
call 1.4s n1 p1 2 look n2
call 4.9s n2 p2 2 add n3
call 4.95s n3 p3 2 del n3
`

// toldRun is a file of a run with one of everything that a person looks for: a
// leader who falls, calls that were answered well, badly or never, and a judge
// who points at two events.
func toldRun(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "told.run")
	f, err := trace.Create(path, trace.Header{Seed: 12, Guest: "game", Raft: "v1.8.0", Plan: toldPlan})
	if err != nil {
		t.Fatal(err)
	}
	digest := trace.NewDigest()
	at := func(at time.Duration, machine string, n env.Note) {
		e := trace.Event{At: env.Instant(at), Machine: machine, Note: n}
		if machine != "" {
			e.Boot = 1
		}
		digest.Add(&e)
		if err := f.Event(&e); err != nil {
			t.Fatal(err)
		}
	}
	ms := time.Millisecond
	at(0, "n1", env.Note{Kind: trace.KindBoot})
	at(0, "n2", env.Note{Kind: trace.KindBoot})
	at(0, "n3", env.Note{Kind: trace.KindBoot})
	at(1*ms, "n1", env.Note{Kind: env.KindRole, Text: "follower", Term: 1})
	at(1*ms, "n2", env.Note{Kind: env.KindRole, Text: "follower", Term: 1})
	at(2*ms, "n3", env.Note{Kind: env.KindRole, Text: "follower", Term: 1})
	at(200*ms, "n1", env.Note{Kind: env.KindRole, Text: "candidate", Term: 1})
	at(210*ms, "n1", env.Note{Kind: env.KindRole, Text: "leader", Term: 2})
	at(1000*ms, "n1", env.Note{Kind: env.KindInvoke, Client: "p1", Seq: 1, Text: "n1 attack n2"})
	at(1004*ms, "n1", env.Note{Kind: env.KindApply, Client: "p1", Seq: 1, Index: 12, Term: 2})
	at(1005*ms, "n1", env.Note{Kind: env.KindReturn, Client: "p1", Seq: 1, Index: 12, Text: "ok hit n2 90", Took: 4700 * time.Microsecond})
	at(1100*ms, "n2", env.Note{Kind: env.KindInvoke, Client: "p2", Seq: 1, Text: "look"})
	at(1200*ms, "n3", env.Note{Kind: env.KindInvoke, Client: "p3", Seq: 1, Text: "n3 attack n1"})
	at(1400*ms, "n1", env.Note{Kind: env.KindInvoke, Client: "p1", Seq: 2, Text: "look n2"})
	at(1500*ms, "", env.Note{Kind: trace.KindFault, Conn: 1, Text: "kill leader (n1) for 1s"})
	at(1500*ms, "n1", env.Note{Kind: trace.KindCrash, Text: "kill"})
	at(2500*ms, "", env.Note{Kind: trace.KindMend, Conn: 1, Text: "kill"})
	at(3000*ms, "", env.Note{Kind: trace.KindHeal})
	at(3100*ms, "n2", env.Note{Kind: env.KindReturn, Client: "p2", Seq: 1, Text: "fail no leader", Took: 2 * time.Second})
	at(3200*ms, "n3", env.Note{Kind: env.KindReturn, Client: "p3", Seq: 1, Text: "unknown no answer from the leader", Took: 2 * time.Second})
	at(4900*ms, "n2", env.Note{Kind: env.KindInvoke, Client: "p2", Seq: 2, Text: "add n3"})
	at(4950*ms, "n3", env.Note{Kind: env.KindInvoke, Client: "p3", Seq: 2, Text: "del n3"})
	at(5000*ms, "", env.Note{Kind: trace.KindEnd})
	for _, v := range []linearizability.Verdict{
		{Judge: "election-safety", Outcome: linearizability.Pass},
		{Judge: "acknowledged", Outcome: linearizability.Fail, Reason: "p1#1 was lost", Evidence: []linearizability.Evidence{
			{Event: 10, Text: "it took effect at entry 12"}, {Event: 11, Text: "p1#1 was answered"}}},
		{Judge: "liveness", Outcome: linearizability.Fail, Reason: "no machine led", Evidence: []linearizability.Evidence{
			{Event: 18, Text: "every fault was over"}, {Text: "nobody led"}}},
	} {
		if err := f.Section("verdict", v); err != nil {
			t.Fatal(err)
		}
	}
	for _, line := range []trace.Line{
		{At: env.Instant(200 * ms), After: 7, Machine: "n1", Boot: 1, Stream: "stderr", Text: "no heartbeat"},
		{At: env.Instant(1400 * ms), After: 14, Machine: "n2", Boot: 1, Stream: "stdout", Text: "\x1b[1mbold\ttext", Cut: 12},
		{At: env.Instant(1500 * ms), After: 15, Machine: "n1", Boot: 1, Lines: 2, Bytes: 1},
		{At: env.Instant(1500 * ms), After: 15, Machine: "n1", Boot: 1, Stream: "stdout", Text: "half a", Open: true},
	} {
		if err := f.Section("line", line); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.Close(trace.Trailer{Digest: digest.String()}); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestShowPrintsWhatProgramsPrinted(t *testing.T) {
	lines := []string{
		"   0.200000  n1/1    stderr  no heartbeat\n",
		"   1.400000  n2/1    stdout  \\x1b[1mbold\ttext … (12 bytes more)\n",
		"   1.500000  n1/1            … 2 lines, 1 byte, left out\n",
		"   1.500000  n1/1    stdout  half a … (the line has no end)\n",
	}
	const head = "    seconds  where   stream  what\n"
	for flags, want := range map[string]string{
		"":                       head + strings.Join(lines, ""),
		"--machine n2":           head + lines[1],
		"--from 1.4s --to 1.45s": head + lines[1],
		"--to 200ms":             head + lines[0],
		"--machine n3":           "nothing of the 4 lines that programs printed is from there and then\n",
	} {
		if got := told(t, append([]string{"--output"}, strings.Fields(flags)...)...); got != want {
			t.Errorf("show --output %s prints\n%swant\n%s", flags, got, want)
		}
	}
	run := toldRun(t)
	clitest.Raftian(t, "show", run, "--output", "--kind", "role").Want(t, ExitUsage, "--kind is for events, and --output shows none")
	clitest.Raftian(t, "show", run, "--output", "--machine", "n9").Want(t, ExitUsage, `no machine "n9"`)
	bytes, err := os.ReadFile(run)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(run, bytes[:len(bytes)-20], 0o600); err != nil {
		t.Fatal(err)
	}
	clitest.Raftian(t, "show", run, "--output").Want(t, ExitUsage, "and what programs printed comes after the events")
}

// told is what show prints of that run.
func told(t *testing.T, flags ...string) string {
	t.Helper()
	got := clitest.Raftian(t, append([]string{"show", toldRun(t)}, flags...)...)
	got.Want(t, ExitPass, "")
	return got.Out
}

func TestARunIsToldSoThatAPersonCanFollowIt(t *testing.T) {
	const file = "testdata/show.txt"
	got := told(t)
	if *rewrite {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal([]byte(got), want) {
		t.Errorf("it prints\n%s\nwhere %s has\n%s", got, file, want)
	}
}

// numbers are the events that show prints, by their numbers; a call without an
// answer is "?".
func numbers(t *testing.T, flags ...string) string {
	t.Helper()
	_, story, _ := strings.Cut(told(t, flags...), "what\n")
	story, _, _ = strings.Cut(story, "\n\n")
	var list []string
	for line := range strings.Lines(story) {
		words := strings.Fields(strings.TrimPrefix(line, ">"))
		number := "?"
		if _, err := fmt.Sscanf(words[1], "%d", new(int)); err == nil {
			number = words[1]
		}
		list = append(list, number)
	}
	return strings.Join(list, " ")
}

func TestShowTellsWhatWasAskedForAndTheEvidence(t *testing.T) {
	for flags, want := range map[string]string{
		"":                         "1 2 3 4 5 6 7 8 10 11 15 16 ? 17 18 19 20 23 ? ?",
		"--kind all":               "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 ? 17 18 19 20 21 22 23 ? ?",
		"--kind role,crash":        "4 5 6 7 8 10 11 16 18",
		"--kind all,role":          "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 ? 17 18 19 20 21 22 23 ? ?",
		"--kind deliver":           "10 11 18", // known, though this run has none; the evidence remains
		"--machine n2":             "2 5 10 11 15 17 18 19 23 ?",
		"--from 1.5s":              "15 16 ? 17 18 19 20 23 ? ?",
		"--to 2ms":                 "1 2 3 4 5 6",
		"--to 0s":                  "1 2 3",
		"--from 1.1s --to 1.5s":    "15 16 ?",
		"--machine n3 --kind role": "6 10 11 18",
	} {
		if got := numbers(t, strings.Fields(flags)...); got != want {
			t.Errorf("show %s tells %s; want %s", flags, got, want)
		}
	}
}

func TestShowRefusesWhatARunDoesNotHave(t *testing.T) {
	run := toldRun(t)
	for flags, words := range map[string]string{
		"--machine n9":      `no machine "n9"; there are n1 n2 n3`,
		"--kind explosion":  `no event of kind "explosion"; there are apply boot`,
		"--kind role,":      `no event of kind ""`,
		"--kind Role":       `no event of kind "Role"`,
		"--from 3s --to 2s": "--to lies before --from",
	} {
		got := clitest.Raftian(t, append([]string{"show", run}, strings.Fields(flags)...)...)
		got.Want(t, ExitUsage, words)
		if got.Out != "" {
			t.Errorf("show %s: it tells something: %s", flags, got.Out)
		}
	}
	clitest.Raftian(t, "show", run, "--kind", "").Want(t, ExitUsage, `no event of kind ""`)
}
