//go:build cgo || !(freebsd || netbsd || openbsd)

package view

import (
	"image"
	"math"

	"github.com/hajimehoshi/ebiten/v2"

	"raftian/game/glyph"
)

// atlas holds every character that was drawn so far in one image, so that what is
// written is drawn at once. Texts that stay it holds as a whole: without a graphics
// processor one rectangle costs less than one for each character.
type atlas struct {
	book    *glyph.Book
	image   *ebiten.Image
	glyphs map[glyphKey]atlasEntry
	lines   map[textKey]atlasEntry
	requests   map[textKey]int // how often others were asked for
	budget  int          // how many may be made before the next frame
	top     shelf        // letters
	bottom  shelf        // lines
}

// letter is a character in a face and size.
type glyphKey struct {
	face glyph.Face
	px   uint8
	r    rune
}

// line is a text in a face and size. It begins where a pixel does.
type textKey struct {
	face glyph.Face
	px   uint8
	text string
}

// place is where a character is, or a line.
type atlasEntry struct {
	x, y, w, h float32 // in the image; w is 0 if there is nothing to see
	dx, dy     float32 // from the pen
	advance    float32 // of a character
}

// The image's side, in pixels. There is room for some 2500 characters of 13 pixels in
// one half, and for some 500 texts in the other.
const atlasSide = 1024

const (
	lineRequestsMin = 60   // how often a text is asked for until it is one that stays
	linesPerFrame = 4    // how many are set for a frame, at most: it takes some time
	lineRequestsMax = 4096 // how many others are counted, at most
)

func newAtlas(book *glyph.Book) *atlas {
	a := &atlas{book: book, image: ebiten.NewImage(atlasSide, atlasSide)}
	a.clear()
	return a
}

// clear forgets everything.
func (a *atlas) clear() {
	a.image.Clear()
	a.glyphs, a.lines, a.requests = map[glyphKey]atlasEntry{}, map[textKey]atlasEntry{}, map[textKey]int{}
	a.top = shelf{end: atlasSide / 2}
	a.bottom = shelf{y: atlasSide / 2, end: atlasSide}
}

// full reports whether there may be no room for another layer's characters, or for
// another frame's lines.
func (a *atlas) full() bool { return a.top.left() < atlasSide/4 || a.bottom.left() < atlasSide/16 }

// frame begins a frame.
func (a *atlas) frame() { a.budget = linesPerFrame }

// at is where a character is; it is drawn first, if need be.
func (a *atlas) at(l glyphKey) atlasEntry {
	p, known := a.glyphs[l]
	if !known {
		g := a.book.Glyph(l.face, l.px, l.r)
		p = atlasEntry{advance: g.Advance, dx: float32(g.DX), dy: float32(g.DY)}
		if g.Mask != nil {
			a.put(&p, &a.top, g.Mask) // without room there is nothing to see
		}
		a.glyphs[l] = p
	}
	return p
}

// line is where a text is as a whole; ok says whether it is.
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

// set is the mask of a text, nil if there is nothing to see. Its origin is where the pen
// is first.
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
				to[x] = v + uint8(int(to[x])*(255-int(v))/255) // as if one were drawn after the other
			}
		}
	}
	return mask
}

// column is the column of pixels that a pen is at.
func column(pen float32) int { return int(math.Round(float64(pen))) }

// put puts a mask on a shelf, unless there is no room.
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

// shelf is a part of the image that is filled row by row, with a pixel between what is
// put there.
type shelf struct {
	x, y int // where the next goes
	row  int // how high the row is
	end  int // of the shelf
}

// left is how many pixels are left below the row.
func (s *shelf) left() int { return s.end - s.y - s.row }

// place finds a place; ok is false if there is none.
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
