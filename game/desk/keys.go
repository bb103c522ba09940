package desk

import (
	"fmt"
	"math"
	"strings"
	"time"

	"raftian/game/scene"
)

// Key is a pressed key. Name is its label in lower case, or "space", "left", "right",
// "home", "end", "enter", "esc", "backspace".
type Key struct {
	Name  string
	Shift bool
}

// shiftStep is the distance of Shift+Left and Shift+Right.
const shiftStep = 100 * time.Millisecond

// Press handles a key.
func (d *Desk) Press(k Key) {
	d.version++
	v := &d.View
	switch {
	case v.Help:
		v.Help = false
		return
	case v.Searching:
		d.pressSearch(k)
		return
	case v.WhatIf != nil:
		d.pressWhatIf(k)
		return
	}
	if d.pressTime(k) || d.pressView(k) {
		return
	}
	if len(k.Name) == 1 && k.Name[0] >= '1' && k.Name[0] <= '9' {
		if n := int(k.Name[0] - '1'); n < len(d.run.Machines) {
			d.choose(scene.Target{Action: scene.Node, N: n})
		}
	}
}

// pressTime handles keys that move in time.
func (d *Desk) pressTime(k Key) bool {
	v, c := &d.View, d.Cursor
	switch k.Name {
	case "space":
		v.Playing = !v.Playing
		if v.Playing && v.Speed > 0 && c.At() >= d.run.End() {
			c.SeekEvent(0)
			d.follow()
		}
		return true
	case "left", "right":
		d.pressArrow(k)
	case "j":
		d.shuttle(-1)
		return true
	case "k":
		v.Playing = false
	case "l":
		d.shuttle(1)
		return true
	case "home":
		v.Playing = false
		c.SeekEvent(0)
	case "end":
		v.Playing = false
		c.SeekEvent(d.run.Events())
	case "e":
		d.jump(c.Violation, k, "violation")
	case "n":
		d.jump(c.Fault, k, "fault")
	case "t":
		d.jump(c.Term, k, "term")
	default:
		return false
	}
	d.follow()
	return true
}

func (d *Desk) pressArrow(k Key) {
	d.View.Playing = false
	by := map[string]int{"left": -1, "right": 1}[k.Name]
	if k.Shift {
		d.Cursor.Seek(d.Cursor.At().Add(time.Duration(by) * shiftStep))
		return
	}
	d.Cursor.Step(by)
}

// jump moves to the next thing of a kind, or to the previous one with Shift.
func (d *Desk) jump(to func(forward bool) bool, k Key, what string) {
	d.View.Playing = false
	if to(!k.Shift) {
		d.Say(fmt.Sprintf("%s: event %d", what, d.Cursor.N()))
		return
	}
	where := "after"
	if k.Shift {
		where = "before"
	}
	d.Say(fmt.Sprintf("no %s %s this moment", what, where))
}

// shuttle plays in a direction, or doubles the speed if it plays already.
func (d *Desk) shuttle(sign float64) {
	v := &d.View
	if v.Playing && v.Speed*sign > 0 {
		d.changeSpeed(2)
		return
	}
	v.Speed = math.Abs(v.Speed) * sign
	v.Playing = true
}

// changeSpeed selects the next faster speed of a list, or the next slower one if factor
// is below 1.
func (d *Desk) changeSpeed(factor float64) {
	v := &d.View
	steps := []float64{0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50}
	now, sign := math.Abs(v.Speed), math.Copysign(1, v.Speed)
	if factor > 1 {
		for _, s := range steps {
			if s > now*1.001 {
				v.Speed = s * sign
				return
			}
		}
		return
	}
	for i := len(steps) - 1; i >= 0; i-- {
		if steps[i] < now*0.999 {
			v.Speed = steps[i] * sign
			return
		}
	}
}

// pressView handles keys that change the view.
func (d *Desk) pressView(k Key) bool {
	v := &d.View
	switch k.Name {
	case "[":
		d.changeSpeed(0.5)
	case "]":
		d.changeSpeed(2)
	case "w":
		d.zoom(d.Cursor.At(), 0.5)
	case "s":
		d.zoom(d.Cursor.At(), 2)
	case "a":
		d.pan(-0.25)
	case "d":
		d.pan(0.25)
	case "p":
		d.pin()
	case "f":
		v.Playing = false
		d.openWhatIf()
	case "tab":
		d.switchTo(d.forks.current + 1)
	case "h":
		v.Heartbeats = !v.Heartbeats
	case "b":
		d.split()
	case "c":
		v.Printed = !v.Printed
	case "o":
		v.Ordinal = !v.Ordinal
	case "/":
		if k.Shift { // "?" on many keyboards
			v.Help = true
		} else {
			v.Searching, v.Search = true, ""
		}
	case "?":
		v.Help = true
	case "esc":
		v.Chosen = scene.Target{}
		v.Note = ""
	default:
		return false
	}
	return true
}

// pin adds a pin at the cursor, or removes it.
func (d *Desk) pin() {
	v := &d.View
	for i, m := range v.Pins {
		if m.Event == d.Cursor.N() && m.At == d.Cursor.At() {
			v.Pins = append(v.Pins[:i], v.Pins[i+1:]...)
			d.Say("pin taken away")
			return
		}
	}
	v.Pins = append(v.Pins, scene.UserPin{At: d.Cursor.At(), Event: d.Cursor.N()})
	d.Say(fmt.Sprintf("pin P%d at event %d", len(v.Pins), d.Cursor.N()))
}

// Typing reports whether characters go to Type.
func (d *Desk) Typing() bool { return d.View.Searching }

// Type adds a character to the search.
func (d *Desk) Type(r rune) {
	d.version++
	if d.View.Searching && r >= ' ' && len(d.View.Search) < 100 {
		d.View.Search += string(r)
	}
}

func (d *Desk) pressSearch(k Key) {
	v := &d.View
	switch k.Name {
	case "esc":
		v.Searching = false
	case "backspace":
		if r := []rune(v.Search); len(r) > 0 {
			v.Search = string(r[:len(r)-1])
		}
	case "enter":
		words := strings.TrimSpace(v.Search)
		v.Searching = k.Shift && words != ""
		v.Playing = false
		switch {
		case words == "":
			v.Searching = false
		case d.Cursor.Find(words, !k.Shift):
			d.Say(fmt.Sprintf("event %d; / and Enter with the same words goes on", d.Cursor.N()))
			d.follow()
		default:
			d.Say(fmt.Sprintf("no event has %q", words))
		}
	}
}
