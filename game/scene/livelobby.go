package scene

import (
	"fmt"
	"strconv"

	"raftian/game/live"
)

// lobby draws the list of cities, who plays them, and buttons to join and leave.
func (f *liveDrawing) lobby() {
	b := f.lay.Lobby
	line := roundf(float32(f.body) * 3)
	foot := roundf(float32(f.body) * 2.3)
	y := b.Y + float32(f.body)*2.1
	room := int((b.Bottom() - 3*foot - 14 - y) / line)
	cities := f.v.Cities
	if len(cities) > room && room > 0 {
		cities = cities[:room]
	}
	for i := range cities {
		f.lobbyRow(Box{b.X + 6, y, b.W - 12, line - 3}, &cities[i])
		y += line
	}
	if n := len(f.v.Cities) - len(cities); n > 0 {
		f.text(b.X+12, y+float32(f.small), f.smallPlain(dim), fmt.Sprintf("and %d more", n))
	}
	own := f.city(f.g.City)
	y = b.Bottom() - 3*foot - 6
	row := func(t Target, key, words, tip string, on bool) {
		f.actionButton(Box{b.X + 6, y, b.W - 12, foot - 4}, t, key, words, tip, on)
		y += foot
	}
	name := f.g.City
	row(Target{Action: Request, Key: "join"}, "J", "join as "+name, "brings your city into the game, with full health: a command through Raft, like all others",
		own == nil || !own.Playing())
	row(Target{Action: Request, Key: "leave"}, "L", "leave with "+name, "your city departs, and keeps its score", own != nil && own.Status != "departed")
	switch f.g.Bots {
	case live.NoBots:
		row(Target{Action: Press, Key: "add"}, "+", "add a city", "type add and a name", true)
	case live.BotsPlay:
		row(Target{Action: Request, Key: "bots"}, "B", "bots play; pause them", "bots play all cities but yours", true)
	default:
		row(Target{Action: Request, Key: "bots"}, "B", "bots rest; let them play", "bots play all cities but yours", true)
	}
}

// lobbyRow draws a city in the list.
func (f *liveDrawing) lobbyRow(at Box, k *LiveCity) {
	if k.Name == f.v.Chosen || f.hovered(at) {
		f.box(at, raised)
	}
	if k.Name == f.v.Own {
		f.rect(at.X, at.Y, 3, at.H, white)
	}
	y := at.Y + at.H*0.36
	ink := text
	if !k.Playing() {
		ink = dim
	}
	x := at.X + 10
	if k.Slot < 9 {
		f.text(x, base(y, f.small), f.smallMono(dim), strconv.Itoa(k.Slot+1))
	}
	x += float32(f.small) * 1.4
	x = f.text(x, base(y, f.body), f.bold(ink), k.Name) + 8
	who := map[string]string{"you": "you", "bot": "bot"}[k.Player]
	f.text(x, base(y, f.small), f.smallPlain(dim), who)
	state := k.Status
	if k.Playing() {
		state = strconv.Itoa(k.Health)
	}
	f.right(at.Right()-8, base(y, f.small), f.smallMono(ink), state)
	y2 := at.Y + at.H*0.76
	left := at.X + 10 + float32(f.small)*1.4
	if k.Playing() {
		bar := Box{left, roundf(y2 - 2), at.W * 0.46, 4}
		f.box(bar, edge)
		f.rect(bar.X, bar.Y, bar.W*max(0, min(1, k.Bar)), 4, mix(steel, text, 0.4))
	}
	if k.Score > 0 {
		f.diamond(at.Right()-12-f.width(f.smallMono(dim), fmt.Sprint(k.Score))-8, y2, 4, yellow)
		f.right(at.Right()-8, base(y2, f.small), f.smallMono(dim), fmt.Sprint(k.Score))
	}
	f.hit(at, Target{Action: Request, Key: "as " + k.Name}, fmt.Sprintf("%s: %s, score %d\nclick to play it: what you see then is its node's local log", k.Name, k.Status, k.Score))
}

// actionButton draws a button with a key and a text.
func (f *liveDrawing) actionButton(at Box, t Target, key, words, tip string, on bool) {
	ink, keyInk := text, sky
	if on {
		f.button(at, t, tip)
	} else {
		f.box(at, mix(panel, raised, 0.5))
		f.hit(at, Target{}, tip)
		ink, keyInk = faint, faint
	}
	f.text(at.X+10, base(at.Y+at.H/2, f.small), f.smallBold(keyInk), key)
	x := at.X + 10 + float32(f.small)*1.7
	f.fit(x, base(at.Y+at.H/2, f.small), at.Right()-x-6, f.smallPlain(ink), words)
}
