package scene

import (
	"fmt"

	"raftian/game/glyph"
	"raftian/netsim/plan"
)

// minimap is the whole run in a strip: density of events, faults, pins, and the range
// of the timeline.
type minimap struct {
	*Scene
	axis axis
}

func newMinimap(s *Scene) minimap {
	b := s.lay.Minimap
	w := s.labelWidth()
	plot := Box{b.X + w, b.Y + 5, b.W - w - 10, b.H - 9}
	return minimap{s, newAxis(s.run, &View{From: 0, To: s.run.End()}, plot)}
}

// drawBackground draws what does not change.
func (m *minimap) drawBackground(c *canvas) {
	b := m.axis.plot
	c.rect(b.X, b.Y, b.W, b.H, panel)
	edges := m.axis.events()
	most := 0
	for i := range edges[1:] {
		most = max(most, edges[i+1]-edges[i])
	}
	for i := range edges[1:] {
		if n := edges[i+1] - edges[i]; n > 0 {
			h := max(1, roundf(logScale(n, most)*(b.H-7)))
			c.rect(b.X+float32(i), b.Bottom()-h, 1, h, faint)
		}
	}
	for i := range m.run.Faults {
		f := &m.run.Faults[i]
		x1, x2, _ := m.axis.clip(m.axis.x(f.From), m.axis.x(f.To))
		row := float32(0)
		if k := f.Kind; k == plan.Power || k == plan.Kill || k == plan.Storm || k == plan.Replace {
			row = 3
		}
		c.rect(x1, b.Y+row, max(2, x2-x1), 2, faultColor(f.Kind))
	}
	c.frame(b, 1, edge)
	small := style{glyph.Bold, m.lay.Small, dim}
	c.text(m.lay.Minimap.X+10, base(b.Y+b.H/2, small.px), small, "RUN")
	c.hit(b, Target{Action: Slide}, "")
	for i := range m.run.Pins {
		p := &m.run.Pins[i]
		x := m.axis.x(p.At)
		if !p.Last {
			continue
		}
		c.rect(roundf(x)-1, b.Y, 2, b.H, outcomeColor(p.Outcome))
		c.flag(x, b.Y+6, 5, p.Outcome)
		c.hit(Box{x - 6, b.Y - 2, 12, 14}, Target{Action: Event, N: p.Event},
			fmt.Sprintf("%s: %s\nclick to go there", p.Judge, p.Text))
	}
}

// nowOnMinimap draws the range of the timeline, and the cursor.
func (f *drawing) nowOnMinimap() {
	a := &f.minimap.axis
	x1, x2, ok := a.clip(a.x(f.v.From), a.x(f.v.To))
	if ok && (f.v.From > 0 || f.v.To < f.run.End()) {
		at := Box{roundf(x1) - 1, a.plot.Y - 1, max(3, x2-x1+2), a.plot.H + 2}
		f.rect(a.plot.X, a.plot.Y, x1-a.plot.X, a.plot.H, ground.Fade(0.45))
		f.rect(x2, a.plot.Y, a.plot.Right()-x2, a.plot.H, ground.Fade(0.45))
		f.box(at, white.Fade(0.07))
		f.frame(at, 1, dim)
	}
	for _, p := range f.v.Pins {
		f.rect(roundf(a.x(p.At)), a.plot.Y, 1, a.plot.H, white)
	}
	f.rect(roundf(a.x(f.at))-1, a.plot.Y-2, 2, a.plot.H+4, white)
}
