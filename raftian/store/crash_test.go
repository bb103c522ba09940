package store

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// The power is cut, or the process killed, before each call of the FS in a workload.
// There are two legal outcomes: "undone", the state before the step under way, and
// "whole", the state after it. So acknowledged entries exist, deleted entries do not
// come back, and terms and votes never decrease. Later crashes do not change what the
// first opening has shown, and the workload can be resumed to the same end.
func TestCrashAtEveryCallIsAtomic(t *testing.T) {
	steps := workload()
	after, calls := runWithoutCrash(t, steps)
	outcomes := map[string]int{}
	for at := 1; at <= calls; at++ {
		disk := newMemFS()
		disk.powerOffAt = at
		reached := runSteps(disk, steps)
		if reached == len(steps) {
			t.Fatalf("the power went off before call %d of %d, and nobody noticed", at, calls)
		}
		left := []*memFS{disk.kill()}
		for seed := range uint64(8) {
			left = append(left, disk.powerLoss(rand.New(rand.NewPCG(seed, 1))))
		}
		for i, crashed := range left {
			c := crash{t, fmt.Sprintf("crash %d before call %d, in %q", i, at, stepName(steps, reached)), outcomes}
			next := max(reached, 0)
			disk, shown := c.recover(crashed, after[next], after[reached+1])
			if reached >= 0 && shown == after[reached+1] {
				next++
			}
			c.resume(disk, steps[next:], after[len(steps)])
		}
	}
	for _, outcome := range []string{"undone", "whole", "torn"} {
		if outcomes[outcome] == 0 {
			t.Errorf("no crash had the outcome %q", outcome)
		}
	}
	t.Log(calls, "calls;", outcomes)
}

// runWithoutCrash runs a workload without a crash. It returns the view before the first
// step and after each, and the number of FS calls.
func runWithoutCrash(t *testing.T, steps []step) (after []view, calls int) {
	disk := newMemFS()
	s, err := Open(disk, "raft", options())
	ok(t, err)
	after = append(after, show(t, s))
	for _, step := range steps {
		if err := step.do(s); err != nil {
			t.Fatalf("%s: %v", step.name, err)
		}
		after = append(after, show(t, s))
	}
	return after, len(disk.calls)
}

// runSteps runs steps until one fails and returns its index; -1 if the store could not
// be opened.
func runSteps(disk *memFS, steps []step) int {
	s, err := Open(disk, "raft", options())
	if err != nil {
		return -1
	}
	for i, step := range steps {
		if step.do(s) != nil {
			return i
		}
	}
	return len(steps)
}

func stepName(steps []step, i int) string {
	if i < 0 {
		return "open"
	}
	return steps[i].name
}

type crash struct {
	t        *testing.T
	name     string
	outcomes map[string]int
}

func (c crash) fatal(format string, args ...any) {
	c.t.Helper()
	c.t.Fatalf(c.name+": "+format, args...)
}

// open opens the store and returns it with its view.
func (c crash) open(disk *memFS) (*Store, view) {
	c.t.Helper()
	o := options()
	o.Report = func(string) { c.outcomes["torn"]++ }
	s, err := Open(disk, "raft", o)
	if err != nil {
		c.fatal("%v", err)
	}
	return s, show(c.t, s)
}

// recover opens the store after a crash and requires a legal outcome. Before, it
// crashes at each FS call of the opening, after which outcomes must be legal, too. It
// returns the view, and the disk after another power loss, which must not change the
// view.
func (c crash) recover(disk *memFS, undone, whole view) (*memFS, view) {
	c.t.Helper()
	rng := rand.New(rand.NewPCG(2, 3))
	for at := 1; ; at++ {
		again := disk.powerLoss(rng)
		again.powerOffAt = at
		s, err := Open(again, "raft", options())
		if err == nil {
			s.Close()
			break
		}
		if _, shown := c.open(again.powerLoss(rng)); shown != undone && shown != whole {
			c.fatal("and another before call %d of opening: shows\n%v, neither\n%v\nnor\n%v", at, shown, undone, whole)
		}
	}
	_, first := c.open(disk)
	switch first {
	case undone:
		c.outcomes["undone"]++
	case whole:
		c.outcomes["whole"]++
	default:
		c.fatal("shows\n%v, neither\n%v\nnor\n%v", first, undone, whole)
	}
	disk = disk.powerLoss(rng)
	if _, second := c.open(disk); second != first {
		c.fatal("showed\n%v, and after a power loss\n%v", first, second)
	}
	return disk, first
}

// resume runs the remaining steps and requires the same end as without a crash.
func (c crash) resume(disk *memFS, left []step, end view) {
	c.t.Helper()
	s, _ := c.open(disk)
	for _, step := range left {
		if err := step.do(s); err != nil {
			c.fatal("going on, %s: %v", step.name, err)
		}
	}
	if shown := show(c.t, s); shown != end {
		c.fatal("going on ends with\n%v, not\n%v", shown, end)
	}
}

// The rest of a long torn batch does not show behind, or within, the shorter batch that
// replaces it, even after further crashes.
func TestTornTailDoesNotMixWithNextBatch(t *testing.T) {
	for seed := range uint64(300) {
		rng := rand.New(rand.NewPCG(seed, 6))
		disk, s := opened(t, Options{})
		ok(t, s.Log.StoreLogs(entries(1, 1, 1, 10)))
		disk.powerOffAt = len(disk.calls) + 2 // written, not synced
		if s.Log.StoreLogs(entries(2, 2, 1, 3000)) == nil {
			t.Fatal("the power did not go off")
		}
		disk, s = reopened(t, disk.powerLoss(rng), Options{})
		if last, _ := s.Log.LastIndex(); last == 2 {
			continue // all of it survived
		}
		ok(t, s.Log.StoreLogs(entries(2, 2, 2, 600)))
		want := show(t, s)
		disk.powerOffAt = len(disk.calls) + 2
		if s.Log.StoreLogs(entries(3, 3, 2, 1500)) == nil {
			t.Fatal("the power did not go off")
		}
		disk, s = reopened(t, disk.powerLoss(rng), Options{})
		if last, _ := s.Log.LastIndex(); last == 3 {
			ok(t, s.Log.DeleteRange(3, 3))
		}
		if shown := show(t, s); shown != want {
			t.Fatalf("seed %d: shows\n%v, not\n%v", seed, shown, want)
		}
	}
}
