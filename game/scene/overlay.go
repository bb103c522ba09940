package scene

import "strings"

// tooltip draws the tooltip of what is under the mouse.
func (f *drawing) tooltip() {
	if !f.v.Hover {
		return
	}
	hit := f.At(f.v.X, f.v.Y)
	if hit == nil || hit.Tip == "" {
		return
	}
	f.tip(hit.Tip, f.v.X, f.v.Y, Box{0, 0, f.lay.Title.Right(), f.lay.Transport.Bottom()})
}

// tip draws a tooltip near a position, within a box.
func (c *canvas) tip(words string, x, y float32, within Box) {
	st := c.smallPlain(text)
	var lines []string
	for line := range strings.Lines(strings.TrimSpace(words)) {
		lines = append(lines, c.book.Wrap(st.face, st.px, strings.TrimSpace(line), 420, 4)...)
	}
	var w float32
	for _, l := range lines {
		w = max(w, c.width(st, l))
	}
	step := roundf(float32(st.px) * 1.4)
	at := Box{x + 14, y + 16, w + 18, step*float32(len(lines)) + 12}
	if at.Right() > within.Right() {
		at.X = x - at.W - 8
	}
	if at.Bottom() > within.Bottom() {
		at.Y = y - at.H - 8
	}
	at.X, at.Y = roundf(max(at.X, 2)), roundf(max(at.Y, 2))
	c.box(at, raised)
	c.frame(at, 1, faint)
	for i, l := range lines {
		s := st
		if i > 0 {
			s.color = dim
		}
		if strings.HasPrefix(l, "VIOLATION") {
			s.color = vermilion
		}
		c.text(at.X+9, at.Y+6+step*(float32(i)+0.75), s, l)
	}
}

// At returns what is at a position of the last scene; nil if nothing responds there.
func (s *Scene) At(x, y float32) *Hit {
	for _, c := range []*canvas{&s.over, &s.front, &s.timelineCanvas, &s.background} {
		for i := len(c.hits) - 1; i >= 0; i-- {
			hit := &c.hits[i]
			if !hit.Box.Holds(x, y) {
				continue
			}
			if hit.Target.Action == Scrub {
				if op := s.opAt(x, y); op != nil { // calls have no Hits: there may be too many
					return &Hit{hit.Box, Target{Action: Op, N: op.Number}, tipOf(op, s.run)}
				}
			}
			return hit
		}
	}
	return nil
}

// search draws the search box.
func (f *drawing) search() {
	if !f.v.Searching {
		return
	}
	w := float32(f.body) * 40
	at := Box{(f.lay.Title.W - w) / 2, f.lay.Transport.Y - 60, w, float32(f.body) * 2.6}
	f.box(at, raised)
	f.frame(at, 1, sky)
	y := base(at.Y+at.H/2, f.body)
	x := f.text(at.X+12, y, f.bold(dim), "find an event: ")
	x = f.fit(x, y, at.Right()-x-20, f.mono(white), f.v.Search)
	f.rect(x+2, at.Y+8, 2, at.H-16, white)
	if f.v.Search == "" {
		f.text(x+10, y, f.plain(faint), "words of it, such as \"n2 votes\" or \"p3#90\"; Enter, Esc")
	}
}
