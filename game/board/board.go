// Package board is the state of a live game's screen. A Board takes Snapshots (Update),
// moves animations on (Advance), turns keys and clicks into Lines for the game, and
// draws a scene.LiveView. It knows neither windows nor sound devices nor clocks;
// package view drives it.
//
//	board.go    Board: state and results
//	update.go   taking a snapshot
//	shots.go    attacks in flight
//	advance.go  animation over time
//	keys.go     keys
//	mouse.go    the mouse
package board

import (
	"math/rand/v2"
	"time"

	"raftian/game/glyph"
	"raftian/game/live"
	"raftian/game/scene"
	"raftian/game/sound"
)

// Board is the state of a live game's screen. It must not be used concurrently.
type Board struct {
	View            scene.LiveView
	scene           *scene.Live
	now             time.Duration
	noteSince       time.Duration // when the note appeared
	index           uint64        // last applied entry
	messageSeq      uint64
	slots           map[string]int // position of each city on the map
	shots           []*shot
	endedCall       uint64        // highest ID of calls that had ended when they were first seen
	leader          string        // last known leader
	leaderlessSince time.Duration // 0 if there was always a leader
	rng             *rand.Rand    // of particles
	lines           []string      // requests since the last call of Lines
	cues            []Cue
	pressed         *scene.Hit // what the mouse button was pressed on
}

// Cue is a sound to play, with its position from -1 (left) to 1 (right).
type Cue struct {
	Sound sound.Cue
	Side  float64
}

// New returns a Board without a game, for a size in pixels and a frame rate.
func New(book *glyph.Book, w, h, rate int) *Board {
	return &Board{scene: scene.NewLive(book), slots: map[string]int{}, rng: rand.New(rand.NewPCG(1, 2)),
		View: scene.LiveView{W: w, H: h, Sound: scene.Sound{Volume: 0.7}, Frames: scene.LiveFrames{Asked: rate}}}
}

// Resize sets the size in pixels, and the number of pixels per pixel of an ordinary
// screen.
func (b *Board) Resize(w, h int, dense float64) { b.View.W, b.View.H, b.View.PixelRatio = w, h, dense }

// Draw returns the scene.
func (b *Board) Draw() *scene.List { return b.scene.Draw(&b.View) }

// Lines returns the requests since its last call, in the form that live.Parse reads.
func (b *Board) Lines() []string {
	lines := b.lines
	b.lines = nil
	return lines
}

// Cues returns the sounds since its last call.
func (b *Board) Cues() []Cue {
	cues := b.cues
	b.cues = b.cues[:0:0]
	return cues
}

// Say shows a note for some seconds.
func (b *Board) Say(words string) { b.View.Note, b.noteSince = words, b.now }

// SetLost shows that the connection to the game is lost, and why.
func (b *Board) SetLost(words string) { b.View.Disconnected = words }

// SetNoSound shows why there is no sound.
func (b *Board) SetNoSound(why string) {
	if b.View.Sound.Unavailable != why {
		b.View.Sound.Unavailable = why
		b.Say(why)
	}
}

func (b *Board) request(line string) { b.lines = append(b.lines, line) }

// playCue plays a sound at the position of a city.
func (b *Board) playCue(c sound.Cue, city string) {
	side := 0.0
	if slot, known := b.slots[city]; known && b.View.Slots > 0 {
		x, _ := b.scene.SlotPosition(&b.View, slot)
		side = x
	}
	b.cues = append(b.cues, Cue{c, side})
}

// city returns a city on the map; nil if there is none.
func (b *Board) city(name string) *scene.LiveCity {
	for i := range b.View.Cities {
		if b.View.Cities[i].Name == name {
			return &b.View.Cities[i]
		}
	}
	return nil
}

// node returns a node of the last snapshot; nil if there is none.
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
