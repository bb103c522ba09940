package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"sync"
	"syscall/js"
	"time"

	"raftian/game/board"
	"raftian/game/glyph"
	"raftian/game/live"
	"raftian/game/view"
)

const (
	pollInterval = 25 * time.Millisecond // between two requests for the state
	lostAfter    = time.Second           // without an answer until the page says so
)

// remote is a live game of the page's server.
type remote struct {
	mu   sync.Mutex
	last *live.Snapshot
	lost string
}

func (r *remote) Snapshot() *live.Snapshot {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.last
}

func (r *remote) Lost() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.lost
}

// Do sends a command to the server.
func (r *remote) Do(line string) {
	go func() {
		options := js.Global().Get("Object").New()
		options.Set("method", "POST")
		options.Set("body", line)
		if _, err := await(js.Global().Call("fetch", "live/do", options)); err != nil {
			r.mu.Lock()
			defer r.mu.Unlock()
			r.lost = "the server of this page does not answer"
		}
	}()
}

// follow polls the state.
func (r *remote) follow() {
	heard := time.Now()
	for {
		q := url.Values{}
		if s := r.Snapshot(); s != nil {
			q.Set("version", fmt.Sprint(s.Version))
			q.Set("index", fmt.Sprint(s.Index))
			q.Set("node", s.Node)
		}
		b, err := fetch("live/state?" + q.Encode())
		s := new(live.Snapshot)
		if err == nil {
			err = json.NewDecoder(bytes.NewReader(b)).Decode(s)
		}
		r.mu.Lock()
		switch {
		case err == nil:
			r.lost, heard = "", time.Now()
			r.merge(s)
		case time.Since(heard) > lostAfter:
			r.lost = "the server of this page does not answer; it may have ended"
		}
		r.mu.Unlock()
		time.Sleep(pollInterval)
		if err != nil {
			time.Sleep(10 * pollInterval)
		}
	}
}

// eventsMax limits the events kept until the next frame is drawn.
const eventsMax = 512

// merge stores a state from the server. The server sends each event once, and several
// states may arrive before the next frame, so events are accumulated.
func (r *remote) merge(s *live.Snapshot) {
	if len(s.Cities) == 0 && len(s.Nodes) == 0 {
		return
	}
	if was := r.last; was != nil && was.Node == s.Node && s.Index >= was.Index {
		known := was.Index
		s.Events = slices.DeleteFunc(s.Events, func(e live.Event) bool { return e.Index <= known })
		s.Events = slices.Concat(was.Events, s.Events)
		s.Events = s.Events[max(0, len(s.Events)-eventsMax):]
	}
	r.last = s
}

// play shows the live game of the page's server.
func play(q url.Values) error {
	r := &remote{}
	go r.follow()
	window := js.Global().Get("window")
	book := glyph.NewBook()
	b := board.New(book, window.Get("innerWidth").Int(), window.Get("innerHeight").Int(), 0)
	b.Say("click your city, then whom to attack; Enter types a command; ? explains")
	status("")
	return view.ShowLive(context.Background(), b, book, r, view.LiveOptions{Title: "raftian play", Mute: q.Has("mute")})
}
