package store

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"raftian/netsim/disk"
	"raftian/netsim/disk/disktest"
)

// The exhaustive form of TestCrashAtEveryCallIsAtomic: on the simulated
// disk, at every crash point of short workloads, with everything that a kill or a power
// loss may leave; then again at every point of the opening that follows, until no new
// disk contents appear. Package disktest defines the bounds.
func TestCrashesExhaustively(t *testing.T) {
	for _, life := range shortLives() {
		t.Run(life.name, func(t *testing.T) {
			e := newExhaustion(t, options(), life.steps)
			e.run()
			t.Log(e)
			for _, outcome := range []string{"undone", "whole"} {
				if e.outcomes[outcome] == 0 {
					t.Errorf("no way to go down had the outcome %q", outcome)
				}
			}
		})
	}
}

// The same for workloads that rapid draws, with one crash in each.
func TestCrashesExhaustivelyOfDrawnWorkloads(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := newExhaustion(t, options(), drawLife(t))
		e.singleCrash = true
		e.run()
	})
}

// Each bug that a crash alone can reveal is revealed by a short workload. The others
// need a disk with faults.
func TestPlantedBugsAreFound(t *testing.T) {
	for _, bug := range Bugs() {
		if bug == BugFsyncErrorIgnored || bug == BugDamageCutOff {
			continue
		}
		t.Run(bug, func(t *testing.T) {
			o := options()
			o.Bug = bug
			for _, life := range shortLives() {
				if found := firstFailure(t, o, life.steps); found != "" {
					t.Logf("%s: %s", life.name, found)
					return
				}
			}
			t.Error("no short life shows it")
		})
	}
}

// firstFailure returns the first line of the failure of a workload; "" if there is
// none.
func firstFailure(t *testing.T, o Options, steps []step) (line string) {
	f := &firstFatal{T: t}
	defer func() {
		if r := recover(); r != nil && r != f {
			panic(r)
		}
		line, _, _ = strings.Cut(f.said, "\n")
	}()
	e := newExhaustion(f, o, steps)
	e.singleCrash = true
	e.run()
	return ""
}

// firstFatal records a fatal error and panics with itself.
type firstFatal struct {
	*testing.T
	said string
}

func (f *firstFatal) Fatal(args ...any) {
	f.said = fmt.Sprint(args...)
	panic(f)
}

func (f *firstFatal) Fatalf(format string, args ...any) {
	f.said = fmt.Sprintf(format, args...)
	panic(f)
}

type shortLife struct {
	name  string
	steps []step
}

// shortLives returns workloads with each kind of step, and each combination of two.
func shortLives() []shortLife {
	return []shortLife{
		{"votes", []step{setting("CurrentTerm", 1), setting("LastVoteTerm", 1), voting("n2:7000"), setting("CurrentTerm", 2)}},
		{"appends", []step{storing(1, 1, 1, 10), storing(2, 3, 1, 600), storing(4, 4, 2, 10)}},
		{"a full segment", []step{storing(1, 2, 1, 600), storing(3, 3, 1, 600), storing(4, 4, 1, 10), deleting(1, 3)}},
		{"a conflict", []step{storing(1, 3, 1, 200), deleting(2, 3), storing(2, 2, 2, 500), deleting(2, 2), storing(2, 3, 3, 10)}},
		{"a snapshot", []step{storing(1, 3, 1, 10), snapshotting(3, 1, 700), deleting(1, 2), snapshotting(5, 2, 10), snapshotting(7, 2, 10)}},
		{"a snapshot in place of the log", []step{storing(1, 3, 1, 10), snapshotting(9, 2, 10), storing(10, 11, 2, 300), deleting(1, 3)}},
		{"a bootstrap", []step{setting("CurrentTerm", 1), storing(1, 1, 1, 100), voting("n1:7000"), snapshotting(1, 1, 10)}},
	}
}

// drawLife draws a workload in which each step changes the view.
func drawLife(t *rapid.T) []step {
	var steps []step
	first, last, term, taken := uint64(1), uint64(0), uint64(0), uint64(0)
	for range rapid.IntRange(1, 4).Draw(t, "steps") {
		kind := rapid.IntRange(0, 4).Draw(t, "step")
		if first > last {
			kind %= 3
		}
		switch kind {
		case 0:
			count := rapid.Uint64Range(1, 3).Draw(t, "count")
			steps = append(steps, storing(last+1, last+count, term+1, rapid.IntRange(0, 900/int(count)).Draw(t, "length")))
			last += count
		case 1:
			term++
			steps = append(steps, setting(rapid.SampledFrom([]string{"CurrentTerm", "LastVoteTerm"}).Draw(t, "key"), term+uint64(len(steps))))
		case 2:
			taken = max(last, taken+1)
			steps = append(steps, snapshotting(taken, term+1, rapid.IntRange(0, 600).Draw(t, "length")))
		case 3:
			to := rapid.Uint64Range(first, last).Draw(t, "to")
			steps = append(steps, deleting(first, to))
			first = to + 1
		case 4:
			from := rapid.Uint64Range(first, last).Draw(t, "from")
			steps = append(steps, deleting(from, last))
			last = from - 1
		}
	}
	return steps
}

// exhaustion checks all crashes of one workload.
type exhaustion struct {
	failer
	o           Options
	steps       []step
	after       []view // view before the first step and after each
	points      int    // crash points without a crash
	singleCrash bool   // do not crash again while opening
	outcomes    map[string]int
	seen        map[state]bool
	openings    int
}

// state is the content of a disk, durable and not, and how many steps were done at the
// crash; -1 if the store had not been opened.
type state struct {
	content string
	reached int
}

// diskFunc returns the same disk at each call.
type diskFunc func() *disk.Disk

func newExhaustion(t failer, o Options, steps []step) *exhaustion {
	e := &exhaustion{failer: t, o: o, steps: steps, outcomes: map[string]int{}, seen: map[state]bool{}}
	files := &disktest.Files{Disk: disk.New()}
	s, err := Open(files, "raft", e.o)
	ok(t, err)
	e.after = append(e.after, show(t, s))
	for _, step := range steps {
		if err := step.do(s); err != nil {
			t.Fatalf("%s: %v", step.name, err)
		}
		e.after = append(e.after, show(t, s))
	}
	e.points = files.Points
	return e
}

// String returns how much was tried.
func (e *exhaustion) String() string {
	return fmt.Sprintf("%d points, %d disks, %d openings, %v", e.points, len(e.seen), e.openings, e.outcomes)
}

// run crashes at each point of the workload, and after its end.
func (e *exhaustion) run() {
	e.Helper()
	for down := 1; down <= e.points+1; down++ {
		_, reached := e.live(down)
		how := fmt.Sprintf("down at point %d, in %q", down, "nothing")
		if reached < len(e.steps) {
			how = fmt.Sprintf("down at point %d, in %q", down, stepName(e.steps, reached))
		}
		e.openAfterCrash(how, reached, func() *disk.Disk {
			left, _ := e.live(down)
			return left
		})
	}
}

// live runs the workload up to a crash point and returns the disk and the step under
// way.
func (e *exhaustion) live(down int) (left *disk.Disk, reached int) {
	files := &disktest.Files{Disk: disk.New(), Down: down}
	s, err := Open(files, "raft", e.o)
	if err != nil {
		return files.Disk, -1
	}
	for i, step := range e.steps {
		if err := step.do(s); err != nil {
			if !files.IsDown() {
				e.Fatalf("%s: %v", step.name, err)
			}
			return files.Disk, i
		}
	}
	return files.Disk, len(e.steps)
}

// openAfterCrash opens the store on every disk that a kill or a power loss may leave.
func (e *exhaustion) openAfterCrash(how string, reached int, at diskFunc) {
	e.Helper()
	e.open(how+", killed", reached, func() *disk.Disk { return at().Kill() })
	for left := range disktest.AfterPowerLoss(at()) {
		e.open(how+", power lost", reached, func() *disk.Disk { return only(left) })
	}
}

// only returns a copy of a disk that is durable as a whole.
func only(durable *disk.Disk) *disk.Disk {
	return durable.PowerLoss(rand.New(rand.NewPCG(0, 0)))
}

// open opens the store on a disk, crashing at each point of the opening and at none.
func (e *exhaustion) open(how string, reached int, at diskFunc) {
	e.Helper()
	s := state{contents(at()), reached}
	if e.seen[s] {
		return
	}
	e.seen[s] = true
	for down := 1; !e.singleCrash; down++ {
		interrupted := func() *disktest.Files {
			files := &disktest.Files{Disk: at(), Down: down}
			_, _ = Open(files, "raft", e.o)
			return files
		}
		if !interrupted().IsDown() {
			break
		}
		e.openAfterCrash(fmt.Sprintf("%s, down at point %d of opening", how, down), reached,
			func() *disk.Disk { return interrupted().Disk })
	}
	e.verify(how, reached, at)
}

// contents returns the content of a disk, and all contents that a power loss may leave.
func contents(d *disk.Disk) string {
	all := []string{disktest.Content(d)}
	for _, content := range disktest.AfterPowerLoss(d) {
		all = append(all, content)
	}
	return strings.Join(all, "\n")
}

// verify opens the store and requires one of the two legal outcomes. A power loss must
// not change it, and the rest of the workload must succeed.
func (e *exhaustion) verify(how string, reached int, at diskFunc) {
	e.Helper()
	s, shown := e.shows(how, at())
	next := max(reached, 0)
	undone, whole := e.after[next], e.after[min(reached+1, len(e.steps))]
	switch {
	case shown == undone:
		e.outcomes["undone"]++
	case shown == whole:
		e.outcomes["whole"]++
		next++
	default:
		e.Fatalf("%s: shows\n%v, neither\n%v\nnor\n%v", how, shown, undone, whole)
	}
	for _, step := range e.steps[next:] {
		if err := step.do(s); err != nil {
			e.Fatalf("%s: going on, %s: %v", how, step.name, err)
		}
	}
	if shown, end := show(e, s), e.after[len(e.steps)]; shown != end {
		e.Fatalf("%s: going on ends with\n%v, not\n%v", how, shown, end)
	}
	opened := at()
	e.shows(how, opened)
	for left := range disktest.AfterPowerLoss(opened) {
		if _, later := e.shows(how, left); later != shown {
			e.Fatalf("%s: showed\n%v, and after a power loss\n%v", how, shown, later)
		}
	}
}

// shows opens the store and returns it with its view.
func (e *exhaustion) shows(how string, d *disk.Disk) (*Store, view) {
	e.Helper()
	e.openings++
	s, err := Open(&disktest.Files{Disk: d}, "raft", e.o)
	if err != nil {
		e.Fatalf("%s: opening: %v", how, err)
	}
	return s, show(e, s)
}
