package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"raftian/netsim/toolchain"
)

// event is one of go test -json, as far as raftian test writes its own.
type event struct {
	Time            time.Time
	Action, Package string
	Test            string   `json:",omitempty"`
	Output          string   `json:",omitempty"`
	Elapsed         *float64 `json:",omitempty"` // seconds
	Seed            *uint64  `json:",omitempty"` // without it the event is of all seeds
}

// text is the event as a line.
func (e event) text() string {
	line, err := json.Marshal(e)
	if err != nil { // of strings, never
		panic(err)
	}
	return string(line) + "\n"
}

// report prints what is told of a package: at once, or where a bar is in the way at the
// end; as text, or as events.
type report struct {
	json, held bool
	pkg        string
	counted    toolchain.Tally
	text       bytes.Buffer
}

// say prints words, in an event if events are asked for.
func (r *report) say(format string, args ...any) {
	words := fmt.Sprintf(format, args...)
	if !r.json {
		r.print(words)
		return
	}
	for line := range strings.Lines(words) {
		r.print(event{Time: time.Now(), Action: "output", Package: r.pkg, Output: line}.text())
	}
}

// end prints the event that ends a package, of all its seeds.
func (r *report) end(action string, took time.Duration) {
	if r.json {
		seconds := took.Seconds()
		r.print(event{Time: time.Now(), Action: action, Package: r.pkg, Elapsed: &seconds}.text())
	}
}

func (r *report) print(text string) {
	if r.held {
		r.text.WriteString(text)
		return
	}
	fmt.Fprint(Out, text)
}

// flush prints what was held back, and holds back no more.
func (r *report) flush() {
	r.held = false
	fmt.Fprint(Out, r.text.String())
	r.text.Reset()
}

// events prints a seed's events, each with the seed.
func (r *report) events(t toolchain.Trial) {
	field, ended := fmt.Sprintf(`,"Seed":%d}`, t.Seed), false
	var running []string // tests
	for line := range bytes.Lines(t.Events) {
		if body, ok := bytes.CutSuffix(bytes.TrimSpace(line), []byte("}")); ok {
			r.print(string(body) + field + "\n")
		}
		var e struct{ Action, Test string }
		switch err := json.Unmarshal(line, &e); {
		case err != nil:
		case e.Action == "run":
			running = append(running, e.Test)
		case e.Action == "pass" || e.Action == "fail" || e.Action == "skip":
			ended = ended || e.Test == ""
			running = slices.DeleteFunc(running, func(name string) bool { return name == e.Test })
		}
	}
	if !t.Failed || ended {
		return
	}
	// A process that panics or is ended says no more.
	seconds := t.Took.Seconds()
	for _, name := range append(running, "") {
		r.print(event{Time: time.Now(), Action: "fail", Package: r.pkg, Test: name, Elapsed: &seconds, Seed: &t.Seed}.text())
	}
}
