package invariant

import (
	"fmt"
	"time"

	"raftian/linearizability/verdict"
	"raftian/netsim/env"
	"raftian/netsim/trace"
)

// RPCRate holds if no machine sends more requests than a ceiling within any one
// second of virtual time. A system that retries without pause passes every
// safety property; this is what notices it. Source: none in Raft; the ceiling
// follows from heartbeats, commands per second and peers (compare hashicorp/raft's
// own backoff between failed requests).
type RPCRate struct {
	ruling
	ceiling int
	sent    map[string]*window
}

// window is when a machine sent its last requests, as many as the ceiling: the
// request now is one too many if the oldest of them is less than a second old.
type window struct {
	times []sighting
	next  int // the oldest, once the window is full
}

// NewRPCRate returns the judge. A ceiling of 0 is none: nothing is judged.
func NewRPCRate(ceiling int) *RPCRate {
	return &RPCRate{ceiling: ceiling, sent: make(map[string]*window)}
}

// Name is "rpc-rate".
func (*RPCRate) Name() string { return "rpc-rate" }

// Kinds are the kinds of event it reads.
func (*RPCRate) Kinds() []string { return []string{env.KindRPC} }

// Event takes the next event.
func (j *RPCRate) Event(e *trace.Event) {
	if e.Kind != env.KindRPC || j.ceiling <= 0 || j.failed() {
		return
	}
	w := j.sent[e.Machine]
	if w == nil {
		w = new(window)
		j.sent[e.Machine] = w
	}
	if len(w.times) < j.ceiling {
		w.times = append(w.times, see(e))
		return
	}
	oldest := w.times[w.next]
	if e.At.Sub(oldest.at) < time.Second {
		j.fail("too many requests in a second",
			fmt.Sprintf("%s sent more than %d requests within a second", e.Machine, j.ceiling),
			oldest.did("sent a request"),
			see(e).did("sent request %d from there on, %s to %s", j.ceiling+1, e.Text, e.Peer))
		return
	}
	w.times[w.next] = see(e)
	w.next = (w.next + 1) % j.ceiling
}

// Verdict says whether the property held.
func (j *RPCRate) Verdict() verdict.Verdict {
	if j.ceiling <= 0 {
		return undecided(j.Name(), verdict.NotRun, "no ceiling was given")
	}
	return j.verdict(j.Name())
}
