package invariant

import (
	"fmt"

	"raftian/netsim/trace"
)

// refusalsMax is how often in a row a peer may refuse the log from its first
// entry on. It has no reason to, even once: nothing comes before that entry that
// could differ (Raft, figure 2, AppendEntries, step 2).
const refusalsMax = 8

// refusals counts how often in a row a peer has refused the whole log.
type refusals struct {
	boot  uint64 // of the sender
	whole bool   // the request under way begins with the first entry
	count int
	first sighting
}

// asks remembers whether a request has the log from its first entry on.
func (j *RPCRate) asks(e *trace.Event) {
	if e.Text != "AppendEntries" {
		return
	}
	pair := [2]string{e.Machine, e.Peer}
	r := j.refused[pair]
	if r == nil || r.boot != e.Boot {
		r = &refusals{boot: e.Boot}
		j.refused[pair] = r
	}
	r.whole = e.Index == 0 && e.Count > 0
}

// answer counts a refusal of the whole log. A request that failed, whose text says
// more than its type, is no answer.
func (j *RPCRate) answer(e *trace.Event) {
	r := j.refused[[2]string{e.Machine, e.Peer}]
	if e.Text != "AppendEntries" || r == nil || r.boot != e.Boot {
		return
	}
	switch {
	case e.Count == 1:
		r.count = 0
	case r.whole:
		if r.count++; r.count == 1 {
			r.first = see(e)
		}
	}
	if r.count <= refusalsMax {
		return
	}
	j.fail("a log is refused from its first entry on",
		fmt.Sprintf("%s refused the log of %s from its first entry on more than %d times in a row", e.Peer, e.Machine, refusalsMax),
		r.first.did("was refused by %s", e.Peer),
		see(e).did("was refused by %s for the %dth time", e.Peer, r.count))
}
