package toolchain_test

import (
	"slices"
	"testing"

	"raftian/netsim/toolchain"
)

func TestChoicesAreReadAndWritten(t *testing.T) {
	for text, want := range map[string]string{
		"all": "all", "none": "none", "3": "3", "9,7-8,3": "3,7-9", "1-4,2": "1-4", "hold:12": "hold:12", "hold:none": "none",
	} {
		if c, err := toolchain.ParseChoices(text); err != nil || c.Words() != want {
			t.Errorf("%q is read as %q, %v", text, c.Words(), err)
		}
	}
	for _, text := range []string{"", "0", "x", "3-", "-3", "4-2", "1-99999999", "hold:all", "hold:"} {
		if c, err := toolchain.ParseChoices(text); err == nil {
			t.Errorf("%q is read as %q", text, c.Words())
		}
	}
}

// told are the choices of a run of a test with a seed, and what it came to.
func told(t *testing.T, match string, seed uint64, c toolchain.Choices) (toolchain.Trial, []toolchain.Choice) {
	t.Helper()
	o := matching(match)
	o.Choices = c
	trial, choices, err := built(t, classics).Tell(t.Context(), seed, o)
	if err != nil {
		t.Fatal(err)
	}
	return trial, choices
}

// To obey the choices that are told, and no others, is the same run.
func TestToldChoicesAreTheSchedule(t *testing.T) {
	p := built(t, classics)
	failed := 0
	for seed := uint64(1); seed <= 12; seed++ {
		plain := try(t, p, seed, matching(""))
		all, choices := told(t, "", seed, toolchain.Choices{})
		var numbers []uint64
		for _, c := range choices {
			numbers = append(numbers, c.Number)
		}
		these, again := told(t, "", seed, toolchain.TheseChoices(numbers...))
		if all.Failed != plain.Failed || these.Failed != plain.Failed {
			t.Errorf("seed %d: failed is %v, told %v, with its choices alone %v", seed, plain.Failed, all.Failed, these.Failed)
		}
		if len(choices) == 0 || len(again) != len(choices) {
			t.Errorf("seed %d: %d choices, and %d when they alone are obeyed", seed, len(choices), len(again))
		}
		if plain.Failed {
			failed++
		}
	}
	if failed == 0 {
		t.Error("no seed fails")
	}
	if trial, choices := told(t, "", 1, toolchain.TheseChoices()); trial.Failed || len(choices) != 0 {
		t.Errorf("first in, first out has choices %v, and fails: %v", choices, trial.Failed)
	}
}

// A choice says who goes next, where that goroutine is, and where it was started, though
// by a function of Go's library.
func TestAChoiceSaysWhoAndWhere(t *testing.T) {
	trial, choices := told(t, "Money", 1, toolchain.TheseChoices(1))
	if !trial.Failed || len(choices) != 1 {
		t.Fatalf("failed is %v, choices are %+v", trial.Failed, choices)
	}
	c := choices[0]
	test := func(p toolchain.Place) bool { return p.Function == classics+".TestNoMoneyIsTakenTwice.func1" }
	if c.Kind != toolchain.KindGoroutine || c.Number != 1 || c.At != 0 || c.Who.ID == c.Other.ID ||
		!slices.ContainsFunc(c.Who.Started, test) || !slices.ContainsFunc(c.Other.Started, test) || len(c.Other.At) == 0 {
		t.Errorf("the choice is %+v", c)
	}
}
