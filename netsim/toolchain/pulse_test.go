package toolchain_test

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"raftian/netsim/env"
	"raftian/netsim/toolchain"
	"raftian/netsim/trace"
)

// rough is a plan in which much happens at once: quiet runs prove little, since
// programs that differ in what crashes do agree there. Each of these is a run of
// some ten thousand events.
func rough(lines string) string {
	return `raftian plan 1
guest pulse
machines n1 n2 n3 n4
length 5s
heal 4s
net delay 500us jitter 1ms loss 0.01
disk sync 200us jitter 300us
set n1
set n2
set n3
set n4
fault 0s when any write as leader nth 20 then power it for 200ms
fault 0s when any sync nth 30 wait 100us then kill it for 100ms
fault 0s when n3 deliver to n1 nth 200 then stall n1 - n3 for 500ms
fault 400ms power n4 for 300ms
fault 500ms kill n1 for 200ms
fault 700ms narrow n1 - n2,n3 rate 100000 for 500ms
fault 800ms partition n1,n2 | n3,n4 for 600ms
fault 900ms power n3 for 700ms
fault 1s lossy n1 - n2 loss 0.3 for 1s
fault 1s slow-disk n2 delay 1ms jitter 3ms for 500ms
fault 1.2s kill n2,n4 for 100ms
fault 1.4s heavy n2 - n3,n4 delay 500us for 600ms
fault 1.5s flap n1 | n4 every 50ms for 1s
fault 1.6s fsync-error n1 for 100ms
fault 1.7s slow n1 - others delay 5ms jitter 20ms for 500ms
fault 1.8s write-error n3 for 20ms
fault 2s oneway n2 -> n4 for 1s
fault 2s stall n2 - n3 for 600ms
fault 2s when any exit then reset it - others
fault 2.1s replace n4 for 100ms
fault 2.2s reset n1 - n2,n3
fault 2.3s stall-disk n1 for 100ms
fault 2.5s power n1,n2,n3 for 300ms
fault 2.6s full n4 for 100ms
fault 3s kill n1,n2,n3,n4 for 200ms
fault 3.1s storm n1,n3 every 70ms for 300ms
fault 3.2s when any fsync then rot it
fault 3.5s power n2 for 10s
` + lines + "\n"
}

// What a program that does not end is in the midst of is said, of that program
// alone.
func TestAHungProgramSaysWhere(t *testing.T) {
	p := build(t, toolchain.Options{})
	ran := func(lines string) []trace.Event {
		events, err := decode(run(t, p, lines, nil))
		if err != nil {
			t.Fatal(err)
		}
		return events
	}
	events := ran("set hang n3")
	last := events[len(events)-2]
	if last.Kind != trace.KindHung || last.Machine != "n3" || last.Took != 30*time.Second ||
		!strings.Contains(last.Text, "main.(*beat).hang") || strings.Contains(last.Text, "main.pulse") {
		t.Errorf("the event before the last is %q of %s, %s", last.Kind, last.Machine, last.Words())
	}
	quiet := ran("")
	if last := quiet[len(quiet)-2]; last.Kind != trace.KindStop {
		t.Errorf("when all end the event before the last is %q", last.Kind)
	}
}

// run runs a world program in a process of its own and returns what it wrote.
func run(t *testing.T, p toolchain.Program, lines string, environment []string, options ...string) []byte {
	t.Helper()
	// A run takes a tenth of a second, or some with the race detector; one in which
	// time stands still would take for ever.
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, p.Path, options...)
	cmd.Env = environment
	cmd.Stdin = strings.NewReader(rough(lines))
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil || stderr.Len() > 0 {
		t.Errorf("running %s: %v\n%s", lines, err, stderr.Bytes())
	}
	return out
}

// wantSame fails with the first event in which two runs differ.
func wantSame(t *testing.T, what string, got, want []byte) {
	t.Helper()
	if bytes.Equal(got, want) {
		return
	}
	a, errA := decode(want)
	b, errB := decode(got)
	k := 0
	for k < min(len(a), len(b)) && a[k] == b[k] {
		k++
	}
	t.Errorf("%s changes the run after %d events: it goes on with\n\t%+v %v\nwithout, and with\n\t%+v %v", what, k,
		a[k:min(k+1, len(a))], errA, b[k:min(k+1, len(b))], errB)
}

// A run is a function of its plan: how it is watched, what is in its environment
// and how often the collector runs does not matter.
func TestRunsRepeat(t *testing.T) {
	p := build(t, toolchain.Options{})
	quiet := toolchain.Environment()
	loud := slices.Concat(quiet, []string{"GOGC=20", "GOMEMLIMIT=10MiB", "HOME=/nowhere", "LONG=" + strings.Repeat("x", 10_000)})
	for seed := range 8 {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel()
			lines := fmt.Sprint("seed ", seed)
			want := run(t, p, lines, quiet)
			wantSame(t, "nothing", run(t, p, lines, quiet), want)
			wantSame(t, "flushing", run(t, p, lines, quiet, "flush"), want)
			wantSame(t, "collecting often", run(t, p, lines, quiet, "heap=1000000"), want)
			wantSame(t, "collecting never", run(t, p, lines, quiet, "heap=1000000000"), want)
			wantSame(t, "a busy computer", run(t, p, lines, quiet, "stall"), want)
			wantSame(t, "the environment", run(t, p, lines, loud), want)
			wantSame(t, "everything at once", run(t, p, lines, loud, "heap=100000", "flush", "more", "-v", "words"), want)
		})
	}
}

var builds = flag.Bool("builds", false, "compile in other ways, too: each compiles the standard library anew, at first")

// How a program is compiled does not matter either: without optimisation, as for a
// debugger, or with the race detector.
func TestBuildsAgree(t *testing.T) {
	if !*builds {
		t.Skip("-builds is not given")
	}
	want := run(t, build(t, toolchain.Options{}), "seed 7", toolchain.Environment())
	t.Run("without optimisation", func(t *testing.T) {
		p := build(t, toolchain.Options{Flags: []string{"-gcflags=all=-N -l"}})
		wantSame(t, "compiling for a debugger", run(t, p, "seed 7", toolchain.Environment()), want)
	})
	t.Run("race", func(t *testing.T) {
		if _, err := exec.LookPath("gcc"); err != nil {
			t.Skip("the race detector needs a C compiler")
		}
		p := build(t, toolchain.Options{Race: true})
		wantSame(t, "the race detector", run(t, p, "seed 7", toolchain.Environment()), want)
	})
}

// Seeds share no number: neither of math/rand nor of crypto/rand.
func TestSeedsDiffer(t *testing.T) {
	p := build(t, toolchain.Options{})
	drawn := map[string]int{}
	for seed := range 6 {
		events, err := decode(run(t, p, fmt.Sprint("seed ", seed), toolchain.Environment()))
		if err != nil {
			t.Errorf("seed %d: %v", seed, err)
		}
		for _, e := range events {
			number := ""
			switch e.Kind {
			case "beat":
				number = fmt.Sprint("math/rand gives ", e.Hash)
			case "id":
				number = fmt.Sprint("crypto/rand gives ", e.Text)
			default:
				continue
			}
			if other, ok := drawn[number]; ok {
				t.Fatalf("%s twice, with seeds %d and %d", number, other, seed)
			}
			drawn[number] = seed
		}
	}
}

// decode returns the events of a run.
func decode(run []byte) (events []trace.Event, err error) {
	d := trace.NewDecoder(bytes.NewReader(run))
	for {
		var e trace.Event
		if err := d.Next(&e); err == io.EOF {
			return events, nil
		} else if err != nil {
			return events, err
		}
		events = append(events, e)
	}
}

// Without shuffling, goroutines run first in, first out: another run, which
// repeats as well.
func TestShuffleIsSwitchable(t *testing.T) {
	p := build(t, toolchain.Options{})
	on := run(t, p, "seed 1\nshuffle on", toolchain.Environment())
	off := run(t, p, "seed 1\nshuffle off", toolchain.Environment())
	if bytes.Equal(on, off) {
		t.Error("shuffling changes nothing")
	}
	wantSame(t, "nothing", run(t, p, "seed 1\nshuffle off", toolchain.Environment(), "heap=1000000"), off)
}

// The plan above is as rough as it is meant to be.
func TestMuchHappensInARun(t *testing.T) {
	events, err := decode(run(t, build(t, toolchain.Options{}), "seed 1", toolchain.Environment()))
	if err != nil || len(events) == 0 {
		t.Fatalf("the run has %d events, %v", len(events), err)
	}
	count := map[string]int{}
	firsts := map[string]bool{} // where walks through maps begin that do not change any more
	for _, e := range events {
		count[e.Kind]++
		if e.Kind == "beat" && e.Count > 200 {
			firsts[e.Text] = true
		}
	}
	if last := events[len(events)-1]; last.Kind != trace.KindEnd || last.At != env.Instant(5e9) {
		t.Errorf("the run stops with %q at %v; want its end at 5s", last.Kind, last.At)
	}
	for kind, least := range map[string]int{
		trace.KindBoot: 17, trace.KindCrash: 13, trace.KindDeliver: 3000, trace.KindHold: 50, trace.KindReset: 4,
		trace.KindRefuse: 20, trace.KindFsync: 200, trace.KindFault: 12, trace.KindMend: 12, trace.KindHeal: 1,
		"beat": 3000, "broken": 10, "id": 17,
	} {
		if count[kind] < least {
			t.Errorf("%d events of kind %q; want at least %d", count[kind], kind, least)
		}
	}
	if n := len(firsts); n < 10 {
		t.Errorf("walks through maps begin with %d different keys; want many of 40", n)
	}
}
