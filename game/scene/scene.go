package scene

import (
	"raftian/game/glyph"
	"raftian/game/replay"
	"raftian/netsim/env"
)

// Scene draws one run. What stays the same from frame to frame is kept.
type Scene struct {
	run      *replay.Run
	book     *glyph.Book
	lay      Layout
	list     List
	front    canvas // what changes with the cursor
	over     canvas // what lies over everything
	still    canvas // panels and the minimap, which change with the size
	lanes    canvas // the timeline, which changes with what it shows
	axis     axis
	shown    shown
	size     size
	version  uint64
	index    minimap
	rowsOf   []int        // of each fault, in the timeline
	lanesOf  []lane       // of clients
	loud     []int32      // events that tell the story
	cited    map[int]bool // events on which verdicts rest
	opOf     int          // the op whose events are in opEvents
	opEvents []int
}

// size is what the layout was last made for.
type size struct {
	w, h  int
	dense float64
	part  side
}

// shown is what the timeline was last made from.
type shown struct {
	from, to env.Instant
	ordinal  bool
	w, h     int
}

// New returns the scene of a run.
func New(r *replay.Run, book *glyph.Book) *Scene {
	s := &Scene{run: r, book: book, cited: map[int]bool{}}
	for n := 1; n <= r.Events(); n++ {
		if tells(r.Event(n)) {
			s.loud = append(s.loud, int32(n))
		}
	}
	for i := range r.Pins {
		s.cited[r.Pins[i].Event] = true
	}
	return s
}

// Layout is where the panels of the last scene were.
func (s *Scene) Layout() Layout { return s.lay }

// When is the moment at a place of the timeline.
func (s *Scene) When(x float32) env.Instant { return s.axis.when(x) }

// WhenAll is the moment at a place of the minimap.
func (s *Scene) WhenAll(x float32) env.Instant { return s.index.axis.when(x) }

// Draw makes the scene. The list is good until the next one.
func (s *Scene) Draw(c *replay.Cursor, v *View) *List { return s.DrawBeside(c, v, nil) }

// DrawBeside makes the scene with another run beside it, if that is not nil.
func (s *Scene) DrawBeside(c *replay.Cursor, v *View, o *Other) *List {
	part := whole
	if o != nil {
		part = upper
	}
	s.prepare(v, part)
	s.front.reset()
	f := s.shot(c, v, &s.front)
	f.panels(o)
	f.title()
	f.cluster()
	if o == nil {
		f.logs()
	}
	f.inspector()
	f.nowOnTimeline()
	f.nowOnMinimap()
	f.transport()
	s.over.reset()
	s.over.inOrder = true
	f.canvas = &s.over
	f.search()
	f.whatIf()
	if v.Help {
		f.help()
	} else {
		f.tooltip()
	}
	s.list = List{W: s.across(), H: s.down(), Hits: s.list.Hits[:0], Layers: s.list.Layers[:0],
		Kept: append(s.list.Kept[:0], s.lay.Timeline, s.foot())}
	s.add("still", &s.still)
	s.add("timeline", &s.lanes)
	if o != nil {
		s.beside(o, v)
		s.list.Kept = append(s.list.Kept, o.Scene.lay.Timeline)
		s.show(o.Scene, "beside-timeline", &o.Scene.lanes)
	}
	s.add("now", &s.front)
	if o != nil {
		s.show(o.Scene, "beside-now", &o.Scene.front)
	}
	s.add("over", &s.over)
	return &s.list
}

// prepare lays the scene out, and draws what stays.
func (s *Scene) prepare(v *View, part side) {
	s.version++
	if size := (size{v.W, v.H, v.Dense, part}); size != s.size {
		s.size, s.shown = size, shown{}
		s.lay = NewLayout(v.W, v.H, v.Dense)
		if part != whole {
			s.lay = besideLayout(v.W, v.H, v.Dense, part)
		}
		for _, k := range []*canvas{&s.front, &s.over, &s.still, &s.lanes} {
			k.book, k.body, k.small = s.book, s.lay.Body, s.lay.Small
		}
		s.drawStill()
	}
	if now := (shown{v.From, v.To, v.Ordinal, v.W, v.H}); now != s.shown {
		s.shown = now
		s.axis = newAxis(s.run, v, s.plot())
		s.drawTimeline()
	}
}

// shot begins a scene on a canvas.
func (s *Scene) shot(c *replay.Cursor, v *View, on *canvas) *shot {
	f := &shot{Scene: s, canvas: on, c: c, v: v, state: c.State(), at: c.At()}
	f.reach = s.run.Reach(f.state, f.at)
	return f
}

// add puts a canvas on the list. Those that stay for a while keep their version.
func (s *Scene) add(name string, c *canvas) {
	s.show(s, name, c)
	s.list.Hits = append(s.list.Hits, c.hits...)
}

// show puts a canvas of a scene on the list. What is there of another run answers to
// no mouse.
func (s *Scene) show(of *Scene, name string, c *canvas) {
	l := Layer{Name: name, Items: c.items, Version: of.version}
	if c == &of.still || c == &of.lanes {
		l.Version, l.Kept = c.version, true
	}
	s.list.Layers = append(s.list.Layers, l)
	if !c.inOrder {
		l.Name, l.Items = name+"-words", c.words
		s.list.Layers = append(s.list.Layers, l)
	}
}

// shot is a scene in the making.
type shot struct {
	*Scene
	*canvas
	c     *replay.Cursor
	v     *View
	state *replay.State
	at    env.Instant
	reach *replay.Reach
	was   *replay.State // before the last event; made when it is asked for
	names []Box         // on the axis of the timeline
}

// before is the state before the last event.
func (f *shot) before() *replay.State {
	if f.was == nil {
		if f.was = f.c.Before(); f.was == nil {
			f.was = f.state
		}
	}
	return f.was
}

// drawStill draws what changes with the size only, and the timeline does not cover.
func (s *Scene) drawStill() {
	c := &s.still
	c.reset()
	s.version++
	c.version = s.version
	c.box(s.foot(), ground)
	s.index = newMinimap(s)
	s.index.draw(c)
}

// foot is where the minimap is, from edge to edge.
func (s *Scene) foot() Box {
	return Box{0, s.lay.Minimap.Y, float32(s.across()), s.lay.Minimap.H}
}

// across and down are the size of the scene.
func (s *Scene) across() int { return max(s.size.w, WidthLeast) }
func (s *Scene) down() int   { return max(s.size.h, HeightLeast) }

// panels draws the ground of all but the timelines and the minimap. No pixel is drawn
// twice: without a graphics processor that takes time.
func (f *shot) panels(o *Other) {
	w, h := float32(f.across()), float32(f.down())
	row, times := []Box{f.lay.Cluster, f.lay.Logs, f.lay.Inspector}, []Box{f.lay.Timeline}
	if o != nil {
		other := besideLayout(f.size.w, f.size.h, f.size.dense, lower)
		row, times = []Box{f.lay.Cluster, f.lay.Inspector, other.Cluster}, append(times, other.Timeline)
	}
	f.rect(0, 0, w, row[0].Y, ground)
	x, y := float32(0), row[0].Bottom()
	for _, b := range row {
		f.rect(x, b.Y, b.X-x, b.H, ground)
		x = b.Right()
	}
	f.rect(x, row[0].Y, w-x, row[0].H, ground)
	for _, t := range times {
		f.rect(0, y, w, t.Y-y, ground)
		f.rect(0, t.Y, t.X, t.H, ground)
		f.rect(t.Right(), t.Y, w-t.Right(), t.H, ground)
		y = t.Bottom()
	}
	f.rect(0, y, w, f.foot().Y-y, ground)
	f.rect(0, f.foot().Bottom(), w, h-f.foot().Bottom(), ground)
	if o != nil {
		f.heads(o.Here, false)
		f.panel(f.lay.Inspector, "INSPECTOR")
		return
	}
	f.panel(f.lay.Cluster, "CLUSTER")
	f.panel(f.lay.Logs, "LOGS & STATES")
	f.panel(f.lay.Inspector, "INSPECTOR")
}

// panel is the ground of a panel, and its name.
func (f *shot) panel(b Box, name string) {
	f.box(b, panel)
	f.frame(b, 1, edge)
	f.text(b.X+10, b.Y+f.heading()*0.68, f.strong(dim), name)
}

// heading is how high the heading of a panel is.
func (s *Scene) heading() float32 { return roundf(float32(s.lay.Body) * 1.9) }
