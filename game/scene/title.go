package scene

import (
	"fmt"
	"math"

	"raftian/linearizability/verdict"
	"raftian/netsim/trace"
)

// title draws the title line: the run, the outcome, the instant.
func (f *drawing) title() {
	b := f.lay.Title
	y := base(b.Y+b.H/2, f.body)
	what := fmt.Sprintf("seed %d", f.run.Header.Seed)
	if f.run.Header.Live {
		what = "live session"
	}
	x := f.text(b.X+10, y, f.bold(text), what) + 12
	x = f.verdictBadge(x, b)
	about := fmt.Sprintf("%s on %s", f.run.Header.Guest, trace.Some(len(f.run.Machines), "machine"))
	if v := f.run.Header.Raft; v != "" {
		about += ", raft " + v
	}
	if bug := f.run.Setting("bug"); bug != "" {
		about += ", planted bug " + bug
	}
	if f.run.Broken != nil {
		about += "  (the file is not whole)"
	}
	right := b.Right() - 10
	pace := fmt.Sprintf("%s %s", speedName(f.v.Speed), map[bool]string{true: "playing", false: "paused"}[f.v.Playing])
	right = f.right(right, y, f.plain(dim), pace) - 18
	right = f.right(right, y, f.mono(text), fmt.Sprintf("event %s of %s", thousands(f.c.N()), thousands(f.run.Events()))) - 18
	right = f.right(right, y, f.mono(white), fmt.Sprintf("t = %.6f s", f.at.Seconds())) - 18
	f.fit(x+6, y, right-x-10, f.plain(dim), about)
}

// verdictBadge shows the outcome by a word, a symbol and a colour.
func (f *drawing) verdictBadge(x float32, b Box) float32 {
	color, words := green, "OK"
	tip := "Every judge passed."
	switch f.run.Outcome() {
	case verdict.Fail:
		color, words, tip = vermilion, "VIOLATION", ""
	case verdict.Inconclusive, verdict.NotRun:
		color, words, tip = yellow, "UNKNOWN", "Not decided."
		if len(f.run.Verdicts) == 0 {
			tip = "The file holds no verdicts."
		}
	}
	for _, v := range f.run.Verdicts {
		if v.Outcome == verdict.Fail {
			if words == "VIOLATION" {
				words += ": " + v.Judge
			}
			tip += fmt.Sprintf("%s: %s\n", v.Judge, v.Reason)
		} else if v.Outcome != verdict.Pass {
			tip += fmt.Sprintf("\n%s not decided: %s", v.Judge, v.Reason)
		}
	}
	st := f.bold(onColor(color))
	w := f.width(st, words) + 34
	at := Box{x, b.Y + 5, w, b.H - 10}
	f.box(at, color)
	cx, cy, r := at.X+13, at.Y+at.H/2, float32(f.body)*0.32
	switch color {
	case green:
		f.line(cx-r, cy, cx-r*0.2, cy+r*0.8, 2, st.color)
		f.line(cx-r*0.2, cy+r*0.8, cx+r, cy-r*0.8, 2, st.color)
	case vermilion:
		f.cross(cx, cy, r, 2, st.color)
	default:
		f.middle(cx, base(cy, f.body), st, "?")
	}
	f.text(at.X+25, base(cy, f.body), st, words)
	f.hit(at, Target{Action: Press, Key: "e"}, tip)
	return at.Right()
}

// speedName formats the speed of a replay.
func speedName(speed float64) string {
	sign := ""
	if speed < 0 {
		sign = "back "
	}
	return fmt.Sprintf("%s%g×", sign, math.Abs(speed))
}
