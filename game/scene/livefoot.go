package scene

import (
	"fmt"

	"raftian/game/live"
	"raftian/netsim/trace"
)

// footer draws the feed, the text box, and hints.
func (f *liveDrawing) footer() {
	b := f.lay.Foot
	line := roundf(float32(f.small) * 1.55)
	box := roundf(float32(f.body) * 2.3)
	f.feed(Box{b.X + 10, b.Y + 5, b.W - 20, b.H - box - 12}, line)
	y := b.Bottom() - box - 4
	hints := Box{b.X + 6, y, b.W - 12, box}
	w := roundf(b.W * 0.36)
	f.inputBox(Box{b.X + 6, y, w, box})
	help := Box{hints.Right() - box, y, box, box}
	f.button(help, Target{Action: Press, Key: "?"}, "what is what on this screen (?)")
	f.middle(help.X+help.W/2, base(help.Y+help.H/2, f.body), f.bold(text), "?")
	x := b.X + 6 + w + 14
	cy := base(y+box/2, f.small)
	if f.v.Note != "" {
		f.fit(x, cy, help.X-x-10, f.smallPlain(text), f.v.Note)
		return
	}
	words := "1-9 attack   C cut   K kill   G heal   M mute   - + volume   F2 frame rate   F3 numbers   F11 full screen"
	if !f.g.Machines {
		words = "1-9 attack   J join   L leave   M mute   - + volume   F2 frame rate   F3 numbers   F11 full screen"
	}
	f.fit(x, cy, help.X-x-10, f.smallPlain(dim), words)
}

// feed draws the last committed commands, the newest at the bottom.
func (f *liveDrawing) feed(at Box, line float32) {
	n := max(1, int(at.H/line))
	lines := f.v.Feed[max(0, len(f.v.Feed)-n):]
	y := at.Y + line*0.75 + line*float32(n-len(lines))
	if len(lines) == 0 {
		f.text(at.X, y-line, f.smallPlain(faint), "committed commands are listed here")
	}
	for i := range lines {
		l := &lines[i]
		ink := dim
		if l.Mine {
			ink = text
		}
		x, cy := at.X+8, y-float32(f.small)*0.36
		f.stageMark(l.Stage, x, cy, ink)
		x = f.text(at.X+24, y, f.smallPlain(ink), l.Words) + 14
		f.fit(x, y, at.Right()-x, f.smallMono(faint), l.Place)
		y += line
	}
}

// stageMark draws a stage as a small symbol.
func (f *liveDrawing) stageMark(s live.Stage, x, y float32, ink Color) {
	const r = 4
	switch s {
	case live.Applied, live.Committed:
		f.disc(x, y, r, green)
	case live.Rejected:
		f.ring(x, y, r-1, 1.5, 0, ink)
	case live.Failed:
		f.cross(x, y, r-1, 1.5, ink)
	default:
		f.middle(x, base(y, f.small), f.smallBold(yellow), "?")
	}
}

// inputBox draws the text box.
func (f *liveDrawing) inputBox(at Box) {
	color := faint
	f.box(at, mix(ground, panel, 0.4))
	if f.v.Typing {
		color = sky
	}
	f.frame(at, 1, color)
	f.hit(at, Target{Action: Press, Key: "enter"}, "type a command: n1 attack n2, add z, del z, cut n2, heal n2, kill n2, start n2 (Enter opens this)")
	y := base(at.Y+at.H/2, f.body)
	x := at.X + 10
	if !f.v.Typing {
		f.fit(x, base(at.Y+at.H/2, f.small), at.W-20, f.smallPlain(dim), "Enter, then: n1 attack n2, add z, del z")
		return
	}
	end := f.fit(x, y, at.W-24, f.mono(white), f.v.Text)
	if int(f.v.Now.Milliseconds()/500)%2 == 0 {
		f.rect(end+2, at.Y+7, 2, at.H-14, white)
	}
	if f.v.Text == "" {
		f.text(end+10, base(at.Y+at.H/2, f.small), f.smallPlain(faint), "n1 attack n2, add z, del z; Enter sends, Esc closes")
	}
}

// overlay draws frame statistics over the map.
func (f *liveDrawing) overlay() {
	b := f.lay.Map
	var lines []string
	asked := "as the browser likes"
	if f.v.Frames.Asked > 0 {
		asked = fmt.Sprint(f.v.Frames.Asked)
	}
	lines = append(lines, fmt.Sprintf("screen      asked %s, actual %.1f frames per second", asked, f.v.Frames.Actual),
		fmt.Sprintf("drawing     %s a frame, %s at worst in the last second", trace.Brief(f.v.Frames.Draw), trace.Brief(f.v.Frames.Worst)))
	for i := range f.g.Nodes {
		n := &f.g.Nodes[i]
		lines = append(lines, fmt.Sprintf("%-11s asked %d, actual %.1f frames per second, %d late; local log to %d", n.ID, n.FPS, n.Rate, n.Late, n.Local))
	}
	lines = append(lines, fmt.Sprintf("snapshot    version %d at %.1f s, entry %d", f.g.Version, f.g.At.Seconds(), f.g.Index))
	st := f.smallMono(text)
	step := roundf(float32(st.px) * 1.5)
	var w float32
	for _, l := range lines {
		w = max(w, f.width(st, l))
	}
	at := Box{b.X + 8, b.Y + 8, min(w+20, b.W-16), step*float32(len(lines)) + 14}
	f.box(at, panel.Fade(0.92))
	f.frame(at, 1, faint)
	for i, l := range lines {
		f.fit(at.X+10, at.Y+7+step*(float32(i)+0.75), at.W-20, st, l)
	}
}

// tooltip draws the tooltip of what is under the mouse.
func (f *liveDrawing) tooltip() {
	if !f.v.Hover {
		return
	}
	for _, c := range []*canvas{&f.over, &f.front, &f.background} {
		for i := len(c.hits) - 1; i >= 0; i-- {
			if h := &c.hits[i]; h.Box.Holds(f.v.X, f.v.Y) {
				if h.Tip != "" {
					f.canvas.tip(h.Tip, f.v.X, f.v.Y, Box{0, 0, float32(max(f.v.W, WidthMin)), float32(max(f.v.H, HeightMin))})
				}
				return
			}
		}
	}
}
