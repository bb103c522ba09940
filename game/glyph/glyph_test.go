package glyph

import (
	"strings"
	"testing"
)

func TestFit(t *testing.T) {
	b := NewBook()
	const text = "n1 lost entry 251 of term 3, which was committed and durable"
	whole := b.Width(Regular, 12, text)
	for room := float32(0); room < whole+10; room += 7 {
		got := b.Fit(Regular, 12, text, room)
		if w := b.Width(Regular, 12, got); w > room && got != "" {
			t.Errorf("%q is %g wide in a room of %g", got, w, room)
		}
		if got != text && got != "" && !strings.HasSuffix(got, "…") {
			t.Errorf("%q does not say that it is cut", got)
		}
	}
	if got := b.Fit(Regular, 12, text, whole); got != text {
		t.Errorf("what fits is cut to %q", got)
	}
}

func TestWrap(t *testing.T) {
	b := NewBook()
	const text = "n1 lost entry 251 of term 3, which was committed and durable averyveryverylongwordthatfitsnowhere"
	for room := float32(40); room < 400; room += 13 {
		lines := b.Wrap(Regular, 12, text, room, 100)
		for _, l := range lines {
			if w := b.Width(Regular, 12, l); w > room {
				t.Errorf("%q is %g wide in a room of %g", l, w, room)
			}
		}
		if got := strings.Join(lines, ""); strings.ReplaceAll(got, " ", "") != strings.ReplaceAll(text, " ", "") {
			t.Errorf("in a room of %g something is lost: %q", room, lines)
		}
	}
	if lines := b.Wrap(Regular, 12, text, 100, 2); len(lines) != 2 || !strings.HasSuffix(lines[1], "…") {
		t.Errorf("two lines are %q", lines)
	}
}

func TestEveryCharacterHasAGlyph(t *testing.T) {
	b := NewBook()
	for f := range faceCount {
		for _, r := range "AZaz09 .,:;#×·→←≠…—–µ|<>()[]{}\"'+-=/?!↔" {
			if r == ' ' {
				continue
			}
			if b.Glyph(f, 12, r).Mask == nil {
				t.Errorf("face %d has no %q", f, r)
			}
		}
	}
}
