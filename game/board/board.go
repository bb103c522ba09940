// Package board is a live game as somebody watches and plays it: it takes in what the
// game tells, lets what moves move, and turns keys and clicks into lines that ask the
// game for something. It knows no window, no sound device and no clock: package view
// tells it how late it is.
//
//	board.go    Board: what is shown, and what is asked for
//	take.go     taking in what the game tells
//	shots.go    attacks on their way
//	advance.go  time going by
//	keys.go     what keys do
//	mouse.go    what the mouse does
package board

import (
	"math/rand/v2"
	"time"

	"raftian/game/glyph"
	"raftian/game/live"
	"raftian/game/scene"
	"raftian/game/sound"
)

// Board is a live game that somebody watches.
type Board struct {
	View  scene.LiveView
	scene *scene.Live
	now   time.Duration
	noteSince  time.Duration // since when the note is there
	index uint64        // the last entry that was taken in
	messageSeq uint64
	slots map[string]int
	shots []*shot
	endedCall uint64 // calls up to this number that ended before they were seen
	leader   string // who led last
	leaderlessSince  time.Duration
	rng   *rand.Rand // of particles
	lines []string
	cues  []Cue
	pressed  *scene.Hit // what the mouse's button went down on
}

// Cue is something to be heard, and on which side: -1 is left, 1 right.
type Cue struct {
	Sound sound.Cue
	Side  float64
}

// New returns a Board of some size in pixels that knows of no game yet, and is to be
// drawn so many times a second.
func New(book *glyph.Book, w, h, rate int) *Board {
	return &Board{scene: scene.NewLive(book), slots: map[string]int{}, rng: rand.New(rand.NewPCG(1, 2)),
		View: scene.LiveView{W: w, H: h, Sound: scene.Sound{Volume: 0.7}, Frames: scene.LiveFrames{Asked: rate}}}
}

// Resize has the scene laid out for another size, as desk.Resize does.
func (b *Board) Resize(w, h int, dense float64) { b.View.W, b.View.H, b.View.PixelRatio = w, h, dense }

// Draw is the scene as it is now.
func (b *Board) Draw() *scene.List { return b.scene.Draw(&b.View) }

// Lines are what was asked for since they were taken last, as live.Parse reads it.
func (b *Board) Lines() []string {
	lines := b.lines
	b.lines = nil
	return lines
}

// Cues are what is to be heard since they were taken last.
func (b *Board) Cues() []Cue {
	cues := b.cues
	b.cues = b.cues[:0:0]
	return cues
}

// Say shows a note for a while.
func (b *Board) Say(words string) { b.View.Note, b.noteSince = words, b.now }

// Lose says that nothing is heard of the game any more, and why.
func (b *Board) SetLost(words string) { b.View.Disconnected = words }

// Quiet says why there is no sound.
func (b *Board) SetNoSound(why string) {
	if b.View.Sound.Unavailable != why {
		b.View.Sound.Unavailable = why
		b.Say(why)
	}
}

func (b *Board) request(line string) { b.lines = append(b.lines, line) }

// hear plays a cue where a city is.
func (b *Board) playCue(c sound.Cue, city string) {
	side := 0.0
	if slot, known := b.slots[city]; known && b.View.Slots > 0 {
		x, _ := b.scene.SlotPosition(&b.View, slot)
		side = x
	}
	b.cues = append(b.cues, Cue{c, side})
}

// city is a city as it is shown; nil if it is not.
func (b *Board) city(name string) *scene.LiveCity {
	for i := range b.View.Cities {
		if b.View.Cities[i].Name == name {
			return &b.View.Cities[i]
		}
	}
	return nil
}

// node is a node as it was told of last; nil if there is none.
func (b *Board) node(name string) *live.Node {
	if b.View.Game == nil {
		return nil
	}
	for i := range b.View.Game.Nodes {
		if b.View.Game.Nodes[i].ID == name {
			return &b.View.Game.Nodes[i]
		}
	}
	return nil
}
