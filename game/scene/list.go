// Package scene lays out what a run, or a live game, looks like at an instant. A Scene
// turns a replay.Cursor and a View into a List of rectangles, lines, triangles and
// texts; a Live does the same for a LiveView. It draws nothing itself and knows no
// windows: package view draws Lists on a screen, package paint into files.
//
//	list.go       List, Layer, Item: what a renderer draws; Hit: what the mouse finds
//	canvas.go     adding items to a list
//	palette.go    colours and their meanings
//	view.go       View: what the viewer looks at
//	layout.go     positions of the panels
//	scene.go      Scene: the whole, with cached layers
//	title.go      the title line
//	cluster.go    the ring of nodes; partitions.go partitions and cut links
//	messages.go   messages in flight
//	logs.go       a log strip per node; cities.go their states
//	inspector.go  details; nodes.go, ops.go and story.go their contents; printed.go the
//	              lines that programs printed
//	axis.go       instants and positions on the timeline
//	timeline.go   the timeline; nodelanes.go nodes, calls.go clients, faults.go faults and terms
//	minimap.go    the whole run in a strip
//	transport.go  buttons and hints
//	beside.go     another run beside this one
//	overlay.go    tooltip and search; help.go the help; whatif.go changes to a plan and their runs
//
// A live game has a scene of its own:
//
//	liveview.go    LiveView: what is shown of it
//	live.go        Live: the whole, and the title line
//	livemap.go     cities; liveshots.go attacks between them
//	livelobby.go   who plays; livecluster.go the cluster
//	livefoot.go    the feed and the text box; livehelp.go the help
package scene

import "raftian/game/glyph"

// Shape is the kind of an Item.
type Shape uint8

const (
	Rect     Shape = iota // corner X, Y; size X2, Y2
	Line                  // from X, Y to X2, Y2
	Triangle              // corners X, Y; X2, Y2; X3, Y3
	Disc                  // centre X, Y; radius X3
	Ring                  // centre X, Y; radius X3 of its middle; from X2 to Y2 in turns, clockwise from the top
	Text                  // the pen at X, Y, which is the left end of the baseline
)

// Item is a thing to draw. Lengths are in pixels, from the upper left corner of the
// scene.
type Item struct {
	Shape          Shape
	Face           glyph.Face // of Text
	Px             uint8      // font size of Text
	Dash           uint8      // of Line and Ring: length of dashes and gaps; 0 is solid
	Color          Color
	X, Y           float32
	X2, Y2, X3, Y3 float32
	Width          float32 // of Line and Ring
	Text           string
}

// Layer is a list of Items drawn in order, above the layers before it.
type Layer struct {
	Name    string
	Items   []Item
	Version uint64 // changes with the Items
	Cached  bool   // the Items usually stay for many frames; such layers come first
}

// List is a scene.
type List struct {
	W, H        int
	Layers      []Layer
	CachedAreas []Box // areas covered by cached layers; the other layers cover the rest
	Hits        []Hit // except for calls, which Scene.At finds; the last one that holds a point counts
}

// Hit is an area that responds to the mouse.
type Hit struct {
	Box    Box
	Target Target // of a click
	Tip    string // tooltip; several lines
}

// Box is a rectangle.
type Box struct{ X, Y, W, H float32 }

// Holds reports whether a point lies in the box.
func (b Box) Holds(x, y float32) bool { return x >= b.X && x < b.X+b.W && y >= b.Y && y < b.Y+b.H }

// Inset returns the box without margins.
func (b Box) Inset(dx, dy float32) Box { return Box{b.X + dx, b.Y + dy, b.W - 2*dx, b.H - 2*dy} }

// Right returns the right edge, and Bottom the lower one.
func (b Box) Right() float32  { return b.X + b.W }
func (b Box) Bottom() float32 { return b.Y + b.H }
