package scene

import (
	"fmt"
	"strings"

	"raftian/netsim/trace"
)

// turnTo is what leads to the other side of a node's page, if its programs have printed
// anything: on the line of the heading before it.
func (p *page) turnTo(machine int, what string) {
	if len(p.run.Printed(machine)) == 0 {
		return
	}
	x := p.right(p.at.Right(), p.at.Y-p.step()*0.25, p.smallPlain(sky), "C  "+what)
	p.hit(Box{x - 4, p.at.Y - p.step(), p.at.Right() - x + 8, p.step()}, Target{Action: Press, Key: "c"}, what+" (C)")
}

// print is what a machine's programs have printed up to now, if that is asked for and there
// is any: the last line at the foot. White is the last line, the lines of earlier
// incarnations are faint, and a rule is where one begins.
func (p *page) print(machine int) bool {
	if !p.v.Printed || len(p.run.Printed(machine)) == 0 {
		return false
	}
	p.heading("OUTPUT OF " + p.run.Machines[machine])
	p.turnTo(machine, "its state")
	lines := p.run.Printed(machine)[:p.c.Printed(machine)]
	if len(lines) == 0 {
		p.text(p.at.X, p.next(), p.smallPlain(faint), "nothing yet")
		return true
	}
	const linesMost = 3 // of the panel, for one line
	indent := p.width(p.smallMono(faint), "00.0000") + 10
	var parts [][]string // of lines, from the last on
	room := int(p.at.H / p.step())
	for k := len(lines) - 1; k >= 0; k-- {
		st := p.smallPlain(text)
		words := p.canvas.book.Wrap(st.face, st.px, orWord(withoutTime(lines[k].Words()), " "), p.at.W-indent, linesMost)
		if room -= len(words); room < 0 {
			break
		}
		parts = append(parts, words)
	}
	boot := lines[len(lines)-1].Boot
	for k := len(parts) - 1; k >= 0; k-- {
		at := len(lines) - 1 - k
		if k < len(parts)-1 && lines[at-1].Boot != lines[at].Boot {
			p.rect(p.at.X, p.at.Y, p.at.W, 1, dim)
		}
		shade := text
		switch {
		case lines[at].Boot != boot:
			shade = faint
		case k == 0:
			shade = white
		}
		p.printed(&lines[at], parts[k], indent, shade)
	}
	return true
}

// printed is a line over some of the panel's; a click goes to its moment.
func (p *page) printed(l *trace.Line, words []string, indent float32, shade Color) {
	top := p.at.Y
	for k, part := range words {
		y := p.next()
		if k == 0 {
			p.right(p.at.X+indent-10, y, p.smallMono(faint), fmt.Sprintf("%.4f", l.At.Seconds()))
		}
		p.text(p.at.X+indent, y, p.smallPlain(shade), part)
	}
	p.hit(Box{p.at.X - 4, top, p.at.W + 8, p.at.Y - top}, Target{Action: Event, N: int(l.After)},
		fmt.Sprintf("%s\n%s of incarnation %d at %s; click to go there", l.Words(), orWord(l.Stream, "output"), l.Boot, l.At))
}

// withoutTime is a line without the date and time that loggers begin it with: that is
// virtual time, which stands beside it, since the year 2000.
func withoutTime(line string) string {
	day, rest, _ := strings.Cut(line, " ")
	switch {
	case strings.HasPrefix(day, "2000-01-") && strings.Contains(day, "T"): // as of hclog
		return rest
	case strings.HasPrefix(day, "2000/01/"): // as of package log
		_, rest, _ = strings.Cut(rest, " ")
		return rest
	}
	return line
}
