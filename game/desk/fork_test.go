package desk

import (
	"slices"
	"strings"
	"testing"

	"raftian/game/glyph"
	"raftian/game/replay/replaytest"
	"raftian/game/scene"
)

// planned returns the story with its faults in its plan.
func planned(t *testing.T) *Desk {
	t.Helper()
	d := Open(replaytest.Story(), glyph.NewBook(), 1280, 720)
	d.Allow()
	d.Draw()
	return d
}

func TestChangesAreValidSingleEdits(t *testing.T) {
	d := planned(t)
	d.Seek(replaytest.TwoLeaders)
	was := d.run.Plan.String()
	all := d.changesOffered()
	kinds := map[string]bool{}
	for _, c := range all {
		if err := c.Plan.Validate(); err != nil {
			t.Errorf("%s: %v", c.Words, err)
		}
		if c.Plan.String() == was {
			t.Errorf("%s changes nothing", c.Words)
		}
		more := len(c.Plan.Faults) + len(c.Plan.Script) - len(d.run.Plan.Faults) - len(d.run.Plan.Script)
		if strings.HasPrefix(c.Words, "without") != (more == -1) || strings.HasPrefix(c.Words, "with ") && more != 1 {
			t.Errorf("%s: %d more faults and calls", c.Words, more)
		}
		kinds[strings.Fields(c.Words)[0]] = true
	}
	if d.run.Plan.String() != was {
		t.Error("the run's own plan has changed")
	}
	if !kinds["without"] || !kinds["with"] && !kinds["with,"] || len(all) < 6 {
		t.Errorf("offered are %d changes: %v", len(all), kinds)
	}
	for _, c := range all {
		if strings.Contains(c.Words, "without fault 1") && len(c.Plan.Faults) != 1 {
			t.Errorf("%s leaves %d faults", c.Words, len(c.Plan.Faults))
		}
		if strings.Contains(c.Words, "with, from here: power") && !strings.Contains(c.Words, "power n2") {
			t.Errorf("%s: not about the leader of the highest term", c.Words)
		}
	}
	d.press("1")
	if c := d.changesOffered()[2]; !strings.Contains(c.Words, "n1") {
		t.Errorf("%s: not about the node that is inspected", c.Words)
	}
}

func TestInspectedCallCanBeDropped(t *testing.T) {
	d := planned(t)
	for i := range d.run.Ops {
		d.View.Chosen = scene.Target{Action: scene.Op, N: i}
		found := false
		for _, c := range d.changesOffered() {
			found = found || strings.HasPrefix(c.Words, "without the call") && len(c.Plan.Script) == len(d.run.Plan.Script)-1
		}
		if !found {
			t.Errorf("call %d cannot be left out", i)
		}
	}
}

func TestForkShownBesideRun(t *testing.T) {
	d := planned(t)
	if d.press("f"); d.View.WhatIf == nil || len(d.View.WhatIf.Branches) != 1 {
		t.Fatal("F does not open the list")
	}
	d.press("a")
	c, asked := d.Asked()
	if _, again := d.Asked(); !asked || again || d.View.WhatIf != nil {
		t.Fatal("A does not ask for a run, once")
	}
	d.Fork(c, replaytest.Shorter(), "file")
	fork := d.Now()
	if fork == d || fork.View.Difference.Event == 0 || fork.Cursor.N() != min(fork.View.Difference.Event, fork.run.Events()) {
		t.Errorf("the fork is at event %d; it differs at %+v", fork.Cursor.N(), fork.View.Difference)
	}
	// Both are drawn at the same instant, each with its first difference.
	layers := func(d *Desk) (all []string) {
		for _, l := range d.Draw().Layers {
			all = append(all, l.Name)
			for _, it := range l.Items {
				if it.Shape == scene.Text && strings.HasPrefix(it.Text, "RUN ") {
					all = append(all, it.Text)
				}
			}
		}
		return all
	}
	shown := layers(fork)
	for _, want := range []string{"beside-timeline", "beside-now", "RUN 0: the run as it was"} {
		if !slices.Contains(shown, want) {
			t.Errorf("%q is not among what is shown: %q", want, shown)
		}
	}
	if fork.View.Difference.Event != d.View.Difference.Event || fork.View.Difference.Now != d.View.Difference.Was {
		t.Errorf("one says %+v, the other %+v", fork.View.Difference, d.View.Difference)
	}
	if d.Cursor.At() != min(fork.Cursor.At(), d.run.End()) {
		t.Errorf("the run beside is at %v, want %v", d.Cursor.At(), fork.Cursor.At())
	}
	fork.press("b")
	if slices.Contains(layers(fork), "beside-now") {
		t.Error("B does not show the run alone")
	}
	fork.press("b")
	at := fork.Cursor.At()
	if fork.press("tab"); fork.Now() != d || d.Cursor.At() != at {
		t.Errorf("Tab leads to %v in the run it came of, want %v", d.Cursor.At(), at)
	}
	d.press("tab", "f")
	fork.press("f")
	if w := fork.View.WhatIf; w == nil || len(w.Branches) != 2 || w.Branches[1].Depth != 1 || !w.Branches[1].Here {
		t.Errorf("the list is %+v", w)
	}
	fork.press("shift+s")
	if file, n, asked := fork.Saving(); !asked || file != "file" || n != 1 {
		t.Errorf("to be saved is %q, %d, %v", file, n, asked)
	}
}

func TestNoForksWithoutRunner(t *testing.T) {
	d := story()
	d.press("f", "a")
	if _, asked := d.Asked(); asked {
		t.Error("a run is asked for")
	}
}
