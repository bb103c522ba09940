package scene

import (
	"fmt"
	"math"

	"raftian/game/live"
)

// curve is the path of an attack from one city to another, a quadratic Bézier curve.
type curve struct{ a, b, c point }

func (f *liveDrawing) attackCurve(c *mapLayout, s *Shot) (curve, bool) {
	from, to := f.city(s.From), f.city(s.To)
	if from == nil || to == nil || from.Slot == to.Slot {
		return curve{}, false
	}
	x1, y1 := c.position(from.Slot)
	x2, y2 := c.position(to.Slot)
	dx, dy := x2-x1, y2-y1
	length := float32(math.Hypot(float64(dx), float64(dy)))
	bend := 0.16 + s.Bend
	w := curve{point{x1, y1}, point{(x1+x2)/2 - dy*bend, (y1+y2)/2 + dx*bend}, point{x2, y2}}
	// From the edge of one city to that of the other.
	edge := (c.r + 8) / max(length, 1)
	w.a, w.c = w.at(edge), w.at(1-edge)
	return w, true
}

// at returns a point of the curve, for t from 0 to 1.
func (w *curve) at(t float32) point {
	u := 1 - t
	return point{u*u*w.a.x + 2*u*t*w.b.x + t*t*w.c.x, u*u*w.a.y + 2*u*t*w.b.y + t*t*w.c.y}
}

// attackColor returns the colour of an attack. Line styles differ as well.
func attackColor(s *Shot) Color {
	switch {
	case s.Stage == live.InDoubt || s.Stage == live.Unresolved:
		return yellow
	case s.Stage == live.Rejected || s.Stage == live.Failed:
		return dim
	case s.Mine:
		return sky
	}
	return purple
}

// attackArc draws the arc of an attack: dashed until it is committed, then solid.
func (f *liveDrawing) attackArc(c *mapLayout, s *Shot) {
	w, ok := f.attackCurve(c, s)
	if !ok || s.Fade <= 0 {
		return
	}
	const parts = 28
	color := attackColor(s).Fade(s.Fade)
	solid := s.Stage == live.Committed || s.Stage == live.Applied
	width := float32(2)
	if s.Mine {
		width = 3
	}
	// The arc grows out of the city, and its dashes move while it is not committed.
	grown := min(1, float32((f.v.Now-s.Began).Seconds()/0.18))
	march := int(f.v.Now.Seconds()*12) % 4
	for i := range parts {
		t1, t2 := float32(i)/parts, float32(i+1)/parts
		if t2 > grown+1e-3 || !solid && (i-march+4)%4 >= 2 {
			continue
		}
		p, q := w.at(t1), w.at(t2)
		f.line(p.x, p.y, q.x, q.y, width, color)
	}
	if grown >= 1 {
		tip, back := w.at(1), w.at(0.94)
		f.arrowHead(back, tip, color)
	}
}

// mapLabel draws a text on a background, within the map.
func (f *liveDrawing) mapLabel(x, y float32, words string, color Color) {
	if words == "" {
		return
	}
	st := f.smallPlain(color)
	w := f.width(st, words) + 10
	left := max(f.lay.Map.X+4, min(x-w/2, f.lay.Map.Right()-4-w))
	f.rect(left, y-float32(st.px)*1.1, w, float32(st.px)*1.5, sea.Fade(0.85))
	f.text(left+5, y, st, words)
}

// arrowHead draws the head of an arrow.
func (f *liveDrawing) arrowHead(from, to point, color Color) {
	dx, dy := to.x-from.x, to.y-from.y
	l := float32(math.Hypot(float64(dx), float64(dy)))
	if l == 0 {
		return
	}
	dx, dy = dx/l, dy/l
	const size = 10
	f.triangle(to.x, to.y, to.x-dx*size-dy*size*0.55, to.y-dy*size+dx*size*0.55,
		to.x-dx*size+dy*size*0.55, to.y-dy*size-dx*size*0.55, color)
}

// arcLabel draws a symbol or text at the middle of an arc: in doubt, rejected, failed,
// or slow.
func (f *liveDrawing) arcLabel(c *mapLayout, s *Shot) {
	w, ok := f.attackCurve(c, s)
	if !ok || s.Fade <= 0 {
		return
	}
	color := attackColor(s).Fade(s.Fade)
	mid := w.at(0.5)
	switch s.Stage {
	case live.InDoubt, live.Unresolved:
		r := float32(f.body) * 0.85
		f.disc(mid.x, mid.y, r, yellow.Fade(s.Fade))
		f.middle(mid.x, base(mid.y, f.body), f.bold(ground), "?")
	case live.Rejected, live.Failed:
		f.cross(mid.x, mid.y, 6, 2.5, color)
		f.mapLabel(mid.x, mid.y-12, s.Words, color)
	case live.Sent:
		if s.Mine && f.v.Now-s.Began > 400e6 {
			f.mapLabel(mid.x, mid.y-8, fmt.Sprintf("sent %.1f s ago, not committed", (f.v.Now-s.Began).Seconds()), color)
		}
	case live.Committed:
		if s.Mine && f.v.Now-s.Since > 400e6 {
			f.mapLabel(mid.x, mid.y-8, "committed; your node does not have it yet", color)
		}
	}
}

// projectile draws the projectile of an applied attack.
func (f *liveDrawing) projectile(c *mapLayout, s *Shot) {
	w, ok := f.attackCurve(c, s)
	if !ok || s.Stage != live.Applied || s.Progress <= 0 || s.Progress >= 1 {
		return
	}
	for i := range 6 {
		p := w.at(max(0, s.Progress-float32(i)*0.035))
		f.disc(p.x, p.y, 6-float32(i)*0.9, mix(yellow, orange, float32(i)/6).Fade(1-float32(i)*0.15))
	}
}

// particles draws particles and floating texts.
func (f *liveDrawing) particles(c *mapLayout) {
	for i := range f.v.Particles {
		s := &f.v.Particles[i]
		k := f.city(s.City)
		if k == nil {
			continue
		}
		x, y := c.position(k.Slot)
		color := orange
		if s.Hot {
			color = yellow
		}
		size := s.Size * (0.4 + 0.6*s.Life)
		f.rect(x+s.X*c.r-size/2, y+s.Y*c.r-size/2, size, size, color.Fade(min(1, s.Life*1.6)))
	}
	for i := range f.v.FloatingTexts {
		w := &f.v.FloatingTexts[i]
		k := f.city(w.City)
		if k == nil {
			continue
		}
		x, y := c.position(k.Slot)
		st := f.bold(orange.Fade(1 - w.Age))
		if w.Good {
			st.color = green.Fade(1 - w.Age)
		}
		st.px += 3
		f.middle(x, y-c.r*(0.3+0.8*w.Age), st, w.Words)
	}
}

// banner covers the map while there is no leader, or no connection to the game.
func (f *liveDrawing) banner() {
	voters, quorum := f.g.Voters()
	words, more := "", ""
	switch {
	case f.v.Disconnected != "":
		words, more = "NO CONNECTION TO THE GAME", f.v.Disconnected
	case f.v.Leaderless > 0:
		words = fmt.Sprintf("NO LEADER  for %.1f s", f.v.Leaderless.Seconds())
		up := 0
		for i := range f.g.Nodes {
			if n := &f.g.Nodes[i]; n.Answers && !n.Cut && n.Suffrage == "voter" {
				up++
			}
		}
		more = fmt.Sprintf("nothing can be committed; %d of %d nodes can reach others, and it takes %d to elect one", up, voters, quorum)
		if up >= quorum {
			more = "nothing can be committed until one is elected"
		}
	default:
		return
	}
	b := f.lay.Map
	big, st := f.bold(ground), f.smallPlain(ground)
	big.px += 4
	w := max(f.width(big, words), f.width(st, more)) + 60
	w = min(w, b.W-20)
	h := float32(f.body) * 4.1
	at := Box{roundf(b.X + (b.W-w)/2), roundf(b.Y + b.H*0.44 - h/2), roundf(w), roundf(h)}
	f.box(at, yellow)
	f.hatch(Box{at.X, at.Y, at.W, 6}, 12, 3, ground)
	f.hatch(Box{at.X, at.Bottom() - 6, at.W, 6}, 12, 3, ground)
	f.middle(at.X+at.W/2, at.Y+h*0.46, big, words)
	f.middle(at.X+at.W/2, at.Y+h*0.78, st, f.canvas.book.Fit(st.face, st.px, more, at.W-16))
}
