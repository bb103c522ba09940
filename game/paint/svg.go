package paint

import (
	"bufio"
	"encoding/xml"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"raftian/game/glyph"
	"raftian/game/scene"
)

// SVG writes a scene as SVG (W3C, SVG 1.1). Texts remain texts, stretched to the width
// of the layout in case the viewer lacks the font. The output is deterministic.
func SVG(w io.Writer, l *scene.List, book *glyph.Book) error {
	s := &svg{bufio.NewWriter(w), book}
	s.put(`<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d">`+"\n", l.W, l.H, l.W, l.H)
	for i := range l.Layers {
		layer := &l.Layers[i]
		if len(layer.Items) == 0 {
			continue
		}
		s.put(`<g id="%s">`+"\n", layer.Name)
		for k := range layer.Items {
			s.item(&layer.Items[k])
		}
		s.put("</g>\n")
	}
	s.put("</svg>\n")
	return s.w.Flush()
}

type svg struct {
	w    *bufio.Writer
	book *glyph.Book
}

func (s *svg) put(format string, args ...any) { fmt.Fprintf(s.w, format, args...) }

// num formats a coordinate with at most two decimals.
func num(x float32) string {
	return strconv.FormatFloat(math.Round(float64(x)*100)/100, 'f', -1, 32)
}

func paintOf(name string, c scene.Color) string {
	s := fmt.Sprintf(` %s="#%02x%02x%02x"`, name, c.R, c.G, c.B)
	if c.A != 255 {
		s += fmt.Sprintf(` %s-opacity="%s"`, name, num(float32(c.A)/255))
	}
	return s
}

func strokeOf(it *scene.Item) string {
	s := paintOf("stroke", it.Color) + ` stroke-width="` + num(it.Width) + `"`
	if it.Dash > 0 {
		s += fmt.Sprintf(` stroke-dasharray="%d"`, it.Dash)
	}
	return s
}

func (s *svg) item(it *scene.Item) {
	switch it.Shape {
	case scene.Rect:
		s.put(`<rect x="%s" y="%s" width="%s" height="%s"%s/>`, num(it.X), num(it.Y), num(it.X2), num(it.Y2), paintOf("fill", it.Color))
	case scene.Line:
		s.put(`<path d="M%s %sL%s %s"%s/>`, num(it.X), num(it.Y), num(it.X2), num(it.Y2), strokeOf(it))
	case scene.Triangle:
		s.put(`<path d="M%s %sL%s %sL%s %sZ"%s/>`, num(it.X), num(it.Y), num(it.X2), num(it.Y2), num(it.X3), num(it.Y3), paintOf("fill", it.Color))
	case scene.Disc:
		s.put(`<circle cx="%s" cy="%s" r="%s"%s/>`, num(it.X), num(it.Y), num(it.X3), paintOf("fill", it.Color))
	case scene.Ring:
		s.ring(it)
	case scene.Text:
		s.text(it)
	}
	s.put("\n")
}

func (s *svg) ring(it *scene.Item) {
	if it.Y2-it.X2 >= 1 {
		s.put(`<circle cx="%s" cy="%s" r="%s" fill="none"%s/>`, num(it.X), num(it.Y), num(it.X3), strokeOf(it))
		return
	}
	at := func(turn float32) point {
		return circle(it.X, it.Y, it.X3, turn, turn)[0]
	}
	a, b, large := at(it.X2), at(it.Y2), 0
	if it.Y2-it.X2 > 0.5 {
		large = 1
	}
	s.put(`<path d="M%s %sA%s %s 0 %d 1 %s %s" fill="none"%s/>`, num(a.x), num(a.y), num(it.X3), num(it.X3), large, num(b.x), num(b.y), strokeOf(it))
}

func (s *svg) text(it *scene.Item) {
	weight := ""
	if it.Face == glyph.Bold {
		weight = ` font-weight="bold"`
	}
	var escaped strings.Builder
	_ = xml.EscapeText(&escaped, []byte(it.Text))
	s.put(`<text x="%s" y="%s" font-family="%s" font-size="%d"%s textLength="%s" lengthAdjust="spacingAndGlyphs" xml:space="preserve"%s>%s</text>`,
		num(it.X), num(it.Y), it.Face.Family(), it.Px, weight, num(s.book.Width(it.Face, it.Px, it.Text)), paintOf("fill", it.Color), escaped.String())
}
