//go:build cgo || !(freebsd || netbsd || openbsd)

package view

import (
	"fmt"
	"math"
	"os"

	"github.com/hajimehoshi/ebiten/v2"

	"raftian/game/scene"
)

// openWindow opens a window and shows a game until it ends. It calls game, which
// returns the game and its size, once there is a display, with whether rendering is in
// software. The error is ErrNoDisplay if there is no display.
func openWindow(title string, game func(software bool) (g ebiten.Game, w, h int)) error {
	display, err := probeDisplay()
	if err != nil {
		return fmt.Errorf("%w: %w", ErrNoDisplay, err)
	}
	defer display.Close()
	software := rendersInSoftware(os.Getenv("DISPLAY"))
	if software {
		defer preferGLX()()
	}
	g, w, h := game(software)
	ebiten.SetWindowTitle(title)
	ebiten.SetWindowSize(w, h)
	ebiten.SetWindowSizeLimits(scene.WidthMin/2, scene.HeightMin/2, -1, -1)
	ebiten.SetWindowResizingMode(ebiten.WindowResizingModeEnabled)
	ebiten.SetScreenClearedEveryFrame(false)
	if err := ebiten.RunGame(g); err != nil {
		return fmt.Errorf("%w: %w", ErrNoDisplay, err)
	}
	return nil
}

// show draws a scene on the screen, with the cached layers from an image. A scene that
// does not fit the window is drawn in its own size and scaled down.
//
// Before the next frame Ebiten clears the screen with the blend mode that was last used
// on it. So the last draw overwrites without blending, which is cheaper for the whole
// screen.
func (a *renderer) show(screen ebiten.FinalScreen, kept *ebiten.Image, m ebiten.GeoM) {
	switch scale := m.Element(0, 0); {
	case a.list == nil:
	case scale == 1:
		a.drawFinal(screen, kept, view{float32(m.Element(0, 2)), float32(m.Element(1, 2))})
	default:
		if a.fullSize == nil || a.fullSize.Bounds() != kept.Bounds() {
			a.fullSize = ebiten.NewImage(kept.Bounds().Dx(), kept.Bounds().Dy())
		}
		a.drawFinal(a.fullSize, kept, view{})
		screen.DrawImage(a.fullSize, &ebiten.DrawImageOptions{GeoM: m, Filter: ebiten.FilterLinear})
	}
	a.resetBlend(screen)
}

// layout returns the size of a scene in pixels for a window, and the number of pixels
// per pixel of an ordinary screen.
func layout(w, h float64) (float64, float64, float64) {
	dense := ebiten.Monitor().DeviceScaleFactor()
	w, h = math.Ceil(w*dense), math.Ceil(h*dense)
	// A scene larger than the window is scaled down by show.
	least := max(1, max(scene.WidthMin/w, scene.HeightMin/h))
	return math.Ceil(w * least), math.Ceil(h * least), dense
}
