package cli

import (
	"encoding/json"
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
