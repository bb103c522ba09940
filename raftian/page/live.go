package page

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strconv"
	"time"

	"raftian/game/live"
)

// Game is a live game, for browsers.
type Game interface {
	// Snapshot returns the present state, which is immutable.
	Snapshot() *live.Snapshot
	// Wait waits until the version differs from the given one, or ctx is done.
	Wait(ctx context.Context, version uint64)
	// Do executes a line as live.Parse reads it, and does not wait for the result.
	Do(line string)
}

const (
	waitMax = time.Second // how long a request waits for a new version
	lineMax = 200         // limits a command, in bytes
)

// LiveHandler serves the viewer with a live game. With local, it answers only requests
// whose host is this machine.
func (v *Viewer) LiveHandler(g Game, local bool) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) {
		if !r.URL.Query().Has("live") {
			http.Redirect(w, r, "/?live", http.StatusFound)
			return
		}
		static("text/html; charset=utf-8", v.index, "").ServeHTTP(w, r)
	})
	v.files(mux)
	mux.HandleFunc("GET /live/state", func(w http.ResponseWriter, r *http.Request) { serveState(w, r, g) })
	mux.HandleFunc("POST /live/do", func(w http.ResponseWriter, r *http.Request) {
		// A browser posts here for pages of any origin; it names the origin.
		if from := r.Header.Get("Origin"); from != "" && from != "http://"+r.Host {
			http.Error(w, "pages of other origins may not play here", http.StatusForbidden)
			return
		}
		line, err := io.ReadAll(io.LimitReader(r.Body, lineMax))
		if err != nil {
			http.Error(w, "the line cannot be read", http.StatusBadRequest)
			return
		}
		g.Do(string(line))
		w.WriteHeader(http.StatusNoContent)
	})
	return localOnly(mux, local)
}

// serveState answers with the state once its version differs from the browser's,
// without the events that the browser has.
func serveState(w http.ResponseWriter, r *http.Request, g Game) {
	q := r.URL.Query()
	if version, err := strconv.ParseUint(q.Get("version"), 10, 64); err == nil {
		ctx, cancel := context.WithTimeout(r.Context(), waitMax)
		g.Wait(ctx, version)
		cancel()
	}
	s := *g.Snapshot()
	if known, err := strconv.ParseUint(q.Get("index"), 10, 64); err == nil && q.Get("node") == s.Node {
		first := slices.IndexFunc(s.Events, func(e live.Event) bool { return e.Index > known })
		if first < 0 {
			first = len(s.Events)
		}
		s.Events = s.Events[first:]
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	_ = json.NewEncoder(w).Encode(s)
}
