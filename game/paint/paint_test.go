package paint_test

import (
	"bytes"
	"encoding/xml"
	"flag"
	"image"
	"io"
	"os"
	"path/filepath"
	"testing"

	"raftian/game/glyph"
	"raftian/game/paint"
	"raftian/game/paint/painttest"
	"raftian/game/replay"
	"raftian/game/replay/replaytest"
	"raftian/game/scene"
)

var rewrite = flag.Bool("rewrite", false, "rewrite the golden files")

// story returns the scene of the story with two leaders.
func story(book *glyph.Book) *scene.List {
	r := replaytest.Story()
	c := replay.NewCursor(r)
	c.Seek(replaytest.TwoLeaders)
	return scene.New(r, book).Draw(c, &scene.View{W: 1280, H: 720, To: r.End(), Speed: 1})
}

func TestPictureMatchesGolden(t *testing.T) {
	book := glyph.NewBook()
	path := filepath.Join("testdata", "story.png")
	var b bytes.Buffer
	if err := paint.PNG(&b, story(book), book); err != nil {
		t.Fatal(err)
	}
	if *rewrite {
		if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	painttest.Approved(t, path, paint.Image(story(book), book))
}

func TestSVGHasEveryItemAndText(t *testing.T) {
	book := glyph.NewBook()
	l := story(book)
	var b bytes.Buffer
	if err := paint.SVG(&b, l, book); err != nil {
		t.Fatal(err)
	}
	var texts []string
	items := 0
	d := xml.NewDecoder(&b)
	for {
		token, err := d.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatalf("the drawing is no XML: %v", err)
		}
		if e, is := token.(xml.StartElement); is {
			switch e.Name.Local {
			case "svg", "g":
			case "text":
				var words string
				if err := d.DecodeElement(&words, &e); err != nil {
					t.Fatal(err)
				}
				texts = append(texts, words)
				items++
			default:
				items++
			}
		}
	}
	want := 0
	var words []string
	for _, layer := range l.Layers {
		want += len(layer.Items)
		for _, it := range layer.Items {
			if it.Shape == scene.Text {
				words = append(words, it.Text)
			}
		}
	}
	if items != want || len(texts) != len(words) {
		t.Fatalf("the drawing has %d items and %d texts, want %d and %d", items, len(texts), want, len(words))
	}
	for i := range words {
		if texts[i] != words[i] {
			t.Errorf("text %d is %q, want %q", i, texts[i], words[i])
		}
	}
}

// Each shape colours the pixels inside it and no others.
func TestShapePositions(t *testing.T) {
	red := scene.Color{R: 255, A: 255}
	for name, c := range map[string]struct {
		item    scene.Item
		in, out image.Point
	}{
		"rect":     {scene.Item{Shape: scene.Rect, X: 10, Y: 10, X2: 20, Y2: 10}, image.Pt(11, 11), image.Pt(31, 11)},
		"line":     {scene.Item{Shape: scene.Line, X: 10, Y: 10, X2: 40, Y2: 40, Width: 4}, image.Pt(25, 25), image.Pt(30, 20)},
		"dash":     {scene.Item{Shape: scene.Line, X: 0, Y: 10, X2: 50, Y2: 10, Width: 4, Dash: 10}, image.Pt(5, 10), image.Pt(15, 10)},
		"triangle": {scene.Item{Shape: scene.Triangle, X: 10, Y: 10, X2: 40, Y2: 10, X3: 10, Y3: 40}, image.Pt(12, 12), image.Pt(38, 38)},
		"disc":     {scene.Item{Shape: scene.Disc, X: 25, Y: 25, X3: 10}, image.Pt(25, 25), image.Pt(25, 37)},
		"ring":     {scene.Item{Shape: scene.Ring, X: 25, Y: 25, X3: 10, Y2: 1, Width: 4}, image.Pt(35, 25), image.Pt(25, 25)},
		"arc":      {scene.Item{Shape: scene.Ring, X: 25, Y: 25, X3: 10, Y2: 0.5, Width: 4}, image.Pt(34, 25), image.Pt(15, 25)},
		"at edge":  {scene.Item{Shape: scene.Disc, X: 0, Y: 0, X3: 10}, image.Pt(2, 2), image.Pt(11, 11)},
	} {
		c.item.Color = red
		im := paint.Image(&scene.List{W: 50, H: 50, Layers: []scene.Layer{{Items: []scene.Item{c.item}}}}, glyph.NewBook())
		if got := im.RGBAAt(c.in.X, c.in.Y); got.R < 200 {
			t.Errorf("%s: %v inside", name, got)
		}
		if got := im.RGBAAt(c.out.X, c.out.Y); got.R > 20 {
			t.Errorf("%s: %v outside", name, got)
		}
	}
}
