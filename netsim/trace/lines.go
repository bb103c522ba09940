package trace

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"raftian/netsim/env"
)

// Line is a line that a program printed, or a gap where lines are left out.
type Line struct {
	At      env.Instant `json:"at"`    // when its last byte was printed; of a gap, when the first line was
	After   uint64      `json:"after"` // the last event before
	Machine string      `json:"machine"`
	Boot    uint64      `json:"boot"`
	Stream  string      `json:"stream,omitempty"` // "stdout" or "stderr"; "" of a gap
	Text    string      `json:"text,omitempty"`   // without its end
	// Open says that the line has no end: the incarnation ended before.
	Open bool `json:"open,omitempty"`
	// Cut is how many bytes are left out at the line's end.
	Cut uint64 `json:"cut,omitempty"`
	// Lines and Bytes are how much is left out in a gap.
	Lines uint64 `json:"lines,omitempty"`
	Bytes uint64 `json:"bytes,omitempty"`
}

// Words is the line as a person may see it: characters that a terminal would obey are
// escaped, and what is left out is said.
func (l *Line) Words() string {
	if l.Lines > 0 {
		return fmt.Sprintf("… %s, %s, left out", Some(l.Lines, "line"), Some(l.Bytes, "byte"))
	}
	var b strings.Builder
	for _, r := range l.Text {
		if r == '\t' || unicode.IsPrint(r) {
			b.WriteRune(r)
		} else {
			b.WriteString(strings.Trim(strconv.QuoteRune(r), "'"))
		}
	}
	switch {
	case l.Cut > 0:
		fmt.Fprintf(&b, " … (%s more)", Some(l.Cut, "byte"))
	case l.Open:
		b.WriteString(" … (the line has no end)")
	}
	return b.String()
}

// Bounds on what is kept of what programs print, in bytes. Of an incarnation it is the
// beginning and the end; after keptMax nothing more is kept of a run.
const (
	lineMax  = 4 << 10
	firstMax = 32 << 10
	lastMax  = 32 << 10
	keptMax  = 8 << 20
	lineCost = 64 // of a line beside its text
)

// Lines makes lines of what programs print, in bounds. The zero Lines has none.
type Lines struct {
	lives map[life]*printed
	n     uint64 // lines so far
	kept  int    // bytes
}

// life is an incarnation of a machine.
type life struct {
	machine string
	boot    uint64
}

// printed is what an incarnation has printed.
type printed struct {
	open  [2]Line // of each stream, the line under way
	text  [2][]byte
	first []numbered
	last  []numbered
	used  int      // bytes of first, until that is full
	tail  int      // bytes of last
	gap   numbered // between the two
}

// numbered is a line with its place among all.
type numbered struct {
	Line
	n uint64
}

// Add takes what a program printed after an event.
func (l *Lines) Add(p *Print, after uint64) {
	of := life{p.Machine, p.Boot}
	if l.lives == nil {
		l.lives = map[life]*printed{}
	}
	i := l.lives[of]
	if i == nil {
		i = &printed{}
		l.lives[of] = i
	}
	k := 0
	if p.Stream == Stderr {
		k = 1
	}
	for rest := p.Text; len(rest) > 0; {
		part, more, ended := bytes.Cut(rest, []byte("\n"))
		rest = more
		fits := min(len(part), lineMax-len(i.text[k]))
		i.text[k] = append(i.text[k], part[:fits]...)
		i.open[k] = Line{At: p.At, After: after, Machine: p.Machine, Boot: p.Boot, Stream: p.Stream.String(),
			Cut: i.open[k].Cut + uint64(len(part)-fits), Open: true}
		if ended {
			l.keep(i, i.close(k))
		}
	}
}

// close ends the line of a stream that is under way.
func (i *printed) close(k int) Line {
	line := i.open[k]
	line.Open = false
	line.Text = strings.ToValidUTF8(strings.TrimSuffix(string(i.text[k]), "\r"), "\ufffd")
	i.open[k], i.text[k] = Line{}, i.text[k][:0]
	return line
}

// keep keeps a line, and drops another for it if it has to.
func (l *Lines) keep(i *printed, line Line) {
	l.n++
	one, size := numbered{line, l.n}, cost(line)
	switch {
	case l.kept+size > keptMax:
		i.drop(one)
		return
	case i.used+size <= firstMax:
		i.first = append(i.first, one)
		i.used += size
	default:
		i.used = firstMax
		i.last = append(i.last, one)
		i.tail += size
	}
	l.kept += size
	for i.tail > lastMax {
		size := cost(i.last[0].Line)
		i.drop(i.last[0])
		i.last = i.last[1:]
		i.tail -= size
		l.kept -= size
	}
}

// drop counts a line that is not kept.
func (i *printed) drop(one numbered) {
	if i.gap.Lines == 0 {
		i.gap = numbered{Line{At: one.At, After: one.After, Machine: one.Machine, Boot: one.Boot}, one.n}
	}
	i.gap.Lines++
	i.gap.Bytes += uint64(len(one.Text)) + one.Cut
}

func cost(l Line) int { return len(l.Text) + lineCost }

// All are the lines in the order in which they were printed. Those that were under way
// are ended: there is nothing to come.
func (l *Lines) All() []Line {
	var all []numbered
	for _, i := range l.lives { //raftian:unordered they are sorted below
		all = append(all, i.first...)
		all = append(all, i.last...)
		if i.gap.Lines > 0 {
			all = append(all, i.gap)
		}
		for k := range i.open {
			if i.open[k].Open {
				line := i.close(k)
				line.Open = true
				all = append(all, numbered{line, l.n + 1})
			}
		}
	}
	slices.SortFunc(all, func(a, b numbered) int {
		return cmp.Or(cmp.Compare(a.At, b.At), cmp.Compare(a.n, b.n), cmp.Compare(a.Machine, b.Machine),
			cmp.Compare(a.Boot, b.Boot), cmp.Compare(a.Stream, b.Stream))
	})
	lines := make([]Line, len(all))
	for k := range all {
		lines[k] = all[k].Line
	}
	return lines
}
