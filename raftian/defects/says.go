package defects

import (
	"strconv"
	"strings"

	"raftian/netsim/env"
	"raftian/netsim/trace"
)

// says reports whether an event is a line of hashicorp/raft's own log that begins with
// these words.
func says(e *trace.Event, words string) bool {
	if e.Kind != env.KindDiag {
		return false
	}
	_, line, is := strings.Cut(e.Text, " raft: ")
	rest, is2 := strings.CutPrefix(line, words)
	return is && is2 && (rest == "" || rest[0] == ':')
}

// number is a number that such a line gives, as in "index=7"; 0 if it does not.
func number(e *trace.Event, key string) uint64 {
	_, rest, _ := strings.Cut(e.Text, " "+key+"=")
	value, _, _ := strings.Cut(rest, " ")
	n, err := strconv.ParseUint(value, 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// peerOf is the peer that such a line names, as in "peer=n2"; "" if it does not.
func peerOf(e *trace.Event) string {
	_, rest, _ := strings.Cut(e.Text, " peer=")
	name, _, _ := strings.Cut(rest, " ")
	return name
}
