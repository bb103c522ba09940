package scene

import (
	"raftian/game/glyph"
	"raftian/game/replay"
	"raftian/linearizability/verdict"
)

// help draws the help screen.
func (f *drawing) help() {
	w, h := float32(f.v.W), float32(f.v.H)
	w, h = max(w, WidthMin), max(h, HeightMin)
	f.rect(0, 0, w, h, ground.Fade(0.82))
	at := Box{roundf(w * 0.06), roundf(h * 0.06), roundf(w * 0.88), roundf(h * 0.88)}
	f.box(at, panel)
	f.frame(at, 1, faint)
	p := &page{f, at.Inset(28, 22)}
	small := f.canvas.small
	f.canvas.small = f.body
	defer func() { f.canvas.small = small }()
	p.text(p.at.X, p.next()+4, style{glyph.Bold, f.body + 5, white}, "What you see")
	p.space(10)
	p.wrapped(f.plain(text), "A run of a cluster of nodes, recorded to the last event. Each node keeps a log of commands; the leader of the "+
		"highest term copies its log to the others, and an entry that a majority has is committed and is applied by all, in order. "+
		"Faults cut links and crash machines. Judges check the guarantees of the cluster; a vermilion cross marks an event that violates one. "+
		"The viewer opens there.", 0, 4)
	p.space(8)
	gap := float32(34)
	column := (p.at.W - 2*gap) / 3
	top := p.at.Y
	left := &page{f, Box{p.at.X, top, column, p.at.Bottom() - top}}
	middle := &page{f, Box{p.at.X + column + gap, top, column, p.at.Bottom() - top}}
	right := &page{f, Box{p.at.X + 2*(column+gap), top, column, p.at.Bottom() - top}}
	left.helpNodes()
	middle.helpLogs()
	right.helpKeys()
	f.middle(at.X+at.W/2, at.Bottom()-10, f.smallPlain(dim), "any key, or a click, closes this")
}

// example draws a line of the help: a symbol and its meaning.
func (p *page) example(draw func(x, y float32), words string) {
	const room = 44
	y := p.at.Y + p.step()*0.5
	draw(p.at.X+room/2-6, y)
	st := p.smallPlain(text)
	lines := p.canvas.book.Wrap(st.face, st.px, words, p.at.W-room, 3)
	for _, l := range lines {
		p.text(p.at.X+room, p.next(), st, l)
	}
	p.space(roundf(float32(p.small) * 0.5))
}

func (p *page) helpNodes() {
	p.heading("CLUSTER")
	p.space(4)
	nodes := []struct {
		is    replay.NodeStatus
		words string
	}{
		{replay.Leader, "leader: filled, a double ring and L"},
		{replay.Follower, "follower; the arc outside grows while it hears of no leader"},
		{replay.Candidate, "candidate: dashed; dots below are the votes it has"},
		{replay.Down, "down: killed, without power, or its program has ended"},
	}
	for k, n := range nodes {
		p.example(func(x, y float32) {
			c := termColor(uint64(k + 1))
			switch n.is {
			case replay.Leader:
				p.disc(x, y, 5, mix(panel, c, 0.35))
				p.canvas.ring(x, y, 5, 1.5, 0, c)
				p.canvas.ring(x, y, 8.5, 1.5, 0, c)
			case replay.Follower:
				p.canvas.ring(x, y, 6.5, 2, 0, c)
				p.arc(x, y, 9.5, 1.5, 0, 0.4, 0, dim)
			case replay.Candidate:
				p.canvas.ring(x, y, 8, 2, 3, c)
			default:
				p.canvas.ring(x, y, 8, 1.5, 0, faint)
				p.cross(x, y, 5, 2, faint)
			}
		}, n.words)
	}
	p.example(func(x, y float32) { p.rect(x-10, y-6, 20, 12, termColor(2)) }, "a colour stands for a term; its number is beside it")
	p.example(func(x, y float32) { p.dashes(x-14, y, x+14, y, 1.5, 4, orange) }, "around machines that a fault partitions from the others, with a letter")
	p.example(func(x, y float32) {
		p.dashes(x-14, y, x+8, y, 1.5, 4, orange)
		p.line(x+8, y-6, x+8, y+6, 3, orange)
	}, "a link that is cut in this direction only")
	for _, m := range []struct {
		kind  replay.MessageKind
		reply bool
		words string
	}{{replay.Append, false, "entries for a follower's log"}, {replay.Append, true, "hollow: a reply"},
		{replay.Vote, false, "a vote request"}, {replay.Call, false, "a player's call, forwarded to the leader"}} {
		p.example(func(x, y float32) { p.shape(m.kind, m.reply, x, y, kindColor(m.kind)) }, m.words)
	}
}

func (p *page) helpLogs() {
	p.heading("LOGS & STATES")
	p.space(4)
	p.example(func(x, y float32) { p.rect(x-6, y-7, 13, 14, sky) }, "an entry that the node knows to be committed; its colour is its term")
	p.example(func(x, y float32) {
		b := Box{x - 6, y - 7, 13, 14}
		p.hatch(b, 5, 1, sky)
		p.frame(b, 1, sky)
	}, "hatched: not known to be committed")
	p.example(func(x, y float32) { p.triangle(x-4, y+3, x+4, y+3, x, y-2, white) }, "the last applied entry")
	p.example(func(x, y float32) { p.frame(Box{x - 8, y - 8, 17, 17}, 2, white) }, "two nodes have different entries here; vermilion if both nodes consider theirs committed")
	p.example(func(x, y float32) { p.middle(x, base(y, p.small), p.smallBold(text), "A+−L") }, "A attack, + add, − del, L look, o no-op, C configuration, · not known")
	p.heading("TIMELINE")
	p.space(4)
	for _, s := range []struct {
		is    severity
		words string
	}{{answered, "a call, from call to answer"}, {refused, "hollow: had no effect"},
		{unknown, "open: outcome unknown; it may still take effect"}, {illegal, "a failed verdict cites it"}} {
		p.example(func(x, y float32) {
			b := Box{x - 15, y - 5, 30, 11}
			color := callColor(s.is)
			switch s.is {
			case refused:
				p.frame(b, 1, color)
			case unknown:
				p.rect(b.X, b.Y, 2, b.H, color)
				p.dashes(b.X, y, b.Right(), y, 2, 4, color)
				p.triangle(b.Right()-5, y-4, b.Right(), y, b.Right()-5, y+4, color)
			default:
				p.box(b, mix(panel, color, 0.8))
				if s.is == illegal {
					p.frame(b, 2, color)
					p.cross(x, y, 4, 2, white)
				}
			}
		}, s.words)
	}
	p.example(func(x, y float32) { p.diamond(x-8, y, 5, white); p.diamond(x+8, y, 3.3, text) }, "where the call took effect, or read the state, as the log shows")
	p.example(func(x, y float32) {
		for _, s := range [][4]float32{{-1, 0, 0, -1}, {0, -1, 1, 0}, {1, 0, 0, 1}, {0, 1, -1, 0}} {
			p.line(x+s[0]*5, y+s[1]*5, x+s[2]*5, y+s[3]*5, 1.5, yellow)
		}
	}, "the same, chosen by a search, where the log does not show it")
	p.example(func(x, y float32) { p.flag(x, y, 6, verdict.Fail) }, "cited by a failed verdict; with ? by an undecided one")
}

func (p *page) helpKeys() {
	p.heading("KEYS")
	p.space(4)
	for _, k := range [][2]string{
		{"Space", "play, pause"}, {"← →", "one event back, on"}, {"Shift ← →", "100 ms back, on"},
		{"J K L", "play backwards, pause, forwards"}, {"[ ]", "slower, faster"}, {"Home End", "to the start, the end"},
		{"E", "next violation (Shift: previous)"}, {"N", "next fault (Shift: previous)"}, {"T", "next term (Shift: previous)"},
		{"W S", "zoom in, out"}, {"A D", "move the timeline"}, {"1 to 7  C", "inspect a node; what it printed"},
		{"F", "what if: change the plan here"}, {"Tab  B", "the other run; beside this one or not"}, {"P", "pin this moment, or unpin it"}, {"O", "space events evenly, or by time"},
		{"/", "find an event"}, {"H", "show heartbeats"}, {"?", "this help"}, {"Esc", "back to the story"},
	} {
		y := p.next()
		p.text(p.at.X, y, p.smallBold(white), k[0])
		p.fit(p.at.X+float32(p.small)*6.6, y, p.at.W-float32(p.small)*6.6, p.smallPlain(text), k[1])
		p.space(2)
	}
	p.heading("MOUSE")
	p.space(4)
	for _, k := range [][2]string{{"hover", "says what a thing is"}, {"click", "inspects it, or goes there"},
		{"drag", "moves through time, or the axis"}, {"wheel", "zooms where the mouse is"}} {
		y := p.next()
		p.text(p.at.X, y, p.smallBold(white), k[0])
		p.fit(p.at.X+float32(p.small)*6.6, y, p.at.W-float32(p.small)*6.6, p.smallPlain(text), k[1])
		p.space(2)
	}
}
