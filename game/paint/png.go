// Package paint renders display lists of package scene into PNG and SVG files, without
// a display.
//
//	png.go  pixels
//	path.go outlines of items
//	svg.go  SVG
package paint

import (
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"io"
	"math"

	"golang.org/x/image/vector"

	"raftian/game/glyph"
	"raftian/game/scene"
)

// PNG writes a scene as a PNG file. The output is deterministic.
func PNG(w io.Writer, l *scene.List, book *glyph.Book) error {
	encoder := png.Encoder{CompressionLevel: png.BestCompression}
	return encoder.Encode(w, Image(l, book))
}

// Image renders a scene into pixels.
func Image(l *scene.List, book *glyph.Book) *image.RGBA {
	p := &painter{to: image.NewRGBA(image.Rect(0, 0, l.W, l.H)), book: book}
	for i := range l.Layers {
		items := l.Layers[i].Items
		for k := range items {
			p.item(&items[k])
		}
	}
	return p.to
}

// painter renders items into an image.
type painter struct {
	to     *image.RGBA
	book   *glyph.Book
	raster vector.Rasterizer
}

func ink(c scene.Color) *image.Uniform {
	return image.NewUniform(color.NRGBA{c.R, c.G, c.B, c.A})
}

func (p *painter) item(it *scene.Item) {
	if it.Shape == scene.Text {
		p.text(it)
		return
	}
	outline(it, func(path [][]point) { p.fill(path, it.Color) })
}

// text draws a text with the glyphs' masks.
func (p *painter) text(it *scene.Item) {
	src := ink(it.Color)
	pen := it.X
	for _, r := range it.Text {
		g := p.book.Glyph(it.Face, it.Px, r)
		if g.Mask != nil {
			x, y := int(math.Round(float64(pen)))+g.DX, int(it.Y)+g.DY
			b := g.Mask.Bounds()
			draw.DrawMask(p.to, b.Add(image.Pt(x, y)), src, image.Point{}, g.Mask, image.Point{}, draw.Over)
		}
		pen += g.Advance
	}
}

// fill fills closed paths.
func (p *painter) fill(paths [][]point, c scene.Color) {
	lo, hi := point{math.MaxFloat32, math.MaxFloat32}, point{-math.MaxFloat32, -math.MaxFloat32}
	for _, path := range paths {
		for _, q := range path {
			lo, hi = point{min(lo.x, q.x), min(lo.y, q.y)}, point{max(hi.x, q.x), max(hi.y, q.y)}
		}
	}
	at := image.Rect(int(math.Floor(float64(lo.x))), int(math.Floor(float64(lo.y))),
		int(math.Ceil(float64(hi.x))), int(math.Ceil(float64(hi.y))))
	seen := at.Intersect(p.to.Bounds())
	if seen.Empty() {
		return
	}
	p.raster.Reset(at.Dx(), at.Dy())
	dx, dy := float32(at.Min.X), float32(at.Min.Y)
	for _, path := range paths {
		for i, q := range path {
			if i == 0 {
				p.raster.MoveTo(q.x-dx, q.y-dy)
			} else {
				p.raster.LineTo(q.x-dx, q.y-dy)
			}
		}
		p.raster.ClosePath()
	}
	if at == seen {
		p.raster.Draw(p.to, at, ink(c), image.Point{})
		return
	}
	mask := image.NewAlpha(image.Rect(0, 0, at.Dx(), at.Dy())) // clipped at the edge
	p.raster.Draw(mask, mask.Bounds(), image.Opaque, image.Point{})
	draw.DrawMask(p.to, seen, ink(c), image.Point{}, mask, seen.Min.Sub(at.Min), draw.Over)
}
