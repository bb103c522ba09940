package defects

import (
	"raftian/netsim/env"
	"raftian/netsim/plan"
	"raftian/netsim/trace"
)

// lateSnapshotLosesEntries recognises late-snapshot-loses-entries. A late snapshot is
// installed (see lateSnapshot) on a machine with a monotonic log store:
//
//	deleted  it deletes its log, with entries beyond its newest snapshot
//	booted   it starts again, and has forgotten them
//	voted    it votes for a candidate whose log lacks them, or stands for election itself
//	led      and that machine leads a later term
//
// It shows as the applied index going back, and as a leader without those entries, which are
// a loss.
type lateSnapshotLosesEntries struct {
	installs
	late  []*forgotten
	votes map[uint64]map[string]string // by term and voter
}

// forgotten is an occurrence.
type forgotten struct {
	stepBack
	deleted, booted moment
	entries         map[uint64]placed
	led             []uncovered
}

// uncovered is that a machine became leader without such entries.
type uncovered struct {
	leadership
	loss *loss
}

func newLateSnapshotLosesEntries(plan.Plan) recogniser {
	return &lateSnapshotLosesEntries{installs: newInstalls(), votes: make(map[uint64]map[string]string)}
}

func (r *lateSnapshotLosesEntries) event(c *cluster, e *trace.Event) {
	for _, x := range r.late {
		for _, u := range x.led {
			u.loss.take(c, e)
		}
		r.follow(c, x, e)
	}
	if back := r.installs.take(c, e); back != nil && back.late() {
		r.late = append(r.late, &forgotten{stepBack: *back})
	}
	if e.Kind == env.KindVote {
		if r.votes[e.Term] == nil {
			r.votes[e.Term] = make(map[string]string)
		}
		r.votes[e.Term][e.Machine] = e.Peer
	}
}

// follow takes what comes after a late snapshot.
func (r *lateSnapshotLosesEntries) follow(c *cluster, x *forgotten, e *trace.Event) {
	switch {
	case e.Machine == x.machine && e.Kind == env.KindTruncate && e.Text == "prefix" && e.Boot == x.boot && x.deleted.event == 0:
		entries := make(map[uint64]placed)
		log := &c.on(x.machine).log
		for i := max(e.Index, x.newest+1, x.index+1); i < e.Index+e.Count; i++ {
			if p, has := log.at(i); has {
				entries[i] = p
			}
		}
		if len(entries) > 0 {
			x.deleted, x.entries = of(e), entries
		}
	case e.Machine == x.machine && e.Kind == trace.KindBoot && x.deleted.event != 0 && x.booted.event == 0:
		x.booted = of(e)
	case e.Kind == env.KindRole && e.Text == "leader" && x.booted.event != 0 && r.votes[e.Term][x.machine] == e.Machine:
		lacks := c.lacking(e.Machine)
		for index := range lacks { //raftian:unordered some are left out
			if p, is := x.entries[index]; !is || p.term != lacks[index].term {
				delete(lacks, index)
			}
		}
		if len(lacks) > 0 {
			x.led = append(x.led, uncovered{leadership{of(e), e.Term}, newLoss(c, of(e), lacks)})
		}
	}
}

func (r *lateSnapshotLosesEntries) explains(c *cluster, f *failure) *path {
	for _, x := range r.late {
		if x.deleted.event == 0 {
			continue
		}
		p := &path{steps: append(x.path(), x.deleted.step("deleted %s beyond its newest snapshot", trace.Some(len(x.entries), "entry")))}
		if p.shows = f.is("monotonic", "the applied index went back by a snapshot") && f.last().N == x.event; p.shows {
			return p
		}
		for _, u := range x.led {
			p.shows = f.is("leader-completeness", "a leader lacks a committed entry") && f.last().N == u.event && u.loss.has(f.Index)
			if p.shows || u.loss.leads(c, f) {
				p.steps = append(p.steps, x.booted.step("started again"), u.step("became leader of term %d without them", u.term))
				return p
			}
		}
	}
	return nil
}
