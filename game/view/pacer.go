//go:build cgo || !(freebsd || netbsd || openbsd)

package view

import (
	"runtime"
	"time"

	"github.com/hajimehoshi/ebiten/v2"
)

// framePacer keeps frames at a rate. Usually the display does. Software rendering does
// not wait for a display, so it is active from the start there. Also, some X servers
// without a screen report a rate of 1 Hz, which Ebiten believes; if frames come that
// slowly although they are drawn fast, it becomes active.
type framePacer struct {
	active bool       // it paces frames itself
	clock  frameClock // if active
	began  time.Time
	count  int
	spent  time.Duration // drawing time
}

// Fewer than paceFramesMin frames in a paceWindow are too slow.
const (
	paceWindow    = time.Second
	paceFramesMin = 20
	paceRate      = 62 // frames per second if active: a few more than the 60 Updates
)

// activate makes the pacer active. Without waiting for the display Ebiten also prepares
// the next frame while one is drawn.
func (p *framePacer) activate() {
	p.active = true
	ebiten.SetVsyncEnabled(false)
}

// frame is called after each frame, with the time it took.
func (p *framePacer) frame(took time.Duration) {
	if runtime.GOOS == "js" { // a browser paces frames itself
		return
	}
	if p.active {
		p.clock.wait(paceRate)
		return
	}
	now := time.Now()
	if p.count == 0 {
		p.began = now
	}
	p.count++
	p.spent += took
	if passed := now.Sub(p.began); passed >= paceWindow {
		if p.count < paceFramesMin && p.spent < passed/2 {
			p.activate()
		}
		p.count, p.spent = 0, 0
	}
}
