package page

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// viewer is one with a program that is none.
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
	return &Viewer{wasm: b.Bytes(), support: []byte("js")}
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

func TestAPageHasWhatABrowserNeeds(t *testing.T) {
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

// A page from elsewhere whose name leads to this machine is not answered.
func TestAPageForThisMachineIsForNobodyElse(t *testing.T) {
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
