//go:build cgo || !(freebsd || netbsd || openbsd)

package view

import (
	"image"
	"math"

	"github.com/hajimehoshi/ebiten/v2"

	"raftian/game/glyph"
)

// atlas caches all characters drawn so far in one image, so that texts need one draw
// call. Texts that do not change are cached as a whole: without a graphics processor
// one rectangle costs less than one per character.
type atlas struct {
	book     *glyph.Book
	image    *ebiten.Image
	glyphs   map[glyphKey]atlasEntry
	lines    map[textKey]atlasEntry
	requests map[textKey]int // how often texts were requested that are not cached as a whole
	budget   int             // texts that may be cached as a whole until the next frame
	top      shelf           // for characters
	bottom   shelf           // for texts
}

// glyphKey is a character in a face and size.
type glyphKey struct {
	face glyph.Face
	px   uint8
	r    rune
}

// textKey is a text in a face and size. It starts at a pixel boundary.
type textKey struct {
	face glyph.Face
	px   uint8
	text string
}

// atlasEntry is the place of a character or a text.
type atlasEntry struct {
	x, y, w, h float32 // in the image; w is 0 if it is blank
	dx, dy     float32 // from the pen
	advance    float32 // of a character
}

// atlasSide is the side of the image in pixels. Half of it has room for about 2500
// characters of 13 pixels, the other half for about 500 texts.
const atlasSide = 1024

const (
	lineRequestsMin = 60   // requests after which a text counts as unchanging
	linesPerFrame   = 4    // texts cached per frame, since rendering them takes time
	lineRequestsMax = 4096 // texts whose requests are counted
)

func newAtlas(book *glyph.Book) *atlas {
	a := &atlas{book: book, image: ebiten.NewImage(atlasSide, atlasSide)}
	a.clear()
	return a
}

// clear empties the atlas.
func (a *atlas) clear() {
	a.image.Clear()
	a.glyphs, a.lines, a.requests = map[glyphKey]atlasEntry{}, map[textKey]atlasEntry{}, map[textKey]int{}
	a.top = shelf{end: atlasSide / 2}
	a.bottom = shelf{y: atlasSide / 2, end: atlasSide}
}

// full reports whether there may not be enough room for another layer's characters, or
// another frame's texts.
func (a *atlas) full() bool { return a.top.left() < atlasSide/4 || a.bottom.left() < atlasSide/16 }

// frame starts a frame.
func (a *atlas) frame() { a.budget = linesPerFrame }

// at returns a character, and renders it first if needed.
func (a *atlas) at(l glyphKey) atlasEntry {
	p, known := a.glyphs[l]
	if !known {
		g := a.book.Glyph(l.face, l.px, l.r)
		p = atlasEntry{advance: g.Advance, dx: float32(g.DX), dy: float32(g.DY)}
		if g.Mask != nil {
			a.put(&p, &a.top, g.Mask) // without room it stays blank
		}
		a.glyphs[l] = p
	}
	return p
}

// line returns a text cached as a whole, if it is.
func (a *atlas) line(l textKey) (p atlasEntry, ok bool) {
	if p, ok = a.lines[l]; ok {
		return p, true
	}
	if a.requests[l]++; a.requests[l] < lineRequestsMin || a.budget == 0 {
		if len(a.requests) > lineRequestsMax {
			clear(a.requests)
		}
		return atlasEntry{}, false
	}
	delete(a.requests, l)
	a.budget--
	if mask := a.set(l); mask != nil {
		p.dx, p.dy = float32(mask.Rect.Min.X), float32(mask.Rect.Min.Y)
		if !a.put(&p, &a.bottom, mask) {
			return atlasEntry{}, false
		}
	}
	a.lines[l] = p
	return p, true
}

// set renders a text into a mask whose origin is the pen's start; nil if it is blank.
func (a *atlas) set(l textKey) *image.Alpha {
	type shown struct {
		glyph.Glyph
		at image.Rectangle
	}
	var parts []shown
	var all image.Rectangle
	pen := float32(0)
	for _, r := range l.text {
		g := a.book.Glyph(l.face, l.px, r)
		if g.Mask != nil {
			at := image.Rectangle{Max: g.Mask.Rect.Size()}.Add(image.Pt(column(pen)+g.DX, g.DY))
			parts, all = append(parts, shown{g, at}), all.Union(at)
		}
		pen += g.Advance
	}
	if all.Empty() {
		return nil
	}
	mask := image.NewAlpha(all)
	for _, p := range parts {
		for y := range p.at.Dy() {
			to := mask.Pix[mask.PixOffset(p.at.Min.X, p.at.Min.Y+y):]
			for x, v := range p.Mask.Pix[y*p.Mask.Stride:][:p.at.Dx()] {
				to[x] = v + uint8(int(to[x])*(255-int(v))/255) // source over
			}
		}
	}
	return mask
}

// column returns the pixel column of a pen position.
func column(pen float32) int { return int(math.Round(float64(pen))) }

// put stores a mask on a shelf, and reports whether there was room.
func (a *atlas) put(p *atlasEntry, on *shelf, mask *image.Alpha) bool {
	w, h := mask.Rect.Dx(), mask.Rect.Dy()
	at, ok := on.place(w, h)
	if !ok {
		return false
	}
	pixels := make([]byte, 0, 4*w*h)
	for y := range h {
		for _, v := range mask.Pix[y*mask.Stride:][:w] {
			pixels = append(pixels, v, v, v, v)
		}
	}
	a.image.SubImage(image.Rectangle{at, at.Add(image.Pt(w, h))}).(*ebiten.Image).WritePixels(pixels)
	p.x, p.y, p.w, p.h = float32(at.X), float32(at.Y), float32(w), float32(h)
	return true
}

// shelf is a part of the image that is filled row by row, with one pixel between
// entries.
type shelf struct {
	x, y int // next free position
	row  int // height of the row
	end  int // lower end of the shelf
}

// left returns the number of pixels below the row.
func (s *shelf) left() int { return s.end - s.y - s.row }

// place allocates an area; ok is false if there is no room.
func (s *shelf) place(w, h int) (at image.Point, ok bool) {
	if s.x+w+1 > atlasSide {
		s.x, s.y, s.row = 0, s.y+s.row, 0
	}
	if s.x+w+1 > atlasSide || s.y+h+1 > s.end {
		return image.Point{}, false
	}
	at = image.Pt(s.x, s.y)
	s.x += w + 1
	s.row = max(s.row, h+1)
	return at, true
}
