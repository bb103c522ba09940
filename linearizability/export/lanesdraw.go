package export

import (
	"fmt"
	"slices"

	"raftian/linearizability/history"
	"raftian/linearizability/verdict"
)

// The colours are those of package scene, which this one does not know: a dark ground,
// and of M. Okabe and K. Ito's "Color Universal Design" (2008) vermilion, kept for what
// is wrong. Nothing is told by a colour alone.
const (
	colorGround = "#0d1015"
	colorPanel  = "#151920"
	colorEdge   = "#2c3440"
	colorDim    = "#8d99a9"
	colorText   = "#dce2ea"
	colorOK     = "#3d5a80"
	colorOpen   = "#56b4e9"
	colorWrong  = "#e86614"
)

func (d *drawing) put(format string, args ...any) { fmt.Fprintf(d.out, format+"\n", args...) }

// text puts a text; y is its baseline.
func (d *drawing) text(x, y float64, color, more, text string) {
	d.put(`<text x="%.1f" y="%.1f" fill="%s"%s>%s</text>`, x, y, color, more, escape(text))
}

// head puts the ground, the title, the verdict and the legend.
func (d *drawing) head() {
	d.put(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %.0f %.0f" width="%.0f" height="%.0f" `+
		`font-family="DejaVu Sans Mono, Menlo, Consolas, monospace" font-size="%d" role="img">`,
		d.width, d.height, d.width, d.height, textSize)
	d.put(`<title>%s</title>`, escape(d.Name+": "+d.Verdict.Outcome.String()))
	d.put(`<defs><linearGradient id="open"><stop offset="0" stop-color="%s" stop-opacity="0.34"/>`+
		`<stop offset="1" stop-color="%s" stop-opacity="0"/></linearGradient></defs>`, colorOpen, colorOpen)
	d.put(`<rect width="100%%" height="100%%" fill="%s"/>`, colorGround)
	d.text(margin, 34, colorText, ` font-size="16" font-weight="bold"`, short(d.Name, int((d.width-2*margin)/9.7)))
	color, words := colorDim, "judged by "+d.Model+": "+d.Verdict.Outcome.String()
	if d.Verdict.Outcome == verdict.Fail {
		color = colorWrong
	}
	if d.Verdict.Reason != "" {
		words += ": " + d.Verdict.Reason
	}
	d.text(margin, 56, color, "", short(words, int((d.width-2*margin)/letter)))
	d.legend(margin, 76)
}

// legend says what bars mean.
func (d *drawing) legend(x, y float64) {
	entries := []string{"answered", "failed: no effect", "no answer: any time, or never"}
	if d.Wrong != nil {
		entries = append(entries, "the first answer that no order explains")
		if slices.ContainsFunc(d.bars, func(b bar) bool { return d.cited(b.op) && !d.isWrong(b.op) }) {
			entries = append(entries, "named below")
		}
	}
	for i, words := range entries {
		switch i {
		case 0:
			d.put(`<rect x="%.1f" y="%.1f" width="22" height="12" rx="2" fill="%s"/>`, x, y-10, colorOK)
		case 1:
			d.put(`<rect x="%.1f" y="%.1f" width="22" height="12" rx="2" fill="none" stroke="%s"/>`, x, y-10, colorDim)
		case 2:
			d.open(x, y-10, 22, 12)
		case 3:
			d.put(`<rect x="%.1f" y="%.1f" width="22" height="12" rx="2" fill="%s"/>`, x, y-10, colorWrong)
		case 4:
			d.put(`<rect x="%.1f" y="%.1f" width="20" height="10" rx="2" fill="%s" stroke="%s" stroke-width="2"/>`, x+1, y-9, colorOK, colorWrong)
		}
		d.text(x+28, y, colorDim, "", words)
		x += 28 + float64(len(words))*letter + 24
	}
}

// x is where a moment stands.
func (d *drawing) x(moment int) float64 { return d.left + (float64(moment)+0.5)*d.step }

// axis puts a line for each moment, and names as many of them as there is room for.
func (d *drawing) axis() {
	free := 0.0
	for k, m := range d.moments {
		x := d.x(k)
		d.put(`<line x1="%.1f" y1="%.1f" x2="%.1f" y2="%.1f" stroke="%s" stroke-width="1"/>`, x, d.top-6, x, d.bottom, colorPanel)
		name := m.at.String()
		if d.Events && m.event != 0 {
			name = fmt.Sprint(m.event)
		}
		half := float64(len(name)) * 6 / 2
		if x-half < free {
			continue
		}
		free = x + half + 10
		d.text(x, d.bottom+16, colorDim, ` font-size="10" text-anchor="middle"`, name)
	}
	words := "moments in their order, not to scale"
	if d.Events {
		words = "events by their numbers, which in EDN and in logs are those of lines"
	}
	d.text(d.left, d.bottom+34, colorDim, ` font-size="10"`, words)
}

// lane puts a client's name, and the ground of its bars.
func (d *drawing) lane(l lane) {
	d.text(margin, l.y+barHeight/2+4, colorText, "", short(l.name, 20))
	y := l.y + float64(l.rows)*laneHeight - 3
	d.put(`<line x1="%d" y1="%.1f" x2="%.1f" y2="%.1f" stroke="%s" stroke-width="1"/>`, margin, y, d.width-margin, y, colorEdge)
}

// bar puts a call.
func (d *drawing) bar(b bar) {
	x, y := d.x(b.from), d.lanes[b.lane].y+float64(b.row)*laneHeight
	width := max(6, d.x(b.to)-x)
	if b.isOpen() {
		width = d.width - margin - x
	}
	input, output := barTexts(b.op)
	d.put(`<g><title>%s</title>`, escape(fmt.Sprintf("%s: %s %s", b.op.Client, b.op.Input, output)))
	color, second := colorText, colorText
	switch {
	case d.isWrong(b.op):
		d.put(`<rect x="%.1f" y="%.1f" width="%.1f" height="%d" rx="3" fill="%s"/>`, x, y, width, barHeight, colorWrong)
		d.put(`<path d="M%.1f %.1f l-6 -9 h12 z" fill="%s"/>`, x+width, y-2, colorWrong)
		color, second = colorGround, colorGround
	case b.isOpen():
		d.open(x, y, width, barHeight)
		second = colorOpen
	case b.op.Outcome.String() == "fail":
		d.put(`<rect x="%.1f" y="%.1f" width="%.1f" height="%d" rx="3" fill="%s" stroke="%s"/>`, x+0.5, y+0.5, width-1, barHeight-1, colorGround, colorDim)
		color, second = colorDim, colorDim
	default:
		d.put(`<rect x="%.1f" y="%.1f" width="%.1f" height="%d" rx="3" fill="%s"/>`, x, y, width, barHeight, colorOK)
	}
	if d.cited(b.op) && !d.isWrong(b.op) {
		d.put(`<rect x="%.1f" y="%.1f" width="%.1f" height="%d" rx="3" fill="none" stroke="%s" stroke-width="2"/>`, x+1, y+1, width-2, barHeight-2, colorWrong)
	}
	room := int((width - pad) / letter)
	d.text(x+pad, y+13, color, "", short(input, room))
	d.text(x+pad, y+27, second, "", short(output, room))
	d.put(`</g>`)
}

// isWrong says whether a call has the answer that no order explains.
func (d *drawing) isWrong(op *history.Op) bool {
	return d.Wrong != nil && op.Client == d.Wrong.Client && op.Seq == d.Wrong.Seq
}

// cited says whether evidence rests on one of a call's events.
func (d *drawing) cited(op *history.Op) bool {
	return slices.ContainsFunc(d.Verdict.Evidence, func(e verdict.Evidence) bool {
		return e.Event != 0 && (e.Event == op.CallEvent || e.Event == op.ReturnEvent)
	})
}

// open puts a bar that has no right end.
func (d *drawing) open(x, y, width, height float64) {
	d.put(`<rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" fill="url(#open)"/>`, x, y, width, height)
	d.put(`<path d="M%.1f %.1f H%.1f V%.1f H%.1f" fill="none" stroke="%s" stroke-dasharray="4 3"/>`,
		x+width, y+0.5, x+0.5, y+height-0.5, x+width, colorOpen)
}

// foot puts what is to be said about it all.
func (d *drawing) foot() {
	for i, line := range d.words {
		color := colorText
		if len(line) > 4 && line[:4] == "    " {
			d.text(margin+4*letter, d.bottom+62+float64(i)*18, color, "", line[4:])
			continue
		}
		d.text(margin, d.bottom+62+float64(i)*18, color, "", line)
	}
}

// short is a text that takes no more letters than there are.
func short(text string, most int) string {
	if runes := []rune(text); len(runes) > most {
		if most < 2 {
			return ""
		}
		return string(runes[:most-1]) + "…"
	}
	return text
}
