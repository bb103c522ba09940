//go:build cgo || !(freebsd || netbsd || openbsd)

package view

import (
	"context"
	"image"
	"os"
	"testing"
	"time"

	"github.com/hajimehoshi/ebiten/v2"

	"raftian/game/desk"
	"raftian/game/glyph"
	"raftian/game/paint"
	"raftian/game/paint/painttest"
	"raftian/game/replay/replaytest"
)

// TestMain runs the tests inside of a window if there is a display; else they are
// skipped.
func TestMain(m *testing.M) {
	display, err := probeDisplay()
	if err != nil {
		os.Exit(m.Run())
	}
	defer display.Close()
	if rendersInSoftware(os.Getenv("DISPLAY")) {
		preferGLX()
	}
	g := &testWindow{m: m}
	if err := ebiten.RunGame(g); err != nil {
		println(err.Error())
		os.Exit(1)
	}
	os.Exit(g.code)
}

// testWindow runs all tests in its first Update, in which images can be drawn and read.
type testWindow struct {
	m    *testing.M
	code int
}

func (g *testWindow) Update() error {
	g.code = g.m.Run()
	return ebiten.Termination
}

func (*testWindow) Draw(*ebiten.Image)         {}
func (*testWindow) Layout(_, _ int) (int, int) { return 320, 240 }

func needDisplay(tb testing.TB) {
	tb.Helper()
	display, err := probeDisplay()
	if err != nil {
		tb.Skip("no display: ", err)
	}
	_ = display.Close()
}

// pixels reads the pixels of an image.
func pixels(im *ebiten.Image) *image.RGBA {
	b := im.Bounds()
	to := image.NewRGBA(b)
	im.ReadPixels(to.Pix)
	return to
}

// The window shows what is rendered into files, apart from anti-aliasing.
func TestWindowMatchesPictures(t *testing.T) {
	needDisplay(t)
	book := glyph.NewBook()
	d := desk.Open(replaytest.Story(), book, 1280, 720)
	a := newRenderer(book)
	screen, kept := ebiten.NewImage(1280, 720), ebiten.NewImage(1280, 720)
	for _, keys := range []string{"", "?", "x3", "o", "h", "e"} {
		for _, k := range keys {
			d.Press(desk.Key{Name: string(k)})
		}
		l := d.Draw()
		kept.Clear()
		a.drawCached(kept, l, true)
		a.drawFinal(screen, kept, view{})
		painttest.Alike(t, keys, pixels(screen), paint.Image(l, book), 0.15, 5000)
	}
}

func TestNoDisplayIsAnError(t *testing.T) {
	for display, ok := range map[string]bool{"": false, "nonsense": false, ":4711": false, ":4711.0": false} {
		if _, err := probeX(display); (err == nil) != ok {
			t.Errorf("DISPLAY %q: %v", display, err)
		}
	}
	t.Setenv("DISPLAY", "")
	if err := Show(context.Background(), nil, nil, Options{}); err == nil {
		t.Error("a window opens without a display")
	}
}

// BenchmarkFrame measures a frame of a replay that plays, with all of the run on the
// timeline: building the scene, converting it into triangles, and the driver's part,
// for which the benchmark waits by reading a pixel. The environment variable RUN names
// a run file.
func BenchmarkFrame(b *testing.B) {
	needDisplay(b)
	book := glyph.NewBook()
	d := desk.Open(benchmarkRun(b), book, 1280, 720)
	d.Press(desk.Key{Name: "s"})
	for range 20 {
		d.Press(desk.Key{Name: "s"})
	}
	a := newRenderer(book)
	screen, kept, kept0 := ebiten.NewImage(1280, 720), ebiten.NewImage(1280, 720), true
	var making, triangles, driver time.Duration
	one := make([]byte, 4)
	d.View.Playing = true
	for b.Loop() {
		t0 := time.Now()
		d.Tick(time.Second / 60)
		l := d.Draw()
		t1 := time.Now()
		a.drawCached(kept, l, kept0)
		kept0 = false
		a.drawFinal(screen, kept, view{})
		t2 := time.Now()
		screen.SubImage(image.Rect(0, 0, 1, 1)).(*ebiten.Image).ReadPixels(one)
		making, triangles, driver = making+t1.Sub(t0), triangles+t2.Sub(t1), driver+time.Since(t2)
	}
	per := func(d time.Duration) float64 { return float64(d.Microseconds()) / float64(b.N) / 1000 }
	n := 0
	for _, m := range a.layers {
		n += len(m.vertices)
	}
	b.ReportMetric(per(making), "ms-scene")
	b.ReportMetric(per(triangles), "ms-triangles")
	b.ReportMetric(per(driver), "ms-driver")
	b.ReportMetric(float64(n), "vertices")
}
