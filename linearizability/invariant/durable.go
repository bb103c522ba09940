package invariant

import (
	"fmt"

	"raftian/netsim/env"
	"raftian/netsim/trace"
)

// durable is the half of Monotonic that looks across crashes: the durable term
// never goes back, no two votes of one machine in one term differ, and a
// committed entry that was durable is still there at the next boot, in the log
// or in the snapshot. Source: Raft, figure 2 (persistent state on all servers,
// updated on stable storage before responding to RPCs); Thesis §3.8.
type durable struct {
	ruling *ruling
	logs   termLogs
	terms  map[string]durableTerm
	votes  map[ballot]vote
	voted  map[string]durableTerm // in which term a machine voted last
	// beside is in which term a machine asked for votes last although something had
	// made it a follower of an earlier one: an election that went on beside that.
	beside map[string]uint64

	committed table[uint64] // term of the committed entry; 0 if not known
	highest   uint64        // the highest index that is known to be committed
	commitBy  sighting
}

type ballot struct {
	machine string
	term    uint64
}

type vote struct {
	peer string
	by   sighting
}

func newDurable(r *ruling) durable {
	return durable{
		ruling: r,
		logs:   make(termLogs),
		terms:  make(map[string]durableTerm),
		votes:  make(map[ballot]vote),
		voted:  make(map[string]durableTerm),
		beside: make(map[string]uint64),
	}
}

// durableTerm is a term that was made durable, and by which incarnation.
type durableTerm struct {
	mark
	boot uint64
}

func (d *durable) event(e *trace.Event) {
	switch e.Kind {
	case trace.KindBoot:
		if e.Text == emptyDisk {
			d.forget(e.Machine)
		}
	case env.KindTerm:
		d.term(e)
	case env.KindVote:
		d.vote(e)
	case env.KindCommit:
		d.commit(e)
	case env.KindLog:
		d.boot(e)
		d.logs.take(e)
	case env.KindReady:
		d.ready(e)
		d.logs.take(e)
	case env.KindAppend, env.KindTruncate, env.KindSnapshot, env.KindRestore:
		d.logs.take(e)
	}
}

// ready compares the term and the vote that a machine has after a boot with those
// that earlier incarnations made durable. Term 0 is not known.
func (d *durable) ready(e *trace.Event) {
	if e.Term == 0 {
		return
	}
	if m := d.terms[e.Machine]; m.boot < e.Boot && e.Term < m.value {
		d.ruling.fail("the durable term went back "+d.acrossCrash(e.Machine),
			fmt.Sprintf("%s: the durable term went back from %d to %d", e.Machine, m.value, e.Term),
			m.by.did("made term %d durable", m.value),
			see(e).did("booted with term %d", e.Term))
		d.terms[e.Machine] = durableTerm{mark{e.Term, see(e)}, e.Boot}
	}
	if m := d.voted[e.Machine]; m.boot < e.Boot && e.Count < m.value {
		d.ruling.fail("a vote was lost in a crash",
			fmt.Sprintf("%s lost its vote of term %d; its last one is of term %d", e.Machine, m.value, e.Count),
			m.by.did("voted in term %d", m.value),
			see(e).did("booted with a vote in term %d", e.Count))
		d.voted[e.Machine] = durableTerm{mark{e.Count, see(e)}, e.Boot}
	}
}

// acrossCrash says how a machine's durable term went back.
func (d *durable) acrossCrash(machine string) string {
	if term, is := d.beside[machine]; is && term == d.terms[machine].value {
		return "across a crash, of a follower that asked for votes"
	}
	return "across a crash"
}

// forget drops what a machine's disk held, which is gone.
func (d *durable) forget(machine string) {
	delete(d.logs, machine)
	delete(d.terms, machine)
	delete(d.voted, machine)
	for b := range d.votes {
		if b.machine == machine {
			delete(d.votes, b)
		}
	}
}

func (d *durable) term(e *trace.Event) {
	if m := d.terms[e.Machine]; e.Term < m.value {
		when := d.acrossCrash(e.Machine)
		if m.boot == e.Boot {
			when = "within an incarnation"
		}
		d.ruling.fail("the durable term went back "+when,
			fmt.Sprintf("%s: the durable term went back from %d to %d", e.Machine, m.value, e.Term),
			m.by.did("made term %d durable", m.value),
			see(e).did("made term %d durable", e.Term))
	}
	d.terms[e.Machine] = durableTerm{mark{e.Term, see(e)}, e.Boot}
}

func (d *durable) vote(e *trace.Event) {
	d.voted[e.Machine] = durableTerm{mark{e.Term, see(e)}, e.Boot}
	b := ballot{e.Machine, e.Term}
	first, voted := d.votes[b]
	d.votes[b] = vote{e.Peer, see(e)}
	if !voted || first.peer == e.Peer {
		return
	}
	d.ruling.fail("two votes in one term",
		fmt.Sprintf("%s voted for %s and for %s in term %d", e.Machine, first.peer, e.Peer, e.Term),
		first.by.did("voted for %s in term %d", first.peer, e.Term),
		see(e).did("voted for %s in term %d", e.Peer, e.Term))
}

// commit keeps the terms of the entries that are committed by now, as the log of
// the machine that says so has them. A log that does not hold the entry leaves
// it to the others to say.
func (d *durable) commit(e *trace.Event) {
	log := d.logs.of(e.Machine)
	if e.Index <= d.highest || !log.holds(e.Index) {
		return
	}
	for i := max(d.highest+1, log.runs[0].first); i <= e.Index; i++ {
		if term, is := log.term(i); is == present {
			*d.committed.put(i) = term
		}
	}
	d.highest, d.commitBy = e.Index, see(e)
}

// boot compares what KindLog says with the log before the crash. If the first
// entry that is gone was not committed, none after it was.
func (d *durable) boot(e *trace.Event) {
	log := d.logs.of(e.Machine)
	if log.empty() {
		return
	}
	gone := max(log.runs[0].first, log.snapshot+1)
	if e.Count > 0 {
		gone = max(gone, e.Index+e.Count)
	}
	term, is := log.term(gone)
	if !log.holds(gone) || is != present || term != d.committed.get(gone) {
		return
	}
	d.ruling.fail("a committed entry was lost in a crash",
		fmt.Sprintf("%s lost entry %d of term %d, which was committed and durable", e.Machine, gone, term),
		d.commitBy.did("had commit index %d", d.highest),
		see(e).did("booted with %s in its log from %d on", trace.Some(e.Count, "entry"), e.Index))
}
