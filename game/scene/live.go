package scene

import (
	"fmt"
	"math"

	"raftian/game/glyph"
	"raftian/game/live"
)

// Live draws a live game.
type Live struct {
	book       *glyph.Book
	lay        LiveLayout
	list       List
	background canvas // depends on the size only
	front      canvas
	over       canvas
	size       layoutKey
	version    uint64
}

// NewLive returns the scene of a live game.
func NewLive(book *glyph.Book) *Live { return &Live{book: book} }

// LiveLayout is the positions of the panels of a live game.
type LiveLayout struct {
	Title, Lobby, Map, Rail, Foot Box
	Body, Small                   uint8
}

// NewLiveLayout lays out a live game, as NewLayout does a replay.
func NewLiveLayout(w, h int, dense float64) LiveLayout {
	w, h = max(w, WidthMin), max(h, HeightMin)
	dense = max(dense, 1)
	unit := dense * math.Sqrt(max(1, min(float64(w)/WidthMin, float64(h)/720)/dense))
	l := LiveLayout{Body: uint8(math.Round(13 * unit)), Small: uint8(math.Round(11 * unit))}
	const gap = 6
	line := float32(l.Body)
	width := float32(w) - 2*gap
	l.Title = Box{gap, 0, width, roundf(line * 2.9)}
	foot := roundf(line * 8.6)
	l.Foot = Box{gap, float32(h) - foot - gap, width, foot}
	top := l.Title.Bottom()
	height := l.Foot.Y - gap - top
	lobby, rail := roundf(line*16), roundf(line*22)
	l.Lobby = Box{gap, top, lobby, height}
	l.Rail = Box{float32(w) - gap - rail, top, rail, height}
	l.Map = Box{l.Lobby.Right() + gap, top, l.Rail.X - gap - l.Lobby.Right() - gap, height}
	return l
}

// Draw returns the scene, which is valid until the next call.
func (s *Live) Draw(v *LiveView) *List {
	s.version++
	if size := (layoutKey{w: v.W, h: v.H, pixelRatio: v.PixelRatio}); size != s.size {
		s.size = size
		s.lay = NewLiveLayout(v.W, v.H, v.PixelRatio)
		for _, k := range []*canvas{&s.front, &s.over, &s.background} {
			k.book, k.body, k.small = s.book, s.lay.Body, s.lay.Small
		}
		s.ground()
	}
	s.front.reset()
	s.over.reset()
	s.over.inOrder = true
	f := &liveDrawing{Live: s, canvas: &s.front, v: v, g: v.Game}
	if f.g == nil {
		f.g = &live.Snapshot{}
	}
	f.title()
	f.drawMap()
	f.lobby()
	f.clusterPanel()
	f.footer()
	f.canvas = &s.over
	f.banner()
	switch {
	case v.Help:
		f.help()
	default:
		if v.Overlay {
			f.overlay()
		}
		f.tooltip()
	}
	s.list = List{W: max(v.W, WidthMin), H: max(v.H, HeightMin), Hits: s.list.Hits[:0], Layers: s.list.Layers[:0]}
	s.add("ground", &s.background, s.background.version)
	s.add("game", &s.front, s.version)
	s.add("over", &s.over, s.version)
	return &s.list
}

// At returns what is at a position; nil if nothing responds there.
func (s *Live) At(x, y float32) *Hit {
	for i := len(s.list.Hits) - 1; i >= 0; i-- {
		if h := &s.list.Hits[i]; h.Box.Holds(x, y) {
			return h
		}
	}
	return nil
}

func (s *Live) add(name string, c *canvas, version uint64) {
	s.list.Layers = append(s.list.Layers, Layer{Name: "live-" + name, Items: c.items, Version: version})
	if !c.inOrder {
		s.list.Layers = append(s.list.Layers, Layer{Name: "live-" + name + "-words", Items: c.words, Version: version})
	}
	s.list.Hits = append(s.list.Hits, c.hits...)
}

// The background of the map.
var (
	sea     = Color{0x0f, 0x17, 0x21, 255}
	seaLine = Color{0x17, 0x22, 0x30, 255}
)

// ground draws what depends on the size only. No pixel is filled twice.
func (s *Live) ground() {
	c := &s.background
	c.reset()
	s.version++
	c.version = s.version
	w, h := float32(max(s.size.w, WidthMin)), float32(max(s.size.h, HeightMin))
	l := s.lay
	c.rect(0, 0, w, l.Map.Y, ground)
	c.rect(0, l.Map.Y, l.Lobby.X, h-l.Map.Y, ground)
	c.rect(l.Rail.Right(), l.Map.Y, w-l.Rail.Right(), h-l.Map.Y, ground)
	c.rect(l.Lobby.Right(), l.Map.Y, l.Map.X-l.Lobby.Right(), l.Map.H, ground)
	c.rect(l.Map.Right(), l.Map.Y, l.Rail.X-l.Map.Right(), l.Map.H, ground)
	c.rect(l.Foot.X, l.Map.Bottom(), l.Foot.W, l.Foot.Y-l.Map.Bottom(), ground)
	c.rect(l.Foot.X, l.Foot.Bottom(), l.Foot.W, h-l.Foot.Bottom(), ground)
	c.box(l.Map, sea)
	step := roundf(float32(s.lay.Body) * 4)
	for x := l.Map.X + step; x < l.Map.Right(); x += step {
		c.rect(x, l.Map.Y, 1, l.Map.H, seaLine)
	}
	for y := l.Map.Y + step; y < l.Map.Bottom(); y += step {
		c.rect(l.Map.X, y, l.Map.W, 1, seaLine)
	}
	c.frame(l.Map, 1, edge)
	for _, p := range []struct {
		box  Box
		name string
	}{{l.Lobby, "CITIES"}, {l.Rail, "CLUSTER"}, {l.Foot, ""}} {
		c.box(p.box, panel)
		c.frame(p.box, 1, edge)
		c.text(p.box.X+10, p.box.Y+float32(s.lay.Body)*1.35, c.smallBold(dim), p.name)
	}
}

// liveDrawing is a live scene under construction.
type liveDrawing struct {
	*Live
	*canvas
	v *LiveView
	g *live.Snapshot
}

// city returns a city by name; nil if it is not shown.
func (f *liveDrawing) city(name string) *LiveCity {
	for i := range f.v.Cities {
		if f.v.Cities[i].Name == name {
			return &f.v.Cities[i]
		}
	}
	return nil
}

// node returns a node by ID; nil if there is none.
func (f *liveDrawing) node(name string) *live.Node {
	for i := range f.g.Nodes {
		if f.g.Nodes[i].ID == name {
			return &f.g.Nodes[i]
		}
	}
	return nil
}

// title draws the title line.
func (f *liveDrawing) title() {
	b := f.lay.Title
	y := base(b.Y+b.H/2, f.body)
	x := f.text(b.X+10, y, f.bold(text), "raftian") + 12
	words := "waiting for the game"
	if f.g.City != "" {
		words = fmt.Sprintf("you play %s", f.g.City)
		if f.g.Winner != "" {
			words += fmt.Sprintf("; %s wins for now", f.g.Winner)
		}
	}
	f.text(x, y, f.plain(dim), words)
	right := b.Right() - 10
	fps := fmt.Sprintf("%3.0f of %d fps", f.v.Frames.Actual, f.v.Frames.Asked)
	if f.v.Frames.Asked == 0 {
		fps = fmt.Sprintf("%3.0f fps", f.v.Frames.Actual)
	}
	right = f.titleButton(right, b, "f2", fps, "frames per second, as drawn and as asked for (F2: 30, 60, 120, 240; F3: more numbers)", false)
	sound := fmt.Sprintf("sound %.0f %%", f.v.Sound.Volume*100)
	tip := "M mutes, - and + set the volume. All that is heard can be seen as well."
	switch {
	case f.v.Sound.Unavailable != "":
		sound, tip = "no sound", f.v.Sound.Unavailable
	case f.v.Sound.Muted:
		sound = "muted"
	}
	right = f.titleButton(right, b, "m", sound, tip, f.v.Sound.Muted || f.v.Sound.Unavailable != "")
	if f.g.Recorded > 0 {
		words, tip := fmt.Sprintf("recording  %s events", thousands(int(f.g.Recorded))), "R saves all of the session as a run file, for raftian replay, show and check"
		if f.g.NotRecorded != "" {
			words, tip = "recording ended", f.g.NotRecorded
		}
		right = f.titleButton(right, b, "r", words, tip, f.g.NotRecorded != "")
	}
}

// titleButton draws a button that ends at x; it returns where the next one may end.
func (f *liveDrawing) titleButton(right float32, b Box, key, words, tip string, off bool) float32 {
	st := f.smallPlain(text)
	if off {
		st.color = dim
	}
	w := f.width(st, words) + 20
	at := Box{roundf(right - w), b.Y + 6, w, b.H - 12}
	f.button(at, Target{Action: Press, Key: key}, tip)
	f.middle(at.X+w/2, base(at.Y+at.H/2, st.px), st, words)
	return at.X - 6
}

// button draws an area that responds to the mouse.
func (f *liveDrawing) button(at Box, t Target, tip string) {
	color := raised
	if f.hovered(at) {
		color = edge
	}
	f.box(at, color)
	f.hit(at, t, tip)
}

// hovered reports whether an area is under the mouse.
func (f *liveDrawing) hovered(at Box) bool { return f.v.Hover && at.Holds(f.v.X, f.v.Y) }
