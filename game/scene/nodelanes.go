package scene

import (
	"fmt"

	"raftian/game/replay"
)

// nodes draws a lane per node: its roles, and the density of events.
func (t *timeline) nodes() {
	edges := t.axis.events()
	most := 0
	counts := make([][]int, len(t.rows.nodes))
	for m := range t.rows.nodes {
		counts[m] = columns(edges, t.run.EventsOn(m))
		for _, n := range counts[m] {
			most = max(most, n)
		}
	}
	for m, b := range t.rows.nodes {
		t.label(b, t.run.Machines[m], text, Target{Action: Node, N: m})
		t.rect(b.X, b.Y, b.W, b.H, raised.Fade(0.5))
		t.density(b, counts[m], most)
		roles := t.run.Roles(m)
		for i := range roles {
			t.role(b, m, &roles[i])
		}
	}
}

// density draws the number of events per column, in steps of two pixels; equal
// neighbours are joined.
func (t *timeline) density(b Box, counts []int, most int) {
	height := func(i int) float32 {
		if counts[i] == 0 {
			return 0
		}
		return 2 * max(1, roundf(logScale(counts[i], most)*b.H*0.2))
	}
	for i := 0; i < len(counts); {
		h, k := height(i), i+1
		for k < len(counts) && height(k) == h {
			k++
		}
		t.rect(b.X+float32(i), b.Bottom()-h, float32(k-i), h, dim.Fade(0.45))
		i = k
	}
}

// role draws a role: a follower as a thin line, a candidate as a dashed one, a leader
// as a bar, a machine that is down hatched.
func (t *timeline) role(b Box, m int, r *replay.RolePeriod) {
	at, ok := t.spanBox(b, r.From, r.To)
	if !ok {
		return
	}
	color, mid := termColor(r.Term), roundf(at.Y+at.H*0.38)
	name := t.run.Machines[m]
	tip := fmt.Sprintf("%s: %s in term %d\nfrom %s to %s", name, r.Status, r.Term, r.From, r.To)
	switch r.Status {
	case replay.Down, replay.Shutdown:
		t.box(at, ground.Fade(0.8))
		t.hatch(at, 7, 1, faint)
		if at.X > b.X {
			t.cross(at.X+1, at.Y+at.H/2, min(4, at.H*0.3), 1.6, text)
		}
		tip = fmt.Sprintf("%s is %s\nfrom %s to %s", name, r.Status, r.From, r.To)
	case replay.Booting:
		t.dashes(at.X, mid, at.Right(), mid, 2, 2, dim)
		h := min(4, at.H*0.3)
		t.triangle(at.X-h, at.Y+at.H/2+h, at.X+h, at.Y+at.H/2+h, at.X, at.Y+at.H/2-h, text)
		tip = fmt.Sprintf("%s boots\nfrom %s to %s", name, r.From, r.To)
	case replay.Follower:
		t.rect(at.X, mid-1, at.W, 2, color.Fade(0.85))
	case replay.Candidate:
		t.dashes(at.X, mid, at.Right(), mid, 4, 3, color)
	case replay.Leader:
		bar := Box{at.X, at.Y + 1, at.W, roundf(at.H * 0.74)}
		t.box(bar, color)
		st := t.smallBold(onColor(color))
		st.px = uint8(max(7, min(float32(st.px), bar.H)))
		if words := fmt.Sprintf("L t%d", r.Term); t.width(st, words)+6 < bar.W {
			t.text(bar.X+4, base(bar.Y+bar.H/2, st.px), st, words)
		}
	}
	t.hit(at, Target{Action: Node, N: m}, tip)
}
