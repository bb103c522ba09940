//go:build cgo || !(freebsd || netbsd || openbsd)

package view

import (
	"context"
	"errors"
	"os"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"raftian/game/desk"
	"raftian/game/glyph"
	"raftian/game/replay"
	"raftian/game/replay/replaytest"
	"raftian/netsim/plan"
)

func newGame(t *testing.T, o Options) *game {
	t.Helper()
	needDisplay(t)
	book := glyph.NewBook()
	d := desk.Open(replaytest.Story(), book, 1280, 720)
	if o.Run != nil {
		d.Allow()
	}
	return &game{ctx: context.Background(), desk: d, renderer: newRenderer(book), options: o}
}

func TestDroppedFileShown(t *testing.T) {
	g := newGame(t, Options{})
	was := g.desk
	reading := make(chan readResult, 1)
	g.reading = reading
	if g.finishReading(); g.desk != was {
		t.Fatal("another desk is shown before anything is read")
	}
	reading <- readResult{name: "b.run", run: replaytest.Shorter()}
	if g.finishReading(); g.desk == was || g.reading != nil || g.desk.View.W != 1280 {
		t.Fatal("what was read is not shown")
	}
	was = g.desk
	g.reading = reading
	reading <- readResult{name: "c.run", err: errors.New("not a run file")}
	if g.finishReading(); g.desk != was || g.desk.View.Note != "c.run: not a run file" {
		t.Errorf("of a file that is no run it says %q", g.desk.View.Note)
	}
}

func TestInvalidRunFileRefused(t *testing.T) {
	files := fstest.MapFS{"words.run": {Data: []byte("words\n")}}
	if _, err := open(files, "words.run"); err == nil {
		t.Error("it is read")
	}
	if _, err := open(files, "absent.run"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("what is not there is %v", err)
	}
}

func TestRequestedForkShown(t *testing.T) {
	var plans []plan.Plan
	fail := errors.New("it does not build")
	g := newGame(t, Options{
		Run: func(_ context.Context, p plan.Plan) (*replay.Run, string, error) {
			if plans = append(plans, p); len(plans) == 1 {
				return nil, "", fail
			}
			return replaytest.Shorter(), "1.run", nil
		},
		Save: func(file string, number int) (string, error) { return "kept-" + file, nil },
	})
	first := g.desk
	ask := func() {
		g.desk.Press(desk.Key{Name: "f"})
		g.desk.Press(desk.Key{Name: "a"})
		g.updateForks()
		for until := time.Now().Add(10 * time.Second); g.making != nil && time.Now().Before(until); {
			time.Sleep(time.Millisecond)
			g.updateForks()
		}
	}
	if ask(); g.desk != first || first.View.Note != fail.Error() {
		t.Fatalf("of a run that cannot be made it says %q", first.View.Note)
	}
	if ask(); g.desk == first || len(plans) != 2 {
		t.Fatal("the run is not shown")
	}
	g.desk.Press(desk.Key{Name: "f"})
	g.desk.Press(desk.Key{Name: "s", Shift: true})
	if g.updateForks(); !strings.Contains(g.desk.View.Note, "kept-1.run") {
		t.Errorf("of a run that is saved it says %q", g.desk.View.Note)
	}
	g.desk.Press(desk.Key{Name: "esc"})
	g.desk.Press(desk.Key{Name: "tab"})
	if g.updateForks(); g.desk != first {
		t.Error("Tab does not lead back")
	}
}
