package invariant

import (
	"fmt"
	"time"

	"raftian/linearizability/verdict"
	"raftian/netsim/env"
	"raftian/netsim/trace"
)

// RPCRate holds if no machine sends more requests than a ceiling within any one
// second of virtual time, none is sent one snapshot again and again, and none
// refuses again and again what it cannot have a reason to refuse. A system that
// retries without pause, or that does for ever what has no effect, passes every
// safety property; this is what notices it. Source: none in Raft; the
// ceiling follows from heartbeats, commands per second and peers (compare
// hashicorp/raft's own backoff between failed requests).
type RPCRate struct {
	ruling
	ceiling  int
	sent     map[string]*window
	installs map[string]*installs
	refused  map[[2]string]*refusals // by who asked, and who refused
	covered  map[string]uint64       // what the snapshot that a machine restored last reaches
	healed   bool
	failures map[[2]string]*failures // of snapshots, after the heal
}

// installsMax is how often in a row an incarnation may install one snapshot from
// the leader. An answer that gets lost has it sent again, but then with pauses
// that grow: within 10 s of such answers some ten times.
const installsMax = 16

// installs counts how often in a row an incarnation has installed one snapshot.
type installs struct {
	boot  uint64
	index uint64 // through which it reaches
	count int
	first sighting
}

// window is when a machine sent its last requests, as many as the ceiling: the
// request now is one too many if the oldest of them is less than a second old.
type window struct {
	times []sighting
	next  int // the oldest, once the window is full
}

// NewRPCRate returns the judge. A ceiling of 0 is none: nothing is judged.
func NewRPCRate(ceiling int) *RPCRate {
	return &RPCRate{
		ceiling:  ceiling,
		sent:     make(map[string]*window),
		installs: make(map[string]*installs),
		refused:  make(map[[2]string]*refusals),
		covered:  make(map[string]uint64),
		failures: make(map[[2]string]*failures),
	}
}

// Name is "rpc-rate".
func (*RPCRate) Name() string { return "rpc-rate" }

// Kinds are the kinds of event it reads.
func (*RPCRate) Kinds() []string {
	return []string{env.KindRPC, env.KindReply, env.KindRestore, env.KindApply, trace.KindBoot, trace.KindHeal}
}

// Event takes the next event.
func (j *RPCRate) Event(e *trace.Event) {
	if j.ceiling <= 0 {
		return
	}
	switch e.Kind {
	case trace.KindHeal:
		j.healed = true
	case trace.KindBoot:
		delete(j.covered, e.Machine)
	case env.KindRPC:
		j.request(e)
		j.asks(e)
	case env.KindReply:
		j.answer(e)
		j.fails(e)
	case env.KindRestore:
		j.restore(e)
	case env.KindApply:
		delete(j.installs, e.Machine)
	}
}

// restore counts a snapshot that comes in.
func (j *RPCRate) restore(e *trace.Event) {
	j.covered[e.Machine] = e.Index
	i := j.installs[e.Machine]
	if i == nil || i.boot != e.Boot || i.index != e.Index || e.Text != "install" {
		i = &installs{boot: e.Boot, index: e.Index, first: see(e)}
		j.installs[e.Machine] = i
	}
	i.count++
	if i.count != installsMax+1 {
		return // too few, or said
	}
	j.fail("one snapshot was installed again and again",
		fmt.Sprintf("%s installed the snapshot through entry %d more than %d times in a row", e.Machine, e.Index, installsMax),
		i.first.did("installed it"),
		see(e).did("installed it for the %dth time, with nothing applied between", i.count))
}

// request counts a request that goes out.
func (j *RPCRate) request(e *trace.Event) {
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
		w.times, w.next = w.times[:0], 0 // counted anew, so that it is said once a second at most
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
