package scene

import (
	"fmt"
	"strings"

	"raftian/netsim/trace"
)

// outputToggle adds a button on the line of the preceding heading that switches a node's
// page between its state and its output, if its programs have printed anything.
func (p *page) outputToggle(machine int, what string) {
	if len(p.run.Printed(machine)) == 0 {
		return
	}
	x := p.right(p.at.Right(), p.at.Y-p.step()*0.25, p.smallPlain(sky), "C  "+what)
	p.hit(Box{x - 4, p.at.Y - p.step(), p.at.Right() - x + 8, p.step()}, Target{Action: Press, Key: "c"}, what+" (C)")
}

// output shows the lines that a machine's programs printed up to the cursor, the last line
// at the bottom. It reports false, and shows nothing, if View.Printed is not set or there
// are none in the run. The last line is white, lines of earlier incarnations are faint,
// and a rule separates incarnations.
func (p *page) output(machine int) bool {
	if !p.v.Printed || len(p.run.Printed(machine)) == 0 {
		return false
	}
	p.heading("OUTPUT OF " + p.run.Machines[machine])
	p.outputToggle(machine, "its state")
	lines := p.run.Printed(machine)[:p.c.Printed(machine)]
	if len(lines) == 0 {
		p.text(p.at.X, p.next(), p.smallPlain(faint), "nothing yet")
		return true
	}
	const wrappedMax = 3 // rows per printed line
	indent := p.width(p.smallMono(faint), "00.0000") + 10
	var parts [][]string // of lines, from the last on
	room := int(p.at.H / p.step())
	for k := len(lines) - 1; k >= 0; k-- {
		st := p.smallPlain(text)
		words := p.canvas.book.Wrap(st.face, st.px, orWord(withoutTime(lines[k].Words()), " "), p.at.W-indent, wrappedMax)
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
		p.outputLine(&lines[at], parts[k], indent, shade)
	}
	return true
}

// outputLine shows a printed line, wrapped into rows. A click moves to its instant.
func (p *page) outputLine(l *trace.Line, words []string, indent float32, shade Color) {
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

// withoutTime cuts the date and time off a logger's line. They are virtual time, which
// begins in the year 2000 and is shown beside the line already.
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
