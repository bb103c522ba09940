package scene

import "strings"

// tooltip says what is under the mouse.
func (f *shot) tooltip() {
	if !f.v.Hover {
		return
	}
	hit := f.At(f.v.X, f.v.Y)
	if hit == nil || hit.Tip == "" {
		return
	}
	st := f.fine(text)
	var lines []string
	for line := range strings.Lines(strings.TrimSpace(hit.Tip)) {
		lines = append(lines, f.canvas.book.Wrap(st.face, st.px, strings.TrimSpace(line), 420, 4)...)
	}
	var w float32
	for _, l := range lines {
		w = max(w, f.width(st, l))
	}
	step := roundf(float32(st.px) * 1.4)
	at := Box{f.v.X + 14, f.v.Y + 16, w + 18, step*float32(len(lines)) + 12}
	if at.Right() > f.lay.Title.Right() {
		at.X = f.v.X - at.W - 8
	}
	if at.Bottom() > f.lay.Transport.Bottom() {
		at.Y = f.v.Y - at.H - 8
	}
	at.X, at.Y = roundf(max(at.X, 2)), roundf(max(at.Y, 2))
	f.box(at, raised)
	f.frame(at, 1, faint)
	for i, l := range lines {
		s := st
		if i > 0 {
			s.color = dim
		}
		if strings.HasPrefix(l, "VIOLATION") {
			s.color = vermilion
		}
		f.text(at.X+9, at.Y+6+step*(float32(i)+0.75), s, l)
	}
}

// At is what the mouse finds at a place of the scene that was drawn last; nil if
// nothing.
func (s *Scene) At(x, y float32) *Hit {
	for _, c := range []*canvas{&s.over, &s.front, &s.lanes, &s.still} {
		for i := len(c.hits) - 1; i >= 0; i-- {
			hit := &c.hits[i]
			if !hit.Box.Holds(x, y) {
				continue
			}
			if hit.Target.Do == Scrub {
				if op := s.opAt(x, y); op != nil { // there are too many to list them
					return &Hit{hit.Box, Target{Do: Op, N: op.Number}, tipOf(op, s.run)}
				}
			}
			return hit
		}
	}
	return nil
}

// search is the line in which a search is typed.
func (f *shot) search() {
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
