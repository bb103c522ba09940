package chart

import (
	"errors"
	"math"
	"strconv"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
)

// Point is a value and the interval it lies in; Low and High of 0 are none.
type Point struct{ X, Y, Low, High float64 }

// Series is a line.
type Series struct {
	Name   string // "" is no part of the legend
	Points []Point
}

// Lines are lines over an axis. What a logarithmic axis cannot show, being 0 or less, is
// shown at its lower end.
type Lines struct {
	Title, X, Y string
	Names       []string // of X at 0, 1, 2, …; without them X is a number
	LogX, LogY  bool
	Min, Max    float64 // of Y; 0 is as the data have it, but with 0 in it
	Series      []Series
}

func (l Lines) plot(keys *legend) (*plot.Plot, error) {
	if l.count() == 0 {
		return nil, errors.New("there is nothing to draw in " + strconv.Quote(l.Title))
	}
	p := dressed(l.Title, l.X, l.Y)
	for k, s := range l.Series {
		look := keys.lookFor(s.Name)
		if len(s.Points) == 0 {
			continue
		}
		line, points, err := plotter.NewLinePoints(l.points(s, k))
		if err != nil {
			return nil, err
		}
		line.LineStyle, points.GlyphStyle = look.line, look.mark
		bars, err := plotter.NewYErrorBars(l.bars(s, k))
		if err != nil {
			return nil, err
		}
		bars.LineStyle, bars.CapWidth = look.line, 3
		bars.LineStyle.Dashes, bars.LineStyle.Width = nil, 0.7
		p.Add(line, bars, points)
	}
	l.scale(p)
	return p, nil
}

func (l Lines) count() (n int) {
	for _, s := range l.Series {
		n += len(s.Points)
	}
	return n
}

// scale sets the axes.
func (l Lines) scale(p *plot.Plot) {
	p.Add(grid())
	switch {
	case l.Names != nil:
		p.NominalX(l.Names...)
		p.X.Tick.LineStyle, p.X.Tick.Length = p.X.LineStyle, 3
		p.X.Min, p.X.Max = -0.3, float64(len(l.Names))-0.7
	case l.LogX:
		p.X.Scale, p.X.Tick.Marker = plot.LogScale{}, decades{}
	}
	if l.Min > 0 || l.LogY && l.Min == 0 {
		p.Y.Min = max(l.Min, l.floor())
	} else {
		p.Y.Min = min(0, p.Y.Min)
	}
	if l.Max > 0 {
		p.Y.Max = l.Max
	}
	if l.LogY {
		p.Y.Scale, p.Y.Tick.Marker = plot.LogScale{}, decades{}
		if l.Max == 0 {
			p.Y.Max = max(p.Y.Max*1.15, p.Y.Min*2)
		}
	}
}

// floor is the least that a logarithmic axis shows.
func (l Lines) floor() float64 {
	least := math.Inf(1)
	for _, s := range l.Series {
		for _, p := range s.Points {
			for _, v := range []float64{p.Y, p.Low} {
				if v > 0 {
					least = min(least, v)
				}
			}
		}
	}
	if math.IsInf(least, 1) {
		return 0.001
	}
	return least * 0.8
}

// bounded is a value as the axis can show it.
func (l Lines) bounded(v float64) float64 {
	if l.LogY {
		return max(v, l.floor())
	}
	return v
}

// points moves series over names a little apart, so that they do not hide each other.
func (l Lines) points(s Series, k int) plotter.XYs {
	var xys plotter.XYs
	for _, p := range s.Points {
		xys = append(xys, plotter.XY{X: p.X + l.aside(k), Y: l.bounded(p.Y)})
	}
	return xys
}

func (l Lines) aside(k int) float64 {
	if l.Names == nil || len(l.Series) == 1 {
		return 0
	}
	return 0.16 * (float64(k)/float64(len(l.Series)-1) - 0.5)
}

// withErrors is points with intervals.
type withErrors struct {
	plotter.XYs
	plotter.YErrors
}

func (l Lines) bars(s Series, k int) withErrors {
	w := withErrors{XYs: l.points(s, k)}
	for i, p := range s.Points {
		e := struct{ Low, High float64 }{}
		if p.Low != 0 || p.High != 0 {
			e.Low, e.High = w.XYs[i].Y-l.bounded(p.Low), l.bounded(p.High)-w.XYs[i].Y
		}
		w.YErrors = append(w.YErrors, e)
	}
	return w
}

func grid() *plotter.Grid {
	g := plotter.NewGrid()
	g.Vertical.Width, g.Horizontal.Width = vg.Points(0.25), vg.Points(0.25)
	return g
}

// decades are the ticks of a logarithmic axis: powers of ten, and twice and five times
// those; named are as many as there is room for.
type decades struct{}

// Ticks implements plot.Ticker.
func (decades) Ticks(least, most float64) (ticks []plot.Tick) {
	wide := most/least > 1000
	for e := math.Floor(math.Log10(least)); e <= math.Ceil(math.Log10(most)); e++ {
		for _, m := range []float64{1, 2, 5} {
			v := m * math.Pow(10, e)
			if v < least*0.999 || v > most*1.001 {
				continue
			}
			t := plot.Tick{Value: v}
			if m == 1 || !wide {
				t.Label = strconv.FormatFloat(v, 'f', -1, 64)
			}
			ticks = append(ticks, t)
		}
	}
	return ticks
}
