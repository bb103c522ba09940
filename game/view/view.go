//go:build cgo || !(freebsd || netbsd || openbsd)

// Package view shows replays and live games in a window, with Ebiten: it hands keys and
// the mouse to a desk, or a board, and draws the display lists that come of them. Nothing is decided here.
//
//	view.go       Show: the window of a replay
//	window.go     what both windows are
//	input.go      keys and the mouse
//	fork.go       runs of plans that were changed
//	live.go       ShowLive: the window of a live game
//	audio.go      what is heard of it; device.go is there a sound device?
//	frames.go     its frames, at a rate that is asked for
//	drop.go       run files that are dropped on the window
//	triangles.go  display lists as triangles
//	atlas.go      the characters, in one image
//	pace.go       frames at a rate
//	display.go    is there a display? software_linux.go is it drawn on by the processor?
package view

import (
	"context"
	"image"
	"math"
	"time"

	"github.com/hajimehoshi/ebiten/v2"

	"raftian/game/desk"
	"raftian/game/glyph"
	"raftian/game/replay"
	"raftian/netsim/plan"
)

// Options are how to show a replay.
type Options struct {
	// Run makes a run of a plan, and says in which file it is kept, for as long as the
	// show lasts. It is nil where no runs can be made.
	Run func(context.Context, plan.Plan) (*replay.Run, string, error)
	// Save keeps the run in such a file for good, by the number that it has in the show,
	// and says under which name.
	Save  func(file string, number int) (string, error)
	Title string
}

// Show opens a window and shows a replay until the window is closed or
// the context is over. An error that
// is ErrNoDisplay says that there is nowhere to show it.
func Show(ctx context.Context, d *desk.Desk, book *glyph.Book, o Options) error {
	return openWindow(o.Title, func(software bool) (ebiten.Game, int, int) {
		g := &game{ctx: ctx, desk: d, renderer: newRenderer(book), options: o}
		if software {
			g.pacer.activate()
		}
		if o.Run != nil {
			d.Allow()
		}
		return g, d.View.W, d.View.H
	})
}

// game is the window's content.
type game struct {
	ctx     context.Context // ends the show
	desk    *desk.Desk
	renderer  *renderer
	input   input
	pacer    framePacer
	reading chan readResult // a run file that is being read
	making  chan runResult   // a run that is being made
	options Options
	drawnVersion   uint64        // the desk's Changes when it was last drawn
	screen  *ebiten.Image // what it was drawn on
	size    image.Point
	counted time.Time // when the rate was last shown
}

// tick is how much real time an Update stands for.
const tick = time.Second / ebiten.DefaultTPS

// Update implements ebiten.Game.
func (g *game) Update() error {
	if g.ctx.Err() != nil {
		return ebiten.Termination
	}
	g.startReading()
	g.finishReading()
	g.updateForks()
	g.input.read(g.desk, g.desk.View.W, g.desk.View.H)
	g.desk.Tick(tick)
	if now := time.Now(); now.Sub(g.counted) >= time.Second && g.desk.View.Playing {
		g.counted = now
		g.desk.Rate(math.Round(ebiten.ActualFPS()))
	}
	return nil
}

// Draw implements ebiten.Game. What is kept of a scene goes to the image that Ebiten
// has for the window, which is not cleared; the rest follows in DrawFinalScreen.
func (g *game) Draw(screen *ebiten.Image) {
	began := time.Now()
	now := g.desk.Version()
	isNew := screen != g.screen || screen.Bounds().Size() != g.size
	if isNew || now != g.drawnVersion {
		g.screen, g.size, g.drawnVersion = screen, screen.Bounds().Size(), now
		g.renderer.drawCached(screen, g.desk.Draw(), isNew)
		// Ebiten shows a frame only if something was drawn on its image.
		g.renderer.markDrawn(screen)
	}
	g.pacer.frame(time.Since(began))
}

// DrawFinalScreen implements ebiten.FinalScreenDrawer.
func (g *game) DrawFinalScreen(screen ebiten.FinalScreen, kept *ebiten.Image, m ebiten.GeoM) {
	g.renderer.show(screen, kept, m)
}

// LayoutF implements ebiten.LayoutFer: a pixel of the scene is one of the screen.
func (g *game) LayoutF(w, h float64) (float64, float64) {
	w, h, dense := layout(w, h)
	g.desk.Resize(int(w), int(h), dense)
	return w, h
}

// Layout implements ebiten.Game; LayoutF stands in for it.
func (g *game) Layout(w, h int) (int, int) {
	fw, fh := g.LayoutF(float64(w), float64(h))
	return int(fw), int(fh)
}
