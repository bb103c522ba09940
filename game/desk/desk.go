// Package desk is what keys and the mouse do to a replay: it holds the moment and
// what its viewer looks at, and knows no window. Package view tells it what is
// pressed and shows what it comes to.
//
//	desk.go   Desk: opening a run, time going by
//	keys.go   what keys do
//	mouse.go  what the mouse does
//	fork.go   what if: changes to the plan, and the runs they lead to
//	window.go which part of the run the timeline shows
package desk

import (
	"time"

	"raftian/game/glyph"
	"raftian/game/replay"
	"raftian/game/scene"
	"raftian/netsim/env"
)

// Desk is a replay that somebody looks at.
type Desk struct {
	Cursor  *replay.Cursor
	View    scene.View
	scene   *scene.Scene
	run     *replay.Run
	list    *scene.List
	mouse    mouseDrag
	note    time.Duration // how long the note has been there
	fraction   float64       // virtual nanoseconds that are less than one
	version uint64
	book    *glyph.Book
	forks    *forkTree
}

// Open opens a run at its first violation; at its start if it has none.
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

// Seek goes to an instant and has the timeline show it.
func (d *Desk) Seek(t env.Instant) {
	d.version++
	d.Cursor.Seek(t)
	d.follow()
}

// Resize has the scene laid out for another size, in pixels, of which so many are one
// of an ordinary screen.
func (d *Desk) Resize(w, h int, dense float64) {
	v := &d.View
	if v.W != w || v.H != h || v.PixelRatio != dense {
		v.W, v.H, v.PixelRatio = w, h, dense
		d.version++
	}
}

// Changes is another number whenever the scene may be another.
func (d *Desk) Version() uint64 { return d.version }

// Rate shows how many frames per second are drawn.
func (d *Desk) Rate(fps float64) {
	if d.View.Rate != fps {
		d.View.Rate = fps
		d.version++
	}
}

// Draw is the scene as it is now.
func (d *Desk) Draw() *scene.List {
	d.list = d.scene.DrawBeside(d.Cursor, &d.View, d.beside())
	return d.list
}

// noteLasts is how long a note stays.
const noteDuration = 6 * time.Second

// Tick lets real time go by.
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
	if whole != 0 && d.Cursor.At() == was { // at one of the ends
		d.View.Playing = false
	}
	d.follow()
}

// Say shows a note for a while.
func (d *Desk) Say(words string) {
	d.View.Note, d.note = words, 0
	d.version++
}
