package scene

import (
	"fmt"
	"strings"

	"raftian/game/glyph"
	"raftian/game/replay"
	"raftian/game/rules"
)

// strips is the layout of log strips and the range of indexes they show, which is the
// same for all nodes and ends beyond the highest known commit index.
type strips struct {
	x, cell           float32
	columns           int
	low               uint64            // index of the first column
	rows              []Box             // of each node
	logs              [][]*replay.Entry // of each node, by column; nil where it has no entry
	conflict          []bool            // columns in which two nodes have different entries
	committedConflict []bool            // columns in which two nodes have committed different entries
}

// logs draws a row per node: its log, its indexes, its state.
func (f *drawing) logs() {
	s := f.strips()
	f.indexes(&s)
	for i := range f.state.Nodes {
		f.strip(&s, i)
		f.nodeFigures(&s, i)
	}
	f.commitLine(&s)
}

func (f *drawing) strips() strips {
	b := f.lay.Logs
	label := roundf(float32(f.small) * 6.2)
	s := strips{x: b.X + label, cell: roundf(float32(f.small) * 1.32)}
	s.columns = max(1, int((b.Right()-10-s.x)/s.cell))
	commit, last := f.state.Commit, uint64(0)
	for i := range f.state.Nodes {
		index, _ := f.run.Last(&f.state.Nodes[i])
		last = max(last, index)
	}
	// Uncommitted entries get at most half of the columns.
	beyond := min(max(last, commit+5)-commit, uint64(s.columns/2))
	if low := commit + beyond + 1; low > uint64(s.columns) {
		s.low = low - uint64(s.columns)
	}
	s.low = max(s.low, 1)
	top := b.Y + f.heading() + float32(f.small)*1.5
	n := len(f.state.Nodes)
	h := min((b.Bottom()-4-top)/float32(n), float32(f.body)*9)
	for i := range n {
		s.rows = append(s.rows, Box{b.X + 1, roundf(top + h*float32(i)), b.W - 2, roundf(h)})
	}
	s.read(f.run, f.state)
	return s
}

// read reads the entries of the logs and compares them.
func (s *strips) read(r *replay.Run, state *replay.State) {
	s.conflict, s.committedConflict = make([]bool, s.columns), make([]bool, s.columns)
	for i := range state.Nodes {
		n := &state.Nodes[i]
		log := make([]*replay.Entry, s.columns)
		r.Log(n, s.low, func(e *replay.Entry) bool {
			if k := int(e.Index - s.low); k < s.columns {
				log[k] = e
			}
			return true
		})
		s.logs = append(s.logs, log)
	}
	for k := range s.columns {
		for i, log := range s.logs {
			for j := range i {
				a, b := log[k], s.logs[j][k]
				if a == nil || b == nil || a.Term == b.Term && (a.Hash == b.Hash || a.Hash == 0 || b.Hash == 0) {
					continue
				}
				s.conflict[k] = true
				index := s.low + uint64(k)
				s.committedConflict[k] = s.committedConflict[k] || state.Nodes[i].Commit >= index && state.Nodes[j].Commit >= index
			}
		}
	}
}

// indexes labels the columns.
func (f *drawing) indexes(s *strips) {
	st := f.smallMono(faint)
	y := s.rows[0].Y - float32(f.small)*0.45
	for k := range s.columns {
		if index := s.low + uint64(k); index%10 == 0 {
			f.middle(s.x+(float32(k)+0.5)*s.cell, y, st, fmt.Sprint(index))
		}
	}
}

// commitLine draws a line behind the highest known commit index.
func (f *drawing) commitLine(s *strips) {
	k := int(f.state.Commit) - int(s.low) + 1
	if k < 0 || k > s.columns {
		return
	}
	x := s.x + float32(k)*s.cell - 0.5
	last := s.rows[len(s.rows)-1]
	f.dashes(x, s.rows[0].Y-2, x, last.Bottom()-4, 1, 3, dim)
	st := f.smallBold(text)
	words := fmt.Sprintf("committed to %d", f.state.Commit)
	b := f.lay.Logs
	f.right(b.Right()-10, b.Y+f.heading()*0.68, st, words)
}

// strip draws a node's log. Entries known to be committed are solid, others hatched. A
// wedge marks the applied index.
func (f *drawing) strip(s *strips, i int) {
	n, b := &f.state.Nodes[i], s.rows[i]
	if f.v.Chosen == (Target{Action: Node, N: i}) {
		f.rect(b.X, b.Y, b.W, b.H-3, raised.Fade(0.7))
		f.rect(b.X, b.Y, 3, b.H-3, white)
	}
	if i > 0 {
		f.rect(b.X+8, b.Y-3, b.W-16, 1, edge.Fade(0.7))
	}
	f.hit(Box{b.X, b.Y, b.W, b.H - 3}, Target{Action: Node, N: i}, "")
	y, h := b.Y+2, roundf(min(s.cell*1.15, b.H*0.34))
	f.roleMark(b.X+9, y+h/2, n)
	f.text(b.X+22, base(y+h/2, f.body), f.bold(nodeInk(n)), f.run.Machines[i])
	part := float32(1)
	if n.Status == replay.Down {
		part = 0.45
	}
	f.rect(s.x, y+h/2, s.cell*float32(s.columns)-2, 1, edge)
	for k := range s.columns {
		index := s.low + uint64(k)
		at := Box{s.x + float32(k)*s.cell, y, s.cell - 2, h}
		e := s.logs[i][k]
		switch {
		case e != nil:
			f.entry(at, n, e, part)
			if s.conflict[k] {
				color := white
				if s.committedConflict[k] {
					color = vermilion
				}
				f.frame(Box{at.X - 2, at.Y - 2, at.W + 4, at.H + 4}, 2, color)
			}
		case index < n.First:
			f.rect(at.X, y+h*0.3, s.cell, h*0.4, faint.Fade(0.5*part))
		}
		if index == n.Applied && n.Applied > 0 {
			f.triangle(at.X+at.W/2-4, y+h+4, at.X+at.W/2+4, y+h+4, at.X+at.W/2, y+h-1, white.Fade(part))
		}
	}
	if k := int(n.First) - int(s.low); k > 4 {
		f.text(s.x+4, base(y+h/2, f.small), f.smallPlain(dim), "in a snapshot")
	}
}

// nodeInk returns the colour of a node's name.
func nodeInk(n *replay.Node) Color {
	if n.Status == replay.Down {
		return dim
	}
	return text
}

// roleMark draws a node's role as a small symbol.
func (f *drawing) roleMark(x, y float32, n *replay.Node) {
	color := termColor(n.Term)
	switch n.Status {
	case replay.Leader:
		f.disc(x+3, y, 5.5, color)
		f.middle(x+3, base(y, 9), style{glyph.Bold, 9, onColor(color)}, "L")
	case replay.Candidate:
		f.canvas.ring(x+3, y, 4.5, 1.5, 2, color)
	case replay.Follower:
		f.canvas.ring(x+3, y, 4.5, 1.5, 0, color)
	case replay.Booting:
		f.triangle(x-1, y+4, x+7, y+4, x+3, y-4, dim)
	default:
		f.cross(x+3, y, 4, 1.5, dim)
	}
}

// entry draws a cell of a strip.
func (f *drawing) entry(at Box, n *replay.Node, e *replay.Entry, part float32) {
	color := termColor(e.Term)
	sign := f.sign(e)
	ink := onColor(color)
	if e.Index <= n.Commit {
		f.box(at, color.Fade(0.85*part))
	} else {
		f.box(at, color.Fade(0.14*part))
		f.hatch(at, 5, 1, color.Fade(0.55*part))
		f.frame(at, 1, color.Fade(part))
		ink = white
	}
	st := f.smallBold(ink)
	st.px = uint8(min(float32(st.px), at.H))
	f.middle(at.X+at.W/2, base(at.Y+at.H/2, st.px), st, sign)
	tip := fmt.Sprintf("entry %d of term %d: %s", e.Index, e.Term, orWord(e.Text, "not known"))
	if op := f.run.Command(e); op != nil {
		tip = fmt.Sprintf("entry %d of term %d: %s#%d %s", e.Index, e.Term, op.Client, op.Seq, op.Input)
	}
	if e.Index <= n.Commit {
		tip += "\nthe node knows that it is committed"
	} else {
		tip += "\nnot known to be committed"
	}
	target := Target{Action: Event, N: int(e.Event)}
	if e.Event == 0 {
		target = Target{}
	} else {
		tip += fmt.Sprintf("\ndurable since event %s; click to go there", thousands(int(e.Event)))
	}
	f.hit(at, target, tip)
}

// sign returns the symbol of an entry's command, one character.
func (f *drawing) sign(e *replay.Entry) string {
	switch e.Text {
	case "noop":
		return "o"
	case "barrier":
		return "|"
	case "configuration":
		return "C"
	}
	op := f.run.Command(e)
	if op == nil {
		return "·"
	}
	if !f.run.HasGame() {
		return strings.ToUpper(firstLetter(op.Input))
	}
	in, err := rules.ParseInput(op.Input)
	if err != nil {
		return "!"
	}
	switch in.Verb {
	case rules.Attack:
		return "A"
	case rules.Add:
		return "+"
	case rules.Del:
		return "−"
	}
	return "L"
}

func firstLetter(s string) string {
	for _, r := range s {
		return string(r)
	}
	return "·"
}

func orWord(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}
