package chart

import (
	"errors"
	"image/color"
	"math"
	"strconv"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Heat is a table drawn as colours, from light to dark, with its numbers.
type Heat struct {
	Title, X, Y    string
	XNames, YNames []string
	Values         [][]float64            // [y][x]; NaN is empty
	Min, Max       float64                // range of the colours; both 0 is the range of the values
	Text           func(v float64) string // formats a value
}

func (h Heat) plot(*legend) (*plot.Plot, error) {
	if len(h.Values) != len(h.YNames) || len(h.Values) == 0 || len(h.Values[0]) != len(h.XNames) {
		return nil, errors.New("the fields of " + strconv.Quote(h.Title) + " do not fit their names")
	}
	p := newPlot(h.Title, h.X, h.Y)
	p.Add(heatCells{h})
	p.NominalX(h.XNames...)
	p.NominalY(h.YNames...)
	p.X.Min, p.X.Max = -0.5, float64(len(h.XNames))-0.5
	p.Y.Min, p.Y.Max = -0.5, float64(len(h.YNames))-0.5
	p.X.Padding, p.Y.Padding = 0, 0
	return p, nil
}

// heatCells draws the cells of a Heat.
type heatCells struct{ h Heat }

func (f heatCells) valueRange() (least, most float64) {
	if f.h.Min != 0 || f.h.Max != 0 {
		return f.h.Min, f.h.Max
	}
	least, most = math.Inf(1), math.Inf(-1)
	for _, row := range f.h.Values {
		for _, v := range row {
			if !math.IsNaN(v) {
				least, most = min(least, v), max(most, v)
			}
		}
	}
	return least, most
}

// Plot implements plot.Plotter.
func (f heatCells) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	least, most := f.valueRange()
	for j, row := range f.h.Values {
		for i, v := range row {
			if math.IsNaN(v) {
				continue
			}
			share := 0.5
			if most > least {
				share = (v - least) / (most - least)
			}
			left, right := x(float64(i)-0.5), x(float64(i)+0.5)
			low, high := y(float64(j)-0.5), y(float64(j)+0.5)
			c.FillPolygon(shade(share), []vg.Point{{X: left, Y: low}, {X: right, Y: low}, {X: right, Y: high}, {X: left, Y: high}})
			style := text.Style{Color: color.Black, Font: typeface(9), XAlign: draw.XCenter, YAlign: draw.YCenter, Handler: plot.DefaultTextHandler}
			if share > 0.5 {
				style.Color = white
			}
			c.FillText(style, vg.Point{X: x(float64(i)), Y: y(float64(j))}, f.h.Text(v))
		}
	}
}

// shade maps [0, 1] to a colour from pale yellow over green to dark blue. Lightness
// decreases strictly, so the order is kept in greyscale.
func shade(share float64) color.Color {
	stops := []color.RGBA{{0xFF, 0xFB, 0xD5, 255}, {0xA8, 0xDB, 0xB0, 255}, {0x41, 0xA5, 0xB5, 255}, {0x23, 0x66, 0x9E, 255}, {0x10, 0x25, 0x5C, 255}}
	at := min(1, max(0, share)) * float64(len(stops)-1)
	k := min(int(at), len(stops)-2)
	mix := func(a, b uint8) uint8 { return uint8(float64(a) + (at-float64(k))*(float64(b)-float64(a))) }
	a, b := stops[k], stops[k+1]
	return color.RGBA{mix(a.R, b.R), mix(a.G, b.G), mix(a.B, b.B), 255}
}
