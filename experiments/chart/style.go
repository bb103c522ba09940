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

// colours are those of Okabe and Ito that stand out from white paper; each is a
// different grey in print.
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

func marks() []draw.GlyphDrawer {
	return []draw.GlyphDrawer{draw.CircleGlyph{}, draw.TriangleGlyph{}, draw.BoxGlyph{}, draw.PlusGlyph{},
		draw.RingGlyph{}, draw.CrossGlyph{}, draw.SquareGlyph{}}
}

func dashes() [][]vg.Length {
	return [][]vg.Length{nil, {6, 2}, {2, 2}, {8, 2, 2, 2}, {4, 4}, {1, 2}, {10, 3}}
}

// look is how the k-th series looks.
type look struct {
	line draw.LineStyle
	mark draw.GlyphStyle
}

func lookOf(k int) look {
	c, m, d := colours(), marks(), dashes()
	return look{
		line: draw.LineStyle{Color: c[k%len(c)], Width: 1.2, Dashes: d[k%len(d)]},
		mark: draw.GlyphStyle{Color: c[k%len(c)], Radius: 2.6, Shape: m[k%len(m)]},
	}
}

// typeface is what all is written in.
func typeface(size vg.Length) font.Font {
	return font.Font{Typeface: "Liberation", Variant: "Sans", Size: size}
}

// dressed is an empty plot in the style of the house.
func dressed(title, x, y string) *plot.Plot {
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

// key is an entry of the legend.
type key struct {
	name string
	look look
}

// legend has an entry for each name, in the order in which they came up.
type legend struct{ keys []key }

// lookFor is how a name looks, the same in every panel.
func (l *legend) lookFor(name string) look {
	for _, k := range l.keys {
		if k.name == name {
			return k.look
		}
	}
	k := key{name, lookOf(len(l.keys))}
	l.keys = append(l.keys, k)
	return k.look
}

// arrange puts the entries into lines that fit a width.
func (l *legend) arrange(width vg.Length) (lines [][]key) {
	left := vg.Length(0)
	for _, k := range l.keys {
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

const sample = vg.Length(24) // of the line, in a key

func (k key) text() text.Style {
	return text.Style{Color: color.Black, Font: typeface(9), Handler: plot.DefaultTextHandler, YAlign: draw.YCenter}
}

func (k key) width() vg.Length { return sample + 5 + k.text().Width(k.name) + 16 }

func (k key) draw(c *draw.Canvas, at vg.Point) {
	c.StrokeLine2(k.look.line, at.X, at.Y, at.X+sample, at.Y)
	c.DrawGlyph(k.look.mark, vg.Point{X: at.X + sample/2, Y: at.Y})
	c.FillText(k.text(), vg.Point{X: at.X + sample + 5, Y: at.Y}, k.name)
}
