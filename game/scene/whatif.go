package scene

import (
	"fmt"
	"strings"

	"raftian/game/glyph"
	"raftian/linearizability/verdict"
	"raftian/netsim/env"
)

// WhatIf is the list of changes possible at an instant, and of the runs made with
// changes.
type WhatIf struct {
	At       env.Instant
	Allowed  bool // runs can be made here
	Live     bool // the run is a live session, which cannot be run again
	Choices  []string
	Branches []Branch
}

// Branch is a run in the tree of runs.
type Branch struct {
	Words   string // the change
	Depth   int    // in the tree
	Outcome verdict.Outcome
	Here    bool   // it is shown
	Saved   string // its name; "" if not saved
}

// Difference is the first event in which a run differs from the one beside it.
type Difference struct {
	Event    int
	Was, Now string
	Change   string
}

// whatIf draws the list of changes and runs.
func (f *drawing) whatIf() {
	w := f.v.WhatIf
	if w == nil {
		return
	}
	width, height := float32(max(f.v.W, WidthMin)), float32(max(f.v.H, HeightMin))
	f.rect(0, 0, width, height, ground.Fade(0.6))
	at := Box{roundf(width * 0.14), roundf(height * 0.14), roundf(width * 0.72), roundf(height * 0.7)}
	f.box(at, panel)
	f.frame(at, 1, faint)
	f.hit(Box{0, 0, width, height}, Target{Action: Press, Key: "esc"}, "")
	f.hit(at, Target{}, "")
	p := &page{f, at.Inset(24, 18)}
	p.text(p.at.X, p.next()+4, style{glyph.Bold, f.body + 4, white}, fmt.Sprintf("What if, at t = %.6f s", w.At.Seconds()))
	p.space(8)
	words := "The plan is run again from the start with one change; the new run opens at the first event that differs."
	switch {
	case w.Live:
		words = "This is a live session of real nodes: nothing can run it again, with or without a change."
	case !w.Allowed:
		words = "Making runs needs the native viewer: raftian replay FILE, without --web."
	}
	p.wrapped(f.smallPlain(dim), words, 0, 2)
	gap := float32(30)
	left := &page{f, Box{p.at.X, p.at.Y, roundf((p.at.W - gap) * 0.56), p.at.H}}
	right := &page{f, Box{left.at.Right() + gap, p.at.Y, p.at.Right() - left.at.Right() - gap, p.at.H}}
	left.choices(w)
	right.branches(w)
	f.text(p.at.X, at.Bottom()-14, f.smallPlain(dim), "a letter makes the run    Tab: the next run    Shift+S: save this one    Esc: close")
}

func (p *page) choices(w *WhatIf) {
	p.heading("CHANGE")
	p.space(4)
	for i, c := range w.Choices {
		row := Box{p.at.X - 6, p.at.Y, p.at.W + 12, p.step() + 4}
		if p.v.Hover && row.Holds(p.v.X, p.v.Y) {
			p.box(row, raised)
		}
		ink := text
		if !w.Allowed {
			ink = faint
		}
		key := string(rune('a' + i))
		y := p.at.Y + (p.step()+4)/2
		p.text(p.at.X, base(y, p.small), p.smallBold(sky), strings.ToUpper(key))
		p.fit(p.at.X+22, base(y, p.small), p.at.W-22, p.smallPlain(ink), c)
		p.hit(row, Target{Action: Press, Key: key}, c)
		p.space(p.step() + 6)
	}
}

func (p *page) branches(w *WhatIf) {
	p.heading("RUNS")
	p.space(4)
	for i, b := range w.Branches {
		row := Box{p.at.X - 6, p.at.Y, p.at.W + 12, p.step() + 4}
		if b.Here {
			p.box(row, raised)
			p.rect(row.X, row.Y, 3, row.H, white)
		}
		y := p.at.Y + (p.step()+4)/2
		x := p.at.X + 6 + float32(b.Depth)*14
		if b.Depth > 0 {
			p.rect(x-9, y, 7, 1, faint)
			p.rect(x-9, y-p.step()/2, 1, p.step()/2, faint)
		}
		r := float32(p.small) * 0.5
		if b.Outcome == verdict.Pass {
			p.disc(x+r, y, r+1, green)
			p.line(x+r*0.5, y, x+r*0.9, y+r*0.5, 1.5, ground)
			p.line(x+r*0.9, y+r*0.5, x+r*1.5, y-r*0.5, 1.5, ground)
		} else {
			p.flag(x+r, y, r, b.Outcome)
		}
		words := b.Words
		if b.Saved != "" {
			words += " (saved as " + b.Saved + ")"
		}
		p.fit(x+2*r+8, base(y, p.small), p.at.Right()-x-2*r-8, p.smallPlain(text), fmt.Sprintf("%d  %s", i, words))
		p.hit(row, Target{Action: ShowRun, N: i}, words)
		p.space(p.step() + 6)
	}
}

// difference shows how a run differs from the one beside it.
func (p *page) difference() {
	d := p.v.Difference
	if d.Event == 0 {
		return
	}
	p.heading("FIRST DIFFERENCE")
	top := p.at.Y
	p.wrapped(p.smallBold(sky), fmt.Sprintf("event %s  %s", thousands(d.Event), d.Change), 0, 2)
	p.wrapped(p.smallPlain(text), "here: "+d.Now, 8, 2)
	p.wrapped(p.smallPlain(dim), "there: "+d.Was, 8, 2)
	p.hit(Box{p.at.X, top, p.at.W, p.at.Y - top}, Target{Action: Event, N: d.Event}, "click to go there; Tab shows the other run")
}
