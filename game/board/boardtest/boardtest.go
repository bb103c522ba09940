// Package boardtest provides a live game of five cities for tests and benchmarks of its
// display.
package boardtest

import (
	"fmt"
	"slices"
	"time"

	"raftian/game/board"
	"raftian/game/glyph"
	"raftian/game/live"
)

// Game is a game that tests modify before they pass it to its board.
type Game struct {
	Board *board.Board
	Now   live.Snapshot
	at    time.Duration
}

// New returns a game of five cities, shown by a board of a size in pixels.
func New(book *glyph.Book, w, h int) *Game {
	g := &Game{Board: board.New(book, w, h, 60)}
	g.Now = live.Snapshot{City: "n1", Node: "n1", Index: 10, Leader: "n2", Term: 3, Commit: 10, Bots: live.BotsPlay, Machines: true, Recorded: 1234}
	for i := range 5 {
		name, who, role := fmt.Sprintf("n%d", i+1), "bot", "follower"
		switch i {
		case 0:
			who = "you"
		case 1:
			role = "leader"
		}
		g.Now.Cities = append(g.Now.Cities, live.City{Name: name, Status: "playing", Health: 100, Player: who})
		g.Now.Nodes = append(g.Now.Nodes, live.Node{ID: name, Suffrage: "voter", Answers: true, Role: role, Term: 3, Leader: "n2",
			Commit: 10, Last: 10, Local: 10, FPS: 60, Rate: 59.8, Latency: 400 * time.Microsecond})
	}
	g.Tell()
	return g
}

// Tell passes the present state to the board.
func (g *Game) Tell() {
	g.Now.Version++
	s := g.Now
	s.Cities, s.Events, s.Calls, s.Nodes = slices.Clone(s.Cities), slices.Clone(s.Events), slices.Clone(s.Calls), slices.Clone(s.Nodes)
	g.Board.Update(&s)
}

// Pass advances the board in steps of a sixtieth of a second.
func (g *Game) Pass(d time.Duration) {
	for end := g.at + d; g.at < end; {
		g.at += time.Second / 60
		g.Board.Advance(g.at)
	}
}

// Call sets a call to a stage.
func (g *Game) Call(id uint64, input string, mine bool, stage live.Stage) {
	c := live.Call{ID: id, Client: "p", Seq: id, Input: input, Mine: mine, Stage: stage}
	if i := slices.IndexFunc(g.Now.Calls, func(o live.Call) bool { return o.ID == id }); i >= 0 {
		g.Now.Calls[i] = c
	} else {
		g.Now.Calls = append(g.Now.Calls, c)
	}
	g.Tell()
}

// Hit applies an attack that takes 10 of a city's health.
func (g *Game) Hit(id uint64, input, city string) {
	i := slices.IndexFunc(g.Now.Cities, func(c live.City) bool { return c.Name == city })
	c := &g.Now.Cities[i]
	c.Health -= 10
	output := fmt.Sprintf("hit %s %d", city, c.Health)
	if c.Health == 0 {
		c.Status, output = "destroyed", "destroyed "+city
	}
	g.Now.Index++
	g.Now.Events = append(g.Now.Events, live.Event{Index: g.Now.Index, Term: 3, Client: "p", Seq: id, Input: input, Output: output, Frame: 99, City: *c})
	g.Tell()
}

// Busy returns a game with attacks in every stage, a node that is cut off and one that
// is down.
func Busy(book *glyph.Book, w, h int) *Game {
	g := New(book, w, h)
	g.Pass(200 * time.Millisecond)
	for i, health := range []int{80, 50, 30, 100, 60} {
		g.Now.Cities[i].Health = health
	}
	g.Now.Cities[1].Score, g.Now.Cities[3].Score, g.Now.Cities[1].Resting = 3, 1, true
	for i := range 30 {
		g.Now.Latencies = append(g.Now.Latencies, time.Duration(4000+i*i%7*900)*time.Microsecond)
	}
	n := g.Now.Nodes
	n[4].Cut, n[4].Role, n[4].Leader, n[4].Commit = true, "candidate", "", 8
	n[3].Down, n[3].Answers = true, false
	g.Tell()
	g.Hit(1, "n2 attack n3", "n3")
	g.Hit(2, "n3 attack n1", "n1")
	g.Pass(500 * time.Millisecond)
	g.Call(7, "n1 attack n5", true, live.InDoubt)
	g.Call(8, "n3 attack n2", false, live.Sent)
	g.Call(9, "n1 attack n2", true, live.Committed)
	g.Hit(10, "n2 attack n1", "n1")
	g.Hit(11, "n5 attack n3", "n3")
	g.Board.View.Chosen = "n5"
	g.Pass(390 * time.Millisecond)
	g.Board.View.Frames.Actual, g.Board.View.Note = 59.7, ""
	return g
}
