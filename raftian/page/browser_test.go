package page

import (
	"bufio"
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"image"
	"image/png"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"raftian/game/live"
)

// These tests run the viewer in a headless Chromium:
//
//	go test ./raftian/page -browser chromium -violation FILE.run -drop FILE.run
//	go test ./raftian/page -v -run Measured -browser chromium -measure FILE.run
var (
	browser   = flag.String("browser", "", "path of a Chromium; without it these tests are skipped")
	violation = flag.String("violation", "", "a run file with a violation")
	dropped   = flag.String("drop", "", "another run file, to drop on the page")
	measured  = flag.String("measure", "", "a run file whose frame times to measure")
	pictures  = flag.String("pictures", "", "directory for screenshots")
)

// browserTimeout allows for a browser without a graphics processor on a busy machine.
const browserTimeout = 90 * time.Second

// tab is a page in a browser, driven by the Chrome DevTools Protocol over a pipe.
// Messages end with a zero byte.
type tab struct {
	t       *testing.T
	stdin   *os.File
	mu      sync.Mutex
	pending map[int]chan answer
	id      int
	session string
}

type answer struct {
	ID     int             `json:"id"`
	Result json.RawMessage `json:"result"`
	Error  json.RawMessage `json:"error"`
}

// openTab starts a browser and stops it when the test ends.
func openTab(t *testing.T, url string) *tab {
	t.Helper()
	inRead, inWrite, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	outRead, outWrite, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cmd := exec.CommandContext(ctx, *browser, "--headless=new", "--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader",
		"--hide-scrollbars", "--window-size=1280,720", "--user-data-dir="+t.TempDir(), "--remote-debugging-pipe", "about:blank")
	cmd.ExtraFiles = []*os.File{inRead, outWrite} // descriptors 3 and 4
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	inRead.Close()
	outWrite.Close()
	tb := &tab{t: t, stdin: inWrite, pending: map[int]chan answer{}}
	go tb.listen(outRead)
	t.Cleanup(func() {
		tb.send("Browser.close", nil)
		ended := make(chan error, 1)
		go func() { ended <- cmd.Wait() }()
		select {
		case <-ended:
		case <-time.After(10 * time.Second):
		}
		cancel()
	})
	var targets struct {
		TargetInfos []struct{ TargetID, Type string }
	}
	tb.do("Target.getTargets", nil, &targets)
	i := slices.IndexFunc(targets.TargetInfos, func(i struct{ TargetID, Type string }) bool { return i.Type == "page" })
	if i < 0 {
		t.Fatal("the browser has no page")
	}
	var attached struct{ SessionID string }
	tb.do("Target.attachToTarget", map[string]any{"targetId": targets.TargetInfos[i].TargetID, "flatten": true}, &attached)
	tb.session = attached.SessionID
	tb.do("Emulation.setDeviceMetricsOverride", map[string]any{"width": 1280, "height": 720, "deviceScaleFactor": 1, "mobile": false}, nil)
	tb.do("Page.navigate", map[string]any{"url": url}, nil)
	return tb
}

// listen delivers answers to their requests.
func (tb *tab) listen(from *os.File) {
	in := bufio.NewReaderSize(from, 1<<20)
	for {
		b, err := in.ReadBytes(0)
		if err != nil {
			return
		}
		var a answer
		if json.Unmarshal(bytes.TrimSuffix(b, []byte{0}), &a) != nil || a.ID == 0 {
			continue
		}
		tb.mu.Lock()
		wait := tb.pending[a.ID]
		delete(tb.pending, a.ID)
		tb.mu.Unlock()
		if wait != nil {
			wait <- a
		}
	}
}

func (tb *tab) send(method string, params any) chan answer {
	tb.mu.Lock()
	defer tb.mu.Unlock()
	tb.id++
	m := map[string]any{"id": tb.id, "method": method}
	if params != nil {
		m["params"] = params
	}
	if tb.session != "" && method != "Browser.close" {
		m["sessionId"] = tb.session
	}
	b, err := json.Marshal(m)
	if err != nil {
		panic(err)
	}
	wait := make(chan answer, 1)
	tb.pending[tb.id] = wait
	_, _ = tb.stdin.Write(append(b, 0))
	return wait
}

// do calls a method of the protocol and decodes its result.
func (tb *tab) do(method string, params, result any) {
	tb.t.Helper()
	select {
	case a := <-tb.send(method, params):
		if a.Error != nil {
			tb.t.Fatalf("%s: %s", method, a.Error)
		}
		if result != nil {
			if err := json.Unmarshal(a.Result, result); err != nil {
				tb.t.Fatalf("%s: %v", method, err)
			}
		}
	case <-time.After(browserTimeout):
		tb.t.Fatalf("%s: the browser does not answer", method)
	}
}

// eval returns the value of a JavaScript expression as a string.
func (tb *tab) eval(expression string) string {
	tb.t.Helper()
	var r struct{ Result struct{ Value any } }
	tb.do("Runtime.evaluate", map[string]any{"expression": expression}, &r)
	return fmt.Sprint(r.Result.Value)
}

// picture takes a screenshot.
func (tb *tab) picture() image.Image {
	tb.t.Helper()
	var r struct{ Data string }
	tb.do("Page.captureScreenshot", map[string]any{"format": "png"}, &r)
	b, err := base64.StdEncoding.DecodeString(r.Data)
	if err != nil {
		tb.t.Fatal(err)
	}
	im, err := png.Decode(bytes.NewReader(b))
	if err != nil {
		tb.t.Fatal(err)
	}
	return im
}

func (tb *tab) save(name string) {
	if *pictures == "" {
		return
	}
	var b bytes.Buffer
	err := png.Encode(&b, tb.picture())
	if err = errors.Join(err, os.WriteFile(filepath.Join(*pictures, name), b.Bytes(), 0o600)); err != nil {
		tb.t.Error(err)
	}
}

// click presses and releases the mouse button, with pauses for slow frames.
func (tb *tab) click(x, y float64) {
	tb.t.Helper()
	mouse := func(kind string) {
		tb.do("Input.dispatchMouseEvent", map[string]any{"type": kind, "x": x, "y": y, "button": "left", "clickCount": 1}, nil)
		time.Sleep(400 * time.Millisecond)
	}
	mouse("mouseMoved")
	mouse("mousePressed")
	mouse("mouseReleased")
}

// key presses a key; text is its character, if it has one.
func (tb *tab) key(code, name, text string) {
	tb.t.Helper()
	down := map[string]any{"type": "keyDown", "code": code, "key": name}
	if text != "" {
		down["text"] = text
	}
	tb.do("Input.dispatchKeyEvent", down, nil)
	time.Sleep(400 * time.Millisecond)
	tb.do("Input.dispatchKeyEvent", map[string]any{"type": "keyUp", "code": code, "key": name}, nil)
	time.Sleep(200 * time.Millisecond)
}

// await waits until holds returns true.
func (tb *tab) await(what string, holds func() bool) {
	tb.t.Helper()
	for end := time.Now().Add(browserTimeout); time.Now().Before(end); time.Sleep(200 * time.Millisecond) {
		if holds() {
			return
		}
	}
	tb.save("failed.png")
	tb.t.Fatalf("not within %v: %s; the page says %q", browserTimeout, what, tb.eval(`document.getElementById("status").textContent`))
}

// repeatUntil repeats an action until holds returns true: a browser that draws two
// frames per second may miss a key or a click.
func (tb *tab) repeatUntil(what string, act func(), holds func() bool) {
	tb.t.Helper()
	next := time.Now()
	tb.await(what, func() bool {
		if holds() {
			return true
		}
		if now := time.Now(); now.After(next) {
			act()
			next = time.Now().Add(5 * time.Second)
		}
		return holds()
	})
}

// ready waits for the first frame: the status line is empty and there is more than one
// colour.
func (tb *tab) ready() {
	tb.t.Helper()
	tb.await("the first frame", func() bool {
		return tb.eval(`document.getElementById("status").textContent`) == "" && colours(tb.picture()) > 20
	})
}

// colours counts the colours of every tenth pixel.
func colours(im image.Image) int {
	seen := map[[3]uint32]bool{}
	for y := 0; y < im.Bounds().Dy(); y += 10 {
		for x := 0; x < im.Bounds().Dx(); x += 10 {
			r, g, b, _ := im.At(x, y).RGBA()
			seen[[3]uint32{r >> 12, g >> 12, b >> 12}] = true
		}
	}
	return len(seen)
}

// pixelDifference returns the share of pixels of a box that differ by more than 15 %.
func pixelDifference(a, b image.Image, box image.Rectangle) float64 {
	differ := 0
	for y := box.Min.Y; y < box.Max.Y; y++ {
		for x := box.Min.X; x < box.Max.X; x++ {
			r1, g1, b1, _ := a.At(x, y).RGBA()
			r2, g2, b2, _ := b.At(x, y).RGBA()
			for _, d := range []int{int(r1) - int(r2), int(g1) - int(g2), int(b1) - int(b2)} {
				if max(d, -d) > 0xffff*15/100 {
					differ++
					break
				}
			}
		}
	}
	return float64(differ) / float64(box.Dx()*box.Dy())
}

func serveBrowser(t *testing.T) *Viewer {
	t.Helper()
	if *browser == "" {
		t.Skip("-browser names none")
	}
	v, err := Build(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestBrowserClicksToViolation(t *testing.T) {
	v := serveBrowser(t)
	if *violation == "" || *dropped == "" {
		t.Skip("-violation and -drop name no run files")
	}
	server := httptest.NewServer(v.Handler(*violation, true))
	t.Cleanup(server.Close)
	tb := openTab(t, server.URL)
	tb.ready()
	inspector := image.Rect(910, 60, 1265, 375) // the event, the verdicts, and the events around it
	opened := tb.picture()
	tb.save("opened.png")
	tb.repeatUntil("Home leads to the start", func() { tb.key("Home", "Home", "") },
		func() bool { return pixelDifference(opened, tb.picture(), inspector) > 0.02 })
	tb.repeatUntil("a click on the verdict leads to the violation, where it opened", func() {
		tb.key("Home", "Home", "") // otherwise a second click would go to a later violation
		tb.click(120, 18)          // the verdict, in the title
		tb.do("Input.dispatchMouseEvent", map[string]any{"type": "mouseMoved", "x": 1270, "y": 690}, nil)
	}, func() bool { return pixelDifference(opened, tb.picture(), inspector) < 0.01 })
	tb.save("violation.png")

	name, err := filepath.Abs(*dropped)
	if err != nil {
		t.Fatal(err)
	}
	for _, kind := range []string{"dragEnter", "dragOver", "drop"} {
		tb.do("Input.dispatchDragEvent", map[string]any{"type": kind, "x": 640, "y": 300,
			"data": map[string]any{"items": []any{}, "files": []string{name}, "dragOperationsMask": 1}}, nil)
		time.Sleep(300 * time.Millisecond)
	}
	title := image.Rect(0, 6, 280, 30) // the seed and the verdict
	tb.await("the run that was dropped is shown", func() bool { return pixelDifference(opened, tb.picture(), title) > 0.1 })
	tb.save("dropped.png")
}

// fakeGame is a Game controlled by the test.
type fakeGame struct {
	mu    sync.Mutex
	s     live.Snapshot
	lines []string
}

func (g *fakeGame) Snapshot() *live.Snapshot {
	g.mu.Lock()
	defer g.mu.Unlock()
	s := g.s
	s.Cities, s.Events, s.Calls = slices.Clone(s.Cities), slices.Clone(s.Events), slices.Clone(s.Calls)
	return &s
}

func (g *fakeGame) Wait(ctx context.Context, version uint64) {
	for ctx.Err() == nil && g.Snapshot().Version == version {
		time.Sleep(5 * time.Millisecond)
	}
}

func (g *fakeGame) Do(line string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.lines = append(g.lines, line)
}

// newFakeGame returns a game with five cities.
func newFakeGame() *fakeGame {
	g := &fakeGame{s: live.Snapshot{Version: 1, City: "n1", Node: "n1", Index: 7, Leader: "n1", Term: 2, Commit: 7, Machines: true}}
	for i := range 5 {
		name := fmt.Sprintf("n%d", i+1)
		g.s.Cities = append(g.s.Cities, live.City{Name: name, Status: "playing", Health: 100})
		g.s.Nodes = append(g.s.Nodes, live.Node{ID: name, Suffrage: "voter", Answers: true, Role: "follower", Term: 2, Leader: "n1"})
	}
	g.s.Nodes[0].Role = "leader"
	return g
}

func TestBrowserPlays(t *testing.T) {
	v := serveBrowser(t)
	g := newFakeGame()
	server := httptest.NewServer(v.LiveHandler(g, true))
	t.Cleanup(server.Close)
	tb := openTab(t, server.URL)
	tb.ready()
	tb.save("live.png")
	asks := func(want string, act func()) {
		t.Helper()
		tb.repeatUntil("it asks for "+want, func() {
			tb.key("Escape", "Escape", "")
			act()
		}, func() bool {
			g.mu.Lock()
			defer g.mu.Unlock()
			return slices.Contains(g.lines, want)
		})
	}
	asks("n1 attack n3", func() { tb.key("Digit3", "3", "3") })
	asks("n1 attack n2", func() {
		tb.click(742, 145) // the player's own city
		tb.click(885, 293) // the target
	})
	asks("cut n2", func() {
		tb.click(885, 293)
		tb.key("KeyC", "c", "c")
	})
	// A hit on n4 is drawn.
	before := tb.picture()
	g.mu.Lock()
	g.s.Version++
	g.s.Index++
	g.s.Cities[3].Health = 10
	g.s.Events = []live.Event{{Index: 8, Term: 2, Client: "x", Seq: 1, Input: "n5 attack n4", Output: "hit n4 10", City: g.s.Cities[3]}}
	g.mu.Unlock()
	bar := image.Rect(400, 520, 490, 532)
	tb.await("n4's health falls", func() bool { return pixelDifference(before, tb.picture(), bar) > 0.3 })
	tb.save("hit.png")
}

// TestBrowserMeasurements logs the frame rate while a run plays, all of which is on the
// timeline, and the time each frame takes on the page's main thread.
func TestBrowserMeasurements(t *testing.T) {
	if *measured == "" {
		t.Skip("-measure names no run file")
	}
	v := serveBrowser(t)
	server := httptest.NewServer(v.Handler(*measured, true))
	t.Cleanup(server.Close)
	tb := openTab(t, server.URL+"/?at=1s")
	tb.ready()
	for range 20 {
		tb.key("KeyS", "s", "s")
	}
	tb.key("Space", " ", " ")
	tb.do("Performance.enable", nil, nil)
	used := func() (task float64) {
		var r struct {
			Metrics []struct {
				Name  string
				Value float64
			}
		}
		tb.do("Performance.getMetrics", nil, &r)
		for _, m := range r.Metrics {
			if m.Name == "TaskDuration" {
				task = m.Value
			}
		}
		return task
	}
	tb.eval(`window.frames_ = 0; (function f() { window.frames_++; requestAnimationFrame(f) })()`)
	for range 3 {
		before, count := used(), tb.eval("window.frames_")
		time.Sleep(5 * time.Second)
		after, now := used(), tb.eval("window.frames_")
		var n, m float64
		_, err := fmt.Sscan(count+" "+now, &n, &m)
		if err != nil || m <= n {
			t.Fatalf("frames go from %s to %s (%v)", count, now, err)
		}
		t.Logf("%.1f frames per second, each %.1f ms of the page's thread", (m-n)/5, (after-before)/(m-n)*1000)
	}
	tb.save("measured.png")
}
