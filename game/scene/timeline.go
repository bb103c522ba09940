package scene

import (
	"fmt"
	"math"

	"raftian/netsim/env"
)

// rows is the layout of the timeline's lanes.
type rows struct {
	ticks   Box
	terms   Box
	faults  []Box
	nodes   []Box
	clients []Box
}

// labelWidth returns the width of lane names.
func (s *Scene) labelWidth() float32 { return roundf(float32(s.lay.Small) * 6.6) }

// plot returns the area of the timeline that represents time.
func (s *Scene) plot() Box {
	b := s.lay.Timeline
	w := s.labelWidth()
	return Box{b.X + w, b.Y, b.W - w - 10, b.H}
}

// faultRowsMax is the number of rows for overlapping faults.
const faultRowsMax = 3

// rows lays out the lanes, as high as the room allows.
func (s *Scene) rows() rows {
	p := s.plot()
	var r rows
	r.ticks = Box{p.X, p.Y + 2, p.W, float32(s.lay.Small) + 7}
	faults := 0
	for _, row := range s.faultRows() {
		faults = max(faults, row+1)
	}
	nodes, clients := len(s.run.Machines), len(s.clientLanes())
	y := r.ticks.Bottom() + 2
	room := p.Bottom() - 6 - y
	unit := room / (1.2 + 0.95*float32(faults) + 1.15*float32(nodes) + float32(clients) + 0.5)
	unit = min(unit, float32(s.lay.Body)*2.1)
	row := func(part float32) Box {
		h := unit * part
		b := Box{p.X, roundf(y), p.W, roundf(h) - 1}
		y += h
		return b
	}
	r.terms = row(1.2)
	for range faults {
		r.faults = append(r.faults, row(0.95))
	}
	y += unit / 4
	for range nodes {
		r.nodes = append(r.nodes, row(1.15))
	}
	y += unit / 4
	for range clients {
		r.clients = append(r.clients, row(1))
	}
	return r
}

// drawTimeline draws the timeline except for what moves with the cursor.
func (s *Scene) drawTimeline() {
	c := &s.timelineCanvas
	c.reset()
	s.version++
	c.version = s.version
	c.box(s.lay.Timeline, panel)
	c.frame(s.lay.Timeline, 1, edge)
	t := &timeline{Scene: s, canvas: c, rows: s.rows()}
	c.hit(s.plot(), Target{Action: Scrub}, "")
	c.hit(t.rows.ticks, Target{Action: Pan}, "")
	t.ticks()
	t.terms()
	t.faults()
	t.nodes()
	t.clients()
	t.pins()
}

// timeline is the timeline under construction.
type timeline struct {
	*Scene
	*canvas
	rows rows
}

// label draws the name of a lane.
func (t *timeline) label(b Box, name string, color Color, target Target) {
	st := t.smallBold(color)
	st.px = uint8(max(6, min(float32(st.px), b.H+1)))
	x := t.lay.Timeline.X + 10
	t.fit(x, base(b.Y+b.H/2, st.px), t.plot().X-x-6, st, name)
	t.hit(Box{t.lay.Timeline.X, b.Y, t.labelWidth(), b.H + 1}, target, "")
}

func (t *timeline) ticks() {
	b := t.rows.ticks
	bottom := t.lay.Timeline.Bottom() - 4
	for _, k := range t.axis.ticks(float32(t.lay.Small) * 11) {
		t.rect(roundf(k.x), b.Bottom(), 1, bottom-b.Bottom(), edge)
	}
	name := "TIME"
	if t.axis.ordinal {
		name = "EVENTS"
	}
	t.text(t.lay.Timeline.X+10, base(b.Y+b.H/2, t.small), t.smallBold(dim), name)
	if x := t.axis.x(t.run.Heal()); t.run.Heal() > 0 && x >= t.axis.plot.X && x <= t.axis.plot.Right() {
		t.dashes(roundf(x)+0.5, b.Bottom(), roundf(x)+0.5, bottom, 1, 4, green)
		t.hit(Box{x - 3, b.Bottom(), 7, t.rows.terms.H}, Target{Action: Scrub}, "Heal: from here on no fault is active, and the system must recover.")
	}
}

// spanBox returns the area of a period in a lane, at least one pixel wide.
func (t *timeline) spanBox(b Box, from, to env.Instant) (Box, bool) {
	x1, x2, ok := t.axis.clip(t.axis.x(from), t.axis.x(to))
	if !ok {
		return Box{}, false
	}
	return Box{x1, b.Y, max(1, x2-x1), b.H}, true
}

// pins draws the events that verdicts cite: a line through all lanes with a flag.
func (t *timeline) pins() {
	top, bottom := t.rows.ticks.Bottom(), t.lay.Timeline.Bottom()-4
	for i := range t.run.Pins {
		p := &t.run.Pins[i]
		x := t.axis.xEvent(p.Event)
		if x < t.axis.plot.X-0.5 || x > t.axis.plot.Right()+0.5 {
			continue
		}
		color, r := outcomeColor(p.Outcome), float32(t.lay.Small)*0.55
		if p.Last {
			t.rect(roundf(x)-1, top, 2, bottom-top, color)
		} else {
			t.dashes(roundf(x)+0.5, top, roundf(x)+0.5, bottom, 1, 3, color)
		}
		t.flag(x, top-r+1, r, p.Outcome)
		t.hit(Box{x - r, top - 2*r, 2 * r, 2*r + 4}, Target{Action: Event, N: p.Event},
			fmt.Sprintf("%s: %s\nevent %s, %s\nclick to go there", p.Judge, p.Text, thousands(p.Event), p.At))
		if p.Machine >= 0 {
			b := t.rows.nodes[p.Machine]
			t.ring(x, b.Y+b.H/2, b.H/2+1, 2, 0, color)
		}
	}
}

// nowOnTimeline draws what changes often: the cursor, the mouse, what is chosen, the
// viewer's pins.
func (f *drawing) nowOnTimeline() {
	a, rows := &f.axis, f.rows()
	top, bottom := rows.ticks.Bottom(), f.lay.Timeline.Bottom()-4
	inside := func(x float32) bool { return x >= a.plot.X-0.5 && x <= a.plot.Right()+0.5 }
	f.chosenOnTimeline(&rows)
	f.axisLabels = f.axisLabels[:0]
	if n := f.v.Difference.Event; n > 0 && n <= f.run.Events() {
		if x := a.xEvent(n); inside(x) {
			f.dashes(roundf(x)+0.5, top, roundf(x)+0.5, bottom, 1, 5, sky)
			st, words := f.smallBold(ground), "≠ first difference"
			w := f.width(st, words) + 10
			b := Box{roundf(x) + 2, bottom - float32(st.px)*1.4, w, roundf(float32(st.px) * 1.4)}
			if b.Right() > a.plot.Right() {
				b.X = roundf(x) - 2 - w
			}
			f.box(b, sky)
			f.text(b.X+5, base(b.Y+b.H/2, st.px), st, words)
		}
	}
	x := a.x(f.at)
	if a.ordinal {
		x = a.xn(f.c.N())
	}
	if inside(x) {
		f.rect(roundf(x)-1, top-2, 2, bottom-top+2, white)
		f.axisLabel(x, rows.ticks, clock(f.at, 1000), white)
	}
	if f.v.Hover && a.plot.Holds(f.v.X, f.v.Y) {
		f.rect(roundf(f.v.X), top, 1, bottom-top, faint)
		f.axisLabel(f.v.X, rows.ticks, clock(a.when(f.v.X), 10_000), faint)
	}
	for i, p := range f.v.Pins {
		if x := a.x(p.At); inside(x) {
			f.dashes(roundf(x)+0.5, top, roundf(x)+0.5, bottom, 1, 2, white)
			f.axisLabel(x, rows.ticks, fmt.Sprintf("P%d", i+1), text)
		}
	}
	if x := a.x(f.run.Heal()); f.run.Heal() > 0 && inside(x) {
		f.axisLabel(x, rows.ticks, "heal", green)
	}
	for _, k := range a.ticks(float32(f.lay.Small) * 11) {
		f.axisLabel(k.x, rows.ticks, k.name, panel)
	}
}

// axisLabel draws a label on the axis, unless it would overlap an earlier one.
func (f *drawing) axisLabel(x float32, b Box, words string, color Color) {
	st := f.smallMono(onColor(color))
	if color == panel {
		st.color = dim
	}
	w := f.width(st, words) + 8
	x = roundf(max(b.X, min(x-w/2, b.Right()-w)))
	for _, other := range f.axisLabels {
		if x < other.X+other.W+2 && other.X < x+w+2 {
			return
		}
	}
	f.axisLabels = append(f.axisLabels, Box{x, b.Y, w, b.H})
	f.rect(x, b.Y+1, w, b.H-1, color)
	f.text(x+4, base(b.Y+b.H/2, st.px), st, words)
}

// chosenOnTimeline frames what is inspected.
func (f *drawing) chosenOnTimeline(r *rows) {
	switch t := f.v.Chosen; {
	case t.Action == Node && t.N < len(r.nodes):
		b := r.nodes[t.N]
		f.rect(f.lay.Timeline.X+3, b.Y, 3, b.H, white)
	case t.Action == Op && t.N < len(f.run.Ops):
		op := &f.run.Ops[t.N]
		x1, x2, ok := f.axis.clip(f.axis.x(op.Call), f.axis.x(op.End(f.run)))
		if b := r.clients[f.laneOf(op.ClientNumber)]; ok {
			f.frame(Box{x1 - 2, b.Y - 1, max(5, x2-x1+4), b.H + 2}, 1, white)
			f.rect(f.lay.Timeline.X+3, b.Y, 3, b.H, white)
		}
	case t.Action == Fault && t.N < len(f.run.Faults):
		k := &f.run.Faults[t.N]
		x1, x2, ok := f.axis.clip(f.axis.x(k.From), f.axis.x(k.To))
		if ok {
			b := r.faults[f.faultRows()[t.N]]
			f.frame(Box{x1 - 1, b.Y - 1, max(4, x2-x1+2), b.H + 2}, 1, white)
		}
	}
}

// columns counts how many of some increasing event numbers fall into each column, whose
// edges are event numbers.
func columns(edges []int, numbers []int32) []int {
	all := make([]int, len(edges)-1)
	k := 0
	skip := func(edge int) { // skips numbers up to edge
		step := 1
		for k+step < len(numbers) && int(numbers[k+step]) <= edge {
			k += step
			step *= 2
		}
		for ; step > 0; step /= 2 {
			for k+step <= len(numbers) && int(numbers[k+step-1]) <= edge {
				k += step
			}
		}
	}
	skip(edges[0])
	for i := range all {
		from := k
		skip(edges[i+1])
		all[i] = k - from
	}
	return all
}

// logScale maps a count to [0, 1] logarithmically.
func logScale(count int, most int) float32 {
	if count == 0 || most == 0 {
		return 0
	}
	return float32(math.Log1p(float64(count)) / math.Log1p(float64(most)))
}
