//go:build cgo || !(freebsd || netbsd || openbsd)

package view

import (
	"runtime"
	"time"
)

// frameClock paces frames at a requested rate and counts them. It does not wait for the
// display, whose rate may differ.
type frameClock struct {
	next    time.Time     // when the next frame is due
	more    time.Duration // time that the last frame took after Draw
	began   time.Time     // start of this second
	count   int
	worst   time.Duration
	sum     time.Duration
	average time.Duration // of the last second
	highest time.Duration
	rate    float64
}

// drawn counts a frame that took so long. It returns the average and the longest
// duration of the last second, and the frame rate.
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

// wait waits until the next frame is due; not in a browser, which paces frames itself.
func (c *frameClock) wait(rate int) {
	if runtime.GOOS == "js" || rate <= 0 {
		return
	}
	now := time.Now()
	if c.next = c.next.Add(time.Second / time.Duration(rate)); c.next.Before(now.Add(-100 * time.Millisecond)) {
		c.next = now // frames missed in a pause are skipped
	}
	time.Sleep(time.Until(c.next))
}
