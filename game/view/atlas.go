//go:build cgo || !(freebsd || netbsd || openbsd)

package view

import (
	"image"

	"github.com/hajimehoshi/ebiten/v2"

	"raftian/game/glyph"
)

// atlas holds every character that was drawn so far in one image, so that what is
// written is drawn at once.
type atlas struct {
	book   *glyph.Book
	image  *ebiten.Image
	places map[letter]place
	x, y   int // where the next character goes
	row    int // how high the row is
}

// letter is a character in a face and size.
type letter struct {
	face glyph.Face
	px   uint8
	r    rune
}

// place is where a character is.
type place struct {
	x, y, w, h float32 // in the image; w is 0 if there is nothing to see
	dx, dy     float32 // from the pen
	advance    float32
}

// atlasSide is the side of the image, in pixels: room for some 4000 characters of 13
// pixels.
const atlasSide = 1024

func newAtlas(book *glyph.Book) *atlas {
	a := &atlas{book: book, image: ebiten.NewImage(atlasSide, atlasSide)}
	a.clear()
	return a
}

// clear forgets all characters.
func (a *atlas) clear() {
	a.image.Clear()
	a.places, a.x, a.y, a.row = map[letter]place{}, 0, 0, 0
}

// full reports whether there may be no room for another layer's characters.
func (a *atlas) full() bool { return a.y > atlasSide*3/4 }

// at is where a character is; it is drawn first, if need be.
func (a *atlas) at(l letter) place {
	p, known := a.places[l]
	if !known {
		p = a.put(l)
		a.places[l] = p
	}
	return p
}

func (a *atlas) put(l letter) place {
	g := a.book.Glyph(l.face, l.px, l.r)
	p := place{advance: g.Advance, dx: float32(g.DX), dy: float32(g.DY)}
	if g.Mask == nil {
		return p
	}
	w, h := g.Mask.Rect.Dx(), g.Mask.Rect.Dy()
	if a.x+w+1 > atlasSide {
		a.x, a.y, a.row = 0, a.y+a.row, 0
	}
	if a.y+h+1 > atlasSide {
		return p
	}
	pixels := make([]byte, 0, 4*w*h)
	for y := range h {
		for x := range w {
			v := g.Mask.Pix[y*g.Mask.Stride+x]
			pixels = append(pixels, v, v, v, v)
		}
	}
	at := image.Rect(a.x, a.y, a.x+w, a.y+h)
	a.image.SubImage(at).(*ebiten.Image).WritePixels(pixels)
	p.x, p.y, p.w, p.h = float32(a.x), float32(a.y), float32(w), float32(h)
	a.x += w + 1
	a.row = max(a.row, h+1)
	return p
}
