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
	"raftian/game/paint/painttest"
)

var rewrite = flag.Bool("rewrite", false, "rewrite the golden files")

func TestPictureMatchesGolden(t *testing.T) {
	book := glyph.NewBook()
	got := paint.Image(boardtest.Busy(book, 1280, 720).Board.Draw(), book)
	path := filepath.Join("testdata", "busy.png")
	if *rewrite {
		write(t, path, got)
	}
	painttest.Approved(t, path, got)
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
