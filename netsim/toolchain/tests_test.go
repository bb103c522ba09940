package toolchain_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"raftian/netsim/toolchain"
)

const racy = "raftian/netsim/toolchain/testdata/racy"

// racyTests builds the tests of a small package with a race.
func racyTests(t *testing.T) toolchain.TestProgram {
	t.Helper()
	noteSources(t)
	p, err := toolchain.BuildTest(t.Context(), toolchain.Options{Package: racy})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// try is the outcome of one seed.
func try(t *testing.T, p toolchain.TestProgram, seed uint64) toolchain.Trial {
	t.Helper()
	trial, err := p.Run(t.Context(), seed, "", time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	return trial
}

// The race of the package is met about once in a hundred seeds, and with a seed
// always or never.
func TestARaceIsMetAtASeedAndAgainWithIt(t *testing.T) {
	p := racyTests(t)
	var met []uint64
	for seed := uint64(1); seed <= 60; seed++ {
		if try(t, p, seed).Failed {
			met = append(met, seed)
		}
	}
	if len(met) == 0 || len(met) > 20 {
		t.Fatalf("of 60 seeds these meet the race: %v", met)
	}
	for range 3 {
		for _, seed := range append(met, 1, 2, 3) {
			again := try(t, p, seed)
			if again.Failed != slices.Contains(met, seed) {
				t.Errorf("with seed %d, failed is %v, and was not before", seed, again.Failed)
			}
			if again.Failed && !strings.Contains(again.Output, "the balance is -100") {
				t.Errorf("with seed %d the tests say %q", seed, again.Output)
			}
		}
	}
}

func TestAPatternThatChoosesNothingIsNoSuccess(t *testing.T) {
	p := racyTests(t)
	if _, err := p.Run(t.Context(), 1, "TestNobodyWrote", time.Minute); !errors.Is(err, toolchain.ErrNoTests) {
		t.Errorf("the error is %v", err)
	}
}

func TestTestsAreCountedThatRan(t *testing.T) {
	noteSources(t)
	p, err := toolchain.BuildTest(t.Context(), toolchain.Options{Package: "raftian/netsim/toolchain/testdata/skipped"})
	if err != nil {
		t.Fatal(err)
	}
	for match, want := range map[string]toolchain.Tally{
		"": {Ran: 1, Skipped: 1}, "NotHere": {Skipped: 1}, "Parts": {Ran: 1}, "Parts/one": {Ran: 1},
	} {
		if got, err := p.Count(t.Context(), 1, match, time.Minute); err != nil || got != want {
			t.Errorf("of %q there are %+v, %v; want %+v", match, got, err, want)
		}
	}
	for _, match := range []string{"TestNobodyWrote", "Parts/three"} {
		if got, err := p.Count(t.Context(), 1, match, time.Minute); !errors.Is(err, toolchain.ErrNoTests) {
			t.Errorf("of %q there are %+v, %v", match, got, err)
		}
	}
}

func TestTestsThatTakeTooLongHaveFailed(t *testing.T) {
	p := racyTests(t)
	trial, err := p.Run(t.Context(), 1, "", time.Nanosecond)
	if err != nil || !trial.Failed || !strings.Contains(trial.Output, "not done after 1ns") {
		t.Errorf("after a nanosecond: %+v, %v", trial, err)
	}
}

func TestPackagesAreThoseWithTests(t *testing.T) {
	got, err := toolchain.Packages(t.Context(), "", []string{racy, "raftian/netsim/testdata/pulse"})
	if err != nil || !slices.Equal(got, []string{racy}) {
		t.Errorf("the packages are %v, %v", got, err)
	}
	if _, err := toolchain.Packages(t.Context(), "", []string{"./nowhere"}); err == nil {
		t.Error("a package that is not there is no error")
	}
}
