package desk

import (
	"testing"
	"time"

	"raftian/game/glyph"
	"raftian/game/replay/replaytest"
	"raftian/game/scene"
	"raftian/netsim/env"
)

// story returns the story on a desk, drawn once.
func story() *Desk {
	d := Open(replaytest.Story(), glyph.NewBook(), 1280, 720)
	d.Draw()
	return d
}

func (d *Desk) press(names ...string) {
	for _, name := range names {
		k := Key{Name: name}
		if len(name) > 6 && name[:6] == "shift+" {
			k = Key{name[6:], true}
		}
		d.Press(k)
	}
	d.Draw()
}

func TestOpensAtFirstViolation(t *testing.T) {
	d := story()
	if d.Cursor.At() != replaytest.Violation || d.View.Playing {
		t.Errorf("it opens at %v, playing: %v", d.Cursor.At(), d.View.Playing)
	}
	if at := d.Cursor.At(); at < d.View.From || at > d.View.To {
		t.Errorf("the timeline shows %v to %v", d.View.From, d.View.To)
	}
}

func TestKeysMoveTime(t *testing.T) {
	d := story()
	for _, c := range []struct {
		keys []string
		n    int
		at   env.Instant // or -1
	}{
		{[]string{"home"}, 0, 0},
		{[]string{"home", "right", "right", "left"}, 1, 0},
		{[]string{"end"}, d.run.Events(), d.run.End()},
		{[]string{"end", "left"}, d.run.Events() - 1, -1},
		{[]string{"home", "n"}, d.run.Faults[0].Event, -1},
		{[]string{"home", "n", "n"}, d.run.Faults[1].Event, -1},
		{[]string{"home", "n", "n", "shift+n"}, d.run.Faults[0].Event, -1},
		{[]string{"home", "e"}, -1, replaytest.Violation},
		{[]string{"home", "e", "e"}, -1, replaytest.Violation},
		{[]string{"home", "shift+right"}, -1, env.Instant(100 * time.Millisecond)},
		{[]string{"home", "shift+right", "shift+right", "shift+left"}, -1, env.Instant(100 * time.Millisecond)},
	} {
		d.press(c.keys...)
		if c.n >= 0 && d.Cursor.N() != c.n || c.at >= 0 && d.Cursor.At() != c.at {
			t.Errorf("%v lead to event %d at %v, want %d at %v", c.keys, d.Cursor.N(), d.Cursor.At(), c.n, c.at)
		}
		if at := d.Cursor.At(); at < d.View.From || at > d.View.To {
			t.Errorf("%v lead to %v, and the timeline shows %v to %v", c.keys, at, d.View.From, d.View.To)
		}
	}
	d.press("home", "t")
	if d.Cursor.State().Term != 1 {
		t.Errorf("T leads to term %d", d.Cursor.State().Term)
	}
	if d.press("t"); d.Cursor.State().Term != 2 {
		t.Errorf("T again leads to term %d", d.Cursor.State().Term)
	}
}

func TestPlayingAdvancesTime(t *testing.T) {
	d := story()
	d.press("home")
	d.View.Speed = 1
	d.Tick(time.Second)
	if d.Cursor.At() != 0 {
		t.Error("time goes by while it is paused")
	}
	d.press("space")
	d.Tick(300 * time.Millisecond)
	if d.Cursor.At() != env.Instant(300*time.Millisecond) {
		t.Errorf("after 300 ms it is %v", d.Cursor.At())
	}
	d.press("]")
	d.Tick(100 * time.Millisecond)
	if d.Cursor.At() != env.Instant(500*time.Millisecond) {
		t.Errorf("100 ms at twice the speed lead to %v", d.Cursor.At())
	}
	d.press("j")
	d.Tick(100 * time.Millisecond)
	if d.Cursor.At() != env.Instant(300*time.Millisecond) {
		t.Errorf("100 ms backwards lead to %v", d.Cursor.At())
	}
	d.press("l")
	d.Tick(time.Hour)
	d.Tick(time.Second)
	if d.View.Playing || d.Cursor.At() != d.run.End() {
		t.Error("it plays on after the end")
	}
	if d.press("space"); d.Cursor.N() != 0 || !d.View.Playing {
		t.Error("Space at the end does not begin anew")
	}
	d.View.Speed = 0.0005 // fractions of a nanosecond add up
	for range 1000 {
		d.Tick(1000)
	}
	if at := d.Cursor.At(); at < 400 || at > 500 {
		t.Errorf("a thousand frames of half a nanosecond lead to %d ns", at)
	}
}

func TestTimelineZoomAndPan(t *testing.T) {
	d := story()
	d.press("home")
	d.show(0, d.run.End())
	for range 40 {
		d.press("w")
	}
	if got := d.View.To - d.View.From; got != windowMin {
		t.Errorf("it shows %d ns at least", got)
	}
	for range 40 {
		d.press("s")
	}
	if d.View.From != 0 || d.View.To != d.run.End() {
		t.Errorf("it shows %v to %v at most", d.View.From, d.View.To)
	}
	d.press("w", "d")
	if d.View.From == 0 {
		t.Error("D does not move it")
	}
	for range 40 {
		if d.press("d"); d.View.To > d.run.End() || d.View.To <= d.View.From {
			t.Fatalf("D leads to %v to %v", d.View.From, d.View.To)
		}
	}
	for range 40 {
		d.press("a")
	}
	if d.View.From != 0 {
		t.Error("A does not move it back")
	}
}

func TestMouseScrubsDragsAndZooms(t *testing.T) {
	d := story()
	d.show(0, d.run.End())
	d.Draw()
	lane := d.scene.Layout().Timeline
	d.Point(lane.X+lane.W/2, lane.Bottom()-12)
	d.Down()
	d.Up()
	if at := d.Cursor.At(); at < d.run.End()*4/10 || at > d.run.End()*6/10 {
		t.Errorf("a click in the middle leads to %v", at)
	}
	d.Down()
	d.Point(lane.X+lane.W*0.8, lane.Bottom()-12)
	if at := d.Cursor.At(); at < d.run.End()*7/10 {
		t.Errorf("a drag to the right leads to %v", at)
	}
	d.Up()
	under := d.scene.When(d.View.X)
	d.Wheel(0, 3)
	d.Draw()
	if now := d.scene.When(d.View.X); d.View.From == 0 || (now-under) > 1e6 || (under-now) > 1e6 {
		t.Errorf("the wheel moves what is under the mouse from %v to %v", under, now)
	}
	axis := lane.Y + 8
	d.Point(lane.X+lane.W/2, axis)
	from, at := d.View.From, d.Cursor.At()
	d.Down()
	d.Point(lane.X+lane.W/2+100, axis)
	d.Up()
	if d.View.From >= from || d.Cursor.At() != at {
		t.Errorf("a drag of the axis to the right leads from %v to %v", from, d.View.From)
	}
}

func TestClickInspectsOrSeeks(t *testing.T) {
	d := story()
	for _, do := range []scene.Action{scene.Node, scene.Fault} {
		d.show(0, d.run.End())
		d.View.Chosen = scene.Target{}
		d.Draw()
		for _, h := range d.list.Hits {
			x, y := h.Box.X+h.Box.W/2, h.Box.Y+h.Box.H/2
			if h.Target.Action != do || d.scene.At(x, y).Target != h.Target {
				continue
			}
			d.Point(x, y)
			d.Down()
			d.Up()
			if d.View.Chosen != h.Target {
				t.Errorf("a click on %+v chooses %+v", h.Target, d.View.Chosen)
			}
			break
		}
	}
	d.show(0, d.run.End())
	d.Draw()
	found := map[int]bool{}
	lanes := d.scene.Layout().Timeline
	for y := lanes.Y + lanes.H/2; y < lanes.Bottom(); y += 4 {
		for x := lanes.X; x < lanes.Right(); x += 4 {
			d.Point(x, y)
			if hit := d.scene.At(x, y); hit == nil || hit.Target.Action != scene.Op || found[hit.Target.N] {
				continue
			}
			d.View.Chosen = scene.Target{}
			d.Down()
			d.Up()
			found[d.View.Chosen.N] = d.View.Chosen.Action == scene.Op
		}
	}
	if len(found) != len(d.run.Ops) {
		t.Errorf("clicks find %d of %d calls", len(found), len(d.run.Ops))
	}
	d.press("esc", "3")
	if d.View.Chosen != (scene.Target{Action: scene.Node, N: 2}) {
		t.Errorf("3 chooses %+v", d.View.Chosen)
	}
	d.press("esc", "9")
	if d.View.Chosen != (scene.Target{}) {
		t.Errorf("9, of three nodes, chooses %+v", d.View.Chosen)
	}
}

func TestHelpSearchAndPins(t *testing.T) {
	d := story()
	if d.press("c"); !d.View.Printed {
		t.Error("C does not show what a node printed")
	}
	if d.press("c"); d.View.Printed {
		t.Error("C again does not show its state")
	}
	if d.press("h"); d.View.Help || !d.View.Heartbeats {
		t.Error("H does not show heartbeats")
	}
	d.press("?")
	if !d.View.Help {
		t.Error("? does not help")
	}
	at := d.Cursor.N()
	if d.press("left"); d.View.Help || d.Cursor.N() != at {
		t.Error("a key does more than to close the help")
	}
	d.press("home", "/")
	for _, r := range "N2 LEADS" {
		d.Type(r)
	}
	d.press("enter")
	if e := d.run.Event(d.Cursor.N()); e.Machine != "n2" || e.Text != "leader" {
		t.Errorf("the search leads to %q", e.Words())
	}
	d.press("p", "left", "p")
	if len(d.View.Pins) != 2 {
		t.Errorf("%d pins, want 2", len(d.View.Pins))
	}
	if d.press("p"); len(d.View.Pins) != 1 {
		t.Errorf("%d pins, want 1", len(d.View.Pins))
	}
}
