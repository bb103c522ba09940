// Package page serves the viewer to browsers: it builds command raftian/web for
// js/wasm and hands it out, compressed, with a run file or a game that is being played.
//
//	page.go   Viewer, its files
//	live.go   a live game: what it tells, and what is asked of it
//	build.go  building them
//	file.go   keeping them in a file, for computers without Go
package page

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"
)

//go:embed index.html
var ownIndex []byte

// Viewer is what a browser needs to show runs.
type Viewer struct {
	wasm    []byte // compressed with gzip
	support []byte // the JavaScript that starts a Go program, of the same Go
	index   []byte // the page, in HTML
}

// Size is how many bytes a browser loads, about.
func (v *Viewer) Size() int { return len(v.wasm) + len(v.support) + len(v.index) }

// Handler serves the viewer with a run file under "run". If local, it answers only to
// names of this machine, so that no page from elsewhere can have a browser ask it.
func (v *Viewer) Handler(run string, local bool) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /{$}", still("text/html; charset=utf-8", v.index, ""))
	v.files(mux)
	mux.HandleFunc("GET /run", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/octet-stream")
		w.Header().Set("Cache-Control", "no-store")
		http.ServeFile(w, r, run)
	})
	return guard(mux, local)
}

// files serves the program and what starts it.
func (v *Viewer) files(mux *http.ServeMux) {
	mux.Handle("GET /wasm_exec.js", still("text/javascript; charset=utf-8", v.support, ""))
	mux.Handle("GET /viewer.wasm", still("application/wasm", v.wasm, "gzip"))
}

// guard answers, if local, only to names of this machine.
func guard(to http.Handler, local bool) http.Handler {
	if !local {
		return to
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !isLocal(r.Host) {
			http.Error(w, "this server is for this machine only", http.StatusForbidden)
			return
		}
		to.ServeHTTP(w, r)
	})
}

// isLocal reports whether a host, with or without a port, is this machine.
func isLocal(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	ip := net.ParseIP(strings.Trim(host, "[]"))
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// still serves bytes that do not change, encoded or not.
func still(kind string, b []byte, encoding string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Type", kind)
		h.Set("Cache-Control", "no-cache")
		body := b
		if encoding != "" {
			h.Add("Vary", "Accept-Encoding")
			if strings.Contains(r.Header.Get("Accept-Encoding"), encoding) {
				h.Set("Content-Encoding", encoding)
				h.Set("Content-Length", strconv.Itoa(len(b)))
			} else {
				body = unzip(b)
			}
		}
		if encoding == "" {
			http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(body))
			return
		}
		if r.Method != http.MethodHead {
			_, _ = w.Write(body)
		}
	})
}

// unzip is for browsers that do not take gzip, of which there are none.
func unzip(b []byte) []byte {
	z, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		return nil
	}
	var to bytes.Buffer
	_, _ = to.ReadFrom(z)
	return to.Bytes()
}
