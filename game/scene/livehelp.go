package scene

import (
	"raftian/game/glyph"
	"raftian/game/live"
)

// help draws the help screen.
func (f *liveDrawing) help() {
	w, h := float32(max(f.v.W, WidthMin)), float32(max(f.v.H, HeightMin))
	f.rect(0, 0, w, h, ground.Fade(0.85))
	high := roundf(float32(f.body) * 41)
	at := Box{roundf(w * 0.09), roundf((h - high) / 2), roundf(w * 0.82), high}
	f.box(at, panel)
	f.frame(at, 1, faint)
	f.hit(Box{0, 0, w, h}, Target{Action: Press, Key: "esc"}, "")
	x, y := at.X+28, at.Y+24
	title := style{glyph.Bold, f.body + 6, white}
	f.text(x, y+float32(title.px)*0.8, title, "Every attack is a command that a cluster agrees on")
	y += float32(title.px) * 1.9
	for _, l := range f.canvas.book.Wrap(glyph.Regular, f.body, "Each city belongs to a node. What a player does is sent to the leader, which copies it into the logs of the others; "+
		"once a majority has it on disk it is committed, and every node applies it, in the same order. Cities are shown in the state of your own node: "+
		"a hit appears when that node has applied the attack.", at.W-56, 4) {
		f.text(x, y+float32(f.body)*0.8, f.plain(text), l)
		y += float32(f.body) * 1.5
	}
	y += float32(f.body)
	gap := float32(40)
	column := (at.W - 56 - gap) / 2
	f.helpStages(Box{x, y, column, at.Bottom() - y})
	f.helpKeys(Box{x + column + gap, y, column, at.Bottom() - y})
	f.middle(at.X+at.W/2, at.Bottom()-12, f.smallPlain(dim), "any key, or a click, closes this")
}

// helpStages explains the stages of an attack, and the states of a node.
func (f *liveDrawing) helpStages(at Box) {
	y := at.Y
	line := roundf(float32(f.body) * 2.1)
	f.text(at.X, y+float32(f.small), f.smallBold(dim), "AN ATTACK, STAGE BY STAGE")
	y += line * 0.9
	const room = 92
	sample := func(draw func(x, y float32), words string) {
		draw(at.X, y+line/2)
		f.fit(at.X+room+10, base(y+line/2, f.body), at.W-room-10, f.plain(text), words)
		y += line
	}
	dashed := func(x, y float32, color Color) {
		f.dashes(x, y, x+room-14, y, 3, 7, color)
		f.arrowHead(point{x, y}, point{x + room - 4, y}, color)
	}
	solid := func(x, y float32, color Color) {
		f.line(x, y, x+room-14, y, 3, color)
		f.arrowHead(point{x, y}, point{x + room - 4, y}, color)
	}
	sample(func(x, y float32) { dashed(x, y, sky) }, "sent: outcome unknown")
	sample(func(x, y float32) { solid(x, y, sky) }, "committed: stored by a majority")
	sample(func(x, y float32) { solid(x, y, sky); f.disc(x+room-20, y, 6, yellow) }, "applied by your node: health falls")
	sample(func(x, y float32) {
		dashed(x, y, yellow)
		f.disc(x+room/2-8, y, 9, yellow)
		f.middle(x+room/2-8, base(y, f.body), f.bold(ground), "?")
	}, "not answered in time: retried until the outcome is known")
	sample(func(x, y float32) { dashed(x, y, dim); f.cross(x+room/2-8, y, 6, 2.5, dim) }, "against the rules, or without effect")
	sample(func(x, y float32) { solid(x, y, purple) }, "another player's")
	y += line * 0.3
	f.text(at.X, y+float32(f.small), f.smallBold(dim), "NODES")
	y += line * 0.9
	ring := func(n live.Node, words string) {
		sample(func(x, y float32) {
			cx, r, color := x+room/2-8, float32(f.body)*0.62, termColor(2)
			switch {
			case n.Down:
				f.ring(cx, y, r, 2, 0, faint)
				f.cross(cx, y, r*0.6, 2, faint)
			case n.Cut:
				f.ring(cx, y, r, 2, 4, orange)
			case n.Role == "leader":
				f.ring(cx, y, r-2, 2, 0, color)
				f.ring(cx, y, r+2, 2, 0, color)
			}
		}, words)
	}
	ring(live.Node{Role: "leader"}, "leader: a double ring; the colour is its term's")
	ring(live.Node{Cut: true}, "cut off from the others; its players still reach it")
	ring(live.Node{Down: true}, "down")
}

// helpKeys explains the keys.
func (f *liveDrawing) helpKeys(at Box) {
	y := at.Y
	line := roundf(float32(f.body) * 1.62)
	head := func(words string) {
		f.text(at.X, y+float32(f.small), f.smallBold(dim), words)
		y += line * 1.1
	}
	row := func(key, words string) {
		f.text(at.X, y+line*0.7, f.bold(white), key)
		x := at.X + float32(f.body)*7
		f.fit(x, y+line*0.7, at.Right()-x, f.plain(text), words)
		y += line
	}
	head("PLAY")
	row("click", "your city, then whom to attack")
	row("1 to 9", "attack the city of that number")
	row("Enter", "type: n1 attack n2, add z, del z")
	row("J, L", "join the game, leave it")
	row("B", "pause the bots, or let them play")
	y += line * 0.3
	head("BREAK THE CLUSTER")
	row("Tab, click", "choose a node")
	row("C", "cut it off from the others, or heal it")
	row("K", "kill it, or start it again from its disk")
	row("G", "heal all links")
	row("R", "save the session as a run file")
	y += line * 0.3
	head("SCREEN")
	row("M   - +", "mute; volume")
	row("F2  F3", "30, 60, 120 or 240 frames; numbers")
	row("F11", "full screen")
	row("?  Esc", "this help; back")
}
