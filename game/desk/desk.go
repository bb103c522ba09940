// Package desk is the state of a replay's screen. A Desk holds the cursor in a run and
// the view of it, and handles keys and the mouse. It knows no windows; package view
// drives it and draws its scene.
//
//	desk.go   Desk: opening a run, passage of time
//	keys.go   keys
//	mouse.go  the mouse
//	fork.go   what if: changes to the plan, and the resulting runs
//	window.go the part of the run that the timeline shows
package desk

import (
	"time"

	"raftian/game/glyph"
	"raftian/game/replay"
	"raftian/game/scene"
	"raftian/netsim/env"
)

// Desk is the state of a replay's screen. It must not be used concurrently.
type Desk struct {
	Cursor   *replay.Cursor
	View     scene.View
	scene    *scene.Scene
	run      *replay.Run
	list     *scene.List
	mouse    mouseDrag
	note     time.Duration // how long the note has been shown
	fraction float64       // virtual nanoseconds, less than one, left over by Tick
	version  uint64
	book     *glyph.Book
	forks    *forkTree
}

// Open opens a run at its first violation; without one, at its first leader.
func Open(r *replay.Run, book *glyph.Book, w, h int) *Desk {
	d := &Desk{Cursor: replay.NewCursor(r), scene: scene.New(r, book), run: r, book: book}
	d.forks = &forkTree{branches: []*branch{{desk: d, parent: -1, words: "the run as it was"}}}
	d.View = scene.View{W: w, H: h, To: r.End(), Speed: 1}
	if d.Cursor.Violation(true) {
		d.View.Speed = 0.1
		d.showAround(d.Cursor.At(), time.Second)
		d.Say("opened at the first violation; E goes on to the next, Space plays, ? explains")
	} else {
		if leads := r.Leaderships(); len(leads) > 0 {
			d.Cursor.SeekEvent(leads[0].Event)
		}
		d.Say("no violation in this run: opened at its first leader; Space plays, N goes to the next fault, ? explains")
	}
	return d
}

// Seek moves the cursor to an instant and the timeline with it.
func (d *Desk) Seek(t env.Instant) {
	d.version++
	d.Cursor.Seek(t)
	d.follow()
}

// Resize sets the size in pixels, and the number of pixels per pixel of an ordinary
// screen.
func (d *Desk) Resize(w, h int, dense float64) {
	v := &d.View
	if v.W != w || v.H != h || v.PixelRatio != dense {
		v.W, v.H, v.PixelRatio = w, h, dense
		d.version++
	}
}

// Version returns a number that changes whenever the scene may have changed.
func (d *Desk) Version() uint64 { return d.version }

// Rate sets the frame rate that is shown.
func (d *Desk) Rate(fps float64) {
	if d.View.Rate != fps {
		d.View.Rate = fps
		d.version++
	}
}

// Draw returns the scene.
func (d *Desk) Draw() *scene.List {
	d.list = d.scene.DrawBeside(d.Cursor, &d.View, d.beside())
	return d.list
}

// noteDuration is how long a note is shown.
const noteDuration = 6 * time.Second

// Tick advances real time.
func (d *Desk) Tick(by time.Duration) {
	if d.View.Note != "" {
		if d.note += by; d.note > noteDuration {
			d.View.Note = ""
			d.version++
		}
	}
	if !d.View.Playing {
		return
	}
	d.version++
	d.fraction += float64(by) * d.View.Speed
	whole := int64(d.fraction)
	d.fraction -= float64(whole)
	was := d.Cursor.At()
	d.Cursor.Seek(was.Add(time.Duration(whole)))
	if whole != 0 && d.Cursor.At() == was { // at the start or the end of the run
		d.View.Playing = false
	}
	d.follow()
}

// Say shows a note for some seconds.
func (d *Desk) Say(words string) {
	d.View.Note, d.note = words, 0
	d.version++
}
