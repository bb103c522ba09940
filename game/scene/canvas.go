package scene

import "raftian/game/glyph"

// canvas collects items in a layer, and texts in a layer above it unless inOrder:
// renderers are faster with layers of one kind.
type canvas struct {
	book    *glyph.Book
	items   []Item
	words   []Item
	inOrder bool
	hits    []Hit
	body    uint8 // font sizes in pixels
	small   uint8
	// version changes with the items of a cached canvas.
	version uint64
}

func (c *canvas) reset() { c.items, c.words, c.hits = c.items[:0], c.words[:0], c.hits[:0] }

// rect adds a rectangle aligned to pixels, at least one pixel wide and high.
func (c *canvas) rect(x, y, w, h float32, color Color) {
	if w <= 0 || h <= 0 {
		return
	}
	left, top := roundf(x), roundf(y)
	c.items = append(c.items, Item{Shape: Rect, X: left, Y: top, Color: color,
		X2: max(1, roundf(x+w)-left), Y2: max(1, roundf(y+h)-top)})
}

func (c *canvas) box(b Box, color Color) { c.rect(b.X, b.Y, b.W, b.H, color) }

// frame adds a border inside a box.
func (c *canvas) frame(b Box, width float32, color Color) {
	c.rect(b.X, b.Y, b.W, width, color)
	c.rect(b.X, b.Bottom()-width, b.W, width, color)
	c.rect(b.X, b.Y+width, width, b.H-2*width, color)
	c.rect(b.Right()-width, b.Y+width, width, b.H-2*width, color)
}

func (c *canvas) line(x, y, x2, y2, width float32, color Color) {
	c.items = append(c.items, Item{Shape: Line, X: x, Y: y, X2: x2, Y2: y2, Width: width, Color: color})
}

func (c *canvas) dashes(x, y, x2, y2, width float32, dash uint8, color Color) {
	c.items = append(c.items, Item{Shape: Line, X: x, Y: y, X2: x2, Y2: y2, Width: width, Dash: dash, Color: color})
}

func (c *canvas) triangle(x, y, x2, y2, x3, y3 float32, color Color) {
	c.items = append(c.items, Item{Shape: Triangle, X: x, Y: y, X2: x2, Y2: y2, X3: x3, Y3: y3, Color: color})
}

func (c *canvas) disc(x, y, r float32, color Color) {
	c.items = append(c.items, Item{Shape: Disc, X: x, Y: y, X3: r, Color: color})
}

func (c *canvas) ring(x, y, r, width float32, dash uint8, color Color) {
	c.arc(x, y, r, width, 0, 1, dash, color)
}

// arc adds a part of a ring, in turns clockwise from the top.
func (c *canvas) arc(x, y, r, width, from, to float32, dash uint8, color Color) {
	c.items = append(c.items, Item{Shape: Ring, X: x, Y: y, X2: from, Y2: to, X3: r, Width: width, Dash: dash, Color: color})
}

// diamond adds a square standing on a corner.
func (c *canvas) diamond(x, y, r float32, color Color) {
	c.triangle(x-r, y, x, y-r, x+r, y, color)
	c.triangle(x-r, y, x+r, y, x, y+r, color)
}

// cross adds two diagonal strokes.
func (c *canvas) cross(x, y, r, width float32, color Color) {
	c.line(x-r, y-r, x+r, y+r, width, color)
	c.line(x-r, y+r, x+r, y-r, width, color)
}

// hatch fills a box with diagonal strokes, step pixels apart.
func (c *canvas) hatch(b Box, step, width float32, color Color) {
	for d := step / 2; d < b.W+b.H; d += step {
		x1, y1 := b.X+d, b.Y
		if x1 > b.Right() {
			y1 += x1 - b.Right()
			x1 = b.Right()
		}
		x2, y2 := b.X, b.Y+d
		if y2 > b.Bottom() {
			x2 += y2 - b.Bottom()
			y2 = b.Bottom()
		}
		c.line(x1, y1, x2, y2, width, color)
	}
}

// style is the style of a text.
type style struct {
	face  glyph.Face
	px    uint8
	color Color
}

func (c *canvas) plain(color Color) style      { return style{glyph.Regular, c.body, color} }
func (c *canvas) bold(color Color) style       { return style{glyph.Bold, c.body, color} }
func (c *canvas) mono(color Color) style       { return style{glyph.Mono, c.body, color} }
func (c *canvas) smallPlain(color Color) style { return style{glyph.Regular, c.small, color} }
func (c *canvas) smallMono(color Color) style  { return style{glyph.Mono, c.small, color} }
func (c *canvas) smallBold(color Color) style {
	return style{glyph.Bold, c.small, color}
}

func (c *canvas) width(s style, words string) float32 { return c.book.Width(s.face, s.px, words) }

// text adds a text with its baseline at y and returns the x at which it ends.
func (c *canvas) text(x, y float32, s style, words string) float32 {
	if words == "" {
		return x
	}
	to := &c.words
	if c.inOrder {
		to = &c.items
	}
	*to = append(*to, Item{Shape: Text, Face: s.face, Px: s.px, Color: s.color, Text: words, X: roundf(x), Y: roundf(y)})
	return x + c.width(s, words)
}

// fit adds a text cut to a width.
func (c *canvas) fit(x, y, most float32, s style, words string) float32 {
	return c.text(x, y, s, c.book.Fit(s.face, s.px, words, most))
}

// right adds a text that ends at x; it returns the x at which it begins.
func (c *canvas) right(x, y float32, s style, words string) float32 {
	x -= c.width(s, words)
	c.text(x, y, s, words)
	return x
}

// middle adds a text centred at x.
func (c *canvas) middle(x, y float32, s style, words string) {
	c.text(x-c.width(s, words)/2, y, s, words)
}

// base returns the baseline that centres capital letters on y.
func base(y float32, px uint8) float32 { return y + glyph.Cap(px)/2 }

// hit makes an area respond to the mouse.
func (c *canvas) hit(b Box, t Target, tip string) {
	c.hits = append(c.hits, Hit{b, t, tip})
}
