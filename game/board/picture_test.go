package board_test

import (
	"flag"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"raftian/game/board/boardtest"
	"raftian/game/glyph"
	"raftian/game/paint"
)

var rewrite = flag.Bool("rewrite", false, "rewrite the golden files")

// tolerance is by how much a channel of a pixel may differ, of 255.
const tolerance = 3

func TestThePictureIsTheOneThatWasApproved(t *testing.T) {
	book := glyph.NewBook()
	got := paint.Image(boardtest.Busy(book, 1280, 720).Board.Draw(), book)
	path := filepath.Join("testdata", "busy.png")
	if *rewrite {
		write(t, path, got)
	}
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
	differ := 0
	for y := range got.Bounds().Dy() {
		for x := range got.Bounds().Dx() {
			r1, g1, b1, _ := got.At(x, y).RGBA()
			r2, g2, b2, _ := want.At(x, y).RGBA()
			for _, d := range []int{int(r1>>8) - int(r2>>8), int(g1>>8) - int(g2>>8), int(b1>>8) - int(b2>>8)} {
				if max(d, -d) > tolerance {
					if differ++; differ == 1 {
						t.Errorf("the pixel at %d,%d is %v, want %v", x, y, got.At(x, y), want.At(x, y))
					}
					break
				}
			}
		}
	}
	if differ > 0 {
		t.Errorf("%d pixels differ; go test -rewrite, and look at the picture", differ)
	}
}

func write(t *testing.T, path string, im image.Image) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(f, im); err != nil {
		t.Fatal(err)
	}
}
