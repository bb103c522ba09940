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

// Game is a game that is being played, for browsers.
type Game interface {
	// Snapshot is the game as it is now, which does not change any more.
	Snapshot() *live.Snapshot
	// Wait waits until there is another version of it than that, or ctx is done.
	Wait(ctx context.Context, version uint64)
	// Do asks for something, as live.Parse reads it, and does not wait.
	Do(line string)
}

const (
	longestWait = time.Second // for another version, before a browser is answered with the same
	longestLine = 200         // bytes that are read of what is asked for
)

// LiveHandler serves the viewer with a game that is being played. If local, it answers
// only to names of this machine.
func (v *Viewer) LiveHandler(g Game, local bool) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) {
		if !r.URL.Query().Has("live") {
			http.Redirect(w, r, "/?live", http.StatusFound)
			return
		}
		still("text/html; charset=utf-8", v.index, "").ServeHTTP(w, r)
	})
	v.files(mux)
	mux.HandleFunc("GET /live/state", func(w http.ResponseWriter, r *http.Request) { state(w, r, g) })
	mux.HandleFunc("POST /live/do", func(w http.ResponseWriter, r *http.Request) {
		// A page from elsewhere can have a browser post here; it says where it is from.
		if from := r.Header.Get("Origin"); from != "" && from != "http://"+r.Host {
			http.Error(w, "no page from elsewhere may play here", http.StatusForbidden)
			return
		}
		line, err := io.ReadAll(io.LimitReader(r.Body, longestLine))
		if err != nil {
			http.Error(w, "the line cannot be read", http.StatusBadRequest)
			return
		}
		g.Do(string(line))
		w.WriteHeader(http.StatusNoContent)
	})
	return guard(mux, local)
}

// state answers with the game, once it is another version than the one that the
// browser has, and without the events that it has.
func state(w http.ResponseWriter, r *http.Request, g Game) {
	q := r.URL.Query()
	if version, err := strconv.ParseUint(q.Get("version"), 10, 64); err == nil {
		ctx, cancel := context.WithTimeout(r.Context(), longestWait)
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
