package page

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"raftian/game/live"
)

// viewer returns a Viewer without a real program.
func viewer(t *testing.T) *Viewer {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := io.WriteString(z, "wasm"); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return &Viewer{wasm: b.Bytes(), support: []byte("js"), index: indexHTML}
}

func get(t *testing.T, h http.Handler, host, path string, header ...string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, path, nil)
	r.Host = host
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestPageServesItsFiles(t *testing.T) {
	run := filepath.Join(t.TempDir(), "a.run")
	if err := os.WriteFile(run, []byte("a run"), 0o600); err != nil {
		t.Fatal(err)
	}
	h := viewer(t).Handler(run, true)
	for path, want := range map[string]string{"/": "<!doctype html>", "/wasm_exec.js": "js", "/run": "a run", "/viewer.wasm": "wasm"} {
		w := get(t, h, "127.0.0.1:80", path)
		if w.Code != http.StatusOK || !strings.HasPrefix(w.Body.String(), want) {
			t.Errorf("%s is %d %.40q", path, w.Code, w.Body)
		}
	}
	w := get(t, h, "127.0.0.1:80", "/viewer.wasm", "Accept-Encoding", "gzip, br")
	if w.Header().Get("Content-Encoding") != "gzip" || w.Header().Get("Content-Type") != "application/wasm" {
		t.Errorf("the program comes as %v", w.Header())
	}
	for _, path := range []string{"/etc/passwd", "/../a.run", "/index.html"} {
		if w := get(t, h, "127.0.0.1:80", path); w.Code == http.StatusOK {
			t.Errorf("%s is served", path)
		}
	}
}

// A page of another origin whose name resolves to this machine is refused (DNS
// rebinding).
func TestLocalPageRefusesOthers(t *testing.T) {
	v := viewer(t)
	for host, local := range map[string]bool{"127.0.0.1:80": true, "localhost:80": true, "[::1]:80": true, "localhost": true,
		"example.org": false, "example.org:80": false, "10.0.0.1:80": false, "": false} {
		if got := get(t, v.Handler("", true), host, "/").Code == http.StatusOK; got != local {
			t.Errorf("to %q it answers: %v", host, got)
		}
		if get(t, v.Handler("", false), host, "/").Code != http.StatusOK {
			t.Errorf("to %q it does not answer although it is for everybody", host)
		}
	}
}

// Commands that pages of other origins post are refused.
func TestCrossOriginCommandsRefused(t *testing.T) {
	g := newFakeGame()
	h := viewer(t).LiveHandler(g, true)
	post := func(host, origin string) int {
		r := httptest.NewRequest(http.MethodPost, "/live/do", strings.NewReader("n1 attack n2"))
		r.Host = host
		if origin != "" {
			r.Header.Set("Origin", origin)
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w.Code
	}
	if code := post("127.0.0.1:80", "http://127.0.0.1:80"); code != http.StatusNoContent || len(g.lines) != 1 || g.lines[0] != "n1 attack n2" {
		t.Errorf("the page itself is answered %d, and asked for %q", code, g.lines)
	}
	if post("127.0.0.1:80", "http://example.org") != http.StatusForbidden || post("example.org", "http://example.org") != http.StatusForbidden || len(g.lines) != 1 {
		t.Errorf("others are not refused: %q", g.lines)
	}
	if w := get(t, h, "127.0.0.1:80", "/"); w.Code != http.StatusFound || w.Header().Get("Location") != "/?live" {
		t.Errorf("the root is %d, %v", w.Code, w.Header())
	}
	if w := get(t, h, "127.0.0.1:80", "/?live"); !strings.HasPrefix(w.Body.String(), "<!doctype html>") {
		t.Errorf("the page is %.40q", w.Body)
	}
}

func TestBrowserGetsUpdates(t *testing.T) {
	g := newFakeGame()
	g.s.Events = []live.Event{{Index: 6}, {Index: 7}}
	h := viewer(t).LiveHandler(g, true)
	ask := func(query string) (s live.Snapshot) {
		w := get(t, h, "127.0.0.1:80", "/live/state?"+query)
		if err := json.Unmarshal(w.Body.Bytes(), &s); err != nil {
			t.Fatal(err)
		}
		return s
	}
	if s := ask(""); len(s.Events) != 2 || len(s.Cities) != 5 {
		t.Errorf("at first it is told %+v", s)
	}
	if s := ask("version=0&index=6&node=n1"); len(s.Events) != 1 || s.Events[0].Index != 7 {
		t.Errorf("then %+v", s.Events)
	}
	if s := ask("version=0&index=6&node=n2"); len(s.Events) != 2 {
		t.Errorf("of another node's log %+v", s.Events)
	}
	began := time.Now()
	if s := ask("version=1&index=7&node=n1"); len(s.Events) != 0 || time.Since(began) < waitMax {
		t.Errorf("if it has everything it waits %v and is told %+v", time.Since(began), s.Events)
	}
}
