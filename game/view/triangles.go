//go:build cgo || !(freebsd || netbsd || openbsd)

package view

import (
	"fmt"
	"math"
	"slices"

	"github.com/hajimehoshi/ebiten/v2"

	"raftian/game/glyph"
	"raftian/game/scene"
)

// renderer draws display lists. Cached layers are drawn into a persistent image, and
// again only when they change. Without a graphics processor every triangle has a cost,
// and every texture lookup three times that; so single-colour items use a shader
// without lookups.
type renderer struct {
	atlas    *atlas
	layers   map[string]*mesh
	list     *scene.List
	solid    *ebiten.Shader
	image    *ebiten.Shader
	fullSize *ebiten.Image // a scene before it is scaled down; nil if none was
}

// The shaders, in Kage. Colours have premultiplied alpha.
const (
	kageSolid = `//kage:unit pixels
package main

func Fragment(dst vec4, src vec2, color vec4) vec4 {
	return color
}
`
	kageImage = `//kage:unit pixels
package main

func Fragment(dst vec4, src vec2, color vec4) vec4 {
	return imageSrc0UnsafeAt(src) * color
}
`
)

func newRenderer(book *glyph.Book) *renderer {
	shader := func(text string) *ebiten.Shader {
		s, err := ebiten.NewShader([]byte(text))
		if err != nil {
			panic(fmt.Sprintf("a shader that is part of the program: %v", err))
		}
		return s
	}
	return &renderer{atlas: newAtlas(book), layers: map[string]*mesh{}, solid: shader(kageSolid), image: shader(kageImage)}
}

// surface is a target to draw on: an image or the window.
type surface interface {
	DrawTrianglesShader32([]ebiten.Vertex, []uint32, *ebiten.Shader, *ebiten.DrawTrianglesShaderOptions)
}

// drawCached draws the cached layers of a scene on an image that holds them already,
// unless isNew.
func (a *renderer) drawCached(to *ebiten.Image, l *scene.List, isNew bool) {
	if a.atlas.full() {
		a.atlas.clear()
		clear(a.layers)
	}
	a.atlas.frame()
	a.list = l
	changed := isNew
	for i := range l.Layers {
		changed = a.build(&l.Layers[i]) && l.Layers[i].Cached || changed
	}
	if !changed {
		return
	}
	for i := range l.Layers {
		if l.Layers[i].Cached {
			a.layer(to, &l.Layers[i], view{})
		}
	}
}

// view is the offset of a scene on a surface.
type view struct{ dx, dy float32 }

// drawFinal draws the cached areas from their image, and then the other layers.
func (a *renderer) drawFinal(to surface, kept *ebiten.Image, v view) {
	m := &mesh{r: 1, g: 1, b: 1, a: 1}
	for _, b := range a.list.CachedAreas {
		m.beginBatch(batch{image: true, opaque: true})
		m.corners(b.X, b.Y, b.Right(), b.Bottom(), atlasEntry{x: b.X, y: b.Y, w: b.W, h: b.H})
	}
	a.draw(to, m, v, kept)
	for i := range a.list.Layers {
		if layer := &a.list.Layers[i]; !layer.Cached {
			a.layer(to, layer, v)
		}
	}
}

// invalidate rebuilds all layers, as for another run.
func (a *renderer) invalidate() { clear(a.layers) }

// markDrawn draws on an image without changing it.
func (a *renderer) markDrawn(to *ebiten.Image) {
	m := &mesh{}
	m.fill(0, 0, 1, 1)
	a.draw(to, m, view{}, nil)
}

// resetBlend draws nothing on a surface with BlendCopy.
func (a *renderer) resetBlend(to surface) {
	m := &mesh{}
	m.beginBatch(batch{opaque: true})
	m.corners(0, 0, 0, 0, atlasEntry{})
	a.draw(to, m, view{}, nil)
}

// build converts a layer into triangles if it has changed, and reports whether it had.
func (a *renderer) build(layer *scene.Layer) bool {
	m := a.layers[layer.Name]
	if m == nil {
		m = &mesh{}
		a.layers[layer.Name] = m
	}
	if m.version == layer.Version {
		return false
	}
	m.version, m.lines = layer.Version, !layer.Cached
	m.build(a.atlas, layer.Items)
	return true
}

func (a *renderer) layer(to surface, layer *scene.Layer, v view) {
	a.draw(to, a.layers[layer.Name], v, a.atlas.image)
}

// draw draws the batches of a mesh.
func (a *renderer) draw(to surface, m *mesh, v view, from *ebiten.Image) {
	vertices := m.vertices
	if v != (view{}) {
		vertices = slices.Clone(vertices)
		for i := range vertices {
			p := &vertices[i]
			p.DstX, p.DstY = p.DstX+v.dx, p.DstY+v.dy
		}
	}
	for i, r := range m.batches {
		end := batch{from: len(m.indices), vertex: len(m.vertices)}
		if i+1 < len(m.batches) {
			end = m.batches[i+1]
		}
		o := &ebiten.DrawTrianglesShaderOptions{}
		shader := a.solid
		if r.image {
			shader, o.Images[0] = a.image, from
		}
		if r.opaque {
			o.Blend = ebiten.BlendCopy
		}
		to.DrawTrianglesShader32(vertices[r.vertex:end.vertex], m.indices[r.from:end.from], shader, o)
	}
}

// mesh is a layer as triangles. Slanted edges are anti-aliased by a fade over one
// pixel, half inside and half outside; the driver's own anti-aliasing is too slow
// without a graphics processor.
type mesh struct {
	version  uint64
	vertices []ebiten.Vertex
	indices  []uint32
	batches  []batch
	atlas    *atlas
	lines    bool // unchanging texts are drawn as a whole
	r, g, b  float32
	a        float32
}

// batch is a sequence of triangles that are drawn in the same way.
type batch struct {
	from   int  // first of indices, which are relative to vertex
	vertex int  // first of vertices
	image  bool // textured
	opaque bool // they overwrite their background without blending
}

// beginBatch sets how the following triangles are drawn.
func (m *mesh) beginBatch(as batch) {
	if n := len(m.batches); n == 0 || m.batches[n-1].image != as.image || m.batches[n-1].opaque != as.opaque {
		m.batches = append(m.batches, batch{len(m.indices), len(m.vertices), as.image, as.opaque})
	}
}

// opaqueAreaMin is the area in pixels from which an opaque rectangle gets a batch of
// its own.
const opaqueAreaMin = 20_000

func (m *mesh) build(atlas *atlas, items []scene.Item) {
	m.vertices, m.indices, m.batches, m.atlas = m.vertices[:0], m.indices[:0], m.batches[:0], atlas
	for i := range items {
		it := &items[i]
		m.r, m.g, m.b, m.a = float32(it.Color.R)/255, float32(it.Color.G)/255, float32(it.Color.B)/255, float32(it.Color.A)/255
		switch it.Shape {
		case scene.Rect:
			m.fill(it.X, it.Y, it.X+it.X2, it.Y+it.Y2)
		case scene.Line:
			m.line(it)
		case scene.Triangle:
			m.polygon([]point{{it.X, it.Y}, {it.X2, it.Y2}, {it.X3, it.Y3}})
		case scene.Disc:
			m.polygon(circle(it.X, it.Y, it.X3))
		case scene.Ring:
			m.ring(it)
		case scene.Text:
			m.text(it)
		}
	}
}

// vertex adds a vertex in the current colour with its alpha scaled by part.
func (m *mesh) vertex(x, y, srcX, srcY, part float32) uint32 {
	a := m.a * part
	m.vertices = append(m.vertices, ebiten.Vertex{DstX: x, DstY: y, SrcX: srcX, SrcY: srcY,
		ColorR: m.r * a, ColorG: m.g * a, ColorB: m.b * a, ColorA: a})
	return m.next() - 1
}

// next returns the number of the next vertex in the batch.
func (m *mesh) next() uint32 { return uint32(len(m.vertices) - m.batches[len(m.batches)-1].vertex) }

func (m *mesh) solid(p point) uint32       { return m.vertex(p.x, p.y, 0, 0, 1) }
func (m *mesh) transparent(p point) uint32 { return m.vertex(p.x, p.y, 0, 0, 0) }

// fill adds a rectangle.
func (m *mesh) fill(x, y, x2, y2 float32) {
	m.beginBatch(batch{opaque: m.a == 1 && (x2-x)*(y2-y) >= opaqueAreaMin && onPixels(x, y, x2, y2)})
	m.corners(x, y, x2, y2, atlasEntry{})
}

// onPixels reports whether edges are on pixel boundaries.
func onPixels(edges ...float32) bool {
	for _, e := range edges {
		if e != float32(int(e)) {
			return false
		}
	}
	return true
}

// quad adds a rectangle textured with an atlas entry.
func (m *mesh) quad(x, y, x2, y2 float32, p atlasEntry) {
	m.beginBatch(batch{image: true})
	m.corners(x, y, x2, y2, p)
}

func (m *mesh) corners(x, y, x2, y2 float32, p atlasEntry) {
	i := m.vertex(x, y, p.x, p.y, 1)
	m.vertex(x2, y, p.x+p.w, p.y, 1)
	m.vertex(x, y2, p.x, p.y+p.h, 1)
	m.vertex(x2, y2, p.x+p.w, p.y+p.h, 1)
	m.indices = append(m.indices, i, i+1, i+2, i+1, i+3, i+2)
}

func (m *mesh) text(it *scene.Item) {
	if m.lines {
		if p, ok := m.atlas.line(textKey{it.Face, it.Px, it.Text}); ok {
			if p.w > 0 {
				m.quad(it.X+p.dx, it.Y+p.dy, it.X+p.dx+p.w, it.Y+p.dy+p.h, p)
			}
			return
		}
	}
	pen := it.X
	for _, r := range it.Text {
		p := m.atlas.at(glyphKey{it.Face, it.Px, r})
		if p.w > 0 {
			x, y := float32(column(pen))+p.dx, it.Y+p.dy
			m.quad(x, y, x+p.w, y+p.h, p)
		}
		pen += p.advance
	}
}

type point struct{ x, y float32 }

// strip joins two rows of n vertices, from k and from l, by triangles.
func (m *mesh) strip(k, l uint32, n int, closed bool) {
	for i := range n {
		j := i + 1
		if j == n {
			if !closed {
				return
			}
			j = 0
		}
		a, b, c, d := k+uint32(i), k+uint32(j), l+uint32(i), l+uint32(j)
		m.indices = append(m.indices, a, b, c, b, d, c)
	}
}

// polygon fills a convex polygon.
func (m *mesh) polygon(all []point) {
	m.beginBatch(batch{})
	n := len(all)
	area := float32(0)
	for i, p := range all {
		q := all[(i+1)%n]
		area += p.x*q.y - q.x*p.y
	}
	out := float32(0.5)
	if area < 0 {
		out = -out
	}
	inner := m.next()
	for i := range all {
		m.solid(corner(all, i, -out))
	}
	outer := m.next()
	for i := range all {
		m.transparent(corner(all, i, out))
	}
	for i := 1; i+1 < n; i++ {
		m.indices = append(m.indices, inner, inner+uint32(i), inner+uint32(i+1))
	}
	m.strip(inner, outer, n, true)
}

// corner returns a corner of a polygon moved outwards by a distance from both of its
// sides.
func corner(all []point, i int, by float32) point {
	n := len(all)
	a, p, b := all[(i+n-1)%n], all[i], all[(i+1)%n]
	x1, y1 := normal(a, p)
	x2, y2 := normal(p, b)
	x, y := x1+x2, y1+y2
	// Limited, since the tip of a sharp corner would be far away.
	scale := 2 / max(x*x+y*y, 0.5)
	return point{p.x + x*scale*by, p.y + y*scale*by}
}

// normal returns the unit vector perpendicular to the direction from a to b, to its
// right with y pointing down.
func normal(a, b point) (x, y float32) {
	dx, dy := b.x-a.x, b.y-a.y
	length := float32(math.Hypot(float64(dx), float64(dy)))
	if length == 0 {
		return 0, 0
	}
	return dy / length, -dx / length
}

// line adds a line, which may be dashed.
func (m *mesh) line(it *scene.Item) {
	dx, dy := it.X2-it.X, it.Y2-it.Y
	length := float32(math.Hypot(float64(dx), float64(dy)))
	if length == 0 {
		return
	}
	dx, dy = dx/length, dy/length
	step := length
	if it.Dash > 0 {
		step = float32(it.Dash)
	}
	for at := float32(0); at < length; at += 2 * step {
		end := min(at+step, length)
		m.stroke(point{it.X + dx*at, it.Y + dy*at}, point{it.X + dx*end, it.Y + dy*end}, it.Width)
		if it.Dash == 0 {
			return
		}
	}
}

// stroke adds a straight part of a line. Vertical and horizontal ones on whole pixels
// are sharp.
func (m *mesh) stroke(a, b point, width float32) {
	m.beginBatch(batch{})
	nx, ny := normal(a, b)
	in, out := max(width/2-0.5, 0), width/2+0.5
	if width < 1 {
		m.a *= width
		out = 1
	}
	row := func(by float32, shown bool) {
		for _, p := range []point{a, b} {
			p = point{p.x + nx*by, p.y + ny*by}
			if shown {
				m.solid(p)
			} else {
				m.transparent(p)
			}
		}
	}
	k := m.next()
	row(-out, false)
	row(-in, true)
	row(in, true)
	row(out, false)
	for i := range uint32(3) {
		m.strip(k+2*i, k+2*i+2, 2, false)
	}
}

// ring adds a part of a ring, which may be dashed.
func (m *mesh) ring(it *scene.Item) {
	around := 2 * math.Pi * it.X3 * (it.Y2 - it.X2)
	if it.Dash == 0 || around <= 0 {
		m.arc(it, it.X2, it.Y2)
		return
	}
	part := float32(it.Dash) / around * (it.Y2 - it.X2)
	for at := it.X2; at < it.Y2; at += 2 * part {
		m.arc(it, at, min(at+part, it.Y2))
	}
}

func (m *mesh) arc(it *scene.Item, from, to float32) {
	m.beginBatch(batch{})
	n := max(2, int(math.Ceil(float64(to-from)*float64(sides(it.X3))))+1)
	in, out := max(it.Width/2-0.5, 0), it.Width/2+0.5
	k := m.next()
	for i, r := range []float32{it.X3 - out, it.X3 - in, it.X3 + in, it.X3 + out} {
		for j := range n {
			p := around(it.X, it.Y, max(r, 0), from+(to-from)*float32(j)/float32(n-1))
			if i == 0 || i == 3 {
				m.transparent(p)
			} else {
				m.solid(p)
			}
		}
	}
	for i := range uint32(3) {
		m.strip(k+i*uint32(n), k+(i+1)*uint32(n), n, false)
	}
}

// sides returns the number of sides of the polygon that approximates a circle.
func sides(r float32) int { return 10 + int(5*math.Sqrt(float64(max(r, 0)))) }

// circle approximates a circle by a polygon.
func circle(x, y, r float32) []point {
	all := make([]point, sides(r))
	for i := range all {
		all[i] = around(x, y, r, float32(i)/float32(len(all)))
	}
	return all
}

// around returns a point of a circle, in turns clockwise from the top.
func around(x, y, r, turn float32) point {
	sin, cos := math.Sincos(float64(turn) * 2 * math.Pi)
	return point{x + r*float32(sin), y - r*float32(cos)}
}
