package scene

import (
	"fmt"
	"slices"
	"time"

	"raftian/game/live"
	"raftian/netsim/trace"
)

// clusterPanel draws the state of the cluster.
func (f *liveDrawing) clusterPanel() {
	b := f.lay.Rail
	x, right := b.X+12, b.Right()-12
	y := b.Y + float32(f.body)*2.2
	y = f.leaderBox(x, right, y)
	y = f.numbers(x, right, y)
	y = f.quorum(x, right, y)
	rows := roundf(float32(f.body) * 2.1)
	f.text(x, y+float32(f.small), f.smallBold(dim), "NODES")
	y += float32(f.small) * 1.6
	count := float32(4)
	if !f.g.Machines {
		count = 2
	}
	buttons := f.lay.Rail.Bottom() - roundf(float32(f.body)*2.3)*count - 8
	for i := range f.g.Nodes {
		if y+rows > buttons-4 {
			f.text(x, y+float32(f.small), f.smallPlain(dim), fmt.Sprintf("and %d more", len(f.g.Nodes)-i))
			break
		}
		f.nodeRow(Box{b.X + 6, y, b.W - 12, rows - 2}, &f.g.Nodes[i])
		y += rows
	}
	f.nodeActions(Box{b.X + 6, buttons, b.W - 12, b.Bottom() - buttons})
}

// leaderBox shows the leader.
func (f *liveDrawing) leaderBox(x, right, y float32) float32 {
	h := roundf(float32(f.body) * 3.1)
	at := Box{x, y, right - x, h}
	if f.g.Leader == "" {
		f.box(at, mix(panel, yellow, 0.25))
		f.frame(at, 1, yellow)
		f.text(at.X+12, base(at.Y+h/2, f.body), f.bold(yellow), "no leader")
		f.right(at.Right()-10, base(at.Y+h/2, f.small), f.smallMono(dim), fmt.Sprintf("term %d", f.g.Term))
		return at.Bottom() + 10
	}
	color := termColor(f.g.Term)
	f.box(at, mix(panel, color, 0.3))
	f.rect(at.X, at.Y, 4, h, color)
	cx, cy, r := at.X+24, at.Y+h/2, h*0.24
	f.ring(cx, cy, r, 2, 0, color)
	f.ring(cx, cy, r*0.5, 2, 0, color)
	st := f.bold(white)
	st.px += 4
	end := f.text(cx+r+12, base(cy, st.px), st, f.g.Leader)
	f.text(end+8, base(cy, f.small), f.smallPlain(text), "leads")
	f.right(at.Right()-10, base(cy, f.body), f.bold(text), fmt.Sprintf("term %d", f.g.Term))
	f.hit(at, Target{Action: Press, Key: "leader"}, "the leader of the highest term that any node knows; click to choose it")
	return at.Bottom() + 10
}

// numbers shows the commit index and the latency of commands.
func (f *liveDrawing) numbers(x, right, y float32) float32 {
	line := roundf(float32(f.body) * 1.75)
	put := func(name, value, tip string) {
		f.text(x, y+line*0.7, f.smallPlain(dim), name)
		f.right(right, y+line*0.7, f.mono(text), value)
		f.hit(Box{x, y, right - x, line}, Target{}, tip)
		y += line
	}
	put("committed", thousands(int(f.g.Commit)), "the highest log index that any node knows to be committed")
	trip := "–"
	if n := len(f.g.Latencies); n > 0 {
		trip = trace.Brief(f.g.Latencies[n-1])
	}
	put("round trip", trip, "from your last command going out until it was answered: committed by a majority, on disk")
	if f.lay.Rail.H < float32(f.body)*36 { // there is no room
		return y + 6
	}
	f.latencyBars(Box{x, y + 2, right - x, roundf(float32(f.body) * 1.6)})
	return y + float32(f.body)*1.6 + 12
}

// latencyBars draws the latencies of the player's last commands.
func (f *liveDrawing) latencyBars(at Box) {
	f.box(at, mix(panel, raised, 0.5))
	const most = 48
	trips := f.g.Latencies[max(0, len(f.g.Latencies)-most):]
	if len(trips) == 0 {
		f.middle(at.X+at.W/2, base(at.Y+at.H/2, f.small), f.smallPlain(faint), "round trips of your commands")
		return
	}
	top := max(slices.Max(trips), time.Millisecond)
	wide := at.W / most
	for i, t := range trips {
		h := max(1, at.H*float32(t)/float32(top))
		f.rect(at.X+float32(most-len(trips)+i)*wide, at.Bottom()-h, wide-1, h, steel)
	}
	f.text(at.X+4, at.Y+float32(f.small), f.smallPlain(dim), trace.Brief(top))
	f.hit(at, Target{}, fmt.Sprintf("round trips of your last %d commands; the highest took %s", len(trips), trace.Brief(top)))
}

// quorum draws a dot per voter, filled if it follows the leader.
func (f *liveDrawing) quorum(x, right, y float32) float32 {
	voters, need := f.g.Voters()
	follow := 0
	r := float32(f.body) * 0.42
	cx := x + r
	for i := range f.g.Nodes {
		n := &f.g.Nodes[i]
		if n.Suffrage != "voter" {
			continue
		}
		cy := y + r + 2
		switch {
		case n.Follows(f.g):
			follow++
			f.disc(cx, cy, r, green)
		case n.Down || !n.Answers:
			f.ring(cx, cy, r-1, 1.5, 0, faint)
			f.cross(cx, cy, r*0.5, 2, dim)
		case n.Cut:
			f.ring(cx, cy, r-1, 2, 3, orange)
		default:
			f.ring(cx, cy, r-1, 2, 0, yellow)
		}
		f.hit(Box{cx - r, cy - r, 2 * r, 2 * r}, Target{Action: Press, Key: "node " + n.ID}, n.ID)
		cx += 2*r + 5
	}
	words := fmt.Sprintf("%d of %d follow, %d needed", follow, voters, need)
	ink := text
	if follow < need {
		ink = yellow
	}
	y += 2*r + 6
	f.text(x, y+float32(f.small), f.smallPlain(ink), words)
	return y + float32(f.small)*2.3
}

// nodeRow shows a node's role, term and commit index.
func (f *liveDrawing) nodeRow(at Box, n *live.Node) {
	if n.ID == f.v.Chosen {
		f.box(at, raised)
		f.rect(at.X, at.Y, 3, at.H, sky)
	} else if f.hovered(at) {
		f.box(at, mix(panel, raised, 0.6))
	}
	cx, cy, r := at.X+16, at.Y+at.H/2, float32(f.body)*0.42
	color, ink := termColor(n.Term), text
	role := n.Role
	switch {
	case n.Down || !n.Answers:
		ink, role = dim, "does not answer"
		if n.Down {
			role = "down"
		}
		f.ring(cx, cy, r, 1.5, 0, faint)
		f.cross(cx, cy, r*0.6, 2, faint)
	case n.Role == "leader":
		f.ring(cx, cy, r+2, 1.5, 0, color)
		f.disc(cx, cy, r-1, color)
	case n.Role == "candidate":
		f.ring(cx, cy, r, 2, 3, color)
	default:
		f.ring(cx, cy, r, 2, 0, color)
	}
	if n.Cut && !n.Down {
		role += ", cut off"
		ink = orange
	}
	if n.Suffrage != "voter" && n.Suffrage != "" {
		role += ", " + n.Suffrage
	}
	y := base(cy, f.small)
	x := at.X + 30
	x = f.text(x, y, f.smallBold(text), n.ID) + 8
	right := at.Right() - 8
	if n.Answers {
		right = f.right(right, y, f.smallMono(dim), fmt.Sprintf("%d", n.Commit)) - 8
		right = f.right(right, y, f.smallMono(color), fmt.Sprintf("t%d", n.Term)) - 8
	}
	f.fit(x, y, right-x, f.smallPlain(ink), role)
	loop := "as many frames as there can be"
	if n.FPS > 0 {
		loop = fmt.Sprintf("%d frames per second asked for", n.FPS)
	}
	f.hit(at, Target{Action: Press, Key: "node " + n.ID}, fmt.Sprintf(
		"%s: %s of term %d, leader %s\nlog to %d, committed to %d, local log to %d (%08x)\nits game loop: %s, %.0f come, %d were late\nasking it took %s; click to choose it",
		n.ID, n.Role, n.Term, orWord(n.Leader, "not known"), n.Last, n.Commit, n.Local, n.Hash>>32, loop, n.Rate, n.Late, trace.Brief(n.Latency)))
}

// nodeActions draws the buttons that act on nodes.
func (f *liveDrawing) nodeActions(at Box) {
	h := roundf(float32(f.body) * 2.3)
	y := at.Y
	chosen := f.node(f.v.Chosen)
	row := func(t Target, key, words, tip string, on bool) {
		f.actionButton(Box{at.X, y, at.W, h - 4}, t, key, words, tip, on)
		y += h
	}
	if !f.g.Machines {
		why := "The nodes run elsewhere: they cannot be cut off, killed or recorded from here. On their own machines, raftian serve --events FILE records them."
		row(Target{}, "C", "the nodes run elsewhere: no cut, no kill", why, false)
		row(Target{}, "R", "and nothing is recorded", why, false)
		return
	}
	name := "a node"
	cut, kill := "cut off ", "kill "
	cutLine, killLine := "", ""
	if chosen != nil {
		name = chosen.ID
		cutLine, killLine = "cut "+name, "kill "+name
		if chosen.Cut {
			cut, cutLine = "heal ", "heal "+name
		}
		if chosen.Down {
			kill, killLine = "start ", "start "+name
		}
	}
	row(Target{Action: Request, Key: cutLine}, "C", cut+name, "cuts the node's connections to the other nodes, or heals them; click a node to choose it", chosen != nil && !chosen.Down)
	row(Target{Action: Request, Key: killLine}, "K", kill+name, "kills the process of the node, or restarts it from its disk", chosen != nil)
	row(Target{Action: Request, Key: "heal"}, "G", "heal all links", "undoes every cut", slices.ContainsFunc(f.g.Nodes, func(n live.Node) bool { return n.Cut }))
	row(Target{Action: Request, Key: "save"}, "R", "save the recording", "writes all of the session as a run file, for raftian replay, show and check", f.g.Recorded > 0)
}
