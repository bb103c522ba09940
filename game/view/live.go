//go:build cgo || !(freebsd || netbsd || openbsd)

package view

import (
	"context"
	"runtime"
	"time"

	"github.com/hajimehoshi/ebiten/v2"

	"raftian/game/board"
	"raftian/game/desk"
	"raftian/game/glyph"
	"raftian/game/live"
)

// Source is a live game.
type Source interface {
	// Snapshot returns the present state, which is immutable; nil if there is none yet.
	Snapshot() *live.Snapshot
	// Lost returns why the connection to the game is lost; "" if it is not.
	Lost() string
	// Do executes a line as live.Parse reads it, and does not wait for the result.
	Do(line string)
}

// LiveOptions describe the window of a live game.
type LiveOptions struct {
	Title string
	Mute  bool // do not look for a sound device
	// Silent is called once with the reason if there is no sound, unless Mute is set.
	Silent func(why string)
}

// ShowLive opens a window and shows a live game until the window is closed or ctx is
// done. The error is ErrNoDisplay if there is no display.
func ShowLive(ctx context.Context, b *board.Board, book *glyph.Book, from Source, o LiveOptions) error {
	return openWindow(o.Title, func(bool) (ebiten.Game, int, int) {
		return newLiveGame(ctx, b, book, from, o), b.View.W, b.View.H
	})
}

// newLiveGame returns the content of a window that is about to open.
func newLiveGame(ctx context.Context, b *board.Board, book *glyph.Book, from Source, o LiveOptions) *liveGame {
	ebiten.SetRunnableOnUnfocused(true)
	if runtime.GOOS == "js" {
		b.View.Frames.Asked = 0 // a browser paces frames itself
	} else {
		ebiten.SetVsyncEnabled(false)
	}
	g := &liveGame{ctx: ctx, board: b, from: from, renderer: newRenderer(book), begun: time.Now(), options: o}
	if !o.Mute {
		g.audio = newAudio()
	} else {
		b.View.Sound.Unavailable = "started with --mute: there is no sound"
	}
	return g
}

// liveGame is the content of the window.
type liveGame struct {
	ctx      context.Context // closes the window
	board    *board.Board
	from     Source
	renderer *renderer
	input    input
	audio    *audio // nil if there is no sound
	begun    time.Time
	options  LiveOptions
	frames   frameClock
}

// Update implements ebiten.Game. It handles input only: the game runs by itself.
func (g *liveGame) Update() error {
	if g.ctx.Err() != nil {
		return ebiten.Termination
	}
	g.input.read(g.board, g.board.View.W, g.board.View.H)
	for _, line := range g.board.Lines() {
		g.from.Do(line)
	}
	return nil
}

// updateBoard takes the latest snapshot, and advances animations to the present.
func (g *liveGame) updateBoard() {
	if why := g.from.Lost(); why != "" {
		g.board.SetLost(why)
	} else if s := g.from.Snapshot(); s != nil {
		g.board.Update(s)
	}
	g.board.Advance(time.Since(g.begun))
	if g.audio == nil {
		return
	}
	if why := g.audio.unavailable(); why != "" {
		g.audio = nil
		g.board.SetNoSound(why)
		if g.options.Silent != nil {
			g.options.Silent(why)
		}
		return
	}
	for _, c := range g.board.Cues() {
		g.audio.mixer.Play(c.Sound, c.Side)
	}
	g.audio.mixer.SetVolume(g.board.View.Sound.Volume, g.board.View.Sound.Muted)
}

// Draw implements ebiten.Game.
func (g *liveGame) Draw(screen *ebiten.Image) {
	began := time.Now()
	g.updateBoard()
	g.renderer.drawCached(screen, g.board.Draw(), false)
	// Ebiten shows a frame only if something was drawn on its image.
	g.renderer.markDrawn(screen)
	f := &g.board.View.Frames
	f.Draw, f.Worst, f.Actual = g.frames.drawn(time.Since(began))
	g.frames.wait(f.Asked)
}

// DrawFinalScreen implements ebiten.FinalScreenDrawer.
func (g *liveGame) DrawFinalScreen(screen ebiten.FinalScreen, kept *ebiten.Image, m ebiten.GeoM) {
	began := time.Now()
	g.renderer.show(screen, kept, m)
	g.frames.more = time.Since(began)
}

// LayoutF implements ebiten.LayoutFer: a pixel of the scene is one of the screen.
func (g *liveGame) LayoutF(w, h float64) (float64, float64) {
	w, h, dense := layout(w, h)
	g.board.Resize(int(w), int(h), dense)
	return w, h
}

// Layout implements ebiten.Game; Ebiten calls LayoutF instead.
func (g *liveGame) Layout(w, h int) (int, int) {
	fw, fh := g.LayoutF(float64(w), float64(h))
	return int(fw), int(fh)
}

var _ inputTarget = (*board.Board)(nil)
var _ inputTarget = (*desk.Desk)(nil)
