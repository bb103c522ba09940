//go:build cgo || !(freebsd || netbsd || openbsd)

package view

import (
	"context"
	"fmt"
	"math"
	"runtime"
	"time"

	"github.com/hajimehoshi/ebiten/v2"

	"raftian/game/board"
	"raftian/game/desk"
	"raftian/game/glyph"
	"raftian/game/live"
	"raftian/game/scene"
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
	display, err := probe()
	if err != nil {
		return fmt.Errorf("%w: %w", ErrNoDisplay, err)
	}
	defer display.Close()
	ebiten.SetWindowTitle(o.Title)
	ebiten.SetWindowSize(b.View.W, b.View.H)
	ebiten.SetWindowSizeLimits(scene.WidthLeast/2, scene.HeightLeast/2, -1, -1)
	ebiten.SetWindowResizingMode(ebiten.WindowResizingModeEnabled)
	ebiten.SetScreenClearedEveryFrame(false)
	ebiten.SetRunnableOnUnfocused(true)
	if runtime.GOOS == "js" {
		b.View.Frames.Asked = 0 // a browser draws as often as it likes
	} else {
		ebiten.SetVsyncEnabled(false)
	}
	g := &liveGame{ctx: ctx, board: b, from: from, artist: newArtist(book), begun: time.Now(), options: o}
	if !o.Mute {
		g.audio = newAudio()
	} else {
		b.View.Sound.Why = "started with --mute: there is no sound"
	}
	if err := ebiten.RunGame(g); err != nil {
		return fmt.Errorf("%w: %w", ErrNoDisplay, err)
	}
	return nil
}

// liveGame is the window's content.
type liveGame struct {
	ctx     context.Context // ends the show
	board   *board.Board
	from    Source
	artist  *artist
	input   input
	audio   *audio // nil if nothing is to be heard
	begun   time.Time
	options LiveOptions
	whole   *ebiten.Image // a scene before it is shrunk; nil unless one was
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
func (g *liveGame) take() {
	if why := g.from.Lost(); why != "" {
		g.board.Lose(why)
	} else if s := g.from.Snapshot(); s != nil {
		g.board.Take(s)
	}
	g.board.Advance(time.Since(g.begun))
	if g.audio == nil {
		return
	}
	if why := g.audio.broken(); why != "" {
		g.audio = nil
		g.board.Quiet(why)
		if g.options.Silent != nil {
			g.options.Silent(why)
		}
		return
	}
	for _, c := range g.board.Cues() {
		g.audio.mixer.Play(c.Sound, c.Side)
	}
	g.audio.mixer.Set(g.board.View.Sound.Volume, g.board.View.Sound.Muted)
}

// Draw implements ebiten.Game.
func (g *liveGame) Draw(screen *ebiten.Image) {
	began := time.Now()
	g.take()
	g.artist.keep(screen, g.board.Draw(), false)
	// Ebiten shows a frame only if something was drawn on its image.
	g.artist.touch(screen)
	f := &g.board.View.Frames
	f.Draw, f.Worst, f.Actual = g.frames.drawn(time.Since(began))
	g.frames.wait(f.Asked)
}

// DrawFinalScreen implements ebiten.FinalScreenDrawer, as a replay's does.
func (g *liveGame) DrawFinalScreen(screen ebiten.FinalScreen, kept *ebiten.Image, m ebiten.GeoM) {
	began := time.Now()
	switch scale := m.Element(0, 0); {
	case g.artist.list == nil:
	case scale == 1:
		g.artist.finish(screen, kept, view{float32(m.Element(0, 2)), float32(m.Element(1, 2))})
	default:
		if g.whole == nil || g.whole.Bounds() != kept.Bounds() {
			g.whole = ebiten.NewImage(kept.Bounds().Dx(), kept.Bounds().Dy())
		}
		g.artist.finish(g.whole, kept, view{})
		screen.DrawImage(g.whole, &ebiten.DrawImageOptions{GeoM: m, Filter: ebiten.FilterLinear})
	}
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

// layout is the size of a scene in pixels for a window, and how many pixels of the
// screen are one of an ordinary one.
func layout(w, h float64) (float64, float64, float64) {
	dense := ebiten.Monitor().DeviceScaleFactor()
	w, h = math.Ceil(w*dense), math.Ceil(h*dense)
	// What is too small for a scene is shrunk by the window.
	least := max(1, max(scene.WidthLeast/w, scene.HeightLeast/h))
	return math.Ceil(w * least), math.Ceil(h * least), dense
}

var _ player = (*board.Board)(nil)
var _ player = (*desk.Desk)(nil)
