package campaign

import (
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"raftian/netsim/plan"
	"raftian/netsim/toolchain"
	"raftian/netsim/trace"
	"raftian/raftian/campaign/campaigntest"
)

// talking is a run of testdata/talker in which n2 does something.
func talking(t *testing.T, act string) plan.Plan {
	t.Helper()
	p, err := plan.Parse("raftian plan 1\nguest talker\nmachines n1 n2\nlength 9s\nheal 5s\nshuffle on\n" +
		"net delay 500us jitter 1ms loss 0\ndisk sync 200us jitter 300us\nset act " + act + "\nfault 3s kill n2 for 1s\n")
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// talker is the program of testdata/talker.
func talker(t *testing.T) *Program {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("what programs print, and their system calls, come to the World on Linux")
	}
	campaigntest.Sources(t)
	p, err := Build(t.Context(), toolchain.Options{Package: "raftian/raftian/campaign/testdata/talker"})
	if err != nil {
		t.Fatal(err)
	}
	p.Patience = time.Second
	return p
}

// inWords are the lines as a person reads them.
func inWords(lines []trace.Line) string {
	var b strings.Builder
	for _, l := range lines {
		fmt.Fprintf(&b, "%s %s/%d %s %s", l.At, l.Machine, l.Boot, l.Stream, l.Text)
		if l.Open {
			b.WriteString(" (open)")
		}
		b.WriteString("\n")
	}
	return b.String()
}

// One program is built for all of what follows.
func TestPrograms(t *testing.T) {
	p := talker(t)
	t.Run("print into the run", func(t *testing.T) { printIntoTheRun(t, p) })
	t.Run("are told where they reach around their Env", func(t *testing.T) { toldWhere(t, p) })
	t.Run("that are stuck say where", func(t *testing.T) { stuckWhere(t, p) })
	t.Run("that die have printed", func(t *testing.T) { lastPrinted(t, p) })
}

// What a machine prints has its time, its incarnation and its output, whichever way it
// takes, and is in UTC wherever the computer is; it is kept in the file, and none of it is
// in the digest.
func printIntoTheRun(t *testing.T, p *Program) {
	r, err := p.Run(t.Context(), talking(t, "print"))
	if err != nil {
		t.Fatal(err)
	}
	said := ""
	for boot, at := range []int{1, 5} {
		for _, line := range []string{
			"stdout by fmt to stdout", "stderr by fmt to stderr", fmt.Sprintf("stderr 2000/01/01 00:00:%02d by log", at),
			fmt.Sprintf("stderr 2000-01-01T00:00:%02d.000Z [INFO]  raft: by hclog: at=7", at),
			fmt.Sprintf("stderr 2000/01/01 00:00:%02d INFO by slog", at), "stderr by println 42 true", "stderr by a system call",
			"stdout two", "stdout lines", fmt.Sprintf("stdout zones Europe/Berlin <nil> 2000-01-01T00:00:%02dZ", at),
		} {
			said += fmt.Sprintf("%d.000000000s n2/%d %s\n", at, boot+1, line)
		}
		said += fmt.Sprintf("%d.000000000s n2/%d stdout no end of lineby a goroutine\n", at, boot+1)
		said += fmt.Sprintf("%d.000000000s n2/%d stdout by a timer\n", at+1, boot+1)
	}
	said += "9.000000000s n1/1 stdout shutting down\n9.000000000s n2/2 stdout shutting down\n"
	if got := inWords(r.Printed); got != said {
		t.Errorf("printed is\n%swant\n%s", got, said)
	}
	elsewhere := *p
	elsewhere.Environment = append(toolchain.Environment(), "TZ=Asia/Kathmandu")
	again, err := elsewhere.Run(t.Context(), talking(t, "print"))
	if err != nil || again.Digest != r.Digest || inWords(again.Printed) != said {
		t.Errorf("in another zone it is %v, digest %s after %s, and printed is\n%s", err, again.Digest, r.Digest, inWords(again.Printed))
	}
	silent, err := p.Run(t.Context(), talking(t, "nothing"))
	if err != nil || silent.Digest != r.Digest {
		t.Errorf("without output it is %v, digest %s; with it %s", err, silent.Digest, r.Digest)
	}

	file := filepath.Join(t.TempDir(), "talk.run")
	if err := r.Save(file, p); err != nil {
		t.Fatal(err)
	}
	if got := check(t, p, file); inWords(got.Printed) != said || got.Digest != r.Digest {
		t.Errorf("kept is\n%s", inWords(got.Printed))
	}
	rerun, d, err := Rerun(t.Context(), p, open(t, file))
	if err != nil || d != nil || inWords(rerun.Before) != said || inWords(rerun.Printed) != said {
		t.Errorf("run again: %+v, %v; printed before\n%sand now\n%s", d, err, inWords(rerun.Before), inWords(rerun.Printed))
	}
}

// Whatever reaches the computer ends the run at once, with one line that names the
// machine, what it does, and the line of the program's own code.
func toldWhere(t *testing.T, p *Program) {
	for act, want := range map[string]string{
		"open":   `opens the file "/etc/hostname" by os.ReadFile in main.around`,
		"mkdir":  `uses the file "data" by os.MkdirAll in main.around`,
		"listen": "opens a socket by net.Listen in main.around",
		"http":   "by http.Get in main.around",
		"exec":   "starts another program by exec.(*Cmd).Run in main.around",
		"pipe":   "opens a pipe by os.Pipe in main.around",
	} {
		r, err := p.Run(t.Context(), talking(t, act))
		if !errors.Is(err, ErrOutside) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %+v, %v", act, r, err)
			continue
		}
		for _, words := range []string{"seed 0", "the program on n2 ", want, "talker/main.go:1", "env.Env"} {
			if !strings.Contains(err.Error(), words) {
				t.Errorf("%s: %v; want it to say %q", act, err, words)
			}
		}
	}
}

// A program of which virtual time waits for ever is stopped, and shows its goroutines,
// the one that has it wait first.
func stuckWhere(t *testing.T, p *Program) {
	for act, want := range map[string]string{
		"spin":  "on n2 (incarnation 1) a goroutine computes in main.spin at ",
		"read":  "on n2 (incarnation 1) a goroutine waits for something outside (IO wait) in main.do at ",
		"flood": "on n2 (incarnation 1) a goroutine ",
	} {
		began := time.Now()
		r, err := p.Run(t.Context(), talking(t, act))
		if err != nil {
			t.Errorf("%s: %v", act, err)
			continue
		}
		first, rest, _ := strings.Cut(r.Exit, "\n\n")
		if !strings.HasPrefix(first, "stuck: nothing happens for 1s of real time; "+want) || !strings.Contains(first, "talker/main.go:") {
			t.Errorf("%s: it says %s", act, first)
		}
		if header, _, _ := strings.Cut(rest, "\n"); !strings.Contains(header, "n2/1") || strings.Count(rest, "\ngoroutine ") < 3 {
			t.Errorf("%s: the dump is\n%.3000s", act, rest)
		}
		if took := time.Since(began); took > 30*time.Second {
			t.Errorf("%s: stopped only after %s", act, took)
		}
	}
}

// A program that ends the process has printed what it has printed.
func lastPrinted(t *testing.T, p *Program) {
	r, err := p.Run(t.Context(), talking(t, "fatal"))
	if err != nil {
		t.Fatal(err)
	}
	if want := "exit status 1; before that, programs printed\nn2/1 stderr: 2000/01/01 00:00:01 cannot go on"; r.Exit != want {
		t.Errorf("log.Fatal: the run ended with %q; want %q", r.Exit, want)
	}
	r, err = p.Run(t.Context(), talking(t, "panic"))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(r.Exit, "panic: planted") || inWords(r.Printed) != "1.000000000s n2/1 stdout half a line (open)\n" {
		t.Errorf("a panic: the run ended with %.80q, and printed is %q", r.Exit, inWords(r.Printed))
	}
	r, err = p.Run(t.Context(), talking(t, "much"))
	if err != nil {
		t.Fatal(err)
	}
	gap := 0
	for k, l := range r.Printed {
		if l.Lines > 0 {
			gap = k
		}
	}
	if n := len(r.Printed); n > 5000 || gap == 0 || r.Printed[n-3].Text != "line 99999" {
		t.Errorf("much: %d lines, the gap at %d", n, gap)
	}
}
