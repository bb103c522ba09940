// Command web is the viewer as a browser runs it: raftian replay --web compiles it to
// js/wasm and serves it with the page that starts it (package page). It shows the run
// that its server has under "run" or, if the page's query has "live", the server's live
// game.
//
//	main_js.go     a run
//	live_js.go     a live game
//	main_other.go  outside of a browser
package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"syscall/js"
	"time"

	"raftian/game/desk"
	"raftian/game/glyph"
	"raftian/game/replay"
	"raftian/game/scene"
	"raftian/game/view"
	"raftian/netsim/env"
	"raftian/netsim/trace"
)

func main() {
	if err := show(); err != nil {
		status(err.Error())
	}
}

// status sets the status line of the page; "" hides it.
func status(words string) { js.Global().Call("raftianStatus", words) }

func show() error {
	search := js.Global().Get("window").Get("location").Get("search").String()
	if q, err := url.ParseQuery(strings.TrimPrefix(search, "?")); err == nil && q.Has("live") {
		return play(q)
	}
	status("fetching the run")
	b, err := fetch("run")
	if err != nil {
		return err
	}
	from, err := trace.NewReader(bytes.NewReader(b))
	if err != nil {
		return err
	}
	run, err := replay.Read(from, func(events int) bool {
		status(fmt.Sprintf("reading the run: %d events", events))
		time.Sleep(time.Millisecond) // lets the browser draw the page
		return true
	})
	if err != nil {
		return err
	}
	window := js.Global().Get("window")
	book := glyph.NewBook()
	d := desk.Open(run, book, window.Get("innerWidth").Int(), window.Get("innerHeight").Int())
	if err := seek(d, run, search); err != nil {
		return err
	}
	status("")
	return view.Show(context.Background(), d, book, view.Options{Title: fmt.Sprintf("seed %d", run.Header.Seed)})
}

// seek goes to the time and the machine in the page's query.
func seek(d *desk.Desk, run *replay.Run, search string) error {
	q, err := url.ParseQuery(strings.TrimPrefix(search, "?"))
	if err != nil {
		return fmt.Errorf("the page's address: %w", err)
	}
	if at := q.Get("at"); at != "" {
		t, err := time.ParseDuration(at)
		if err != nil {
			return fmt.Errorf("the page's address: %w", err)
		}
		d.Seek(env.Instant(t))
	}
	if n := run.Machine(q.Get("inspect")); n != replay.World {
		d.View.Chosen = scene.Target{Action: scene.Node, N: n}
	}
	return nil
}

// fetch downloads a path of the page's server.
func fetch(path string) ([]byte, error) {
	response, err := await(js.Global().Call("fetch", path))
	if err != nil {
		return nil, fmt.Errorf("fetching the run: %w", err)
	}
	if !response.Get("ok").Bool() {
		return nil, fmt.Errorf("fetching the run: the server says %s", response.Get("statusText").String())
	}
	buffer, err := await(response.Call("arrayBuffer"))
	if err != nil {
		return nil, fmt.Errorf("fetching the run: %w", err)
	}
	array := js.Global().Get("Uint8Array").New(buffer)
	b := make([]byte, array.Length())
	js.CopyBytesToGo(b, array)
	return b, nil
}

// await waits for a promise.
func await(promise js.Value) (js.Value, error) {
	type result struct {
		value js.Value
		err   error
	}
	done := make(chan result, 1)
	onResolve := js.FuncOf(func(_ js.Value, args []js.Value) any {
		done <- result{value: args[0]}
		return nil
	})
	onReject := js.FuncOf(func(_ js.Value, args []js.Value) any {
		done <- result{err: errors.New(args[0].Call("toString").String())}
		return nil
	})
	defer onResolve.Release()
	defer onReject.Release()
	promise.Call("then", onResolve, onReject)
	r := <-done
	return r.value, r.err
}
