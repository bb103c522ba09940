package scene

import (
	"raftian/game/replay"
	"raftian/linearizability/verdict"
)

// BesideRun is a run shown beside another one at the same instant.
type BesideRun struct {
	Scene     *Scene
	Cursor    *replay.Cursor
	View      *View  // without hover, selection and typing
	Title     string // of the run
	MainTitle string // of the run it stands beside
}

// side is the part of a scene that a run occupies.
type side uint8

const (
	whole side = iota
	upper      // with a run beside it: the left cluster and the upper timeline
	lower      // the run beside: the right cluster and the lower timeline
)

// besideLayout returns the layout of one of two runs. Logs are left out.
func besideLayout(w, h int, dense float64, part side) Layout {
	l := NewLayout(w, h, dense)
	gap := l.Title.X
	rest := l.Minimap.Y - l.Title.Bottom() - 3*gap
	top := roundf(rest * 0.4)
	time := roundf((rest - top) / 2)
	cluster := roundf((l.Title.W - 2*gap) * 0.345)
	y := l.Title.Bottom()
	l.Logs = Box{}
	l.Cluster = Box{gap, y, cluster, top}
	l.Timeline = Box{gap, y + top + gap, l.Title.W, time}
	middle := l.Title.W - 2*(cluster+gap)
	l.Inspector = Box{l.Cluster.Right() + gap, y, middle, top}
	if part == lower {
		l.Cluster.X = l.Inspector.Right() + gap
		l.Timeline.Y += time + gap
		l.Timeline.H = l.Minimap.Y - gap - l.Timeline.Y
		l.Inspector = Box{}
	}
	return l
}

// drawBeside draws the other run.
func (s *Scene) drawBeside(o *BesideRun, v *View) {
	view := *v
	view.Hover, view.Chosen, view.Pins, view.WhatIf, view.Help, view.Searching = false, Target{}, nil, nil, false, false
	view.Difference = o.View.Difference
	o.Scene.prepare(&view, lower)
	o.Scene.front.reset()
	f := o.Scene.newDrawing(o.Cursor, &view, &o.Scene.front)
	f.besideHeading(o.Title, true)
	f.cluster()
	f.nowOnTimeline()
}

// besideHeading draws the heading of one of two clusters: the run's title and, with
// verdicts, its outcome.
func (f *drawing) besideHeading(words string, verdicts bool) {
	b := f.lay.Cluster
	f.box(b, panel)
	f.frame(b, 1, edge)
	y := b.Y + f.heading()*0.68
	right := b.Right() - 10
	if verdicts {
		said, ink := "every judge passed", green
		switch f.run.Outcome() {
		case verdict.Fail:
			said, ink = "VIOLATION", vermilion
			for _, v := range f.run.Verdicts {
				if v.Outcome == verdict.Fail {
					said += ": " + v.Judge
					break
				}
			}
		case verdict.Pass:
		default:
			said, ink = "not decided", yellow
		}
		right = f.right(right, y, f.smallBold(ink), said) - 10
	}
	f.fit(b.X+10, y, right-b.X-10, f.smallBold(text), words)
}
