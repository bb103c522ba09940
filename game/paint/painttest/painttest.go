// Package painttest compares images with approved ones.
package painttest

import (
	"image"
	"image/png"
	"os"
	"testing"
)

// tolerance is the allowed difference of a channel, of 255: processors round the
// coverage of edges differently.
const tolerance = 3

// Approved compares an image with the approved one in a PNG file.
func Approved(t *testing.T, path string, got image.Image) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	want, err := png.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	if got.Bounds() != want.Bounds() {
		t.Fatalf("the picture is %v, want %v", got.Bounds(), want.Bounds())
	}
	if differ, at := countDifferent(got, want); differ > 0 {
		t.Errorf("the pixel at %d,%d is %v, want %v", at.X, at.Y, got.At(at.X, at.Y), want.At(at.X, at.Y))
		t.Errorf("%d pixels differ; go test -rewrite, and look at the picture", differ)
	}
}

// countDifferent counts the pixels that differ by more than the tolerance, and returns
// the first.
func countDifferent(a, b image.Image) (count int, first image.Point) {
	for y := range a.Bounds().Dy() {
		for x := range a.Bounds().Dx() {
			if channelDifference(a, b, x, y) > tolerance {
				if count++; count == 1 {
					first = image.Pt(x, y)
				}
			}
		}
	}
	return count, first
}

// channelDifference returns the largest difference of a channel.
func channelDifference(a, b image.Image, x, y int) int {
	r1, g1, b1, _ := a.At(x, y).RGBA()
	r2, g2, b2, _ := b.At(x, y).RGBA()
	most := 0
	for _, d := range []int{int(r1>>8) - int(r2>>8), int(g1>>8) - int(g2>>8), int(b1>>8) - int(b2>>8)} {
		most = max(most, d, -d)
	}
	return most
}

// Alike compares an image of a screen with a rendered one, apart from anti-aliasing:
// the mean difference of a channel must not exceed mean (of 255), and at most one
// channel value in oneOf may differ by more than 64.
func Alike(t *testing.T, what string, got, want *image.RGBA, mean float64, oneOf int) {
	t.Helper()
	sum, far := 0, 0
	for i := range got.Pix {
		apart := max(int(got.Pix[i]), int(want.Pix[i])) - min(int(got.Pix[i]), int(want.Pix[i]))
		sum += apart
		if apart > 64 {
			far++
		}
	}
	n := len(got.Pix)
	if m := float64(sum) / float64(n); m > mean || far > n/oneOf {
		t.Errorf("after %q pixels differ by %.2f of 255 in the mean, %.2f%% of them by much", what, m, 100*float64(far)/float64(n))
	} else {
		t.Logf("after %q: mean %.3f, %.3f%%", what, m, 100*float64(far)/float64(n))
	}
}
