//go:build cgo || !(freebsd || netbsd || openbsd)

package view

import (
	"context"
	"errors"
	"image"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/hajimehoshi/ebiten/v2"

	"raftian/game/board"
	"raftian/game/board/boardtest"
	"raftian/game/desk"
	"raftian/game/glyph"
	"raftian/game/live"
	"raftian/game/paint"
	"raftian/game/paint/painttest"
	"raftian/game/sound"
)

// The window of a live game shows what is rendered into files, apart from
// anti-aliasing.
func TestWindowShowsLiveGame(t *testing.T) {
	needDisplay(t)
	book := glyph.NewBook()
	b := boardtest.Busy(book, 1280, 720).Board
	a := newRenderer(book)
	screen, kept := ebiten.NewImage(1280, 720), ebiten.NewImage(1280, 720)
	for _, key := range []string{"esc", "f3", "?"} {
		b.Press(desk.Key{Name: key})
		l := b.Draw()
		a.drawCached(kept, l, true)
		a.drawFinal(screen, kept, view{})
		painttest.Alike(t, key, pixels(screen), paint.Image(l, book), 0.25, 2500)
	}
}

// fakeSource is a Source whose connection can be lost.
type fakeSource struct {
	s     *live.Snapshot
	lost  string
	lines []string
}

func (f *fakeSource) Snapshot() *live.Snapshot { return f.s }
func (f *fakeSource) Lost() string             { return f.lost }
func (f *fakeSource) Do(line string)           { f.lines = append(f.lines, line) }

func TestLiveGameUpdateAndLoss(t *testing.T) {
	from := &fakeSource{}
	b := board.New(glyph.NewBook(), 1280, 720, 60)
	g := &liveGame{ctx: context.Background(), board: b, from: from, begun: time.Now()}
	if g.updateBoard(); b.View.Game != nil {
		t.Fatal("a game is shown before there is one")
	}
	from.s = &live.Snapshot{Version: 1, City: "n1", Cities: []live.City{{Name: "n1", Status: "playing", Health: 100}}}
	if g.updateBoard(); len(b.View.Cities) != 1 || b.View.Now == 0 {
		t.Fatalf("shown are %v at %v", b.View.Cities, b.View.Now)
	}
	from.lost = "gone"
	if g.updateBoard(); b.View.Disconnected != "gone" {
		t.Error("that the game is gone is not shown")
	}
	from.lost = ""
	if g.updateBoard(); b.View.Disconnected != "" {
		t.Error("that it is back is not")
	}
}

// A missing sound device is reported once, and does not end the game.
func TestNoSoundDevice(t *testing.T) {
	var said []string
	b := board.New(glyph.NewBook(), 1280, 720, 60)
	g := &liveGame{ctx: context.Background(), board: b, from: &fakeSource{}, begun: time.Now(),
		audio:   &audio{mixer: sound.NewMixer(), err: errors.New("no such\ndevice")},
		options: LiveOptions{Silent: func(why string) { said = append(said, why) }}}
	g.updateBoard()
	g.updateBoard()
	if len(said) != 1 || b.View.Sound.Unavailable != said[0] || g.audio != nil {
		t.Errorf("said is %q, shown is %q", said, b.View.Sound.Unavailable)
	}
}

func TestSoundDeviceDetection(t *testing.T) {
	root, home := t.TempDir(), t.TempDir()
	none := func(string) string { return "" }
	if probeSoundAt(none, root, home) == nil {
		t.Error("one is found where none is")
	}
	if err := probeSoundAt(func(key string) string { return map[string]string{"PULSE_SERVER": "elsewhere"}[key] }, root, home); err != nil {
		t.Error(err)
	}
	device := filepath.Join(root, "dev", "snd", "pcmC0D0p")
	if err := errors.Join(os.MkdirAll(filepath.Dir(device), 0o700), os.WriteFile(device, nil, 0o600)); err != nil {
		t.Fatal(err)
	}
	if err := probeSoundAt(none, root, ""); err != nil {
		t.Error(err)
	}
	if err := probeSoundAt(func(key string) string { return map[string]string{"XDG_RUNTIME_DIR": home}[key] }, home, ""); err == nil {
		t.Error("a directory without a server is taken for one")
	}
}

// Frames come at the requested rate, if the machine is fast enough.
func TestFrameRate(t *testing.T) {
	for _, rate := range []int{30, 60, 120} {
		var c frameClock
		began := time.Now()
		n := rate / 5
		for range n {
			c.drawn(time.Millisecond)
			c.wait(rate)
		}
		if took := time.Since(began); took < 150*time.Millisecond {
			t.Errorf("%d frames at %d per second took %v", n, rate, took)
		}
	}
}

// BenchmarkLiveFrame measures a frame of a busy live game, as BenchmarkFrame does for a
// replay.
func BenchmarkLiveFrame(b *testing.B) {
	needDisplay(b)
	book := glyph.NewBook()
	g := boardtest.Busy(book, 1280, 720)
	a := newRenderer(book)
	screen, kept := ebiten.NewImage(1280, 720), ebiten.NewImage(1280, 720)
	var making, triangles, driver time.Duration
	one := make([]byte, 4)
	for i := 0; b.Loop(); i++ {
		t0 := time.Now()
		if g.Now.Cities[0].Health > 10 {
			g.Hit(uint64(1000+i), "n2 attack n1", "n1")
		}
		g.Pass(time.Second / 60)
		l := g.Board.Draw()
		t1 := time.Now()
		a.drawCached(kept, l, false)
		a.drawFinal(screen, kept, view{})
		t2 := time.Now()
		screen.SubImage(image.Rect(0, 0, 1, 1)).(*ebiten.Image).ReadPixels(one)
		making, triangles, driver = making+t1.Sub(t0), triangles+t2.Sub(t1), driver+time.Since(t2)
	}
	per := func(d time.Duration) float64 { return float64(d.Microseconds()) / float64(b.N) / 1000 }
	b.ReportMetric(per(making), "ms-scene")
	b.ReportMetric(per(triangles), "ms-triangles")
	b.ReportMetric(per(driver), "ms-driver")
}
