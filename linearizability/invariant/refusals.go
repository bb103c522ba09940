package invariant

import (
	"fmt"

	"raftian/netsim/trace"
)

// refusalsMax is how often a peer may refuse the same entries. It refuses them for
// want of the entry before; the leader then goes back, and once that is there it
// refuses them no more (Raft §5.3). More than installsMax, so that a snapshot which
// comes again and again is called that.
const refusalsMax = 24

// wholeMax is how often it may refuse a log from its first entry on. It has no
// reason to, even once: nothing comes before that entry that could differ. The
// pauses between such refusals grow.
const wholeMax = 2

// refusals counts how often one leader's entries after one index were refused by
// one peer.
type refusals struct {
	boot, term uint64 // of the leader
	asked      uint64 // index before the entries of the request under way
	entries    bool   // it has some
	index      uint64 // before those that were refused last
	count      int
	first      sighting
}

// asks remembers the request under way.
func (j *RPCRate) asks(e *trace.Event) {
	if e.Text != "AppendEntries" {
		return
	}
	pair := [2]string{e.Machine, e.Peer}
	r := j.refused[pair]
	if r == nil || r.boot != e.Boot || r.term != e.Term {
		r = &refusals{boot: e.Boot, term: e.Term}
		j.refused[pair] = r
	}
	r.asked, r.entries = e.Index, e.Count > 0
}

// answer counts a refusal. A request that failed, whose text says more than its
// type, is no answer; one of an older request says nothing of this.
func (j *RPCRate) answer(e *trace.Event) {
	r := j.refused[[2]string{e.Machine, e.Peer}]
	if e.Text != "AppendEntries" || r == nil || r.boot != e.Boot || r.term != e.Term || !r.entries {
		return
	}
	switch {
	case e.Count == 1 && r.asked >= r.index:
		r.count = 0
	case e.Count == 0 && r.count > 0 && r.asked == r.index:
		r.count++
	case e.Count == 0:
		r.index, r.count, r.first = r.asked, 1, see(e)
	}
	signature, most := "the same entries are refused again and again", refusalsMax
	if r.index == 0 {
		signature, most = "a log is refused from its first entry on", wholeMax
	}
	if r.count <= most {
		return
	}
	j.fail(signature,
		fmt.Sprintf("%s refused the entries of %s after entry %d more than %d times", e.Peer, e.Machine, r.index, most),
		r.first.did("was refused by %s", e.Peer),
		see(e).did("was refused by %s, %d times by now", e.Peer, r.count))
}
