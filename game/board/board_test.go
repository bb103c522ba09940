package board_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"raftian/game/board"
	"raftian/game/board/boardtest"
	"raftian/game/desk"
	"raftian/game/glyph"
	"raftian/game/live"
	"raftian/game/scene"
	"raftian/game/sound"
)

// testGame is boardtest's game of five cities.
type testGame struct {
	*boardtest.Game
	t *testing.T
	b *board.Board
	s *live.Snapshot
}

// newTestGame returns a game of five cities that the board shows.
func newTestGame(t *testing.T) *testGame {
	t.Helper()
	g := boardtest.New(glyph.NewBook(), 1280, 720)
	return &testGame{g, t, g.Board, &g.Now}
}

// city returns a city as the board shows it; nil if it does not.
func (k *testGame) city(name string) *scene.LiveCity {
	i := slices.IndexFunc(k.b.View.Cities, func(c scene.LiveCity) bool { return c.Name == name })
	if i < 0 {
		return nil
	}
	return &k.b.View.Cities[i]
}

func (k *testGame) health(city string) int {
	k.t.Helper()
	c := k.city(city)
	if c == nil {
		k.t.Fatalf("%s is not shown", city)
	}
	return c.Health
}

func (k *testGame) heard() (list []sound.Cue) {
	for _, c := range k.b.Cues() {
		list = append(list, c.Sound)
	}
	return list
}

func (k *testGame) press(names ...string) {
	for _, name := range names {
		k.b.Press(desk.Key{Name: name})
	}
}

// The effect of an attack is shown when it is in the local log, not when it is sent, in
// doubt or committed.
func TestHitsAppearWhenApplied(t *testing.T) {
	k := newTestGame(t)
	k.heard()
	for _, stage := range []live.Stage{live.Sent, live.InDoubt, live.Committed} {
		k.Call(1, "n1 attack n3", true, stage)
		k.Pass(time.Second)
		if got := k.b.View.Shots; len(got) != 1 || got[0].Stage != stage {
			t.Fatalf("the attack is shown as %v, want %v", got, stage)
		}
		if k.health("n3") != 100 {
			t.Fatalf("%v: n3 has health %d", stage, k.health("n3"))
		}
	}
	k.Hit(1, "n1 attack n3", "n3")
	k.Pass(board.Flight / 2)
	if k.health("n3") != 100 || k.b.View.Shots[0].Stage != live.Applied {
		t.Fatalf("it strikes with health %d and stage %v before anything flew", k.health("n3"), k.b.View.Shots[0].Stage)
	}
	k.Pass(board.Flight + 20*time.Millisecond)
	if k.health("n3") != 90 || len(k.b.View.Particles) == 0 || k.b.View.Shake == 0 || len(k.b.View.FloatingTexts) == 0 {
		t.Errorf("n3 has health %d, %d sparks, shake %v, %d words", k.health("n3"), len(k.b.View.Particles), k.b.View.Shake, len(k.b.View.FloatingTexts))
	}
	if got, want := k.heard(), []sound.Cue{sound.Sent, sound.InDoubt, sound.Committed, sound.Hit}; !slices.Equal(got, want) {
		t.Errorf("heard %v, want %v", got, want)
	}
	k.Pass(5 * time.Second)
	if v := &k.b.View; len(v.Shots) != 0 || len(v.Particles) != 0 || len(v.FloatingTexts) != 0 || v.Shake != 0 {
		t.Errorf("something is left: %+v", v.Shots)
	}
}

func TestLateAnswerIgnored(t *testing.T) {
	k := newTestGame(t)
	k.Call(1, "n1 attack n3", true, live.Sent)
	k.Hit(1, "n1 attack n3", "n3")
	k.Call(1, "n1 attack n3", true, live.Committed) // the answer arrives after the local log has it
	k.Call(1, "n1 attack n3", true, live.Applied)
	k.Pass(time.Second)
	k.Call(1, "n1 attack n3", true, live.Applied)
	k.Pass(time.Second)
	if k.health("n3") != 90 || len(k.b.View.Shots) != 0 {
		t.Errorf("n3 has health %d, and %v is shown", k.health("n3"), k.b.View.Shots)
	}
}

func TestManyHitsAreEachShown(t *testing.T) {
	k := newTestGame(t)
	for i := range uint64(10) {
		k.Hit(100+i, "n2 attack n3", "n3")
	}
	if k.health("n3") != 100 {
		t.Errorf("n3 has health %d before anything flew", k.health("n3"))
	}
	k.heard()
	k.Pass(time.Second)
	if c := k.city("n3"); c.Status != "destroyed" || c.Health != 0 {
		t.Errorf("n3 is %+v", c.City)
	}
	heard := k.heard()
	if hits := len(slices.DeleteFunc(slices.Clone(heard), func(c sound.Cue) bool { return c != sound.Hit })); hits != 9 || !slices.Contains(heard, sound.Destroyed) {
		t.Errorf("heard %v", heard)
	}
}

func TestRefusedAndFailedCommandsChangeNothing(t *testing.T) {
	k := newTestGame(t)
	k.Call(1, "n1 attack n3", true, live.Sent)
	k.s.Index++
	k.s.Events = append(k.s.Events, live.Event{Index: k.s.Index, Client: "p", Seq: 1, Input: "n1 attack n3", Output: "rejected: n1 rests until another command changes the game"})
	k.Tell()
	k.Call(2, "n1 attack n4", true, live.Failed)
	k.Pass(100 * time.Millisecond)
	v := &k.b.View
	if len(v.Shots) != 2 || v.Shots[0].Stage != live.Rejected || v.Shots[1].Stage != live.Failed || k.health("n3")+k.health("n4") != 200 {
		t.Errorf("shown as %+v", v.Shots)
	}
	if n := len(v.Feed); n != 2 || v.Feed[0].Stage != live.Rejected || v.Feed[1].Stage != live.Failed {
		t.Errorf("told as %+v", v.Feed)
	}
	k.Pass(5 * time.Second)
	if len(v.Shots) != 0 {
		t.Errorf("they stay: %+v", v.Shots)
	}
}

// When another node's log is followed, its state is shown without attacks of the past.
func TestNodeChangeResetsView(t *testing.T) {
	k := newTestGame(t)
	k.Hit(1, "n2 attack n3", "n3")
	k.s.Node, k.s.City, k.s.Index = "n4", "n4", 5
	k.s.Cities[2].Health = 40
	k.Tell()
	if k.health("n3") != 40 || len(k.b.View.Shots) != 0 {
		t.Errorf("n3 has health %d, and %d attacks fly", k.health("n3"), len(k.b.View.Shots))
	}
}

func TestKeysAndClicksAgree(t *testing.T) {
	k := newTestGame(t)
	want := func(lines ...string) {
		t.Helper()
		if got := k.b.Lines(); !slices.Equal(got, lines) {
			t.Errorf("asked for %q, want %q", got, lines)
		}
	}
	k.press("3", "1", "9")
	want("n1 attack n3")
	k.click("n1")
	if !k.b.View.Aiming {
		t.Fatal("a click on one's own city does not aim")
	}
	k.click("n4")
	want("n1 attack n4")
	if k.click("n5"); k.b.View.Aiming || k.b.View.Chosen != "n5" {
		t.Errorf("after an attack a click chooses: %q", k.b.View.Chosen)
	}
	k.press("c", "k", "g", "r", "j", "l", "b")
	want("cut n5", "kill n5", "heal", "save", "join", "leave", "bots")
	k.s.Nodes[4].Cut, k.s.Nodes[3].Down = true, true
	k.Tell()
	k.press("c", "esc")
	k.b.View.Chosen = "n4"
	k.press("k", "c")
	want("heal n5", "start n4")
	k.press("esc", "c")
	want()
	if !strings.Contains(k.b.View.Note, "choose a node") {
		t.Errorf("without a node it says %q", k.b.View.Note)
	}
	k.press("enter")
	for _, r := range "add zoo3" {
		k.b.Type(r)
	}
	k.press("backspace", "enter")
	want("add zoo")
	k.press("enter")
	for _, r := range "nonsense" {
		k.b.Type(r)
	}
	k.press("enter")
	want()
	if !k.b.Typing() || k.b.View.Note == "" {
		t.Error("what is no command is not said to be none")
	}
}

// click clicks on a city.
func (k *testGame) click(city string) {
	k.t.Helper()
	for _, h := range k.b.Draw().Hits {
		if h.Target == (scene.Target{Action: scene.Pick, Key: city}) {
			k.b.Point(h.Box.X+h.Box.W/2, h.Box.Y+h.Box.H/3)
			k.b.Down()
			k.b.Up()
			return
		}
	}
	k.t.Fatalf("%s is not on the map", city)
}

func TestRemoteNodesCannotBeFaulted(t *testing.T) {
	k := newTestGame(t)
	k.s.Machines = false
	k.Tell()
	k.b.View.Chosen = "n2"
	for _, key := range []string{"c", "k", "g", "r"} {
		k.b.View.Note = ""
		k.press(key)
		if len(k.b.Lines()) != 0 || k.b.View.Note != board.Elsewhere {
			t.Errorf("%s says %q", key, k.b.View.Note)
		}
	}
	k.press("enter")
	for _, r := range "kill n2" {
		k.b.Type(r)
	}
	k.press("enter")
	if len(k.b.Lines()) != 0 {
		t.Error("what is typed is asked for")
	}
}

func TestScreenKeys(t *testing.T) {
	k := newTestGame(t)
	v := &k.b.View
	for _, want := range []int{120, 240, 30, 60} {
		if k.press("f2"); v.Frames.Asked != want {
			t.Errorf("F2 leads to %d, want %d", v.Frames.Asked, want)
		}
	}
	if k.press("m"); !v.Sound.Muted {
		t.Error("M does not mute")
	}
	if k.press("+"); v.Sound.Muted || v.Sound.Volume != 0.8 {
		t.Errorf("+ leads to %+v", v.Sound)
	}
	for range 20 {
		k.press("-")
	}
	if v.Sound.Volume != 0 {
		t.Errorf("- ends at %v", v.Sound.Volume)
	}
	if k.press("f3"); !v.Overlay {
		t.Error("F3 shows no numbers")
	}
	if k.press("?"); !v.Help {
		t.Error("? shows no help")
	}
	if k.press("c"); v.Help || len(k.b.Lines()) != 0 {
		t.Error("a key that closes the help does something else")
	}
	k.b.SetNoSound("there is no sound device")
	if k.press("m"); v.Note != "there is no sound device" {
		t.Errorf("M says %q", v.Note)
	}
}

func TestLeaderlessShownAndHeard(t *testing.T) {
	k := newTestGame(t)
	k.heard()
	k.s.Leader = ""
	k.Tell()
	k.Pass(time.Second)
	if k.b.View.Leaderless < 900*time.Millisecond || !slices.Equal(k.heard(), []sound.Cue{sound.NoLeader}) {
		t.Errorf("for %v", k.b.View.Leaderless)
	}
	k.s.Leader = "n3"
	k.Tell()
	k.Pass(100 * time.Millisecond)
	if k.b.View.Leaderless != 0 || !slices.Equal(k.heard(), []sound.Cue{sound.Leader}) {
		t.Error("that one leads again is not")
	}
}

func TestCitiesKeepTheirSlots(t *testing.T) {
	k := newTestGame(t)
	was := map[string]int{}
	for _, c := range k.b.View.Cities {
		was[c.Name] = c.Slot
	}
	k.s.Cities = append(k.s.Cities, live.City{Name: "ab", Status: "playing", Health: 100})
	k.s.Cities[1].Status = "departed"
	k.Tell()
	for _, c := range k.b.View.Cities {
		if slot, known := was[c.Name]; known && slot != c.Slot {
			t.Errorf("%s moved from %d to %d", c.Name, slot, c.Slot)
		}
	}
	if c := k.city("ab"); c == nil || c.Slot != 5 {
		t.Errorf("a new city is at %+v", c)
	}
	// All cities are on the map, however many there are.
	for i := range 120 {
		k.s.Cities = append(k.s.Cities, live.City{Name: fmt.Sprintf("z%d", i), Status: "playing", Health: 50})
	}
	k.Tell()
	list := k.b.Draw()
	picks := 0
	for _, h := range list.Hits {
		if h.Target.Action == scene.Pick {
			picks++
		}
	}
	if picks != 126 {
		t.Errorf("%d cities of 126 are on the map", picks)
	}
}
