package scene

import (
	"fmt"
	"math"
	"time"

	"raftian/game/replay"
	"raftian/netsim/env"
)

// axis maps instants to positions: by time, or by the order of events.
type axis struct {
	run      *replay.Run
	plot     Box
	from, to env.Instant
	ordinal  bool
	n0, n1   int // number of events before from, and up to to
}

func newAxis(r *replay.Run, v *View, plot Box) axis {
	a := axis{run: r, plot: plot, from: v.From, to: v.To, ordinal: v.Ordinal}
	if a.to <= a.from {
		a.to = a.from + 1
	}
	if a.ordinal {
		a.n0, a.n1 = r.Until(a.from-1), r.Until(a.to)
		a.n1 = max(a.n1, a.n0+1)
	}
	return a
}

// x returns the position of an instant, which may be outside of the plot.
func (a *axis) x(t env.Instant) float32 {
	if a.ordinal {
		return a.xn(a.run.Until(t))
	}
	return a.plot.X + a.plot.W*float32(float64(t-a.from)/float64(a.to-a.from))
}

// xEvent returns the position of event n.
func (a *axis) xEvent(n int) float32 {
	if a.ordinal {
		return a.xn(n)
	}
	return a.x(a.run.At(n))
}

func (a *axis) xn(n int) float32 {
	return a.plot.X + a.plot.W*float32(float64(n-a.n0)/float64(a.n1-a.n0))
}

// when returns the instant at a position.
func (a *axis) when(x float32) env.Instant {
	part := float64((x - a.plot.X) / a.plot.W)
	if a.ordinal {
		n := a.n0 + int(math.Round(part*float64(a.n1-a.n0)))
		if n < 1 || a.run.Events() == 0 {
			return 0
		}
		return a.run.At(min(n, a.run.Events()))
	}
	return a.from + env.Instant(part*float64(a.to-a.from))
}

// clip limits a range to the plot; ok is false if nothing of it is inside.
func (a *axis) clip(x1, x2 float32) (from, to float32, ok bool) {
	if x2 < a.plot.X || x1 > a.plot.Right() {
		return 0, 0, false
	}
	return max(x1, a.plot.X), min(x2, a.plot.Right()), true
}

// events returns the number of events that had happened at each pixel's left edge, and
// at the end.
func (a *axis) events() []int {
	columns := max(1, int(a.plot.W))
	all := make([]int, columns+1)
	for i := range all {
		if a.ordinal {
			all[i] = a.n0 + (a.n1-a.n0)*i/columns
		} else {
			all[i] = a.run.Until(a.from + env.Instant(float64(a.to-a.from)*float64(i)/float64(columns)))
		}
	}
	return all
}

// tick is a labelled position.
type tick struct {
	x    float32
	name string
}

// ticks returns ticks about gap pixels apart.
func (a *axis) ticks(gap float32) []tick {
	count := max(1, float64(a.plot.W/gap))
	var all []tick
	if a.ordinal {
		step := max(1, int(nice(float64(a.n1-a.n0)/count)))
		for n := (a.n0/step + 1) * step; n <= a.n1; n += step {
			all = append(all, tick{a.xn(n), "#" + thousands(n)})
		}
		return all
	}
	step := env.Instant(nice(float64(a.to-a.from) / count))
	step = max(step, 1)
	for t := (a.from + step - 1) / step * step; t <= a.to; t += step {
		all = append(all, tick{a.x(t), clock(t, time.Duration(step))})
	}
	return all
}

// nice returns a round number not below x: 1, 2 or 5 times a power of ten.
func nice(x float64) float64 {
	if x <= 0 {
		return 1
	}
	power := math.Pow(10, math.Floor(math.Log10(x)))
	for _, m := range []float64{1, 2, 5} {
		if m*power >= x*0.999 {
			return m * power
		}
	}
	return 10 * power
}

// clock formats an instant in seconds, with the decimals that steps of a size need.
func clock(t env.Instant, step time.Duration) string {
	decimals := 0
	for unit := time.Second; step < unit && decimals < 9; unit /= 10 {
		decimals++
	}
	return fmt.Sprintf("%.*f s", decimals, t.Seconds())
}

// thousands formats a number, with commas from 10,000 on.
func thousands(n int) string {
	s := fmt.Sprint(n)
	if n < 10_000 {
		return s
	}
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
