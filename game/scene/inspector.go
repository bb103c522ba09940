package scene

import (
	"fmt"

	"raftian/linearizability/verdict"
	"raftian/netsim/trace"
)

// inspector shows details of what is chosen; else the verdicts and the story around the
// cursor.
func (f *drawing) inspector() {
	b := f.lay.Inspector
	at := Box{b.X + 12, b.Y + f.heading() + 2, b.W - 24, b.H - f.heading() - 8}
	p := &page{f, at}
	p.currentEvent()
	switch t := f.v.Chosen; {
	case t.Action == Node && t.N < len(f.run.Machines):
		p.node(t.N)
	case t.Action == Op && t.N < len(f.run.Ops):
		p.op(t.N)
	case t.Action == Fault && t.N < len(f.run.Faults):
		p.fault(t.N)
	case t.Action == Message && t.N > 0 && t.N <= f.run.Events():
		p.message(t.N)
	default:
		p.difference()
		p.verdicts()
		p.heading("STORY")
		f.list(p.at, f.story(int(p.at.H/f.step())))
	}
	if f.v.Chosen.Action != Nothing {
		x := b.Right() - 30
		f.button(Box{x, b.Y + 4, 24, f.heading() - 6}, "esc", "back to the story (Esc)")
		f.cross(x+12, b.Y+f.heading()/2+1, 4, 1.5, text)
	}
}

// page is the remaining area of a panel of text.
type page struct {
	*drawing
	at Box
}

// next takes a line and returns its baseline.
func (p *page) next() float32 {
	h := p.step()
	y := p.at.Y + h*0.75
	p.at.Y += h
	p.at.H -= h
	return y
}

// space takes some height.
func (p *page) space(h float32) {
	p.at.Y += h
	p.at.H -= h
}

func (p *page) heading(words string) {
	p.space(float32(p.small) * 0.55)
	p.rect(p.at.X, p.at.Y-2, p.at.W, 1, edge)
	p.text(p.at.X, p.next(), p.smallBold(dim), words)
}

// wrapped adds a text broken into lines.
func (p *page) wrapped(st style, words string, indent float32, lines int) {
	for _, l := range p.canvas.book.Wrap(st.face, st.px, words, p.at.W-indent, lines) {
		if p.at.H < p.step() {
			return
		}
		p.text(p.at.X+indent, p.next(), st, l)
	}
}

// currentEvent describes the last event.
func (p *page) currentEvent() {
	if p.c.N() == 0 {
		p.text(p.at.X, p.next(), p.smallPlain(dim), "before the first event")
		return
	}
	e := p.run.Event(p.c.N())
	st := p.smallPlain(text)
	y := p.next()
	x := p.text(p.at.X, y, p.smallBold(white), "event "+thousands(p.c.N())) + 8
	x = p.text(x, y, p.smallBold(text), e.Machine) + 8
	p.fit(x, y, p.at.Right()-x, p.smallMono(dim), e.At.String())
	p.wrapped(st, e.Words(), 0, 2)
}

// verdicts lists the verdicts other than Pass, with their evidence.
func (p *page) verdicts() {
	bad := 0
	for _, v := range p.run.Verdicts {
		if v.Outcome != verdict.Pass {
			bad++
		}
	}
	p.heading("VERDICTS")
	if bad == 0 {
		words := fmt.Sprintf("all %s passed", trace.Some(len(p.run.Verdicts), "judge"))
		if len(p.run.Verdicts) == 0 {
			words = "the file holds none"
		}
		p.text(p.at.X, p.next(), p.smallPlain(text), words)
		return
	}
	half := p.at.H * 0.55
	floor := p.at.H - half
	for _, v := range p.run.Verdicts {
		if v.Outcome == verdict.Pass || p.at.H < floor {
			continue
		}
		r := float32(p.small) * 0.5
		y := p.next()
		p.flag(p.at.X+r, y-r*0.7, r, v.Outcome)
		p.text(p.at.X+2*r+8, y, p.smallBold(outcomeColor(v.Outcome)), v.Judge+map[bool]string{true: " failed", false: " not decided"}[v.Outcome == verdict.Fail])
		p.wrapped(p.smallPlain(text), v.Reason, 2*r+8, 3)
		for _, e := range v.Evidence {
			if p.at.H < floor {
				break
			}
			p.evidence(e, 2*r+8)
		}
	}
}

// evidence adds a piece of evidence; a click goes to its event.
func (p *page) evidence(e verdict.Evidence, indent float32) {
	top := p.at.Y
	words := e.Text
	st := p.smallPlain(dim)
	if e.Event == 0 {
		p.wrapped(st, words, indent, 2)
		return
	}
	name := "→ " + thousands(int(e.Event)) + " "
	w := p.width(p.smallMono(sky), name)
	p.text(p.at.X+indent, p.at.Y+p.step()*0.75, p.smallMono(sky), name)
	if int(e.Event) == p.c.N() {
		st.color = white
	}
	p.wrapped(st, words, indent+w+4, 2)
	p.hit(Box{p.at.X, top, p.at.W, p.at.Y - top}, Target{Action: Event, N: int(e.Event)}, words+"\nclick to go to the event")
}
