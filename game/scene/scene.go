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
func (s *Scene) Draw(c *replay.Cursor, v *View) *List {
	s.version++
	if size := (size{v.W, v.H, v.Dense}); size != s.size {
		s.size, s.shown = size, shown{}
		s.lay = NewLayout(v.W, v.H, v.Dense)
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
	s.front.reset()
	f := &shot{Scene: s, canvas: &s.front, c: c, v: v, state: c.State(), at: c.At()}
	f.reach = s.run.Reach(f.state, f.at)
	f.panels()
	f.title()
	f.cluster()
	f.logs()
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
	s.add("now", &s.front)
	s.add("over", &s.over)
	return &s.list
}

// add puts a canvas on the list. Those that stay for a while keep their version.
func (s *Scene) add(name string, c *canvas) {
	l := Layer{Name: name, Items: c.items, Version: s.version}
	if c == &s.still || c == &s.lanes {
		l.Version, l.Kept = c.version, true
	}
	s.list.Layers = append(s.list.Layers, l)
	if !c.inOrder {
		l.Name, l.Items = name+"-words", c.words
		s.list.Layers = append(s.list.Layers, l)
	}
	s.list.Hits = append(s.list.Hits, c.hits...)
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

// panels draws the ground of all but the timeline and the minimap. No pixel is drawn
// twice: without a graphics processor that takes time.
func (f *shot) panels() {
	w, h := float32(f.across()), float32(f.down())
	c, l, i, t := f.lay.Cluster, f.lay.Logs, f.lay.Inspector, f.lay.Timeline
	f.rect(0, 0, w, c.Y, ground)
	f.rect(0, c.Y, c.X, c.H, ground)
	f.rect(c.Right(), c.Y, l.X-c.Right(), c.H, ground)
	f.rect(l.Right(), c.Y, i.X-l.Right(), c.H, ground)
	f.rect(i.Right(), c.Y, w-i.Right(), c.H, ground)
	f.rect(0, c.Bottom(), w, t.Y-c.Bottom(), ground)
	f.rect(0, t.Y, t.X, t.H, ground)
	f.rect(t.Right(), t.Y, w-t.Right(), t.H, ground)
	f.rect(0, t.Bottom(), w, f.foot().Y-t.Bottom(), ground)
	f.rect(0, f.foot().Bottom(), w, h-f.foot().Bottom(), ground)
	for _, p := range []struct {
		box  Box
		name string
	}{{c, "CLUSTER"}, {l, "LOGS & STATES"}, {i, "INSPECTOR"}} {
		f.box(p.box, panel)
		f.frame(p.box, 1, edge)
		f.text(p.box.X+10, p.box.Y+f.heading()*0.68, f.strong(dim), p.name)
	}
}

// heading is how high the heading of a panel is.
func (s *Scene) heading() float32 { return roundf(float32(s.lay.Body) * 1.9) }
