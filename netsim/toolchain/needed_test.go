package toolchain_test

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"maps"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"raftian/netsim/toolchain"
	"raftian/netsim/trace"
)

var without = flag.String("without", "", "build without each of these rules in turn, a comma list or all, and look for what fails then; each compiles the standard library anew")

const (
	chance = "raftian/netsim/toolchain/testdata/chance"
	ties   = "raftian/netsim/toolchain/testdata/ties"
)

// crowded is a World in which more goroutines go on at one instant than a queue of the
// scheduler holds.
const crowded = "seed 3\nset crowd"

// shows says what shows that a rule is there: the name of a check below that fails
// without it.
var shows = map[string]string{
	"bootstrap-seed":           "again",
	"heap-base":                "race",
	"bubble-rand":              "ties map",
	"bubble-rand-v1":           "math/rand",
	"bubble-rand-v2":           "math/rand/v2",
	"bubble-rand-tempfile":     "os.CreateTemp",
	"bubble-rand-linknamed":    "runtime.fastrand",
	"bubble-rand-linknamed-n":  "runtime.fastrandn",
	"bubble-rand-linknamed-64": "runtime.fastrand64",
	"map-order":                "map",
	"seed-from-environment":    "map",
	"select-order":             "again",
	"select-timers":            "ties timers",
	"timer-ties":               "again",
	"no-sysmon":                "busy",
	"race-scheduler":           "race",
	"pick-runnable":            "shuffle",
	"one-queue":                "collector",
	"mutex-idle":               "ends",
	"mutex-patience":           "busy",
	"crypto-rand":              "crypto/rand",
	"streams":                  "build",
	"choices":                  "build",
	"choices-started":          "nothing",
	"map-order-link":           "build",
	"crypto-rand-link":         "build",
	"machine-g":                "build",
	"machine-newproc":          "print by a goroutine",
	"machine-gdestroy":         "nothing",
	"machine-timer":            "build",
	"machine-timer-init":       "print by a timer",
	"machine-timer-run":        "print by a timer",
	"machine-print":            "print by print",
	"machine-print-end":        "print by print",
	"machine-syscall":          "print by Syscall",
	"machine-syscall6":         "print by Syscall6",
	"machine-rawsyscall6":      "print by RawSyscall",
	"machine-state":            "build",
	"machine-calls":            "build",
}

// TestEachRuleIsNeeded leaves each rule out once and wants the check that shows
// it to fail. With no rule left out, none fails.
func TestEachRuleIsNeeded(t *testing.T) {
	if *without == "" {
		t.Skip("-without is not given")
	}
	noteSources(t)
	var names []string
	if *without == "all" {
		names = []string{""} // none
	}
	for _, r := range toolchain.Rules() {
		if *without == "all" || slices.Contains(strings.Split(*without, ","), r.Name) {
			names = append(names, r.Name)
		}
	}
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			failed := failsWithout(t, name)
			t.Logf("without %q: %q", name, failed)
			switch want := shows[name]; {
			case want == "nothing" && failed == nil:
				t.Skip("no check here shows the rule")
			case name == "" && failed != nil:
				t.Error("with all rules, checks fail")
			case name != "" && !slices.Contains(failed, want):
				t.Errorf("without the rule these checks fail: %q; want %q among them", failed, want)
			}
		})
	}
}

// failsWithout returns the names of the checks that fail if a rule is left out.
func failsWithout(t *testing.T, rule string) (failed []string) {
	t.Helper()
	note := func(check string) {
		if !slices.Contains(failed, check) {
			failed = append(failed, check)
		}
	}
	cache := t.TempDir()
	built := func(pkg string, race bool) (toolchain.Program, bool) {
		o := toolchain.Options{Package: pkg, Dir: house, Cache: cache, Race: race}
		p, err := toolchain.Build(t.Context(), toolchain.Without(o, rule))
		if unfit := (*toolchain.CompileError)(nil); err != nil && !errors.As(err, &unfit) {
			t.Log(err)
		}
		return p, err == nil
	}
	p, ok := built(pulse, false)
	if !ok {
		return []string{"build"}
	}
	for _, lines := range []string{"seed 1", "seed 2", crowded} {
		want, err := attempt(t, p, lines)
		if err != nil {
			note("ends")
			break
		}
		for check, options := range map[string][]string{"again": nil, "collector": {"heap=1000000"}, "collector often": {"heap=100000", "flush"}, "busy": {"stall"}} {
			if got, err := attempt(t, p, lines, options...); err != nil {
				note("ends")
			} else if !bytes.Equal(got, want) {
				note(check)
			}
		}
	}
	printed := printedBy(t, p)
	for _, way := range []string{"by a goroutine", "by a timer", "by print", "by Syscall", "by Syscall6", "by RawSyscall"} {
		if !printed[way] {
			note("print " + way)
		}
	}
	on, errOn := attempt(t, p, "seed 1\nshuffle on")
	off, errOff := attempt(t, p, "seed 1\nshuffle off")
	if errOn == nil && errOff == nil && bytes.Equal(on, off) {
		note("shuffle")
	}
	for _, check := range drawsThatAreBad(t, rule, cache) {
		note(check)
	}
	if rule == "" || rule == "heap-base" || strings.HasPrefix(rule, "race-") {
		raced, ok := built(pulse, true)
		for _, lines := range []string{"seed 1", crowded} {
			mine, err := attempt(t, p, lines)
			got, errRace := attempt(t, raced, lines)
			if !ok || err != nil || errRace != nil || !bytes.Equal(got, mine) {
				note("race")
			}
		}
	}
	slices.Sort(failed)
	return failed
}

// printedBy are the lines that the World has of what programs print by each way.
func printedBy(t *testing.T, p toolchain.Program) map[string]bool {
	t.Helper()
	out, err := attempt(t, p, "seed 1\nset prints")
	if err != nil {
		return nil
	}
	var lines trace.Lines
	d := trace.NewDecoder(bytes.NewReader(out))
	d.Prints = lines.Add
	for err == nil {
		err = d.Next(new(trace.Event))
	}
	printed := map[string]bool{}
	for _, line := range lines.All() {
		printed[line.Text] = true
	}
	return printed
}

// What programs print is the World's, whichever way they take.
func TestPrintsAreTheWorlds(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("of Linux")
	}
	if printed := printedBy(t, build(t, toolchain.Options{})); len(printed) != 6 {
		t.Errorf("the World has %v", printed)
	}
}

// attempt runs a World, which may fail.
func attempt(t *testing.T, p toolchain.Program, lines string, options ...string) ([]byte, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, p.Path, options...)
	cmd.Env = toolchain.Environment()
	cmd.Stdin = strings.NewReader(rough(lines))
	out, err := cmd.Output()
	if err != nil {
		t.Logf("%q: %v", options, err)
	}
	return out, err
}

// drawsThatAreBad are sources of chance that are not the seed's alone: they give the same
// with two seeds, or something else with one.
func drawsThatAreBad(t *testing.T, rule, cache string) (bad []string) {
	t.Helper()
	one, again, other := drawn(t, rule, cache, 1), drawn(t, rule, cache, 1), drawn(t, rule, cache, 2)
	if len(one) != 12 {
		t.Logf("drawn are %q", one)
		return []string{"draws"}
	}
	for name, value := range one {
		if again[name] != value || other[name] == value {
			bad = append(bad, name)
		}
	}
	return bad
}

// drawn is what each source of chance gives with a seed.
func drawn(t *testing.T, rule, cache string, seed uint64) map[string]string {
	t.Helper()
	said := func(pkg, match, file string) map[string]string {
		o := toolchain.Options{Package: pkg, Dir: house, Cache: cache, Flags: []string{"-trimpath"}}
		p, err := toolchain.BuildTest(t.Context(), toolchain.Without(o, rule))
		if err != nil {
			t.Log(err)
			return nil
		}
		trial, err := p.Run(t.Context(), seed, toolchain.Order{Flags: []string{"-test.run=" + match}, Limit: time.Minute})
		if err != nil {
			t.Log(err)
			return nil
		}
		lines := map[string]string{}
		for line := range strings.Lines(trial.Output) {
			if _, words, ok := strings.Cut(line, file+":"); ok {
				_, words, _ = strings.Cut(words, ": ")
				name, value, _ := strings.Cut(strings.TrimSpace(words), " ")
				lines[name] = value
			}
		}
		return lines
	}
	all := map[string]string{}
	maps.Copy(all, said(chance, "", "chance_test.go"))
	upper := said(ties, "TestTies/upper", "ties_test.go")
	for name, value := range said(ties, "TestTies/lower", "ties_test.go") {
		if upper[name] != value {
			value = "depends on memory" // with either seed
		}
		all["ties "+name] = value
	}
	return all
}

// Inside a bubble, whatever is left to chance is a function of the seed.
func TestChanceIsTheSeedsAlone(t *testing.T) {
	noteSources(t)
	if bad := drawsThatAreBad(t, "", t.TempDir()); bad != nil {
		t.Errorf("these are not: %q", bad)
	}
}
