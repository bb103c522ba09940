//go:build cgo || !(freebsd || netbsd || openbsd)

package view

import (
	"fmt"
	"math"
	"os"

	"github.com/hajimehoshi/ebiten/v2"

	"raftian/game/scene"
)

// openWindow opens a window and shows a game in it until that ends. The game, and how
// large it is, is asked for once there is a display. An error that is ErrNoDisplay says
// that there is nowhere to show it. The game is told whether it is drawn in software.
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

// show draws a scene on the screen, of which the artist has kept what stays on an image.
// One that does not fit the window is drawn in its own size first, and then shrunk.
//
// Before the next frame, Ebiten makes the screen black, in the way that the screen was
// last drawn on; so that comes last which hides what was there without a look at it, which
// is cheaper for all of the screen.
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

// layout is the size of a scene in pixels for a window, and how many pixels of the
// screen are one of an ordinary one.
func layout(w, h float64) (float64, float64, float64) {
	dense := ebiten.Monitor().DeviceScaleFactor()
	w, h = math.Ceil(w*dense), math.Ceil(h*dense)
	// What is too small for a scene is shrunk by the window.
	least := max(1, max(scene.WidthMin/w, scene.HeightMin/h))
	return math.Ceil(w * least), math.Ceil(h * least), dense
}
