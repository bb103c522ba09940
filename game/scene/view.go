package scene

import "raftian/netsim/env"

// View is what the viewer looks at, besides the moment.
type View struct {
	W, H       int         // of the scene, in pixels
	Dense      float64     // pixels of the screen per pixel of an ordinary one; 0 is 1
	From, To   env.Instant // what the timeline shows
	Ordinal    bool        // by the order of events instead of time
	Heartbeats bool        // are shown
	Playing    bool
	Speed      float64 // virtual seconds per second; below 0 is backwards
	Chosen     Target  // what is inspected
	Printed    bool    // of a node: what its programs printed, instead of its state
	Hover      bool    // the mouse is somewhere
	X, Y       float32 // there
	Pins       []Mark  // the viewer's own
	Searching  bool    // a search is being typed
	Search     string
	Note       string // one line that says what came of the last key
	Help       bool
	Rate       float64    // frames per second as drawn; 0 if not known
	WhatIf     *WhatIf    // the list of changes is open
	Differs    Difference // from the run beside it
}

// Mark is a pin of the viewer's own.
type Mark struct {
	At    env.Instant
	Event int
}

// Do is what a Target is, and what a click on it does.
type Do uint8

const (
	Nothing Do = iota
	Node       // N is a machine: inspect it
	Op         // N is an op: inspect it
	Fault      // N is a fault: inspect it
	Message    // N is a message's event: inspect it
	Event      // N is an event: go there
	Press      // Key is pressed
	Scrub      // the timeline: go to the moment under the mouse
	Slide      // the minimap: move what the timeline shows
	Pan        // the timeline's axis: drag it
	Turn       // N is a run in the list of runs: show it
	Pick       // Key is a city of a live game: attack it, or choose it
	Ask        // Key is a line, as is typed in a live game
)

// Target is what a place of the scene stands for.
type Target struct {
	Do  Do
	N   int
	Key string // of Press; a name in capitals is the key with Shift; of Pick and Ask
}

// The least scene; a smaller one is laid out as if it were this, and is cut.
const (
	WidthLeast  = 1280
	HeightLeast = 600
)
