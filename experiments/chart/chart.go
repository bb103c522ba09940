// Package chart draws plots that remain readable in print and for colour-blind readers.
// It uses the colours of Okabe and Ito (Color Universal Design, 2008), and gives each
// series its own glyph and dash pattern. A Figure holds Panels, which are Lines or
// Heat. It has no title; captions belong in the surrounding text.
//
//	chart.go   Figure: panels with one legend, as SVG and PNG
//	lines.go   Lines: series with intervals
//	heat.go    Heat: a table as colours with its numbers
//	style.go   colours, glyphs, dashes, fonts
package chart

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgsvg"
)

// Panel is one plot of a Figure.
type Panel interface {
	// plot creates the plot and adds its series to the legend.
	plot(legend *legend) (*plot.Plot, error)
}

// Figure is a grid of panels, row by row.
type Figure struct {
	Panels  []Panel
	Columns int       // 0 is a single row
	Width   vg.Length // of a panel; 0 is 7.5 cm
	Height  vg.Length // of a panel; 0 is 6.5 cm
}

const (
	panelWidth  = 7.5 * vg.Centimeter
	panelHeight = 6.5 * vg.Centimeter
	legendRow   = 0.55 * vg.Centimeter
	margin      = 0.25 * vg.Centimeter
	dpi         = 150
)

// Save writes the figure to path.svg and path.png.
func (f Figure) Save(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return fmt.Errorf("making the directory for plots: %w", err)
	}
	for _, form := range []string{".svg", ".png"} {
		b, err := f.Draw(form)
		if err == nil {
			err = os.WriteFile(path+form, b, 0o644)
		}
		if err != nil {
			return fmt.Errorf("drawing %s: %w", filepath.Base(path+form), err)
		}
	}
	return nil
}

// Draw returns the figure as ".svg" or ".png".
func (f Figure) Draw(form string) ([]byte, error) {
	if f.Columns == 0 {
		f.Columns = len(f.Panels)
	}
	if f.Width == 0 {
		f.Width = panelWidth
	}
	if f.Height == 0 {
		f.Height = panelHeight
	}
	var keys legend
	var plots []*plot.Plot
	for _, p := range f.Panels {
		one, err := p.plot(&keys)
		if err != nil {
			return nil, err
		}
		plots = append(plots, one)
	}
	rows := (len(plots) + f.Columns - 1) / f.Columns
	width := f.Width * vg.Length(f.Columns)
	lines := keys.rows(width)
	height := f.Height*vg.Length(rows) + legendRow*vg.Length(len(lines))
	var b bytes.Buffer
	switch form {
	case ".svg":
		c := vgsvg.New(width, height)
		f.draw(draw.New(c), plots, lines)
		_, err := c.WriteTo(&b)
		return b.Bytes(), err
	case ".png":
		c := vgimg.PngCanvas{Canvas: vgimg.NewWith(vgimg.UseWH(width, height), vgimg.UseDPI(dpi))}
		f.draw(draw.New(c), plots, lines)
		_, err := c.WriteTo(&b)
		return b.Bytes(), err
	}
	return nil, fmt.Errorf("no form %q", form)
}

func (f Figure) draw(c draw.Canvas, plots []*plot.Plot, keys [][]legendEntry) {
	c.SetColor(white)
	c.Fill(c.Rectangle.Path())
	for k, p := range plots {
		left, top := f.Width*vg.Length(k%f.Columns), c.Max.Y-f.Height*vg.Length(k/f.Columns)
		p.Draw(draw.Canvas{Canvas: c.Canvas, Rectangle: vg.Rectangle{
			Min: vg.Point{X: left + margin, Y: top - f.Height + margin},
			Max: vg.Point{X: left + f.Width - margin, Y: top - margin},
		}})
	}
	for k, line := range keys {
		y := legendRow * (vg.Length(len(keys)-k) - 0.5)
		x := margin * 2
		for _, one := range line {
			one.draw(&c, vg.Point{X: x, Y: y})
			x += one.width()
		}
	}
}
