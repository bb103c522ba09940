package scene

import "raftian/netsim/env"

// View is what the viewer looks at, besides the instant.
type View struct {
	W, H       int         // of the scene, in pixels
	PixelRatio float64     // pixels per pixel of an ordinary screen; 0 is 1
	From, To   env.Instant // range of the timeline
	Ordinal    bool        // space events evenly instead of by time
	Heartbeats bool        // show heartbeats
	Playing    bool
	Speed      float64   // virtual seconds per second; negative is backwards
	Chosen     Target    // what is inspected
	Printed    bool      // show the lines a node printed instead of its state
	Hover      bool      // the mouse is at X, Y
	X, Y       float32   // there
	Pins       []UserPin // of the viewer
	Searching  bool      // the search box is open
	Search     string
	Note       string // one line of feedback
	Help       bool
	Rate       float64    // frames per second; 0 if unknown
	WhatIf     *WhatIf    // the list of changes, if open
	Difference Difference // from the run beside it
}

// UserPin is a pin set by the viewer.
type UserPin struct {
	At    env.Instant
	Event int
}

// Action is the kind of a Target, and the action of a click on it.
type Action uint8

const (
	Nothing Action = iota
	Node           // N is a machine: inspect it
	Op             // N is an op: inspect it
	Fault          // N is a fault: inspect it
	Message        // N is a message's event: inspect it
	Event          // N is an event: go there
	Press          // press Key
	Scrub          // the timeline: go to the instant under the mouse
	Slide          // the minimap: move the range of the timeline
	Pan            // the timeline's axis: drag it
	ShowRun        // N is a run in the list of runs: show it
	Pick           // Key is a city of a live game: attack or choose it
	Request        // Key is a line for a live game
)

// Target is what an area of the scene represents.
type Target struct {
	Action Action
	N      int
	Key    string // of Press: the key, upper case with Shift; also of Pick and Request
}

// The minimum size of a scene in pixels; a smaller one is laid out at this size and clipped.
const (
	WidthMin  = 1280
	HeightMin = 600
)
