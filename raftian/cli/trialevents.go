package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"raftian/netsim/toolchain"
)

// event is one of go test -json, as far as raftian test writes its own.
type event struct {
	Action, Package string
	Output          string `json:",omitempty"`
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
		r.print(event{Action: "output", Package: r.pkg, Output: line}.text())
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
	field := fmt.Sprintf(`,"Seed":%d}`, t.Seed)
	for line := range bytes.Lines(t.Events) {
		if body, ok := bytes.CutSuffix(bytes.TrimSpace(line), []byte("}")); ok {
			r.print(string(body) + field + "\n")
		}
	}
}
