package painttest

import (
	"image"
	"image/color"
	"testing"
)

func TestDifferingPixelDetected(t *testing.T) {
	a, b := image.NewRGBA(image.Rect(0, 0, 4, 3)), image.NewRGBA(image.Rect(0, 0, 4, 3))
	b.Set(1, 0, color.RGBA{tolerance, 0, 0, 255}) // as processors round
	if n, _ := countDifferent(a, b); n != 0 {
		t.Errorf("%d pixels differ within the tolerance", n)
	}
	b.Set(3, 1, color.RGBA{0, 0, tolerance + 1, 255})
	b.Set(0, 2, color.RGBA{0, 200, 0, 255})
	if n, at := countDifferent(a, b); n != 2 || at != image.Pt(3, 1) {
		t.Errorf("%d pixels differ, the first at %v; want 2, at 3,1", n, at)
	}
}
