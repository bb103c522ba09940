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

// Source is a game that is being played.
type Source interface {
	// Snapshot is the game as it is now, which does not change any more; nil if nothing
	// is known of it yet.
	Snapshot() *live.Snapshot
	// Lost is why nothing is heard of the game any more; "" if all is well.
	Lost() string
	// Do asks for something, as live.Parse reads it, and does not wait.
	Do(line string)
}

// LiveOptions are how to show a live game.
type LiveOptions struct {
	Title string
	Mute  bool // do not even look for a sound device
	// Silent is told, once, why nothing can be heard, if that is not because of Mute.
	Silent func(why string)
}

// ShowLive opens a window and shows a game that is being played until the window is
// closed or the context is over. An error that is ErrNoDisplay says that there is
// nowhere to show it.
func ShowLive(ctx context.Context, b *board.Board, book *glyph.Book, from Source, o LiveOptions) error {
	return openWindow(o.Title, func(bool) (ebiten.Game, int, int) {
		return newLiveGame(ctx, b, book, from, o), b.View.W, b.View.H
	})
}

// newLiveGame is the content of a window that is about to open.
func newLiveGame(ctx context.Context, b *board.Board, book *glyph.Book, from Source, o LiveOptions) *liveGame {
	ebiten.SetRunnableOnUnfocused(true)
	if runtime.GOOS == "js" {
		b.View.Frames.Asked = 0 // a browser draws as often as it likes
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

// liveGame is the window's content.
type liveGame struct {
	ctx     context.Context // ends the show
	board   *board.Board
	from    Source
	renderer  *renderer
	input   input
	audio   *audio // nil if nothing is to be heard
	begun   time.Time
	options LiveOptions
	frames  frameClock
}

// Update implements ebiten.Game. The game goes on by itself: here it is only asked how
// it is.
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

// take takes in what is new, and lets what moves move up to this very moment.
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

// DrawFinalScreen implements ebiten.FinalScreenDrawer, as a replay's does.
func (g *liveGame) DrawFinalScreen(screen ebiten.FinalScreen, kept *ebiten.Image, m ebiten.GeoM) {
	began := time.Now()
	g.renderer.show(screen, kept, m)
	g.frames.more = time.Since(began)
}

// LayoutF implements ebiten.LayoutFer, as a replay's does.
func (g *liveGame) LayoutF(w, h float64) (float64, float64) {
	w, h, dense := layout(w, h)
	g.board.Resize(int(w), int(h), dense)
	return w, h
}

// Layout implements ebiten.Game; LayoutF stands in for it.
func (g *liveGame) Layout(w, h int) (int, int) {
	fw, fh := g.LayoutF(float64(w), float64(h))
	return int(fw), int(fh)
}

var _ inputTarget = (*board.Board)(nil)
var _ inputTarget = (*desk.Desk)(nil)
