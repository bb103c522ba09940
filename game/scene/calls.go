package scene

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"raftian/game/replay"
	"raftian/linearizability/history"
	"raftian/netsim/trace"
)

// severity is the importance of a call; of calls that share a pixel the highest is
// drawn.
type severity uint8

const (
	nothing severity = iota
	answered
	refused
	unknown
	doubtful
	illegal
)

func severityOf(op *replay.Op) severity {
	switch {
	case op.Illegal:
		return illegal
	case op.Undecided:
		return doubtful
	case op.Outcome == history.OK:
		return answered
	case op.Outcome == history.Fail:
		return refused
	}
	return unknown
}

// callColor returns the colour of a call. Shapes differ as well.
func callColor(s severity) Color {
	switch s {
	case illegal:
		return vermilion
	case doubtful:
		return yellow
	case unknown:
		return orange
	case refused:
		return dim
	}
	return steel
}

// labelsMax limits the number of calls with a text: more are slow to draw and hard to
// read.
const labelsMax = 140

// lanesMax is the number of clients that have a lane each. Beyond it, clients with the
// same prefix, such as p1, p1-2 and p1-3, share one.
const lanesMax = 12

// lane is a lane of the timeline for one or several clients.
type lane struct {
	name    string
	clients []int
}

// clientLanes returns the lanes of clients.
func (s *Scene) clientLanes() []lane {
	if s.laneList != nil {
		return s.laneList
	}
	at := map[string]int{}
	for k, name := range s.run.Clients {
		if len(s.run.Clients) > lanesMax {
			name, _, _ = strings.Cut(name, "-")
		}
		i, known := at[name]
		if !known {
			i = len(s.laneList)
			at[name], s.laneList = i, append(s.laneList, lane{name: name})
		}
		s.laneList[i].clients = append(s.laneList[i].clients, k)
	}
	for i := range s.laneList {
		if l := &s.laneList[i]; len(l.clients) > 1 {
			l.name = fmt.Sprintf("%s ×%d", l.name, len(l.clients))
		}
	}
	return s.laneList
}

// laneOf returns the index of a client's lane.
func (s *Scene) laneOf(client int) int {
	return slices.IndexFunc(s.clientLanes(), func(l lane) bool { return slices.Contains(l.clients, client) })
}

// clients draws the lanes of clients: a bar per call.
func (t *timeline) clients() {
	labels := 0
	for i, b := range t.rows.clients {
		l := &t.clientLanes()[i]
		t.label(b, l.name, dim, Target{Action: Scrub})
		t.rect(b.X, b.Y, b.W, b.H, raised.Fade(0.28))
		if len(l.clients) > 1 {
			labels = labelsMax // texts of several clients would overlap
		}
		t.calls(b, l, &labels)
	}
}

// calls draws the calls of a lane.
func (t *timeline) calls(b Box, l *lane, labels *int) {
	short := make([]severity, int(b.W)+2) // calls too short for a bar, by pixel
	var wide []*replay.Op
	for _, k := range l.clients {
		t.run.OpsDuring(k, t.axis.from, t.axis.to, func(op *replay.Op) {
			x1, x2, ok := t.axis.clip(t.axis.x(op.Call), t.axis.x(op.End(t.run)))
			switch {
			case !ok:
			case x2-x1 >= 2.5 || severityOf(op) >= doubtful:
				wide = append(wide, op)
			default:
				i := int(x1 - b.X)
				short[i] = max(short[i], severityOf(op))
			}
		})
	}
	// Calls without a response are long, and drawn below short ones.
	for _, s := range []severity{unknown, answered, refused, doubtful, illegal} {
		if s == doubtful {
			t.shortCalls(b, short)
		}
		for _, op := range wide {
			if severityOf(op) == s {
				t.call(b, op, s, labels)
			}
		}
	}
}

// shortCalls draws calls that share pixels.
func (t *timeline) shortCalls(b Box, crowd []severity) {
	for i := 0; i < len(crowd); {
		k := i + 1
		for k < len(crowd) && crowd[k] == crowd[i] {
			k++
		}
		if s := crowd[i]; s != nothing {
			at := t.bar(b)
			if s == refused { // lower, to be distinguishable without colours
				at.Y, at.H = at.Y+at.H/3, at.H/3
			}
			color := callColor(s)
			if s == answered {
				color = mix(steel, dim, 0.5)
			}
			t.rect(b.X+float32(i), at.Y, float32(k-i), at.H, color)
			if s == illegal {
				t.cross(b.X+float32(i)+0.5, b.Y+b.H/2, min(5, b.H*0.4), 2, white)
			}
		}
		i = k
	}
}

// bar returns the area of bars within a lane.
func (t *timeline) bar(b Box) Box {
	margin := float32(math.Floor(float64(b.H) * 0.12))
	return Box{b.X, b.Y + margin, b.W, b.H - 2*margin}
}

// unknownTailWidth is the width in pixels up to which a call without a known result is
// emphasised; the rest is drawn thin.
const unknownTailWidth = 90

// call draws a bar from invocation to response: filled if it succeeded, hollow if it
// had no effect, open at the right if the result is unknown.
func (t *timeline) call(b Box, op *replay.Op, s severity, labels *int) {
	at, ok := t.spanBox(t.bar(b), op.Call, op.End(t.run))
	if !ok {
		return
	}
	if s >= doubtful && at.W < 8 { // wide enough to be noticed
		at.X, at.W = at.X+at.W/2-4, 8
	}
	color := callColor(s)
	switch s {
	case refused:
		t.frame(at, 1, color)
	case unknown:
		t.rect(at.X, at.Y, 2, at.H, color)
		mid := at.Y + at.H/2
		near := min(at.Right(), at.X+unknownTailWidth)
		t.dashes(at.X, mid, near, mid, 2, 4, color.Fade(0.9))
		t.line(near, mid, at.Right(), mid, 1, color.Fade(0.3))
		t.triangle(at.Right()-5, mid-4, at.Right(), mid, at.Right()-5, mid+4, color)
	default:
		if s == illegal {
			color = mix(panel, color, 0.6)
		}
		t.box(at, color)
		t.rect(at.X, at.Y, 1, at.H, dim)
	}
	if s == doubtful {
		t.middle(at.X+at.W/2, base(at.Y+at.H/2, t.small), t.smallBold(ground), "?")
	}
	if s == illegal {
		t.frame(at, 2, vermilion)
		t.cross(at.X+at.W/2, at.Y+at.H/2, min(5, at.H*0.45), 2, white)
	}
	x := t.axis.x(op.Applied)
	if r := min(5, at.H*0.42); op.AppliedEvent != 0 && at.W >= 2*r && x >= t.axis.plot.X && x <= t.axis.plot.Right() {
		t.diamond(x, at.Y+at.H/2, r, white)
	}
	t.linearizationPoint(at, op)
	st := t.smallPlain(text)
	st.px = uint8(min(float32(st.px), at.H))
	if room := min(at.W, max(0, x-6-at.X)); *labels < labelsMax && st.px >= 8 && s != unknown {
		if op.AppliedEvent == 0 {
			room = at.W
		}
		if room > float32(st.px)*4 {
			t.fit(at.X+4, base(at.Y+at.H/2, st.px), room-8, st, op.Input)
			*labels++
		}
		if right := at.Right() - x - 8; op.AppliedEvent != 0 && right > t.width(st, "witness")+4 {
			st.color = dim
			t.text(x+8, base(at.Y+at.H/2, st.px), st, "witness")
			*labels++
		}
	}
}

// linearizationPoint draws the linearization point of a call that no machine applied: a
// small diamond if the log determines it, a hollow one if a search chose it.
func (t *timeline) linearizationPoint(at Box, op *replay.Op) {
	x, r := t.axis.x(op.Point.At), min(5, at.H*0.42)
	if !op.Point.Known || at.W < 2*r || x < t.axis.plot.X || x > t.axis.plot.Right() {
		return
	}
	y := at.Y + at.H/2
	if !op.Point.Chosen {
		t.diamond(x, y, r*0.65, text)
		return
	}
	t.diamond(x, y, r+1, ground)
	for _, s := range [][4]float32{{-1, 0, 0, -1}, {0, -1, 1, 0}, {1, 0, 0, 1}, {0, 1, -1, 0}} {
		t.line(x+s[0]*r, y+s[1]*r, x+s[2]*r, y+s[3]*r, 1.5, yellow)
	}
	st := t.smallPlain(yellow)
	st.px = uint8(min(float32(st.px), at.H))
	if words := "search's choice"; st.px >= 8 && at.Right()-x-8 > t.width(st, words)+4 {
		t.text(x+8, base(y, st.px), st, words)
	}
}

// opAt returns the call at a position of the timeline: of several the shortest, but
// those that verdicts cite first.
func (s *Scene) opAt(x, y float32) *replay.Op {
	r := s.rows()
	i := slices.IndexFunc(r.clients, func(b Box) bool { return b.Holds(x, y) })
	if i < 0 {
		return nil
	}
	const near = 2.5 // pixels
	from, to := s.axis.when(x-near), s.axis.when(x+near)
	var best *replay.Op
	better := func(op *replay.Op) bool {
		a, b := severityOf(op) >= doubtful, severityOf(best) >= doubtful
		if a != b {
			return a
		}
		return op.End(s.run)-op.Call < best.End(s.run)-best.Call
	}
	for _, k := range s.clientLanes()[i].clients {
		s.run.OpsDuring(k, from, to, func(op *replay.Op) {
			if best == nil || better(op) {
				best = op
			}
		})
	}
	return best
}

// tipOf returns the tooltip of a call.
func tipOf(op *replay.Op, r *replay.Run) string {
	tip := fmt.Sprintf("%s#%d %s", op.Client, op.Seq, op.Input)
	switch {
	case op.Return == 0:
		tip += "\nnever answered: it may have taken effect, or may still"
	case op.Outcome == history.Unknown:
		tip += fmt.Sprintf("\nunknown after %s: %s", trace.Brief(op.Return.Sub(op.Call)), op.Output)
	case op.Outcome == history.Fail:
		tip += fmt.Sprintf("\nno effect, after %s: %s", trace.Brief(op.Return.Sub(op.Call)), op.Output)
	default:
		tip += fmt.Sprintf("\n= %s, after %s", op.Output, trace.Brief(op.Return.Sub(op.Call)))
	}
	if op.AppliedEvent != 0 {
		tip += fmt.Sprintf("\ntook effect at %s as entry %d (witness: the log)", op.Applied, op.Index)
	}
	switch {
	case op.Point.Chosen:
		tip += fmt.Sprintf("\ncan be thought to take effect at %s: a search's choice, which explains every answer; the log does not tell", op.Point.At)
	case op.Point.Known:
		tip += fmt.Sprintf("\nsees the state of entry %d, as at %s (witness: the log)", op.Index, op.Point.At)
	}
	if op.Illegal {
		tip += "\nVIOLATION: a verdict rests on it"
	}
	if op.Undecided {
		tip += "\nnot decided: see the verdict"
	}
	return tip
}
