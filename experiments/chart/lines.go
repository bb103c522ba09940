package chart

import (
	"errors"
	"math"
	"strconv"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
)

// Point is a value and its interval; no interval if Low and High are 0.
type Point struct{ X, Y, Low, High float64 }

// Series is a line.
type Series struct {
	Name   string // "" keeps it out of the legend
	Points []Point
}

// Lines are series over a common axis. Values that a logarithmic axis cannot show (0 or
// less) are drawn at its lower end.
type Lines struct {
	Title, X, Y string
	Names       []string // of X at 0, 1, 2, …; nil for a numeric X
	LogX, LogY  bool
	Min, Max    float64 // range of Y; 0 is the range of the data extended to 0
	Series      []Series
}

func (l Lines) plot(keys *legend) (*plot.Plot, error) {
	if l.count() == 0 {
		return nil, errors.New("there is nothing to draw in " + strconv.Quote(l.Title))
	}
	p := newPlot(l.Title, l.X, l.Y)
	for k, s := range l.Series {
		style := keys.styleFor(s.Name)
		if len(s.Points) == 0 {
			continue
		}
		line, points, err := plotter.NewLinePoints(l.points(s, k))
		if err != nil {
			return nil, err
		}
		line.LineStyle, points.GlyphStyle = style.line, style.glyph
		bars, err := plotter.NewYErrorBars(l.bars(s, k))
		if err != nil {
			return nil, err
		}
		bars.LineStyle, bars.CapWidth = style.line, 3
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
		p.X.Scale, p.X.Tick.Marker = plot.LogScale{}, logTicks{}
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
		p.Y.Scale, p.Y.Tick.Marker = plot.LogScale{}, logTicks{}
		if l.Max == 0 {
			p.Y.Max = max(p.Y.Max*1.15, p.Y.Min*2)
		}
	}
}

// floor returns the least value that a logarithmic axis shows.
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

// clamp returns the value within the range of the axis.
func (l Lines) clamp(v float64) float64 {
	if l.LogY {
		return max(v, l.floor())
	}
	return v
}

// points returns the points of a series, shifted so that series over names do not hide
// each other.
func (l Lines) points(s Series, k int) plotter.XYs {
	var xys plotter.XYs
	for _, p := range s.Points {
		xys = append(xys, plotter.XY{X: p.X + l.offset(k), Y: l.clamp(p.Y)})
	}
	return xys
}

func (l Lines) offset(k int) float64 {
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
			e.Low, e.High = w.XYs[i].Y-l.clamp(p.Low), l.clamp(p.High)-w.XYs[i].Y
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

// logTicks are the ticks of a logarithmic axis at 1, 2 and 5 times powers of ten. Over
// more than three decades only powers of ten are labelled.
type logTicks struct{}

// Ticks implements plot.Ticker.
func (logTicks) Ticks(least, most float64) (ticks []plot.Tick) {
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
