package scene

import (
	"fmt"
	"sort"
	"strings"

	"raftian/netsim/env"
	"raftian/netsim/trace"
)

// inStory reports whether an event belongs to the story, the list of important events.
func inStory(e *trace.Event) bool {
	switch e.Kind {
	case trace.KindBoot, trace.KindCrash, trace.KindExit, trace.KindFault, trace.KindMend, trace.KindIdle, trace.KindHeal,
		trace.KindStop, trace.KindHung, trace.KindEnd, trace.KindRot, env.KindRole, env.KindVote, env.KindTruncate, env.KindLog, env.KindConfig,
		env.KindSnapshot, env.KindRestore, env.KindCorrupt, trace.KindReset:
		return true
	case env.KindReturn:
		return !strings.HasPrefix(e.Text, "ok")
	}
	return false
}

// storyLine is an event in a list.
type storyLine struct {
	n     int
	mark  string // symbol before it
	words string
	color Color
}

// story returns the story around the cursor, in a number of lines, most of them in the
// past.
func (f *drawing) story(lines int) []storyLine {
	return f.around(f.storyEvents, lines)
}

// around returns a number of events of a list around the cursor.
func (f *drawing) around(events []int32, lines int) []storyLine {
	next := sort.Search(len(events), func(i int) bool { return int(events[i]) > f.c.N() })
	after := lines / 4
	from := max(0, next-(lines-after))
	to := min(len(events), from+lines)
	from = max(0, to-lines)
	var all []storyLine
	for _, n := range events[from:to] {
		e := f.run.Event(int(n))
		l := storyLine{n: int(n), words: e.Words(), color: dim}
		if e.Machine != "" {
			l.words = e.Machine + " " + l.words
		}
		switch {
		case int(n) == f.c.N():
			l.color = white
		case int(n) > f.c.N():
			l.color = faint
		case e.Kind == trace.KindFault:
			l.color = orange
		case e.Kind == env.KindRole && e.Text == "leader":
			l.color = text
		}
		if f.cited[int(n)] {
			l.mark = "×"
		}
		all = append(all, l)
	}
	return all
}

// list draws events, one a line; a click goes to the event.
func (f *drawing) list(at Box, lines []storyLine) {
	step := f.step()
	y := at.Y
	shown := false
	for _, l := range lines {
		if y+step > at.Bottom()+1 {
			return
		}
		if !shown && l.n > f.c.N() { // the cursor is here
			f.rect(at.X-4, y+1, at.W+8, 1, white)
			shown = true
		}
		if l.n == f.c.N() {
			f.rect(at.X-4, y, at.W+8, step, raised)
		}
		e := f.run.Event(l.n)
		st := f.smallMono(faint)
		x := at.X
		if l.mark != "" {
			f.text(x-2, y+step*0.75, f.smallBold(vermilion), l.mark)
		}
		x += float32(f.small) * 0.8
		x = f.text(x, y+step*0.75, st, fmt.Sprintf("%9.4f", e.At.Seconds())) + 8
		f.fit(x, y+step*0.75, at.Right()-x, f.smallPlain(l.color), l.words)
		f.hit(Box{at.X - 4, y, at.W + 8, step}, Target{Action: Event, N: l.n},
			fmt.Sprintf("%s\nevent %s at %s; click to go there", l.words, thousands(l.n), e.At))
		y += step
	}
}

// step returns the height of a line of text.
func (f *drawing) step() float32 { return roundf(float32(f.small) * 1.42) }
