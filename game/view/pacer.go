//go:build cgo || !(freebsd || netbsd || openbsd)

package view

import (
	"runtime"
	"time"

	"github.com/hajimehoshi/ebiten/v2"
)

// pace keeps frames coming at a rate. As a rule the display does so. What is drawn in
// software comes to no display that waits, so there pace does from the beginning. And some
// X servers without a screen tell a rate of 1 Hz, which Ebiten believes; where frames
// come that slowly although they are drawn fast, pace takes over.
type framePacer struct {
	active   bool
	clock frameClock // if own
	began time.Time
	count int
	spent time.Duration // in drawing
}

// What is slow: fewer frames than that in the time that it is measured for.
const (
	paceWindow = time.Second
	paceFramesMin  = 20
	paceRate   = 62 // frames per second, if we pace: a few more than the 60 Updates
)

// take has pace take over. Without waiting for the display Ebiten also lets the next
// frame be made while one is drawn.
func (p *framePacer) activate() {
	p.active = true
	ebiten.SetVsyncEnabled(false)
}

// frame is called after each frame, with how long it took to make.
func (p *framePacer) frame(took time.Duration) {
	if runtime.GOOS == "js" { // a browser knows best
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
