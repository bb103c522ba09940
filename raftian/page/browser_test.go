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

// These tests look at the viewer in a headless Chromium:
//
//	go test ./raftian/page -browser chromium -violation FILE.run -drop FILE.run
//	go test ./raftian/page -v -run Measured -browser chromium -measure FILE.run
var (
	browser   = flag.String("browser", "", "the Chromium to look with; without it these tests are skipped")
	violation = flag.String("violation", "", "a run file with a violation")
	dropped   = flag.String("drop", "", "another run file, to drop on the page")
	measured  = flag.String("measure", "", "a run file, of whose frames to say how long they take")
	pictures  = flag.String("pictures", "", "directory to keep pictures in")
)

// patience is how long a browser without a graphics processor, on a busy machine, is
// waited for.
const patience = 90 * time.Second

// tab is a page in a browser, driven by the Chrome DevTools Protocol over a pipe:
// messages end with a zero byte.
type tab struct {
	t       *testing.T
	to      *os.File
	mu      sync.Mutex
	waits   map[int]chan answer
	id      int
	session string
}

type answer struct {
	ID     int             `json:"id"`
	Result json.RawMessage `json:"result"`
	Error  json.RawMessage `json:"error"`
}

// openTab starts a browser, which ends with the test.
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
	k := &tab{t: t, to: inWrite, waits: map[int]chan answer{}}
	go k.listen(outRead)
	t.Cleanup(func() {
		k.send("Browser.close", nil)
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
	k.do("Target.getTargets", nil, &targets)
	i := slices.IndexFunc(targets.TargetInfos, func(i struct{ TargetID, Type string }) bool { return i.Type == "page" })
	if i < 0 {
		t.Fatal("the browser has no page")
	}
	var attached struct{ SessionID string }
	k.do("Target.attachToTarget", map[string]any{"targetId": targets.TargetInfos[i].TargetID, "flatten": true}, &attached)
	k.session = attached.SessionID
	k.do("Emulation.setDeviceMetricsOverride", map[string]any{"width": 1280, "height": 720, "deviceScaleFactor": 1, "mobile": false}, nil)
	k.do("Page.navigate", map[string]any{"url": url}, nil)
	return k
}

// listen hands answers to those who wait for them.
func (k *tab) listen(from *os.File) {
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
		k.mu.Lock()
		wait := k.waits[a.ID]
		delete(k.waits, a.ID)
		k.mu.Unlock()
		if wait != nil {
			wait <- a
		}
	}
}

func (k *tab) send(method string, params any) chan answer {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.id++
	m := map[string]any{"id": k.id, "method": method}
	if params != nil {
		m["params"] = params
	}
	if k.session != "" && method != "Browser.close" {
		m["sessionId"] = k.session
	}
	b, err := json.Marshal(m)
	if err != nil {
		panic(err)
	}
	wait := make(chan answer, 1)
	k.waits[k.id] = wait
	_, _ = k.to.Write(append(b, 0))
	return wait
}

// do has the browser do something, and reads its answer.
func (k *tab) do(method string, params, result any) {
	k.t.Helper()
	select {
	case a := <-k.send(method, params):
		if a.Error != nil {
			k.t.Fatalf("%s: %s", method, a.Error)
		}
		if result != nil {
			if err := json.Unmarshal(a.Result, result); err != nil {
				k.t.Fatalf("%s: %v", method, err)
			}
		}
	case <-time.After(patience):
		k.t.Fatalf("%s: the browser does not answer", method)
	}
}

// eval is what an expression of JavaScript comes to, as a string.
func (k *tab) eval(expression string) string {
	k.t.Helper()
	var r struct{ Result struct{ Value any } }
	k.do("Runtime.evaluate", map[string]any{"expression": expression}, &r)
	return fmt.Sprint(r.Result.Value)
}

// picture is what is seen.
func (k *tab) picture() image.Image {
	k.t.Helper()
	var r struct{ Data string }
	k.do("Page.captureScreenshot", map[string]any{"format": "png"}, &r)
	b, err := base64.StdEncoding.DecodeString(r.Data)
	if err != nil {
		k.t.Fatal(err)
	}
	im, err := png.Decode(bytes.NewReader(b))
	if err != nil {
		k.t.Fatal(err)
	}
	return im
}

func (k *tab) save(name string) {
	if *pictures == "" {
		return
	}
	var b bytes.Buffer
	err := png.Encode(&b, k.picture())
	if err = errors.Join(err, os.WriteFile(filepath.Join(*pictures, name), b.Bytes(), 0o600)); err != nil {
		k.t.Error(err)
	}
}

// click presses and releases the mouse's button, slowly enough for slow frames.
func (k *tab) click(x, y float64) {
	k.t.Helper()
	mouse := func(kind string) {
		k.do("Input.dispatchMouseEvent", map[string]any{"type": kind, "x": x, "y": y, "button": "left", "clickCount": 1}, nil)
		time.Sleep(400 * time.Millisecond)
	}
	mouse("mouseMoved")
	mouse("mousePressed")
	mouse("mouseReleased")
}

// key presses a key; text is the character on it, if there is one.
func (k *tab) key(code, name, text string) {
	k.t.Helper()
	down := map[string]any{"type": "keyDown", "code": code, "key": name}
	if text != "" {
		down["text"] = text
	}
	k.do("Input.dispatchKeyEvent", down, nil)
	time.Sleep(400 * time.Millisecond)
	k.do("Input.dispatchKeyEvent", map[string]any{"type": "keyUp", "code": code, "key": name}, nil)
	time.Sleep(200 * time.Millisecond)
}

// await waits until something holds.
func (k *tab) await(what string, holds func() bool) {
	k.t.Helper()
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(200 * time.Millisecond) {
		if holds() {
			return
		}
	}
	k.save("failed.png")
	k.t.Fatalf("not within %v: %s; the page says %q", patience, what, k.eval(`document.getElementById("status").textContent`))
}

// until does something again and again until something holds: a browser that draws two
// frames in a second may miss a key or a click.
func (k *tab) until(what string, act func(), holds func() bool) {
	k.t.Helper()
	next := time.Now()
	k.await(what, func() bool {
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

// ready waits for the first frame: nothing is said any more, and there is more than one
// colour.
func (k *tab) ready() {
	k.t.Helper()
	k.await("the first frame", func() bool {
		return k.eval(`document.getElementById("status").textContent`) == "" && colours(k.picture()) > 20
	})
}

// colours counts those of every tenth pixel.
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

// apart is which part of the pixels of a box differ by more than 15 %.
func apart(a, b image.Image, box image.Rectangle) float64 {
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

func TestABrowserClicksThroughToTheViolation(t *testing.T) {
	v := serveBrowser(t)
	if *violation == "" || *dropped == "" {
		t.Skip("-violation and -drop name no run files")
	}
	server := httptest.NewServer(v.Handler(*violation, true))
	t.Cleanup(server.Close)
	k := openTab(t, server.URL)
	k.ready()
	inspector := image.Rect(910, 60, 1265, 375) // which event it is, the verdicts, and the story around it
	opened := k.picture()
	k.save("opened.png")
	k.until("Home leads to the start", func() { k.key("Home", "Home", "") },
		func() bool { return apart(opened, k.picture(), inspector) > 0.02 })
	k.until("a click on the verdict leads to the violation, where it opened", func() {
		k.key("Home", "Home", "") // for a later one would lead further
		k.click(120, 18)          // the verdict, in the title
		k.do("Input.dispatchMouseEvent", map[string]any{"type": "mouseMoved", "x": 1270, "y": 690}, nil)
	}, func() bool { return apart(opened, k.picture(), inspector) < 0.01 })
	k.save("violation.png")

	name, err := filepath.Abs(*dropped)
	if err != nil {
		t.Fatal(err)
	}
	for _, kind := range []string{"dragEnter", "dragOver", "drop"} {
		k.do("Input.dispatchDragEvent", map[string]any{"type": kind, "x": 640, "y": 300,
			"data": map[string]any{"items": []any{}, "files": []string{name}, "dragOperationsMask": 1}}, nil)
		time.Sleep(300 * time.Millisecond)
	}
	title := image.Rect(0, 6, 280, 30) // the seed and the verdict
	k.await("the run that was dropped is shown", func() bool { return apart(opened, k.picture(), title) > 0.1 })
	k.save("dropped.png")
}

// played is a game whose player is the test.
type played struct {
	mu    sync.Mutex
	s     live.Snapshot
	lines []string
}

func (g *played) Snapshot() *live.Snapshot {
	g.mu.Lock()
	defer g.mu.Unlock()
	s := g.s
	s.Cities, s.Events, s.Calls = slices.Clone(s.Cities), slices.Clone(s.Events), slices.Clone(s.Calls)
	return &s
}

func (g *played) Wait(ctx context.Context, version uint64) {
	for ctx.Err() == nil && g.Snapshot().Version == version {
		time.Sleep(5 * time.Millisecond)
	}
}

func (g *played) Do(line string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.lines = append(g.lines, line)
}

// newPlayed is a game of five.
func newPlayed() *played {
	g := &played{s: live.Snapshot{Version: 1, City: "n1", Node: "n1", Index: 7, Leader: "n1", Term: 2, Commit: 7, Machines: true}}
	for i := range 5 {
		name := fmt.Sprintf("n%d", i+1)
		g.s.Cities = append(g.s.Cities, live.City{Name: name, Status: "playing", Health: 100})
		g.s.Nodes = append(g.s.Nodes, live.Node{ID: name, Suffrage: "voter", Answers: true, Role: "follower", Term: 2, Leader: "n1"})
	}
	g.s.Nodes[0].Role = "leader"
	return g
}

func TestABrowserPlays(t *testing.T) {
	v := serveBrowser(t)
	g := newPlayed()
	server := httptest.NewServer(v.LiveHandler(g, true))
	t.Cleanup(server.Close)
	k := openTab(t, server.URL)
	k.ready()
	k.save("live.png")
	asks := func(want string, act func()) {
		t.Helper()
		k.until("it asks for "+want, func() {
			k.key("Escape", "Escape", "")
			act()
		}, func() bool {
			g.mu.Lock()
			defer g.mu.Unlock()
			return slices.Contains(g.lines, want)
		})
	}
	asks("n1 attack n3", func() { k.key("Digit3", "3", "3") })
	asks("n1 attack n2", func() {
		k.click(742, 145) // one's own city
		k.click(885, 293) // and whom to attack
	})
	asks("cut n2", func() {
		k.click(885, 293)
		k.key("KeyC", "c", "c")
	})
	// What struck n4 is seen.
	before := k.picture()
	g.mu.Lock()
	g.s.Version++
	g.s.Index++
	g.s.Cities[3].Health = 10
	g.s.Events = []live.Event{{Index: 8, Term: 2, Client: "x", Seq: 1, Input: "n5 attack n4", Output: "hit n4 10", City: g.s.Cities[3]}}
	g.mu.Unlock()
	bar := image.Rect(400, 520, 490, 532)
	k.await("n4's health falls", func() bool { return apart(before, k.picture(), bar) > 0.3 })
	k.save("hit.png")
}

// TestABrowserIsMeasured says how often frames come while a run plays, all of which is on
// the timeline, and how much of the page's own thread each takes.
func TestABrowserIsMeasured(t *testing.T) {
	if *measured == "" {
		t.Skip("-measure names no run file")
	}
	v := serveBrowser(t)
	server := httptest.NewServer(v.Handler(*measured, true))
	t.Cleanup(server.Close)
	k := openTab(t, server.URL+"/?at=1s")
	k.ready()
	for range 20 {
		k.key("KeyS", "s", "s")
	}
	k.key("Space", " ", " ")
	k.do("Performance.enable", nil, nil)
	used := func() (task float64) {
		var r struct {
			Metrics []struct {
				Name  string
				Value float64
			}
		}
		k.do("Performance.getMetrics", nil, &r)
		for _, m := range r.Metrics {
			if m.Name == "TaskDuration" {
				task = m.Value
			}
		}
		return task
	}
	k.eval(`window.frames_ = 0; (function f() { window.frames_++; requestAnimationFrame(f) })()`)
	for range 3 {
		before, count := used(), k.eval("window.frames_")
		time.Sleep(5 * time.Second)
		after, now := used(), k.eval("window.frames_")
		var n, m float64
		_, err := fmt.Sscan(count+" "+now, &n, &m)
		if err != nil || m <= n {
			t.Fatalf("frames go from %s to %s (%v)", count, now, err)
		}
		t.Logf("%.1f frames per second, each %.1f ms of the page's thread", (m-n)/5, (after-before)/(m-n)*1000)
	}
	k.save("measured.png")
}
