//go:build cgo || !(freebsd || netbsd || openbsd)

package view

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/hajimehoshi/ebiten/v2"

	"raftian/game/glyph"
	"raftian/game/scene"
)

// written renders a text.
func written(a *renderer, it scene.Item, lines bool) []byte {
	to := ebiten.NewImage(200, 30)
	m := &mesh{lines: lines}
	m.build(a.atlas, []scene.Item{it})
	a.draw(to, m, view{}, a.atlas.image)
	return pixels(to).Pix
}

// maxDifference returns the largest difference of a channel.
func maxDifference(a, b []byte) (most int) {
	for i := range a {
		d := int(a[i]) - int(b[i])
		most = max(most, d, -d)
	}
	return most
}

func TestCachedTextLooksTheSame(t *testing.T) {
	needDisplay(t)
	artist := newRenderer(glyph.NewBook())
	a := artist.atlas
	for _, face := range []glyph.Face{glyph.Regular, glyph.Bold, glyph.Mono} {
		it := scene.Item{Shape: scene.Text, Face: face, Px: 13, Color: scene.Color{R: 200, G: 90, B: 10, A: 255},
			X: 7, Y: 20, Text: "jf fj: n1 \u2192 AV (Te) \u2026 0.125"}
		want := written(artist, it, false)
		if !slices.ContainsFunc(want, func(v byte) bool { return v != 0 }) {
			t.Fatal("nothing is to be seen")
		}
		l := textKey{it.Face, it.Px, it.Text}
		for n := 1; n < lineRequestsMin; n++ {
			if a.frame(); !slices.Equal(written(artist, it, true), want) {
				t.Fatal("character by character it looks different")
			}
			if _, whole := a.lines[l]; whole {
				t.Fatalf("after %d times it is taken to stay", n)
			}
		}
		for range 2 {
			a.frame()
			if d := maxDifference(written(artist, it, true), want); d > 2 {
				t.Errorf("as a whole it differs by %d of 255 in face %d", d, face)
			}
			if _, whole := a.lines[l]; !whole {
				t.Error("it is not taken to stay")
			}
		}
	}
	for n := range 2 * lineRequestsMin {
		a.frame()
		if _, whole := a.line(textKey{glyph.Mono, 13, strings.Repeat("wide", 40)}); whole {
			t.Fatalf("after %d times what does not fit is there", n)
		}
		if p, whole := a.line(textKey{glyph.Mono, 13, " "}); whole != (n+1 >= lineRequestsMin) || p.w != 0 {
			t.Errorf("after %d times nothing to see is there: %t", n, whole)
		}
	}
}

func TestTextsCachedPerFrameLimited(t *testing.T) {
	needDisplay(t)
	a := newAtlas(glyph.NewBook())
	for frame := range 2 * lineRequestsMin {
		a.frame()
		was := len(a.lines)
		for n := range 50 {
			a.line(textKey{glyph.Regular, 13, fmt.Sprint("text ", n)})
		}
		if made := len(a.lines) - was; made > linesPerFrame || frame >= lineRequestsMin && len(a.lines) < 50 && made == 0 {
			t.Fatalf("in frame %d there are %d more", frame, made)
		}
	}
	if len(a.lines) != 50 || a.full() {
		t.Errorf("%d texts are there", len(a.lines))
	}
	for n := 0; !a.full() && n < 100_000; n++ {
		a.frame()
		for range lineRequestsMin {
			a.line(textKey{glyph.Regular, 13, fmt.Sprint("another text ", n)})
		}
	}
	if at := a.bottom; at.y+at.row > at.end || !a.full() {
		t.Errorf("it is full at %+v", at)
	}
	if a.clear(); a.full() {
		t.Error("it stays full")
	}
	for n := range lineRequestsMax + 10 {
		a.line(textKey{glyph.Mono, 13, fmt.Sprint(n)})
	}
	if len(a.requests) > lineRequestsMax {
		t.Errorf("%d texts are counted", len(a.requests))
	}
}
