package scene

import (
	"fmt"
	"math"
	"strconv"
	"time"

	"raftian/game/live"
	"raftian/game/rules"
)

// mapLayout is the positions of cities. Cities keep their positions.
type mapLayout struct {
	x, y, rx, ry float32 // the ellipse
	r            float32 // radius of a city
	slots        int
}

// outerRingMax is the number of cities up to which all are on one ellipse; of more, a
// third is on an inner one.
const outerRingMax = 9

func (f *liveDrawing) mapLayout() mapLayout {
	b, n := f.lay.Map, max(f.v.Slots, 3)
	r := min(b.W, b.H) * 0.104
	if n > 6 {
		r *= float32(math.Sqrt(6.5 / float64(n)))
	}
	above := r + float32(f.small)*2.4                     // what its node is
	below := r + float32(f.body)*2 + float32(f.small)*4.4 // name, health, and the hint at the bottom
	ry := (b.H - above - below) / 2
	return mapLayout{x: b.X + b.W/2, y: b.Y + above + ry, rx: b.W/2 - r*1.5 - 10, ry: ry, r: r, slots: n}
}

// position returns the position of a slot.
func (c *mapLayout) position(slot int) (x, y float32) {
	n, k, wide, high := c.slots, slot, float32(1), float32(1)
	if c.slots > outerRingMax {
		outer := (c.slots*2 + 2) / 3
		n = outer
		if slot >= outer {
			n, k, wide, high = c.slots-outer, slot-outer, 0.52, 0.36
		}
	}
	// Two cities at the top make better use of a wide map.
	turn := (float64(k) + 0.5) / float64(n) * 2 * math.Pi
	return c.x + c.rx*wide*float32(math.Sin(turn)), c.y - c.ry*high*float32(math.Cos(turn))
}

// drawMap draws the map: cities, a free slot, and attacks.
func (f *liveDrawing) drawMap() {
	b, c := f.lay.Map, f.mapLayout()
	if f.v.Shake > 0 {
		t := f.v.Now.Seconds()
		c.x += f.v.Shake * float32(math.Sin(t*91))
		c.y += f.v.Shake * float32(math.Cos(t*77))
	}
	taken := map[int]bool{}
	for i := range f.v.Cities {
		taken[f.v.Cities[i].Slot] = true
	}
	free := -1
	for slot := range c.slots {
		if !taken[slot] && free < 0 {
			free = slot
		}
	}
	if free >= 0 {
		f.freeSlot(&c, free)
	}
	for i := range f.v.Shots {
		f.attackArc(&c, &f.v.Shots[i])
	}
	for i := range f.v.Cities {
		f.drawCity(&c, &f.v.Cities[i])
	}
	for i := range f.v.Shots {
		f.projectile(&c, &f.v.Shots[i])
	}
	for i := range f.v.Shots {
		f.arcLabel(&c, &f.v.Shots[i])
	}
	f.particles(&c)
	hint, ink := "click your city, then whom to attack", dim
	n, behind := f.node(f.g.Node), uint64(0)
	if n != nil && f.g.Commit > n.Local {
		behind = f.g.Commit - n.Local
	}
	switch {
	case n != nil && n.Cut:
		hint, ink = fmt.Sprintf("%s is cut off: you see what its log has, %d entries fewer than are committed", n.ID, behind), orange
	case f.g.Node != "" && f.g.Node != f.g.City && f.node(f.g.City) != nil:
		hint, ink = fmt.Sprintf("%s does not answer: you see what %s has", f.g.City, f.g.Node), orange
	case f.v.Aiming:
		hint = "now click whom to attack; Esc stops aiming"
	case f.g.City == "":
		hint = ""
	}
	f.middle(b.X+b.W/2, b.Bottom()-9, f.smallPlain(ink), hint)
}

// freeSlot draws a position for another city.
func (f *liveDrawing) freeSlot(c *mapLayout, slot int) {
	x, y := c.position(slot)
	r := c.r * 0.55
	f.ring(x, y, r, 1.5, 5, faint)
	f.line(x-r*0.3, y, x+r*0.3, y, 2, faint)
	f.line(x, y-r*0.3, x, y+r*0.3, 2, faint)
	f.middle(x, y+r+float32(f.small)*1.3, f.smallPlain(faint), "add a city")
	f.hit(Box{x - r, y - r, 2 * r, 2 * r}, Target{Action: Press, Key: "add"}, "a free place: click, and type a name")
}

// drawCity draws a city.
func (f *liveDrawing) drawCity(c *mapLayout, k *LiveCity) {
	x, y := c.position(k.Slot)
	r, n := c.r, f.node(k.Name)
	own, plays := k.Name == f.v.Own, k.Playing()
	if age := f.v.Now - k.Hurt; k.Hurt > 0 && age < 350*time.Millisecond {
		x += r * 0.09 * float32(math.Sin(age.Seconds()*70)) * float32(1-age.Seconds()/0.35)
	}
	shore, soil := edge, mix(sea, steel, 0.42)
	if !plays || n != nil && n.Down {
		soil = mix(sea, faint, 0.25)
	}
	f.disc(x, y, r, soil)
	f.ring(x, y, r, 1.5, 0, shore)
	f.role(n, x, y, r)
	f.skyline(k, x, y+r*0.3, r)
	switch k.Status {
	case "destroyed":
		f.smoke(x, y, r)
		f.cross(x, y+r*0.05, r*0.42, 4, orange)
	case "departed":
		f.middle(x, base(y, f.small), f.smallPlain(dim), "departed")
	}
	if own {
		f.ring(x, y, r+3, 2, 0, white)
	}
	if age := f.v.Now - k.Hurt; k.Hurt > 0 && age < 300*time.Millisecond {
		grow := float32(age.Seconds() / 0.3)
		f.ring(x, y, r*(0.6+0.9*grow), 3*(1-grow)+0.5, 0, orange.Fade(1-grow))
	}
	f.aimMarks(k, x, y, r)
	f.nameplate(k, x, y+r, r)
	f.hit(Box{x - r, y - r, 2 * r, 2*r + float32(f.small)*3}, Target{Action: Pick, Key: k.Name}, f.cityTip(k, n))
}

// aimMarks marks the city that aims, its possible targets, and the chosen city.
func (f *liveDrawing) aimMarks(k *LiveCity, x, y, r float32) {
	turn := float32(math.Mod(f.v.Now.Seconds()/4, 1))
	switch {
	case f.v.Aiming && k.Name == f.v.Own:
		f.arc(x, y, r+8, 3, 0, 1, 6, white)
	case f.v.Aiming && k.Playing():
		for q := range 4 {
			at := turn + float32(q)/4
			at -= float32(math.Floor(float64(at)))
			f.arc(x, y, r+7, 2, at, min(1, at+0.09), 0, yellow)
		}
	}
	if k.Name == f.v.Chosen {
		d, l := r+11, r*0.34
		for _, sx := range []float32{-1, 1} {
			for _, sy := range []float32{-1, 1} {
				f.line(x+sx*d, y+sy*d, x+sx*(d-l), y+sy*d, 2, sky)
				f.line(x+sx*d, y+sy*d, x+sx*d, y+sy*(d-l), 2, sky)
			}
		}
	}
}

// role shows the role of a city's node, by shape, word and colour.
func (f *liveDrawing) role(n *live.Node, x, y, r float32) {
	if n == nil {
		return
	}
	ty := y - r - 3
	switch {
	case n.Down || !n.Answers:
		words := "down"
		if !n.Down {
			words = "silent"
		}
		f.ring(x, y, r, 3, 3, faint)
		f.cross(x-r*0.78, y-r*0.78, r*0.15, 2.5, dim)
		f.tag(x, ty, words, faint)
	case n.Cut:
		f.ring(x, y, r+6, 2, 7, orange)
		f.tag(x, ty, "cut off", orange)
	case n.Role == "leader":
		color := termColor(n.Term)
		f.ring(x, y, r+1, 2.5, 0, color)
		f.ring(x, y, r+7, 2.5, 0, color)
		f.tag(x, ty, fmt.Sprintf("L  leads term %d", n.Term), color)
	case n.Role == "candidate":
		f.ring(x, y, r+4, 2.5, 4, termColor(n.Term))
		f.tag(x, ty, "candidate", termColor(n.Term))
	default:
		f.ring(x, y, r, 2, 0, termColor(n.Term).Fade(0.75))
	}
}

// tag draws a word on a coloured background, with its lower edge centred at x, y.
func (f *liveDrawing) tag(x, y float32, words string, color Color) {
	st := f.smallBold(onColor(color))
	w, h := f.width(st, words)+12, roundf(float32(st.px)*1.5)
	f.rect(roundf(x-w/2), roundf(y-h), w, h, color)
	f.middle(x, base(roundf(y-h)+h/2, st.px), st, words)
}

// skyline draws houses derived from the name. The share of lit windows is the city's
// health.
func (f *liveDrawing) skyline(k *LiveCity, x, y, r float32) {
	if k.Status == "departed" {
		return
	}
	const houses, floors = 7, 5
	seed := uint32(2166136261) // FNV-1a, as in hash/fnv
	for i := range len(k.Name) {
		seed = (seed ^ uint32(k.Name[i])) * 16777619
	}
	wide := r * 1.36 / houses
	stone := mix(ground, dim, 0.4)
	lit, all := 0, 0
	want := float32(k.Health) / rules.HealthFull
	for i := range houses {
		seed = seed*1664525 + 1013904223
		high := 2 + int(seed>>28)%(floors-1)
		if i == houses/2 {
			high = floors
		}
		if k.Status == "destroyed" {
			high = 1
		}
		h := float32(high) * r * 0.19
		left := x + (float32(i)-houses/2.0)*wide
		f.rect(left, y-h, wide-1.5, h, stone)
		for floor := range high {
			for side := range 2 {
				if all++; k.Status == "destroyed" {
					continue
				}
				color := mix(stone, ground, 0.6)
				if float32(lit) < want*float32(all)-0.001 {
					color = yellow
					lit++
				}
				wx := left + wide*(0.16+0.36*float32(side))
				f.rect(wx, y-h+float32(floor)*r*0.19+r*0.055, max(1.5, wide*0.24), max(1.5, r*0.08), color)
			}
		}
	}
	f.rect(x-r*0.74, y, r*1.48, 2, stone)
}

// smoke draws smoke over a destroyed city.
func (f *liveDrawing) smoke(x, y, r float32) {
	t := f.v.Now.Seconds()
	for i := range 4 {
		part := math.Mod(t*0.25+float64(i)*0.25, 1)
		sway := float32(math.Sin(t*1.3+float64(i)*2)) * r * 0.12
		f.disc(x+sway+r*0.1*float32(i-2), y-r*float32(part)*1.1, r*float32(0.08+0.12*part), dim.Fade(float32(0.35*(1-part))))
	}
}

// nameplate draws a city's number, name and health below it.
func (f *liveDrawing) nameplate(k *LiveCity, x, y, r float32) {
	st := f.bold(text)
	if !k.Playing() {
		st.color = dim
	}
	line := y + float32(f.body)*1.3
	key := strconv.Itoa(k.Slot + 1)
	w := f.width(st, k.Name)
	side := roundf(float32(f.small) * 1.35)
	left := x - (w+side+6)/2
	f.rect(x-r*1.02, line-float32(f.body)*1.05, r*2.04, float32(f.body)*1.3+float32(f.small)*1.3, sea.Fade(0.72)) // over arcs
	if k.Slot < 9 {
		at := Box{roundf(left), roundf(line - side*0.86), side, side}
		f.box(at, raised)
		f.frame(at, 1, faint)
		f.middle(at.X+side/2, base(at.Y+side/2, f.small), f.smallBold(text), key)
		left += side + 6
	} else {
		left = x - w/2
	}
	end := f.text(left, line, st, k.Name)
	for i := range min(int(k.Score), 5) {
		f.diamond(end+9+float32(i)*9, line-float32(f.body)*0.34, 4, yellow)
	}
	if k.Score > 5 {
		f.text(end+56, line, f.smallPlain(yellow), fmt.Sprint("×", k.Score))
	}
	if !k.Playing() {
		return
	}
	bar := Box{roundf(x - r*0.95), roundf(line + float32(f.small)*0.62), roundf(r * 1.9), roundf(float32(f.small) * 0.62)}
	digits := f.smallMono(text)
	room := f.width(digits, "100") + 6
	bar.W -= room
	f.box(bar, edge)
	color := green
	switch {
	case k.Health <= 30:
		color = orange
	case k.Health <= 60:
		color = yellow
	}
	f.rect(bar.X, bar.Y, bar.W*max(0, min(1, k.Bar)), bar.H, color)
	f.right(bar.Right()+room, base(bar.Y+bar.H/2, digits.px), digits, strconv.Itoa(k.Health))
	if k.Resting {
		f.middle(x, bar.Bottom()+float32(f.small)*1.15, f.smallPlain(dim), "rests after its attack")
	}
}

// cityTip returns the tooltip of a city and its node.
func (f *liveDrawing) cityTip(k *LiveCity, n *live.Node) string {
	who := map[string]string{"you": "your city", "bot": "a bot plays it", "": "somebody else's city"}[k.Player]
	tip := fmt.Sprintf("%s: %s, %s", k.Name, who, k.Status)
	if k.Playing() {
		tip += fmt.Sprintf(", health %d", k.Health)
	}
	tip += fmt.Sprintf("\nscore %d: cities it destroyed", k.Score)
	if k.Resting {
		tip += "\nit attacked last, and rests until another command changes the game"
	}
	if n != nil {
		tip += fmt.Sprintf("\nits node: %s of term %d, committed to %d", n.Role, n.Term, n.Commit)
	}
	return tip
}

// SlotPosition returns the position of a slot on the map, relative to its centre: from
// -1 (left, upper edge) to 1 (right, lower edge).
func (s *Live) SlotPosition(v *LiveView, slot int) (x, y float64) {
	b := s.lay.Map
	if b.W == 0 {
		return 0, 0
	}
	f := &liveDrawing{Live: s, canvas: &s.front, v: v}
	c := f.mapLayout()
	px, py := c.position(slot)
	return float64((px - b.X - b.W/2) / (b.W / 2)), float64((py - b.Y - b.H/2) / (b.H / 2))
}
