// Package glyph provides the fonts of scenes: a Book renders Glyphs of the Go fonts and
// measures texts. All renderers use it, so that texts are as wide as the layout
// assumed.
package glyph

import (
	"fmt"
	"image"
	"math"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/gomono"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

// Face is a typeface.
type Face uint8

const (
	Regular Face = iota
	Bold
	Mono
	faceCount
)

// Family returns the font-family value of a style sheet, with fallbacks.
func (f Face) Family() string {
	if f == Mono {
		return "'Go Mono',Menlo,Consolas,monospace"
	}
	return "Go,Helvetica,Arial,sans-serif"
}

// Glyph is a character rendered in a face and size.
type Glyph struct {
	Mask    *image.Alpha // nil if it is blank
	DX, DY  int          // offset of the mask's upper left corner from the pen, in pixels; y points down
	Advance float32      // of the pen in pixels
}

// Book holds the faces, and caches glyphs and widths. It must not be used concurrently.
type Book struct {
	fonts  [faceCount]*opentype.Font
	sizes  map[sizeKey]font.Face
	glyphs map[glyphKey]Glyph
	widths map[widthKey]float32
	buf    sfnt.Buffer
}

type sizeKey struct {
	face Face
	px   uint8
}

type glyphKey struct {
	sizeKey
	r rune
}

type widthKey struct {
	sizeKey
	text string
}

// NewBook loads the faces.
func NewBook() *Book {
	b := &Book{sizes: map[sizeKey]font.Face{}, glyphs: map[glyphKey]Glyph{}, widths: map[widthKey]float32{}}
	for f, ttf := range [faceCount][]byte{Regular: goregular.TTF, Bold: gobold.TTF, Mono: gomono.TTF} {
		font, err := opentype.Parse(ttf)
		if err != nil {
			panic(fmt.Sprintf("a font that is part of the program cannot be read: %v", err))
		}
		b.fonts[f] = font
	}
	return b
}

func (b *Book) face(s sizeKey) font.Face {
	f := b.sizes[s]
	if f == nil {
		var err error
		f, err = opentype.NewFace(b.fonts[s.face], &opentype.FaceOptions{Size: float64(s.px), DPI: 72, Hinting: font.HintingNone})
		if err != nil {
			panic(fmt.Sprintf("a face of %d pixels: %v", s.px, err))
		}
		b.sizes[s] = f
	}
	return f
}

// Glyph returns a character in a face of px pixels.
func (b *Book) Glyph(f Face, px uint8, r rune) Glyph {
	k := glyphKey{sizeKey{f, px}, r}
	g, known := b.glyphs[k]
	if known {
		return g
	}
	face := b.face(k.sizeKey)
	rect, mask, from, advance, ok := face.Glyph(fixed.Point26_6{}, r)
	if ok {
		g.Advance = float32(advance) / 64
		if !rect.Empty() {
			g.Mask = image.NewAlpha(image.Rect(0, 0, rect.Dx(), rect.Dy()))
			g.DX, g.DY = rect.Min.X, rect.Min.Y
			for y := range rect.Dy() {
				for x := range rect.Dx() {
					_, _, _, a := mask.At(from.X+x, from.Y+y).RGBA()
					g.Mask.Pix[y*g.Mask.Stride+x] = uint8(a >> 8)
				}
			}
		}
	}
	b.glyphs[k] = g
	return g
}

// widthsMax limits the cache of widths, since texts may change with every frame.
const widthsMax = 20_000

// Width returns the width of a text in pixels.
func (b *Book) Width(f Face, px uint8, text string) float32 {
	k := widthKey{sizeKey{f, px}, text}
	if w, known := b.widths[k]; known {
		return w
	}
	var w float32
	for _, r := range text {
		w += b.Glyph(f, px, r).Advance
	}
	if len(b.widths) >= widthsMax {
		clear(b.widths)
	}
	b.widths[k] = w
	return w
}

// Fit cuts a text to a width in pixels. An ellipsis replaces what is cut.
func (b *Book) Fit(f Face, px uint8, text string, maxWidth float32) string {
	if b.Width(f, px, text) <= maxWidth {
		return text
	}
	left := maxWidth - b.Glyph(f, px, '…').Advance
	var w float32
	for i, r := range text {
		if w += b.Glyph(f, px, r).Advance; w > left {
			if i == 0 {
				return ""
			}
			return text[:i] + "…"
		}
	}
	return text
}

// Wrap breaks a text into lines of a maximum width in pixels, between words where
// possible. What does not fit into the given number of lines is cut.
func (b *Book) Wrap(f Face, px uint8, text string, maxWidth float32, lines int) []string {
	var all []string
	for text != "" && len(all) < lines {
		if len(all) == lines-1 {
			return append(all, b.Fit(f, px, text, maxWidth))
		}
		cut := b.lineBreak(f, px, text, maxWidth)
		all = append(all, text[:cut])
		for text = text[cut:]; text != "" && text[0] == ' '; {
			text = text[1:]
		}
	}
	return all
}

// lineBreak returns the number of bytes that fit on a line.
func (b *Book) lineBreak(f Face, px uint8, text string, maxWidth float32) int {
	var w float32
	space := 0
	for i, r := range text {
		if r == ' ' {
			space = i
		}
		if w += b.Glyph(f, px, r).Advance; w > maxWidth && i > 0 {
			if space > 0 {
				return space
			}
			return i
		}
	}
	return len(text)
}

// Cap returns the height of capital letters in pixels, rounded.
func Cap(px uint8) float32 { return float32(math.Round(float64(px) * 0.72)) }
