package scene

import (
	"fmt"

	"raftian/game/glyph"
	"raftian/linearizability/verdict"
	"raftian/netsim/env"
	"raftian/netsim/plan"
)

// outcomeColor returns the colour of an outcome other than Pass.
func outcomeColor(o verdict.Outcome) Color {
	if o == verdict.Fail {
		return vermilion
	}
	return yellow
}

// flag marks a violation by a cross, and an inconclusive verdict by a question mark.
func (c *canvas) flag(x, y, r float32, o verdict.Outcome) {
	color := outcomeColor(o)
	c.disc(x, y, r+1, color)
	if o == verdict.Fail {
		c.cross(x, y, r*0.5, 1.6, white)
		return
	}
	c.middle(x, base(y, c.small), style{glyph.Bold, c.small, ground}, "?")
}

// terms draws who led when. Concurrent leaders are drawn above each other.
func (t *timeline) terms() {
	b := t.rows.terms
	t.label(b, "leader", dim, Target{Action: Scrub})
	t.rect(b.X, b.Y+b.H/2, b.W, 1, edge)
	leads := t.run.Leaderships()
	for i := range leads {
		k := &leads[i]
		at, ok := t.spanBox(b, k.From, k.To)
		if !ok {
			continue
		}
		twice := false
		for j := range leads {
			if i != j && leads[j].From < k.To && k.From < leads[j].To {
				twice = true
				at.H = b.H/2 - 0.5
				if j < i {
					at.Y = b.Y + b.H/2 + 0.5
				}
			}
		}
		color := termColor(k.Term)
		t.box(at, color)
		st := t.smallBold(onColor(color))
		st.px = uint8(max(7, min(float32(st.px), at.H-1)))
		words := fmt.Sprintf("t%d %s", k.Term, t.run.Machines[k.Machine])
		if t.width(st, words)+8 > at.W {
			words = fmt.Sprintf("t%d", k.Term)
		}
		if t.width(st, words)+6 <= at.W {
			t.text(at.X+4, base(at.Y+at.H/2, st.px), st, words)
		}
		tip := fmt.Sprintf("%s leads term %d\n%s to %s", t.run.Machines[k.Machine], k.Term, k.From, k.To)
		if twice {
			tip += "\nanother leads at the same time, in another term"
		}
		t.hit(at, Target{Action: Node, N: k.Machine}, tip)
	}
}

// faultRows assigns each fault to the first row without an earlier fault in the way.
func (s *Scene) faultRows() []int {
	if len(s.faultRowOf) == len(s.run.Faults) {
		return s.faultRowOf
	}
	var ends [faultRowsMax]env.Instant
	for i := range s.run.Faults {
		f := &s.run.Faults[i]
		row := 0
		for k := range ends {
			if ends[k] <= f.From {
				row = k
				break
			}
			if ends[k] < ends[row] {
				row = k
			}
		}
		// Leave room for a few words before the next fault.
		ends[row] = max(f.To, f.From+s.run.End()/60)
		s.faultRowOf = append(s.faultRowOf, row)
	}
	return s.faultRowOf
}

// faultColor returns the colour of a fault's class. The fault's name is always written
// beside it.
func faultColor(k plan.FaultKind) Color {
	switch k {
	case plan.Partition, plan.OneWay, plan.Flap:
		return orange
	case plan.Slow, plan.Heavy, plan.Lossy, plan.Narrow, plan.Stall, plan.Reset:
		return yellow
	case plan.Power, plan.Kill, plan.Storm:
		return purple
	}
	return blue
}

func (t *timeline) faults() {
	for row, b := range t.rows.faults {
		if row == 0 {
			t.label(b, "faults", dim, Target{Action: Scrub})
		}
	}
	ends := map[int]float32{}
	for i := len(t.run.Faults) - 1; i >= 0; i-- {
		f := &t.run.Faults[i]
		row := t.faultRows()[i]
		next, has := ends[row]
		if !has {
			next = t.axis.plot.Right()
		}
		ends[row] = t.axis.x(f.From)
		at, ok := t.spanBox(t.rows.faults[row], f.From, f.To)
		if !ok {
			continue
		}
		color := faultColor(f.Kind)
		if f.Cuts(f.From) && len(t.rows.nodes) > 0 {
			last := t.rows.nodes[len(t.rows.nodes)-1]
			t.rect(at.X, t.rows.nodes[0].Y, at.W, last.Bottom()-t.rows.nodes[0].Y, color.Fade(0.09))
		}
		if f.Idle == "" {
			t.box(at, color.Fade(0.4))
		}
		t.frame(at, 1, color.Fade(0.75))
		t.rect(at.X, at.Y, min(3, at.W), at.H, color)
		st := t.smallPlain(text)
		st.px = uint8(max(7, min(float32(st.px), at.H)))
		words := f.Text
		if f.Idle != "" {
			words += " (no effect)"
		}
		if room := next - at.X - 12; room > float32(st.px)*3 {
			t.fit(at.X+6, base(at.Y+at.H/2, st.px), room, st, words)
		}
		tip := fmt.Sprintf("fault %d: %s\n%s to %s", f.Number, f.Text, f.From, f.To)
		if f.Idle != "" {
			tip += "\n" + f.Idle
		}
		t.hit(Box{at.X - 1, at.Y, max(at.W, 6) + 2, at.H}, Target{Action: Fault, N: i}, tip)
	}
}
