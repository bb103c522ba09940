package chart

import (
	"image/color"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

var white = color.White

// colours returns those of Okabe and Ito that contrast with white paper. Each has a
// different lightness.
func colours() []color.Color {
	return []color.Color{
		color.Black,
		color.RGBA{0xD5, 0x5E, 0x00, 0xFF}, // vermilion
		color.RGBA{0x00, 0x72, 0xB2, 0xFF}, // blue
		color.RGBA{0x00, 0x9E, 0x73, 0xFF}, // bluish green
		color.RGBA{0xE6, 0x9F, 0x00, 0xFF}, // orange
		color.RGBA{0xCC, 0x79, 0xA7, 0xFF}, // reddish purple
		color.RGBA{0x56, 0xB4, 0xE9, 0xFF}, // sky blue
	}
}

func glyphs() []draw.GlyphDrawer {
	return []draw.GlyphDrawer{draw.CircleGlyph{}, draw.TriangleGlyph{}, draw.BoxGlyph{}, draw.PlusGlyph{},
		draw.RingGlyph{}, draw.CrossGlyph{}, draw.SquareGlyph{}}
}

func dashes() [][]vg.Length {
	return [][]vg.Length{nil, {6, 2}, {2, 2}, {8, 2, 2, 2}, {4, 4}, {1, 2}, {10, 3}}
}

// style is the appearance of a series.
type style struct {
	line  draw.LineStyle
	glyph draw.GlyphStyle
}

func styleOf(k int) style {
	c, m, d := colours(), glyphs(), dashes()
	return style{
		line:  draw.LineStyle{Color: c[k%len(c)], Width: 1.2, Dashes: d[k%len(d)]},
		glyph: draw.GlyphStyle{Color: c[k%len(c)], Radius: 2.6, Shape: m[k%len(m)]},
	}
}

// typeface returns the font of all text.
func typeface(size vg.Length) font.Font {
	return font.Font{Typeface: "Liberation", Variant: "Sans", Size: size}
}

// newPlot returns an empty plot with the common style.
func newPlot(title, x, y string) *plot.Plot {
	p := plot.New()
	p.Title.Text, p.X.Label.Text, p.Y.Label.Text = title, x, y
	p.Title.TextStyle.Font = typeface(10)
	p.Title.Padding = 4
	for _, a := range []*plot.Axis{&p.X, &p.Y} {
		a.Label.TextStyle.Font, a.Tick.Label.Font = typeface(9), typeface(8)
		a.Tick.Length = 4
	}
	return p
}

// legendEntry is an entry of the legend.
type legendEntry struct {
	name  string
	style style
}

// legend has an entry per name, in order of appearance.
type legend struct{ entries []legendEntry }

// styleFor returns the style of a name, which is the same in every panel.
func (l *legend) styleFor(name string) style {
	for _, k := range l.entries {
		if k.name == name {
			return k.style
		}
	}
	k := legendEntry{name, styleOf(len(l.entries))}
	l.entries = append(l.entries, k)
	return k.style
}

// rows arranges the entries in rows of at most the given width.
func (l *legend) rows(width vg.Length) (lines [][]legendEntry) {
	left := vg.Length(0)
	for _, k := range l.entries {
		if k.name == "" {
			continue
		}
		if lines == nil || left < k.width() {
			lines, left = append(lines, nil), width-4*margin
		}
		lines[len(lines)-1] = append(lines[len(lines)-1], k)
		left -= k.width()
	}
	return lines
}

const sampleLength = vg.Length(24) // of the line in a legend entry

func (k legendEntry) text() text.Style {
	return text.Style{Color: color.Black, Font: typeface(9), Handler: plot.DefaultTextHandler, YAlign: draw.YCenter}
}

func (k legendEntry) width() vg.Length { return sampleLength + 5 + k.text().Width(k.name) + 16 }

func (k legendEntry) draw(c *draw.Canvas, at vg.Point) {
	c.StrokeLine2(k.style.line, at.X, at.Y, at.X+sampleLength, at.Y)
	c.DrawGlyph(k.style.glyph, vg.Point{X: at.X + sampleLength/2, Y: at.Y})
	c.FillText(k.text(), vg.Point{X: at.X + sampleLength + 5, Y: at.Y}, k.name)
}
