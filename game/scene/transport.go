package scene

import "fmt"

// transport draws the line at the bottom: buttons, speed, filters, hints.
func (f *drawing) transport() {
	b := f.lay.Transport
	h := roundf(b.H * 0.72)
	y := b.Y + (b.H-h)/2
	x := b.X + 6
	for _, k := range []struct{ key, tip string }{
		{"home", "to the start (Home)"}, {"E", "previous violation (Shift+E)"}, {"left", "one event back (Left)"},
		{"space", "play, pause (Space)"}, {"right", "one event on (Right)"}, {"e", "next violation (E)"}, {"end", "to the end (End)"},
	} {
		at := Box{x, y, roundf(h * 1.25), h}
		f.button(at, k.key, k.tip)
		f.icon(at, k.key)
		x = at.Right() + 3
	}
	x += 8
	x = f.wordButton(x, y, h, "[", "slower ([)", "–")
	st := f.mono(text)
	speed := speedName(f.v.Speed)
	f.middle(x+float32(f.body)*2.4, base(y+h/2, st.px), st, speed)
	x += float32(f.body) * 4.8
	x = f.wordButton(x, y, h, "]", "faster (])", "+") + 12
	x = f.toggle(x, y, h, "h", "heartbeats", f.v.Heartbeats, "show heartbeats (H)")
	x = f.toggle(x, y, h, "o", "by event", f.v.Ordinal, "space events evenly instead of by time (O)")
	right := b.Right() - 10
	hints := f.smallPlain(dim)
	cy := base(y+h/2, hints.px)
	help := Box{right - roundf(h*1.1), y, roundf(h * 1.1), h}
	f.button(help, "?", "what is what on this screen (?)")
	f.middle(help.X+help.W/2, base(y+h/2, f.body), f.bold(text), "?")
	right = help.X - 12
	if f.v.Rate > 0 {
		right = f.right(right, cy, f.smallMono(faint), fmt.Sprintf("%3.0f fps", f.v.Rate)) - 14
	}
	if f.v.Note != "" {
		f.fit(x+6, cy, right-x-12, f.smallPlain(text), f.v.Note)
		return
	}
	words := "E violation   N fault   T term   W S zoom   A D pan   1-7 node   P pin   F what if   / search"
	if x+6+f.width(hints, words) > right {
		words = "E violation   N fault   T term   W S zoom   / search"
	}
	f.right(right, cy, hints, words)
}

// button draws an area that acts as a key.
func (f *drawing) button(at Box, key, tip string) {
	color := raised
	if f.v.Hover && at.Holds(f.v.X, f.v.Y) {
		color = edge
	}
	f.box(at, color)
	f.hit(at, Target{Action: Press, Key: key}, tip)
}

// wordButton draws a button with a word.
func (f *drawing) wordButton(x, y, h float32, key, tip, words string) float32 {
	at := Box{x, y, max(h, f.width(f.bold(text), words)+14), h}
	f.button(at, key, tip)
	f.middle(at.X+at.W/2, base(y+h/2, f.body), f.bold(text), words)
	return at.Right() + 3
}

// toggle draws a button that is on or off, shown by a filled or hollow square.
func (f *drawing) toggle(x, y, h float32, key, words string, on bool, tip string) float32 {
	st := f.smallPlain(dim)
	if on {
		st.color = text
	}
	side := roundf(float32(f.small) * 0.75)
	at := Box{x, y, f.width(st, words) + side + 20, h}
	f.button(at, key, tip)
	square := Box{at.X + 7, roundf(y + (h-side)/2), side, side}
	f.frame(square, 1, st.color)
	if on {
		f.box(square.Inset(2, 2), sky)
	}
	f.text(square.Right()+6, base(y+h/2, st.px), st, words)
	return at.Right() + 4
}

// icon draws the symbol of a button.
func (f *drawing) icon(at Box, key string) {
	x, y, r := at.X+at.W/2, at.Y+at.H/2, roundf(at.H*0.25)
	color := text
	forward := func(x float32) { f.triangle(x-r*0.7, y-r, x+r*0.8, y, x-r*0.7, y+r, color) }
	back := func(x float32) { f.triangle(x+r*0.7, y-r, x-r*0.8, y, x+r*0.7, y+r, color) }
	switch key {
	case "home":
		back(x + 1)
		f.rect(x-r-1, y-r, 2, 2*r, color)
	case "end":
		forward(x - 1)
		f.rect(x+r-1, y-r, 2, 2*r, color)
	case "left":
		back(x)
	case "right":
		forward(x)
	case "space":
		if f.v.Playing {
			f.rect(x-r*0.8, y-r, r*0.55, 2*r, color)
			f.rect(x+r*0.3, y-r, r*0.55, 2*r, color)
			return
		}
		f.triangle(x-r*0.8, y-r*1.15, x+r*1.1, y, x-r*0.8, y+r*1.15, white)
	case "e", "E":
		color = vermilion
		if len(f.run.Pins) == 0 {
			color = faint
		}
		if key == "e" {
			forward(x - r*0.5)
			f.cross(x+r*0.9, y, r*0.5, 1.5, color)
		} else {
			back(x + r*0.5)
			f.cross(x-r*0.9, y, r*0.5, 1.5, color)
		}
	}
}
