package desk

import (
	"math"

	"raftian/game/scene"
	"raftian/netsim/env"
)

// mouseDrag is the state of the mouse while its button is pressed.
type mouseDrag struct {
	held   bool
	on     scene.Target
	x, y   float32     // where it was pressed
	moved  bool        // too far for a click
	from   env.Instant // what the timeline showed then
	to     env.Instant
	offset env.Instant // on the minimap: from the mouse to what is shown
}

// Point sets the position of the mouse, in pixels of the scene.
func (d *Desk) Point(x, y float32) {
	v := &d.View
	if v.X == x && v.Y == y && v.Hover {
		return
	}
	d.version++
	v.X, v.Y, v.Hover = x, y, true
	g := &d.mouse
	if !g.held {
		return
	}
	if math.Hypot(float64(x-g.x), float64(y-g.y)) > 3 {
		g.moved = true
	}
	if g.moved {
		d.drag(x)
	}
}

// Leave handles that the mouse leaves the window.
func (d *Desk) Leave() {
	if d.View.Hover {
		d.View.Hover = false
		d.version++
	}
}

// Over returns what the mouse points at; scene.Nothing if nothing.
func (d *Desk) Over() scene.Action {
	if hit := d.at(d.View.X, d.View.Y); hit != nil && d.View.Hover {
		return hit.Target.Action
	}
	return scene.Nothing
}

// Down handles that the mouse button is pressed.
func (d *Desk) Down() {
	d.version++
	v := &d.View
	if v.Help {
		v.Help = false
		return
	}
	g := mouseDrag{held: true, x: v.X, y: v.Y, from: v.From, to: v.To}
	if hit := d.at(v.X, v.Y); hit != nil {
		g.on = hit.Target
	}
	// A drag anywhere on the timeline moves the cursor.
	d.mouse = g
	switch g.on.Action {
	case scene.Scrub:
		v.Playing = false
		d.Cursor.Seek(d.scene.When(v.X))
	case scene.Slide:
		d.slide(v.X)
	}
}

// Up handles that the mouse button is released.
func (d *Desk) Up() {
	d.version++
	g := d.mouse
	d.mouse = mouseDrag{}
	if !g.held || g.moved {
		return
	}
	switch g.on.Action {
	case scene.Press:
		name := g.on.Key
		k := Key{Name: name}
		if len(name) == 1 && name[0] >= 'A' && name[0] <= 'Z' {
			k = Key{string(name[0] + 'a' - 'A'), true}
		}
		d.Press(k)
	case scene.Event:
		if g.on.N > 0 {
			d.View.Playing = false
			d.Cursor.SeekEvent(g.on.N)
			d.follow()
		}
	case scene.ShowRun:
		d.switchTo(g.on.N)
	case scene.Node, scene.Op, scene.Fault, scene.Message:
		d.choose(g.on)
	}
}

// choose inspects something, or stops inspecting it.
func (d *Desk) choose(t scene.Target) {
	if d.View.Chosen == t {
		t = scene.Target{}
	}
	d.View.Chosen = t
}

func (d *Desk) at(x, y float32) *scene.Hit {
	if d.list == nil {
		d.Draw()
	}
	return d.scene.At(x, y)
}

// drag handles a move of the mouse with its button pressed.
func (d *Desk) drag(x float32) {
	g := &d.mouse
	onTimeline := d.scene.Layout().Timeline.Holds(g.x, g.y)
	switch {
	case g.on.Action == scene.Slide:
		d.slide(x)
	case g.on.Action == scene.Pan:
		by := d.scene.When(g.x) - d.scene.When(x)
		if !d.View.Ordinal {
			d.show(g.from+by, g.to+by)
			return
		}
		d.show(d.View.From+by, d.View.To+by)
		g.x = x
	case onTimeline && g.on.Action != scene.Press:
		d.View.Playing = false
		d.Cursor.Seek(d.scene.When(x))
	}
}

// slide centres the timeline on the mouse's position in the minimap, and moves the
// cursor if it is no longer visible.
func (d *Desk) slide(x float32) {
	v := &d.View
	t, length := d.scene.WhenAll(x), v.To-v.From
	if length >= d.run.End() {
		d.Seek(t)
		return
	}
	d.show(t-length/2, t-length/2+length)
	if at := d.Cursor.At(); at < v.From || at > v.To {
		d.Cursor.Seek(max(0, min(t, d.run.End())))
	}
}

// Wheel handles the mouse wheel: vertical zooms at the mouse, horizontal pans.
func (d *Desk) Wheel(x, y float64) {
	d.version++
	v := &d.View
	if y != 0 {
		t := d.Cursor.At()
		if l := d.scene.Layout(); l.Timeline.Holds(v.X, v.Y) {
			t = d.scene.When(v.X)
		} else if l.Minimap.Holds(v.X, v.Y) {
			t = d.scene.WhenAll(v.X)
		}
		d.zoom(t, math.Pow(0.8, max(-5, min(5, y))))
	}
	if x != 0 {
		d.pan(x * 0.05)
	}
}
