//go:build cgo || !(freebsd || netbsd || openbsd)

// Package view shows replays and live games in a window, with Ebiten. It passes keys
// and the mouse to a desk.Desk or a board.Board, and draws the scene.Lists that they
// return. It makes no decisions of its own.
//
//	view.go       Show: the window of a replay
//	window.go     common parts of both windows
//	input.go      keys and the mouse
//	fork.go       runs of changed plans
//	live.go       ShowLive: the window of a live game
//	audio.go      sound; device.go detects a sound device
//	frames.go     frames at a requested rate
//	dropped.go    run files dropped on the window
//	triangles.go  display lists as triangles
//	atlas.go      characters in one image
//	pacer.go      frames at a minimum rate
//	display.go    detects a display; software_linux.go detects rendering in software
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

// Options describe the window of a replay.
type Options struct {
	// Run makes a run of a plan and returns the file in which it is kept while the
	// window is open. It is nil if runs cannot be made.
	Run func(context.Context, plan.Plan) (*replay.Run, string, error)
	// Save saves the run in such a file under the given number, and returns its name.
	Save  func(file string, number int) (string, error)
	Title string
}

// Show opens a window and shows a replay until the window is closed or ctx is done. The
// error is ErrNoDisplay if there is no display.
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

// game is the content of the window.
type game struct {
	ctx          context.Context // closes the window
	desk         *desk.Desk
	renderer     *renderer
	input        input
	pacer        framePacer
	reading      chan readResult // result of the run file being read; nil if there is none
	making       chan runResult  // result of the run being made; nil if there is none
	options      Options
	drawnVersion uint64        // the desk's Version when it was last drawn
	screen       *ebiten.Image // the image it was drawn on
	size         image.Point
	counted      time.Time // when the frame rate was last shown
}

// tick is the real time of an Update.
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

// Draw implements ebiten.Game. Cached layers are drawn on the image of the window,
// which Ebiten does not clear; the rest follows in DrawFinalScreen.
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

// Layout implements ebiten.Game; Ebiten calls LayoutF instead.
func (g *game) Layout(w, h int) (int, int) {
	fw, fh := g.LayoutF(float64(w), float64(h))
	return int(fw), int(fh)
}
