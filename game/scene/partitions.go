package scene

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"raftian/game/replay"
)

type point struct{ x, y float32 }

// parts draws a hull around the machines of each partition, with a letter and a pattern
// of its own.
func (f *drawing) parts(k *ring) {
	if len(f.reach.Components) < 2 {
		return
	}
	n := len(f.run.Machines)
	for p, part := range f.reach.Components {
		var around []point
		for _, m := range part {
			x, y := k.position(m, n)
			const points = 24
			for i := range points {
				turn := float64(i) / points * 2 * math.Pi
				r := float64(k.node) + 13
				around = append(around, point{x + float32(r*math.Cos(turn)), y + float32(r*math.Sin(turn))})
			}
		}
		hull := convex(around)
		dash := []uint8{6, 3, 10, 2, 14, 4, 8}[p%7]
		top := hull[0]
		for i, a := range hull {
			b := hull[(i+1)%len(hull)]
			f.segment(a, b, dash)
			if a.y-0.3*a.x < top.y-0.3*top.x { // the upper right
				top = a
			}
		}
		f.disc(top.x, top.y, float32(f.small)*0.8, orange)
		f.middle(top.x, base(top.y, f.small), f.smallBold(ground), string(rune('A'+p)))
		f.hit(Box{top.x - 9, top.y - 9, 18, 18}, Target{}, "Part "+string(rune('A'+p))+" of the cluster: cut off from the others by a fault")
	}
}

// segment draws a side of a hull.
func (f *drawing) segment(a, b point, dash uint8) {
	length := math.Hypot(float64(b.x-a.x), float64(b.y-a.y))
	if length > 2*float64(dash) {
		f.dashes(a.x, a.y, b.x, b.y, 1.5, dash, orange.Fade(0.9))
		return
	}
	f.line(a.x, a.y, a.x+(b.x-a.x)*0.6, a.y+(b.y-a.y)*0.6, 1.5, orange.Fade(0.9))
}

// convex returns the convex hull of points, in order (A. M. Andrew's monotone chain,
// 1979).
func convex(all []point) []point {
	slices.SortFunc(all, func(a, b point) int { return cmp.Or(cmp.Compare(a.x, b.x), cmp.Compare(a.y, b.y)) })
	turn := func(a, b, c point) float32 { return (b.x-a.x)*(c.y-a.y) - (b.y-a.y)*(c.x-a.x) }
	half := func(points []point) []point {
		var h []point
		for _, p := range points {
			for len(h) >= 2 && turn(h[len(h)-2], h[len(h)-1], p) <= 0 {
				h = h[:len(h)-1]
			}
			h = append(h, p)
		}
		return h[:len(h)-1]
	}
	lower := half(all)
	slices.Reverse(all)
	return append(lower, half(all)...)
}

// oneWays draws arrows with a bar for links that are cut in one direction only.
func (f *drawing) oneWays(k *ring) {
	n := len(f.run.Machines)
	for i := range n {
		for j := range n {
			if f.reach.Link(i, j) != replay.Cut || f.reach.Link(j, i) == replay.Cut {
				continue
			}
			x1, y1 := k.position(i, n)
			x2, y2 := k.position(j, n)
			dx, dy := x2-x1, y2-y1
			length := float32(math.Hypot(float64(dx), float64(dy)))
			dx, dy = dx/length, dy/length
			from, to := k.node+4, length*0.5
			ax, ay, bx, by := x1+dx*from, y1+dy*from, x1+dx*to, y1+dy*to
			f.dashes(ax, ay, bx, by, 1.5, 4, orange)
			f.line(bx-dy*7, by+dx*7, bx+dy*7, by-dx*7, 3, orange)
			tx, ty := bx-dx*3, by-dy*3
			f.triangle(tx, ty, tx-dx*8-dy*4, ty-dy*8+dx*4, tx-dx*8+dy*4, ty-dy*8-dx*4, orange)
		}
	}
}

// matrix draws which machines reach each other, if some do not: a dot for an open link,
// a ring for a degraded one, a cross for a cut one, nothing if one of the machines is
// down.
func (f *drawing) matrix(k *ring) {
	n := len(f.run.Machines)
	bad := false
	for i := range n {
		for j := range n {
			bad = bad || i != j && f.reach.Link(i, j) != replay.Open
		}
	}
	if !bad || n < 2 || n > 9 {
		return
	}
	side := roundf(float32(f.small) * 0.9)
	label := roundf(float32(f.small) * 1.5)
	x0, y0 := k.box.X+6+label, k.box.Bottom()-side*float32(n)-2
	st := f.smallPlain(dim)
	st.px = uint8(max(8, int(st.px)-2))
	f.rect(x0-label, y0-side-2, label+side*float32(n)+4, side*float32(n+1)+4, panel.Fade(0.9))
	for i, name := range f.run.Machines {
		at := (float32(i) + 0.5) * side
		f.right(x0-4, base(y0+at, st.px), st, name)
		f.middle(x0+at, base(y0-side/2, st.px), st, number(name))
		for j := range n {
			x, y := x0+(float32(j)+0.5)*side, y0+at
			f.rect(x-side/2, y-side/2, side-1, side-1, raised)
			if i == j {
				continue
			}
			what := "reaches"
			switch f.reach.Link(i, j) {
			case replay.Open:
				f.disc(x-0.5, y-0.5, side*0.2, green)
			case replay.Degraded:
				f.canvas.ring(x-0.5, y-0.5, side*0.22, 1.3, 0, yellow)
				what = "reaches, badly,"
			case replay.Cut:
				f.cross(x-0.5, y-0.5, side*0.24, 1.5, orange)
				what = "is cut off from"
			case replay.EndpointDown:
				what = "does not reach (one of them is down)"
			}
			f.hit(Box{x - side/2, y - side/2, side, side}, Target{}, fmt.Sprintf("%s %s %s", name, what, f.run.Machines[j]))
		}
	}
	f.text(x0-label, base(y0-side*1.6, st.px), st, "who reaches whom")
}

// number returns the distinguishing part of names such as n1 and n2.
func number(name string) string {
	if len(name) > 1 && name[0] == 'n' {
		return name[1:]
	}
	return name
}
