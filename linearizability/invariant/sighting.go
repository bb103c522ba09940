package invariant

import (
	"fmt"

	"raftian/linearizability/verdict"
	"raftian/netsim/env"
	"raftian/netsim/trace"
)

// sighting is what is kept of an event so that it can be evidence later.
type sighting struct {
	event   uint64
	at      env.Instant
	machine string
}

func see(e *trace.Event) sighting {
	return sighting{event: e.N, at: e.At, machine: e.Machine}
}

// did says in words what the machine did: "n1 became leader of term 4 at
// 3.214000000s".
func (s sighting) did(format string, args ...any) verdict.Evidence {
	return verdict.Evidence{
		Event: s.event,
		Text:  fmt.Sprintf("%s %s at %v", s.machine, fmt.Sprintf(format, args...), s.at),
	}
}
