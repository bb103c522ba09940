// Package scene says what a run looks like at a moment: it turns a cursor of
// package replay, and what its viewer looks at, into lists of rectangles, lines,
// triangles and texts. It draws nothing itself and knows no window: package view
// draws the lists on a screen, package paint into files.
//
//	list.go       List, Layer, Item: what a renderer draws; Hit: what the mouse finds
//	canvas.go     putting items on a list
//	palette.go    colours, and what they stand for
//	view.go       View: what the viewer looks at
//	layout.go     where the panels are
//	scene.go      Scene: all of it, with what need not be made anew for every frame
//	title.go      the line on top
//	cluster.go    the ring of nodes; parts.go who is apart from whom
//	flight.go     messages under way
//	logs.go       a log strip per node; cities.go their states
//	inspector.go  details; nodes.go, ops.go and story.go what they are about; printed.go
//	              what programs printed
//	axis.go       times and places on the timeline
//	timeline.go   the timeline; lanes.go nodes, calls.go clients, bands.go faults and terms
//	minimap.go    all of the run in a strip
//	transport.go  buttons and hints
//	over.go       what lies over everything: tooltip, search; help.go the help, whatif.go
//	              changes to a plan and the runs they led to
//
// A game that is being played has a scene of its own:
//
//	liveview.go   LiveView: what is seen of it
//	live.go       Live: all of it, and the line on top
//	livemap.go    cities; liveshots.go what is on its way between them
//	livelobby.go  who plays; liverail.go how the cluster is
//	livefoot.go   what happened, what is typed; livehelp.go the help
package scene

import "raftian/game/glyph"

// Shape is what an Item is.
type Shape uint8

const (
	Rect     Shape = iota // corner X, Y; size X2, Y2
	Line                  // from X, Y to X2, Y2
	Triangle              // corners X, Y; X2, Y2; X3, Y3
	Disc                  // centre X, Y; radius X3
	Ring                  // centre X, Y; radius X3 of its middle; from X2 to Y2 in turns, clockwise from the top
	Text                  // the pen at X, Y, which is the left end of the baseline
)

// Item is one thing to draw. Lengths are pixels, from the upper left corner of the
// scene.
type Item struct {
	Shape          Shape
	Face           glyph.Face // of Text
	Px             uint8      // its size
	Dash           uint8      // of Line and Ring: so many pixels drawn and as many not; 0 is solid
	Color          Color
	X, Y           float32
	X2, Y2, X3, Y3 float32
	Width          float32 // of Line and Ring
	Text           string
}

// Layer is drawn after the layers before it, in the order of its Items.
type Layer struct {
	Name    string
	Items   []Item
	Version uint64 // another one whenever the Items are
	Kept    bool   // they stay for many frames, as a rule; such layers come first
}

// List is a whole scene.
type List struct {
	W, H   int
	Layers []Layer
	Kept   []Box // what layers that are kept cover; the others cover the rest
	Hits   []Hit // but for calls, of which Scene.At knows; the last one that holds a point is meant
}

// Hit is a place that answers to the mouse.
type Hit struct {
	Box    Box
	Target Target // what a click there does
	Tip    string // what it says; several lines
}

// Box is a rectangle.
type Box struct{ X, Y, W, H float32 }

// Holds reports whether a point lies in the box.
func (b Box) Holds(x, y float32) bool { return x >= b.X && x < b.X+b.W && y >= b.Y && y < b.Y+b.H }

// Inset is the box without a margin.
func (b Box) Inset(dx, dy float32) Box { return Box{b.X + dx, b.Y + dy, b.W - 2*dx, b.H - 2*dy} }

// Right is its right edge, Bottom its lower one.
func (b Box) Right() float32  { return b.X + b.W }
func (b Box) Bottom() float32 { return b.Y + b.H }
