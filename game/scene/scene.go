package scene

import (
	"raftian/game/glyph"
	"raftian/game/replay"
	"raftian/netsim/env"
)

// Scene draws one run. It caches what stays the same between frames, and must not be
// used concurrently.
type Scene struct {
	run            *replay.Run
	book           *glyph.Book
	lay            Layout
	list           List
	front          canvas // changes with the cursor
	over           canvas // drawn above everything
	background     canvas // panels and the minimap; depends on the size
	timelineCanvas canvas // the timeline; depends on what it shows
	axis           axis
	timelineKey    timelineKey
	size           layoutKey
	version        uint64
	minimap        minimap
	faultRowOf     []int        // row of each fault in the timeline
	laneList       []lane       // lanes of clients
	storyEvents    []int32      // events in the story
	cited          map[int]bool // events that verdicts cite
	opOf           int          // the op whose events are in opEvents
	opEvents       []int
}

// layoutKey is what the layout depends on.
type layoutKey struct {
	w, h       int
	pixelRatio float64
	part       side
}

// timelineKey is what the timeline depends on.
type timelineKey struct {
	from, to env.Instant
	ordinal  bool
	w, h     int
}

// New returns the scene of a run.
func New(r *replay.Run, book *glyph.Book) *Scene {
	s := &Scene{run: r, book: book, cited: map[int]bool{}}
	for n := 1; n <= r.Events(); n++ {
		if inStory(r.Event(n)) {
			s.storyEvents = append(s.storyEvents, int32(n))
		}
	}
	for i := range r.Pins {
		s.cited[r.Pins[i].Event] = true
	}
	return s
}

// Layout returns the layout of the last scene.
func (s *Scene) Layout() Layout { return s.lay }

// When returns the instant at a position of the timeline.
func (s *Scene) When(x float32) env.Instant { return s.axis.when(x) }

// WhenAll returns the instant at a position of the minimap.
func (s *Scene) WhenAll(x float32) env.Instant { return s.minimap.axis.when(x) }

// Draw returns the scene, which is valid until the next call.
func (s *Scene) Draw(c *replay.Cursor, v *View) *List { return s.DrawBeside(c, v, nil) }

// DrawBeside is Draw with another run beside it, unless o is nil.
func (s *Scene) DrawBeside(c *replay.Cursor, v *View, o *BesideRun) *List {
	part := whole
	if o != nil {
		part = upper
	}
	s.prepare(v, part)
	s.front.reset()
	f := s.newDrawing(c, v, &s.front)
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
	s.list = List{W: s.sceneWidth(), H: s.sceneHeight(), Hits: s.list.Hits[:0], Layers: s.list.Layers[:0],
		CachedAreas: append(s.list.CachedAreas[:0], s.lay.Timeline, s.minimapArea())}
	s.addCanvas("still", &s.background)
	s.addCanvas("timeline", &s.timelineCanvas)
	if o != nil {
		s.drawBeside(o, v)
		s.list.CachedAreas = append(s.list.CachedAreas, o.Scene.lay.Timeline)
		s.addLayer(o.Scene, "beside-timeline", &o.Scene.timelineCanvas)
	}
	s.addCanvas("now", &s.front)
	if o != nil {
		s.addLayer(o.Scene, "beside-now", &o.Scene.front)
	}
	s.addCanvas("over", &s.over)
	return &s.list
}

// prepare updates the layout and the cached layers.
func (s *Scene) prepare(v *View, part side) {
	s.version++
	if size := (layoutKey{v.W, v.H, v.PixelRatio, part}); size != s.size {
		s.size, s.timelineKey = size, timelineKey{}
		s.lay = NewLayout(v.W, v.H, v.PixelRatio)
		if part != whole {
			s.lay = besideLayout(v.W, v.H, v.PixelRatio, part)
		}
		for _, k := range []*canvas{&s.front, &s.over, &s.background, &s.timelineCanvas} {
			k.book, k.body, k.small = s.book, s.lay.Body, s.lay.Small
		}
		s.drawBackground()
	}
	if now := (timelineKey{v.From, v.To, v.Ordinal, v.W, v.H}); now != s.timelineKey {
		s.timelineKey = now
		s.axis = newAxis(s.run, v, s.plot())
		s.drawTimeline()
	}
}

// newDrawing starts a scene on a canvas.
func (s *Scene) newDrawing(c *replay.Cursor, v *View, on *canvas) *drawing {
	f := &drawing{Scene: s, canvas: on, c: c, v: v, state: c.State(), at: c.At()}
	f.reach = s.run.Reach(f.state, f.at)
	return f
}

// addCanvas adds the layers and the hits of a canvas to the list.
func (s *Scene) addCanvas(name string, c *canvas) {
	s.addLayer(s, name, c)
	s.list.Hits = append(s.list.Hits, c.hits...)
}

// addLayer adds the layers of a canvas of a scene to the list, without hits.
func (s *Scene) addLayer(of *Scene, name string, c *canvas) {
	l := Layer{Name: name, Items: c.items, Version: of.version}
	if c == &of.background || c == &of.timelineCanvas {
		l.Version, l.Cached = c.version, true
	}
	s.list.Layers = append(s.list.Layers, l)
	if !c.inOrder {
		l.Name, l.Items = name+"-words", c.words
		s.list.Layers = append(s.list.Layers, l)
	}
}

// drawing is a scene under construction.
type drawing struct {
	*Scene
	*canvas
	c          *replay.Cursor
	v          *View
	state      *replay.State
	at         env.Instant
	reach      *replay.Reachability
	previous   *replay.State // before the last event; computed on demand
	axisLabels []Box         // on the timeline
}

// stateBefore returns the state before the last event.
func (f *drawing) stateBefore() *replay.State {
	if f.previous == nil {
		if f.previous = f.c.Before(); f.previous == nil {
			f.previous = f.state
		}
	}
	return f.previous
}

// drawBackground draws what depends on the size only and is outside of the timeline.
func (s *Scene) drawBackground() {
	c := &s.background
	c.reset()
	s.version++
	c.version = s.version
	c.box(s.minimapArea(), ground)
	s.minimap = newMinimap(s)
	s.minimap.drawBackground(c)
}

// minimapArea returns the area of the minimap over the full width.
func (s *Scene) minimapArea() Box {
	return Box{0, s.lay.Minimap.Y, float32(s.sceneWidth()), s.lay.Minimap.H}
}

// sceneWidth and sceneHeight return the size of the scene.
func (s *Scene) sceneWidth() int  { return max(s.size.w, WidthMin) }
func (s *Scene) sceneHeight() int { return max(s.size.h, HeightMin) }

// panels draws the background of everything but timelines and minimap. No pixel is
// drawn twice, which would take time without a graphics processor.
func (f *drawing) panels(o *BesideRun) {
	w, h := float32(f.sceneWidth()), float32(f.sceneHeight())
	row, times := []Box{f.lay.Cluster, f.lay.Logs, f.lay.Inspector}, []Box{f.lay.Timeline}
	if o != nil {
		other := besideLayout(f.size.w, f.size.h, f.size.pixelRatio, lower)
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
	f.rect(0, y, w, f.minimapArea().Y-y, ground)
	f.rect(0, f.minimapArea().Bottom(), w, h-f.minimapArea().Bottom(), ground)
	if o != nil {
		f.besideHeading(o.MainTitle, false)
		f.panel(f.lay.Inspector, "INSPECTOR")
		return
	}
	f.panel(f.lay.Cluster, "CLUSTER")
	f.panel(f.lay.Logs, "LOGS & STATES")
	f.panel(f.lay.Inspector, "INSPECTOR")
}

// panel draws the background and the title of a panel.
func (f *drawing) panel(b Box, name string) {
	f.box(b, panel)
	f.frame(b, 1, edge)
	f.text(b.X+10, b.Y+f.heading()*0.68, f.smallBold(dim), name)
}

// heading returns the height of a panel's heading.
func (s *Scene) heading() float32 { return roundf(float32(s.lay.Body) * 1.9) }
