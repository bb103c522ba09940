//go:build cgo || !(freebsd || netbsd || openbsd)

package view

import (
	"runtime"
	"time"

	"github.com/hajimehoshi/ebiten/v2"
)

// pace keeps frames coming at a rate. As a rule the display does so. Some X servers
// without a screen, such as Xvfb, tell a rate of 1 Hz; Ebiten believes them. Where
// frames come that slowly although they are drawn fast, pace takes over.
type pace struct {
	own   bool
	began time.Time
	count int
	spent time.Duration // in drawing
	next  time.Time
}

// What is slow: fewer frames than that in the time that it is measured for.
const (
	paceWindow = time.Second
	paceLeast  = 20
	paceRate   = 60 // frames per second, if we pace
)

// frame is called after each frame, with how long it took to make.
func (p *pace) frame(took time.Duration) {
	if runtime.GOOS == "js" { // a browser knows best
		return
	}
	now := time.Now()
	if p.own {
		if p.next = p.next.Add(time.Second / paceRate); p.next.Before(now) {
			p.next = now
		}
		time.Sleep(time.Until(p.next))
		return
	}
	if p.count == 0 {
		p.began = now
	}
	p.count++
	p.spent += took
	if passed := now.Sub(p.began); passed >= paceWindow {
		if p.count < paceLeast && p.spent < passed/2 {
			p.own, p.next = true, now
			ebiten.SetVsyncEnabled(false)
		}
		p.count, p.spent = 0, 0
	}
}
