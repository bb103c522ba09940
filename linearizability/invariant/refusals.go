package invariant

import (
	"fmt"
	"strings"

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

// coveredMax is how many requests in a row it may refuse for entries that the
// snapshot it has restored covers. It has no reason to, even once: they are what it
// has. A leader that goes back an entry at a time, with growing pauses, may take for
// ever to come to the first.
const coveredMax = 8

// failuresMax is how often, once every fault is over, it may fail to install a
// snapshot for one reason that is not the network's.
const failuresMax = 3

// failures counts how often in a row one leader was told of one failure.
type failures struct {
	boot  uint64
	what  string
	count int
	first sighting
	said  bool
}

// refusals counts how often one leader's entries after one index were refused by
// one peer.
type refusals struct {
	boot, term uint64 // of the leader
	asked      uint64 // index before the entries of the request under way
	entries    bool   // it has some
	index      uint64 // before those that were refused last
	count      int
	first      sighting
	back       int // refusals in a row, of entries that a snapshot covers
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
	if e.Count == 1 || r.asked >= j.covered[e.Peer] {
		r.back = 0
	} else if r.back++; r.back == coveredMax+1 {
		x := j.fail("entries that a snapshot covers are refused",
			fmt.Sprintf("%s refused more than %d requests of %s in a row for entries that its snapshot covers", e.Peer, coveredMax, e.Machine),
			see(e).did("was refused the entries after %d by %s, which restored a snapshot through %d", r.asked, e.Peer, j.covered[e.Peer]))
		x.Machine, x.Index = e.Peer, r.asked+1
		return
	}
	signature, most := "the same entries are refused again and again", refusalsMax
	if r.index == 0 {
		signature, most = "a log is refused from its first entry on", wholeMax
	}
	if e.Count == 1 || r.count != most+1 {
		return // too few, or said
	}
	x := j.fail(signature,
		fmt.Sprintf("%s refused the entries of %s after entry %d more than %d times", e.Peer, e.Machine, r.index, most),
		r.first.did("was refused by %s", e.Peer),
		see(e).did("was refused by %s, %d times by now", e.Peer, r.count))
	x.Machine, x.Index = e.Peer, r.index+1
}

// noSnapshot is what a store says that keeps the last snapshots, of one that is none
// of them. No fault of a disk makes it say that.
const noSnapshot = "no such snapshot"

// fails counts a snapshot that a peer failed to install, as it says itself. Leaders
// pause for longer and longer between two attempts, so those from before the faults
// were over count, too, if they cannot have come of those.
func (j *RPCRate) fails(e *trace.Event) {
	kind, what, failed := strings.Cut(e.Text, " ")
	pair := [2]string{e.Machine, e.Peer}
	if kind != "InstallSnapshot" || !j.healed && !strings.Contains(what, noSnapshot) {
		return
	}
	if !failed || ofNetwork(what) {
		delete(j.failures, pair)
		return
	}
	what = nameless(what)
	f := j.failures[pair]
	if f == nil || f.boot != e.Boot || f.what != what {
		f = &failures{boot: e.Boot, what: what, first: see(e)}
		j.failures[pair] = f
	}
	if f.count++; f.count > failuresMax && j.healed && !f.said {
		f.said = true
		signature := "a snapshot cannot be installed"
		if strings.Contains(what, noSnapshot) {
			signature = "a snapshot older than the ones there cannot be installed"
		}
		j.fail(signature,
			fmt.Sprintf("%s failed more than %d times to install a snapshot of %s: %s", e.Peer, failuresMax, e.Machine, strings.TrimPrefix(e.Text, kind+" ")),
			f.first.did("was told by %s that it failed", e.Peer),
			see(e).did("was told by %s that it failed, %d times by now", e.Peer, f.count)).Machine = e.Peer
	}
}

// ofNetwork says of an error that a connection is to blame for it.
func ofNetwork(what string) bool {
	for _, sign := range []string{"dial tcp", "timeout", "EOF", "connection", "closed", "pipe", "no answer"} {
		if strings.Contains(what, sign) {
			return true
		}
	}
	return false
}
