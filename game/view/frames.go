//go:build cgo || !(freebsd || netbsd || openbsd)

package view

import (
	"runtime"
	"time"
)

// frameClock has frames come at a rate that is asked for, and counts those that do. A
// display's own rate is not waited for: it may be another one.
type frameClock struct {
	next    time.Time     // when the next frame is due
	more    time.Duration // what the last frame took after Draw
	began   time.Time     // of this second
	count   int
	worst   time.Duration
	sum     time.Duration
	average time.Duration // of the last second
	highest time.Duration
	rate    float64
}

// drawn counts a frame that took so long to make; it returns how long one takes, the
// longest of the last second, and how many there are in a second.
func (c *frameClock) drawn(took time.Duration) (average, worst time.Duration, rate float64) {
	now := time.Now()
	took += c.more
	if c.began.IsZero() {
		c.began = now
	}
	c.count++
	c.sum += took
	c.worst = max(c.worst, took)
	if span := now.Sub(c.began); span >= time.Second {
		c.rate = float64(c.count) / span.Seconds()
		c.average, c.highest = c.sum/time.Duration(c.count), c.worst
		c.began, c.count, c.sum, c.worst = now, 0, 0, 0
	}
	return c.average, c.highest, c.rate
}

// wait waits until the next frame is due. In a browser it does not: that knows best.
func (c *frameClock) wait(rate int) {
	if runtime.GOOS == "js" || rate <= 0 {
		return
	}
	now := time.Now()
	if c.next = c.next.Add(time.Second / time.Duration(rate)); c.next.Before(now.Add(-100 * time.Millisecond)) {
		c.next = now // after a pause, frames are not made up for
	}
	time.Sleep(time.Until(c.next))
}
