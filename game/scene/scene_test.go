package scene_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"raftian/game/glyph"
	"raftian/game/replay"
	"raftian/game/replay/replaytest"
	"raftian/game/scene"
	"raftian/netsim/env"
)

var rewrite = flag.Bool("rewrite", false, "rewrite the golden files")

// draw returns the scene of the story at an instant, with all of it on the timeline.
func draw(w, h int, at env.Instant, change func(*scene.View)) *scene.List {
	r := replaytest.Story()
	c := replay.NewCursor(r)
	c.Seek(at)
	v := &scene.View{W: w, H: h, To: r.End(), Speed: 1}
	if change != nil {
		change(v)
	}
	return scene.New(r, glyph.NewBook()).Draw(c, v)
}

// summary formats a list: the number of shapes in each layer, and its texts with
// positions.
func summary(l *scene.List) string {
	var b strings.Builder
	names := [...]string{scene.Rect: "rectangles", scene.Line: "lines", scene.Triangle: "triangles", scene.Disc: "discs", scene.Ring: "rings"}
	for _, layer := range l.Layers {
		counts := map[scene.Shape]int{}
		for _, it := range layer.Items {
			counts[it.Shape]++
		}
		fmt.Fprintf(&b, "layer %s:", layer.Name)
		for s, name := range names {
			fmt.Fprintf(&b, " %d %s", counts[scene.Shape(s)], name)
		}
		b.WriteByte('\n')
		for _, it := range layer.Items {
			if it.Shape == scene.Text {
				fmt.Fprintf(&b, "  %4.0f %4.0f  #%02x%02x%02x  %s\n", it.X, it.Y, it.Color.R, it.Color.G, it.Color.B, it.Text)
			}
		}
	}
	return b.String()
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *rewrite {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		g, w := strings.Split(got, "\n"), strings.Split(string(want), "\n")
		for i := range min(len(g), len(w)) {
			if g[i] != w[i] {
				t.Fatalf("%s, line %d (go test -rewrite, and look at what changes):\ngot  %s\nwant %s", name, i+1, g[i], w[i])
			}
		}
		t.Fatalf("%s has %d lines, want %d", name, len(g), len(w))
	}
}

func TestStoryGolden(t *testing.T) {
	golden(t, "leaders.txt", summary(draw(1280, 720, replaytest.TwoLeaders, nil)))
	golden(t, "violation.txt", summary(draw(1600, 900, replaytest.Violation, func(v *scene.View) {
		v.Chosen = scene.Target{Action: scene.Node, N: 2}
	})))
	golden(t, "help.txt", summary(draw(1280, 720, 0, func(v *scene.View) { v.Help = true })))
}

// has reports whether a text of a scene contains words.
func has(l *scene.List, words string) bool {
	for _, layer := range l.Layers {
		for _, it := range layer.Items {
			if it.Shape == scene.Text && strings.Contains(it.Text, words) {
				return true
			}
		}
	}
	return false
}

func TestSceneTexts(t *testing.T) {
	l := draw(1280, 720, replaytest.TwoLeaders, nil)
	for _, words := range []string{"VIOLATION: monotonic", "t2 n1", "t3 n2", "partition n1 | n2,n3 for 1s", "who reaches whom",
		"A", "B", "L  leader", "n3 lost entry 5", "committed to 4", "heal"} {
		if !has(l, words) {
			t.Errorf("two leaders: nothing says %q", words)
		}
	}
	l = draw(1280, 720, replaytest.Violation, func(v *scene.View) { v.Chosen = scene.Target{Action: scene.Node, N: 2} })
	for _, words := range []string{"NODE n3", "1 to 4, the last of term 2", "incarnation", "booting"} {
		if !has(l, words) {
			t.Errorf("the violation: nothing says %q", words)
		}
	}
}

// The page of a node shows what the node printed up to the cursor: the last line beside
// its state, or as many lines as fit. Lines of earlier incarnations are fainter.
func TestNodePageShowsPrintedLines(t *testing.T) {
	node := func(at env.Instant, n int, printed bool) *scene.List {
		return draw(1280, 720, at, func(v *scene.View) { v.Chosen, v.Printed = scene.Target{Action: scene.Node, N: n}, printed })
	}
	l := node(replaytest.Violation, 2, false)
	if !has(l, "NODE n3") || !has(l, "C  what it printed") || !has(l, "starting up") || has(l, "all is well") || has(l, "OUTPUT") {
		t.Error("beside its state stands not the last line, or not it alone")
	}
	l = node(replaytest.Violation, 2, true)
	if !has(l, "OUTPUT OF n3") || !has(l, "C  its state") || has(l, "NODE n3") || has(l, "2000") {
		t.Error("its output is not its page")
	}
	shades := map[string]scene.Color{}
	for _, layer := range l.Layers {
		for _, it := range layer.Items {
			if it.Shape == scene.Text {
				shades[it.Text] = it.Color
			}
		}
	}
	first := shades["[INFO]  raft: all is well, and this line is so long that the"]
	if last := shades["starting up"]; first == last || first == (scene.Color{}) || last == (scene.Color{}) || has(l, "ready") {
		t.Errorf("the lines of two incarnations are %v and %v", first, last)
	}
	if l = node(replaytest.TwoLeaders, 2, true); !has(l, "nothing yet") {
		t.Error("before the first line something is printed")
	}
	if l = node(replaytest.Violation, 0, true); !has(l, "NODE n1") || has(l, "what it printed") {
		t.Error("a node that prints nothing has no state")
	}
}

// Nothing lies outside a scene, at any size from the minimum on, and no text is
// clipped.
func TestEverythingInsideScene(t *testing.T) {
	book := glyph.NewBook()
	for _, size := range [][2]int{{1280, 600}, {1280, 720}, {1366, 768}, {1600, 900}, {1920, 1080}, {2560, 1440}, {1280, 1024}, {2400, 720}} {
		for at := env.Instant(0); at < 3e9; at += 37e7 {
			l := draw(size[0], size[1], at, func(v *scene.View) { v.Heartbeats = true })
			for _, layer := range l.Layers {
				for _, it := range layer.Items {
					x, y, right, bottom := it.X, it.Y, it.X, it.Y
					switch it.Shape {
					case scene.Rect:
						right, bottom = it.X+it.X2, it.Y+it.Y2
					case scene.Text:
						y, right = it.Y-glyph.Cap(it.Px), it.X+book.Width(it.Face, it.Px, it.Text)
					case scene.Disc, scene.Ring:
						x, y, right, bottom = it.X-it.X3, it.Y-it.X3, it.X+it.X3, it.Y+it.X3
					}
					if x < 0 || y < 0 || right > float32(l.W) || bottom > float32(l.H) {
						t.Fatalf("%v at %v: %s: %+v is outside", size, at, layer.Name, it)
					}
				}
			}
		}
	}
}

// Texts do not overlap.
func TestTextsDoNotOverlap(t *testing.T) {
	book := glyph.NewBook()
	for _, size := range [][2]int{{1280, 720}, {1600, 900}} {
		l := draw(size[0], size[1], replaytest.Violation, nil)
		type placed struct {
			scene.Box
			text string
		}
		var all []placed
		for _, layer := range l.Layers {
			for _, it := range layer.Items {
				if it.Shape != scene.Text {
					continue
				}
				h := glyph.Cap(it.Px)
				b := placed{scene.Box{X: it.X, Y: it.Y - h, W: book.Width(it.Face, it.Px, it.Text), H: h}, it.Text}
				for _, o := range all {
					if b.X+1 < o.Right() && o.X+1 < b.Right() && b.Y+1 < o.Bottom() && o.Y+1 < b.Bottom() {
						t.Errorf("%v: %q at %.0f,%.0f lies on %q", size, b.text, b.X, b.Y, o.text)
					}
				}
				all = append(all, b)
			}
		}
	}
}

func TestTargetsAnswerMouse(t *testing.T) {
	r := replaytest.Story()
	c := replay.NewCursor(r)
	c.Seek(replaytest.TwoLeaders)
	s := scene.New(r, glyph.NewBook())
	l := s.Draw(c, &scene.View{W: 1280, H: 720, To: r.End(), Speed: 1})
	found := map[scene.Action]bool{}
	for _, h := range l.Hits {
		got := s.At(h.Box.X+h.Box.W/2, h.Box.Y+h.Box.H/2)
		if got == nil {
			t.Fatalf("nothing is found at the place of %+v", h.Target)
		}
		found[got.Target.Action] = true
	}
	for y := float32(0); y < 720; y += 3 {
		for x := float32(0); x < 1280; x += 3 {
			if hit := s.At(x, y); hit != nil {
				found[hit.Target.Action] = true
			}
		}
	}
	for _, do := range []scene.Action{scene.Node, scene.Op, scene.Fault, scene.Message, scene.Event, scene.Press, scene.Scrub, scene.Slide, scene.Pan} {
		if !found[do] {
			t.Errorf("nothing in the scene is a target %d", do)
		}
	}
	if s.At(-5, -5) != nil {
		t.Error("something is found outside")
	}
}

// The version of a cached layer changes only when the layer does.
func TestUnchangedLayersReused(t *testing.T) {
	r := replaytest.Story()
	c := replay.NewCursor(r)
	s := scene.New(r, glyph.NewBook())
	v := &scene.View{W: 1280, H: 720, To: r.End(), Speed: 1}
	versions := func() (all []uint64) {
		for _, layer := range s.Draw(c, v).Layers {
			all = append(all, layer.Version)
		}
		return all
	}
	a := versions()
	c.Seek(replaytest.TwoLeaders)
	b := versions()
	if a[0] != b[0] || a[2] != b[2] || a[4] == b[4] {
		t.Errorf("the cursor moved; the layers were %v and are %v", a, b)
	}
	v.To /= 2
	if d := versions(); d[0] != b[0] || d[2] == b[2] {
		t.Errorf("the timeline changed; the layers were %v and are %v", b, d)
	}
	v.W = 1600
	if d := versions(); d[0] == b[0] {
		t.Errorf("the size changed; the layers were %v and are %v", b, d)
	}
}
