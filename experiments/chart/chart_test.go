package chart

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"image/color"
	"image/png"
	"io"
	"math"
	"strings"
	"testing"
)

func figure() Figure {
	return Figure{Panels: []Panel{
		Lines{Title: "lines", X: "frames", Y: "ms", Names: []string{"off", "30", "60"}, LogY: true, Series: []Series{
			{"three nodes", []Point{{0, 1, 0.5, 2}, {1, 10, 9, 11}, {2, 0, 0, 0.1}}},
			{"five nodes", []Point{{0, 2, 0, 0}, {2, 20, 0, 40}}},
		}},
		Lines{Title: "again", X: "machines", Y: "s", LogX: true, Series: []Series{{"five nodes", []Point{{1, 5, 4, 6}, {31, 7, 6, 9}}}}},
		Heat{Title: "heat", X: "election", Y: "heartbeat", XNames: []string{"1", "2"}, YNames: []string{"a", "b"},
			Values: [][]float64{{1, 2}, {math.NaN(), 4}}, Text: func(v float64) string { return fmt.Sprintf("<%g>", v) }},
	}}
}

func TestDrawingDeterministic(t *testing.T) {
	for _, form := range []string{".svg", ".png"} {
		a, err := figure().Draw(form)
		if err != nil {
			t.Fatal(err)
		}
		b, _ := figure().Draw(form)
		if !bytes.Equal(a, b) || len(a) < 1000 {
			t.Errorf("%s: %d bytes, then %d", form, len(a), len(b))
		}
	}
	if _, err := figure().Draw(".gif"); err == nil {
		t.Error("an unknown format is accepted")
	}
}

// Text in an SVG is text, and each series is in the legend once.
func TestSVGHasTexts(t *testing.T) {
	b, err := figure().Draw(".svg")
	if err != nil {
		t.Fatal(err)
	}
	words := map[string]int{}
	for d := xml.NewDecoder(bytes.NewReader(b)); ; {
		token, err := d.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if text, is := token.(xml.CharData); is {
			words[strings.TrimSpace(string(text))]++
		}
	}
	for _, want := range []string{"lines", "again", "heat", "three nodes", "five nodes", "off", "<4>", "machines"} {
		if words[want] != 1 {
			t.Errorf("%q is there %d times", want, words[want])
		}
	}
}

func TestPNGHasEveryLine(t *testing.T) {
	b, err := figure().Draw(".png")
	if err != nil {
		t.Fatal(err)
	}
	picture, err := png.Decode(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	seen := map[color.RGBA]int{}
	for y := range picture.Bounds().Dy() {
		for x := range picture.Bounds().Dx() {
			seen[color.RGBAModel.Convert(picture.At(x, y)).(color.RGBA)]++
		}
	}
	for k := range 2 {
		if c := color.RGBAModel.Convert(colours()[k]).(color.RGBA); seen[c] < 50 {
			t.Errorf("%d pixels have the colour of series %d", seen[c], k)
		}
	}
}

// Series differ in more than colour, and the shades of a heat map are ordered by
// lightness.
func TestNothingByColourAlone(t *testing.T) {
	for k := range len(colours()) {
		for j := range k {
			a, b := styleOf(k), styleOf(j)
			if a.glyph.Shape == b.glyph.Shape || fmt.Sprint(a.line.Dashes) == fmt.Sprint(b.line.Dashes) {
				t.Errorf("series %d and %d look alike", j, k)
			}
		}
	}
	before := 256.0
	for k := range 101 {
		r, g, b, _ := shade(float64(k) / 100).RGBA()
		light := 0.2126*float64(r>>8) + 0.7152*float64(g>>8) + 0.0722*float64(b>>8)
		if light >= before {
			t.Fatalf("shade %d is no darker than the one before", k)
		}
		before = light
	}
}

func TestEmptyPlotIsAnError(t *testing.T) {
	for _, p := range []Panel{Lines{Title: "none"}, Heat{Title: "none"}} {
		if _, err := (Figure{Panels: []Panel{p}}).Draw(".svg"); err == nil {
			t.Errorf("%T draws nothing", p)
		}
	}
}
