package scene

import (
	"fmt"

	"raftian/game/replay"
	"raftian/game/rules"
)

// nodeFigures draws the term, indexes and state of a node below its log strip.
func (f *drawing) nodeFigures(s *strips, i int) {
	n, b := &f.state.Nodes[i], s.rows[i]
	y := b.Y + 2 + roundf(min(s.cell*1.15, b.H*0.34)) + float32(f.small)*1.4
	st, is := f.smallMono(nodeInk(n)), f.smallPlain(dim)
	f.text(b.X+12, y, f.smallMono(termColor(n.Term)), fmt.Sprintf("term %d", n.Term))
	x := s.x
	put := func(name string, value string, ink Color) {
		x = f.text(x, y, is, name+" ")
		st.color = ink
		x = f.text(x, y, st, value) + float32(f.small)*0.9
	}
	last, _ := f.run.Last(n)
	log := "empty"
	if last > 0 {
		log = fmt.Sprintf("%d–%d", n.First, last)
	}
	ink := nodeInk(n)
	put("log", log, ink)
	put("committed", fmt.Sprint(n.Commit), ink)
	put("applied", fmt.Sprint(n.Applied), ink)
	put("local", fmt.Sprint(n.Local), ink)
	hash := "–"
	if n.StateHash != 0 {
		hash = fmt.Sprintf("%04x", n.StateHash>>48)
	}
	color := ink
	if f.disagrees(i) {
		hash, color = hash+" ≠", vermilion
	}
	put("state", hash, color)
	if f.run.HasGame() {
		f.cities(Box{s.x, y + float32(f.small)*0.36, b.Right() - 10 - s.x, b.Bottom() - 3 - y - float32(f.small)*0.36}, n)
	}
}

// disagrees reports whether another node with the same applied index has another state.
func (f *drawing) disagrees(i int) bool {
	n := &f.state.Nodes[i]
	for j := range f.state.Nodes {
		o := &f.state.Nodes[j]
		if n.Applied == o.Applied && n.StateHash != o.StateHash && n.StateHash != 0 && o.StateHash != 0 {
			return true
		}
	}
	return false
}

// cities draws a health bar per city, as the node sees them.
func (f *drawing) cities(b Box, n *replay.Node) {
	if !n.GameKnown {
		f.text(b.X, b.Y+float32(f.small), f.smallPlain(faint), "cities not known")
		return
	}
	all := n.Game.Cities()
	if len(all) == 0 || b.H < 3 {
		return
	}
	part := float32(1)
	if n.Status == replay.Down {
		part = 0.45
	}
	step := min(b.W/float32(len(all)), float32(f.body)*9)
	words := b.H >= float32(f.small)*0.95
	for k, c := range all {
		at := Box{b.X + float32(k)*step, b.Y, step - 8, min(b.H, float32(f.small)*1.25)}
		st := f.smallPlain(dim.Fade(part))
		y := base(at.Y+at.H/2, st.px)
		if words {
			w := f.width(st, c.Name) + 4
			f.text(at.X, y, st, c.Name)
			at.X, at.W = at.X+w, at.W-w
			value := fmt.Sprint(c.Health)
			switch c.Status {
			case rules.Destroyed:
				value = "×"
			case rules.Departed:
				value = "–"
			}
			w = f.width(f.smallMono(text), "100") + 4
			f.right(at.Right(), y, f.smallMono(text.Fade(part)), value)
			at.W -= w
		}
		if at.W > 4 {
			h := min(5, at.H)
			bar := Box{at.X, roundf(at.Y + at.H/2 - h/2), at.W, h}
			f.box(bar, edge.Fade(part))
			f.rect(bar.X, bar.Y, bar.W*float32(c.Health)/rules.HealthFull, bar.H, sky.Fade(0.9*part))
		}
		f.hit(Box{b.X + float32(k)*step, b.Y, step - 4, b.H}, Target{}, "city "+c.String())
	}
}
