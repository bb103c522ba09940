package export

import (
	"bufio"
	"cmp"
	"fmt"
	"html"
	"io"
	"slices"
	"strings"

	"raftian/linearizability/history"
	"raftian/linearizability/verdict"
	"raftian/netsim/env"
)

// Picture is what a drawing of a history shows.
type Picture struct {
	Name    string          // of the history
	Model   string          // that it was judged by
	Ops     []history.Op    // in the order of their calls
	All     int             // how many operations the history has of which Ops are a part
	Wrong   *history.Op     // one of Ops: the first answer that no order explains; nil if there is none
	Verdict verdict.Verdict // on the whole
	Events  bool            // moments are named by their events, which are numbered
}

// How many calls a drawing shows: before the first wrong answer, and from the beginning
// if there is none.
const (
	drawnBefore = 16
	drawnAtMost = 48
)

// Lengths in a drawing, in pixels. Texts are monospaced.
const (
	laneHeight = 44
	barHeight  = 32
	textSize   = 12
	letter     = 7.25 // the width of one of that size
	pad        = 7    // beside a text in a bar
	stepLeast  = 22   // from one moment to the next
	stepMost   = 96
	margin     = 24
	widthLeast = 1080 // the legend's
)

// Lanes writes the operations as a drawing in SVG: a lane for each client, a bar for
// each call, from its call to its return. Moments stand side by side in their order, at
// equal distances, however long it took from one to the next: what was concurrent is
// above one another. A bar is filled if the call had an answer, hollow if it failed,
// and open at the right if its outcome is not known; then it reaches to the end.
func Lanes(w io.Writer, p Picture) error {
	d := newDrawing(p)
	out := bufio.NewWriter(w)
	d.out = out
	d.head()
	d.axis()
	for _, l := range d.lanes {
		d.lane(l)
	}
	for _, b := range d.bars {
		d.bar(b)
	}
	d.foot()
	fmt.Fprintln(out, "</svg>")
	return out.Flush()
}

// drawing is one on its way.
type drawing struct {
	Picture
	out     io.Writer
	moments []instant
	lanes   []lane
	bars    []bar
	words   []string // below, in lines
	left    float64  // where the moments begin
	top     float64
	step    float64
	width   float64
	bottom  float64 // of the lanes
	height  float64
}

// instant is a moment in the order of the history.
type instant struct {
	at    env.Instant
	event uint64
}

func (a instant) compare(b instant) int {
	return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.event, b.event))
}

// lane is a client's: rows of bars that do not overlap.
type lane struct {
	name string
	y    float64
	rows int
}

// bar is a call as it is drawn.
type bar struct {
	op       *history.Op
	from, to int // moments; to is beyond the last one if the bar is open
	lane     int
	row      int
}

func (b *bar) isOpen() bool { return b.op.Outcome == history.Unknown }

func newDrawing(p Picture) *drawing {
	d := &drawing{Picture: p}
	shown := d.shown()
	d.place(shown)
	d.words = d.caption(len(shown))
	longest := 0
	for _, c := range d.lanes {
		longest = max(longest, len([]rune(c.name)))
	}
	d.left = margin + max(60, float64(min(longest, 20))*letter+16)
	d.step = d.stepNeeded()
	d.width = max(widthLeast, d.left+float64(len(d.moments)+1)*d.step+margin)
	d.top = 112
	y := d.top
	for i := range d.lanes {
		d.lanes[i].y = y
		y += float64(d.lanes[i].rows)*laneHeight + 6
	}
	d.bottom = y
	d.words = wrapped(d.words, int((d.width-2*margin)/letter))
	d.height = d.bottom + 74 + float64(len(d.words))*18
	return d
}

// shown are the calls that the drawing has room for.
func (d *drawing) shown() []*history.Op {
	var all []*history.Op
	for i := range d.Ops {
		all = append(all, &d.Ops[i])
	}
	if d.Wrong == nil {
		return all[:min(len(all), drawnAtMost)]
	}
	end := instant{d.Wrong.Return, d.Wrong.ReturnEvent}
	all = slices.DeleteFunc(all, func(op *history.Op) bool {
		return instant{op.Call, op.CallEvent}.compare(end) > 0
	})
	// Those that returned last, and those without an answer that were called last.
	last := func(op *history.Op) instant {
		if op.Outcome == history.OK {
			return instant{op.Return, op.ReturnEvent}
		}
		return instant{op.Call, op.CallEvent}
	}
	slices.SortStableFunc(all, func(a, b *history.Op) int { return last(b).compare(last(a)) })
	all = all[:min(len(all), drawnBefore)]
	slices.SortStableFunc(all, func(a, b *history.Op) int {
		return instant{a.Call, a.CallEvent}.compare(instant{b.Call, b.CallEvent})
	})
	return all
}

// place gives the calls their moments and rows.
func (d *drawing) place(shown []*history.Op) {
	for _, op := range shown {
		d.moments = append(d.moments, instant{op.Call, op.CallEvent})
		if op.Outcome != history.Unknown {
			d.moments = append(d.moments, ended(op))
		}
	}
	slices.SortFunc(d.moments, instant.compare)
	d.moments = slices.Compact(d.moments)
	at := func(i instant) int {
		k, _ := slices.BinarySearchFunc(d.moments, i, instant.compare)
		return k
	}
	of := map[string]int{}
	for _, name := range clientsInOrder(shown) {
		of[name] = len(d.lanes)
		d.lanes = append(d.lanes, lane{name: name})
	}
	ends := make([][]int, len(d.lanes)) // by row, where its last bar ends
	for _, op := range shown {
		b := bar{op: op, from: at(instant{op.Call, op.CallEvent}), lane: of[op.Client]}
		if b.to = len(d.moments); op.Outcome != history.Unknown {
			b.to = at(ended(op))
		}
		rows := &ends[b.lane]
		for b.row < len(*rows) && (*rows)[b.row] > b.from {
			b.row++
		}
		if b.row == len(*rows) {
			*rows = append(*rows, 0)
		}
		(*rows)[b.row] = b.to
		d.lanes[b.lane].rows = len(*rows)
		d.bars = append(d.bars, b)
	}
}

// ended is when a call was over; of one that failed that need not be known.
func ended(op *history.Op) instant {
	return instant{max(op.Return, op.Call), max(op.ReturnEvent, op.CallEvent)}
}

// clientsInOrder are the clients by name; numbers by their size.
func clientsInOrder(shown []*history.Op) (names []string) {
	for _, op := range shown {
		names = append(names, op.Client)
	}
	slices.SortFunc(names, func(a, b string) int {
		if isNumber(a) && isNumber(b) {
			return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b))
		}
		return cmp.Compare(a, b)
	})
	return slices.Compact(names)
}

func isNumber(text string) bool { return text != "" && strings.Trim(text, "0123456789") == "" }

// stepNeeded is how far apart moments have to be for the texts to fit, within limits.
func (d *drawing) stepNeeded() float64 {
	step := float64(stepLeast)
	for i := range d.bars {
		b := &d.bars[i]
		step = max(step, (d.textWidth(b)+2*pad+4)/float64(max(1, b.to-b.from)))
	}
	return min(step, stepMost)
}

func (d *drawing) textWidth(b *bar) float64 {
	input, output := barTexts(b.op)
	return float64(max(len([]rune(input)), len([]rune(output)))) * letter
}

// barTexts are what a bar says.
func barTexts(op *history.Op) (input, output string) {
	switch {
	case op.Outcome == history.Unknown:
		return op.Input, "no answer"
	case op.Outcome == history.Fail:
		return op.Input, "failed"
	case op.OutputUnknown:
		return op.Input, "→ not known"
	}
	return op.Input, "→ " + op.Output
}

// caption is what stands below the lanes.
func (d *drawing) caption(shown int) (words []string) {
	for _, e := range d.Verdict.Evidence {
		words = append(words, e.Text)
	}
	switch {
	case shown < d.All && d.Wrong != nil:
		words = append(words, fmt.Sprintf("%d of %d operations are shown: those before the first answer that no order explains.", shown, d.All))
	case shown < d.All:
		words = append(words, fmt.Sprintf("The first %d of %d operations are shown.", shown, d.All))
	}
	return words
}

// wrapped breaks lines that are too long at spaces.
func wrapped(texts []string, most int) (lines []string) {
	for _, text := range texts {
		line := ""
		for word := range strings.FieldsSeq(text) {
			switch {
			case line == "":
				line = word
			case len([]rune(line))+1+len([]rune(word)) > most:
				lines, line = append(lines, line), "    "+word
			default:
				line += " " + word
			}
		}
		lines = append(lines, line)
	}
	return lines
}

func escape(text string) string { return html.EscapeString(text) }
