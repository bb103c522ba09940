// Package page serves the viewer to browsers. Build compiles command raftian/web to
// js/wasm; the resulting Viewer has handlers that serve it, compressed, with a run file
// or with a live game. The package does not listen.
//
//	page.go   Viewer and its files
//	live.go   a live game: its state and its commands
//	build.go  compiling a Viewer
//	file.go   a Viewer in a file, for computers without Go
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
var indexHTML []byte

// Viewer is the set of files that a browser needs to show runs.
type Viewer struct {
	wasm    []byte // compressed with gzip
	support []byte // wasm_exec.js of the Go release that compiled wasm
	index   []byte // the page, in HTML
}

// Size returns about how many bytes a browser loads.
func (v *Viewer) Size() int { return len(v.wasm) + len(v.support) + len(v.index) }

// Handler serves the viewer, and a run file under "run". With local, it answers only
// requests whose host is this machine, which keeps pages of other origins out (DNS
// rebinding).
func (v *Viewer) Handler(run string, local bool) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /{$}", static("text/html; charset=utf-8", v.index, ""))
	v.files(mux)
	mux.HandleFunc("GET /run", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/octet-stream")
		w.Header().Set("Cache-Control", "no-store")
		http.ServeFile(w, r, run)
	})
	return localOnly(mux, local)
}

// files serves the program and its support script.
func (v *Viewer) files(mux *http.ServeMux) {
	mux.Handle("GET /wasm_exec.js", static("text/javascript; charset=utf-8", v.support, ""))
	mux.Handle("GET /viewer.wasm", static("application/wasm", v.wasm, "gzip"))
}

// localOnly refuses, if local, requests whose host is not this machine.
func localOnly(to http.Handler, local bool) http.Handler {
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

// static serves constant bytes, which may be encoded.
func static(kind string, b []byte, encoding string) http.Handler {
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

// unzip decompresses for clients that do not accept gzip.
func unzip(b []byte) []byte {
	z, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		return nil
	}
	var to bytes.Buffer
	_, _ = to.ReadFrom(z)
	return to.Bytes()
}
