package defects

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"raftian/linearizability/verdict"
	"raftian/netsim/env"
	"raftian/netsim/trace"
)

// refusal is that a machine refuses entries because its log lacks one, or has another one
// there, that its snapshot covers. So it has no reason to: whatever its log has beyond or
// below, the two cannot differ there. Three findings begin so. Mostly the log ends with
// entries that the leader does not have; it need not, if the leader goes back for another
// reason.
type refusal struct {
	moment
	leader leadership // whose request it refused
	index  uint64     // of the entry that it did not find, or found to be another
	entry  bool       // it looked for one of the request's entries, and not for the one before
	last   uint64     // the entry that it takes for its last
	term   uint64     // of that entry
	stale  bool       // the leader does not have that
}

// refusals follows who refuses what.
type refusals struct {
	asked  map[[2]string]uint64 // the index before the entries of the last request, by leader and peer
	tails  map[string]tail
	now    map[string]*episode // of those who refuse
	burned map[string]uint64   // where the user restored a snapshot last, by machine
	came   map[string]placedAt // the snapshot that a leader sent last, by machine
	all    []*episode
}

// tail is what a machine holds in memory of the last entry of its log. Deleting entries does
// not change that in hashicorp/raft.
type tail struct{ index, term uint64 }

// episode is that a machine refuses what its snapshot covers, until it takes an entry in,
// commits further, or starts again.
type episode struct {
	first, last refusal
	fromFirst   refusal // of the first entry of all
	rounds      []round
	until       moment // of its end
}

// round is that a machine installed a snapshot, and refused the entry after it.
type round struct {
	installed placedAt
	refused   refusal
}

// placedAt is a snapshot that a machine installed, when it did so first without another one
// or a boot since.
type placedAt struct {
	moment
	index uint64
}

// over reports whether it had ended by an event.
func (x *episode) over(event uint64) bool { return x.until.event != 0 && x.until.event < event }

// at reports whether an event lies in it.
func (x *episode) at(event uint64) bool { return x.first.event < event && !x.over(event) }

func newRefusals() refusals {
	return refusals{asked: make(map[[2]string]uint64), tails: make(map[string]tail), now: make(map[string]*episode),
		burned: make(map[string]uint64), came: make(map[string]placedAt)}
}

// take follows an event. It returns a refusal if the event is one.
func (r *refusals) take(c *cluster, e *trace.Event) *refusal {
	switch e.Kind {
	case env.KindRPC:
		if e.Text == "AppendEntries" {
			r.asked[[2]string{e.Machine, e.Peer}] = e.Index
		}
	case env.KindAppend:
		r.tails[e.Machine] = tail{e.Index, e.Term}
		r.end(e)
	case env.KindLog:
		r.tails[e.Machine] = tail{e.Index + e.Count - 1, e.Term}
	case env.KindCommit, env.KindApply:
		r.end(e)
	case trace.KindBoot:
		delete(r.tails, e.Machine)
		delete(r.came, e.Machine)
		r.end(e)
	case env.KindRestore:
		if e.Text == "user" {
			r.burned[e.Machine] = e.Index
		} else if e.Text == "install" {
			delete(r.burned, e.Machine)
		}
		if e.Text == "install" && r.came[e.Machine].index != e.Index {
			r.came[e.Machine] = placedAt{of(e), e.Index}
		}
	case env.KindDiag:
		x, is := r.refusal(c, e)
		if !is {
			return nil
		}
		r.add(x)
		return &x
	}
	return nil
}

// add makes a refusal part of an episode.
func (r *refusals) add(x refusal) {
	o := r.now[x.machine]
	if o == nil {
		o = &episode{first: x}
		r.now[x.machine], r.all = o, append(r.all, o)
	}
	o.last = x
	if x.entry && x.index == 1 && o.fromFirst.event == 0 {
		o.fromFirst = x
	}
	if at, is := r.came[x.machine]; is && !x.entry && x.index == at.index &&
		(len(o.rounds) == 0 || o.rounds[len(o.rounds)-1].installed.index != at.index) {
		o.rounds = append(o.rounds, round{at, x})
	}
}

func (r *refusals) end(e *trace.Event) {
	if o := r.now[e.Machine]; o != nil {
		o.until = of(e)
		delete(r.now, e.Machine)
	}
}

// refusal reads one from a line of the log. Who asks is who leads the machine's term.
func (r *refusals) refusal(c *cluster, e *trace.Event) (x refusal, is bool) {
	m := c.machines[e.Machine]
	previous, mismatch := says(e, "failed to get previous log"), says(e, "previous log term mis-match")
	entry := says(e, "failed to get log entry")
	if m == nil || !previous && !mismatch && !entry {
		return x, false
	}
	leaders := c.leaders[m.term]
	if len(leaders) == 0 || leaders[len(leaders)-1].machine == e.Machine {
		return x, false
	}
	end := r.tails[e.Machine]
	x = refusal{moment: of(e), leader: leaders[len(leaders)-1], entry: entry, last: end.index, term: end.term}
	switch {
	case previous:
		x.index = number(e, "previous-index")
	case entry:
		x.index = number(e, "index")
	default:
		x.index = r.asked[[2]string{x.leader.machine, e.Machine}]
	}
	if x.index == r.burned[e.Machine] {
		return x, false // it covers what nobody else has: that is restore-refused
	}
	covered := max(m.snapshotIndex, m.applied)
	x.stale = c.lacks(x.leader.machine, end)
	return x, x.index != 0 && x.index <= covered && (x.last > x.index || mismatch)
}

// lacks reports whether a machine has another entry at the index of this one, or none.
func (c *cluster) lacks(name string, t tail) bool {
	m := c.machines[name]
	if m == nil {
		return true
	}
	if p, has := m.log.at(t.index); has {
		return p.term != t.term
	}
	if t.index <= m.snapshotIndex {
		p, known := c.committed[t.index]
		return known && p.term != t.term
	}
	return true
}

// said is a refusal as a step of a path.
func (x refusal) said() verdict.Evidence {
	words := ""
	if x.stale {
		words = fmt.Sprintf(", which %s does not have", x.leader.machine)
	}
	return x.step("refused the entries of %s for want of entry %d, which its snapshot covers; its log ends with entry %d of term %d%s",
		x.leader.machine, x.index, x.last, x.term, words)
}

// leads reports whether a failure comes of that a machine refuses what its snapshot covers
// until the end. If there is no majority without those who do, nothing is committed since, and
// the others stay where they are, too.
func (r *refusals) leads(c *cluster, f *failure, x *episode) bool {
	if x.until.event != 0 {
		return false
	}
	name, isBehind := behind(f)
	if isBehind && name == x.first.machine || c.ofHeld(f, held{x.first.machine, x.first.moment}) {
		return true
	}
	a, answer, isCall := c.called(f)
	return (isBehind && c.progress.event < x.first.event || isCall && !a.local() && a.event > x.first.event && !strings.HasPrefix(answer, "ok")) &&
		c.needs(slices.Sorted(maps.Keys(r.now))...)
}

// isDeath reports whether a failure is that a run died, of a panic with these words, or did
// not end for it.
func (c *cluster) isDeath(f *failure, words string) bool {
	return c.stopping == nil && (f.is("no-panic", "panic: "+words) || f.is("liveness", "the run did not end"))
}

// bootsOverHole reports whether a failure is that a machine died while it booted, since its
// log begins with an entry that does not follow its snapshot.
func (c *cluster) bootsOverHole(f *failure, name string) bool {
	m := c.machines[name]
	return c.isDeath(f, "log not found in github.com/hashicorp/raft.NewRaft") &&
		m != nil && m.up && !m.ready && m.log.last != 0 && m.log.first > m.snapshotIndex+1
}

// diesForWant reports whether a failure is that a machine died for want of the entry after a
// snapshot that it installed at a moment, which it is to apply.
func (c *cluster) diesForWant(f *failure, installed moment, index uint64) bool {
	e := &c.final
	return c.isDeath(f, "log not found in github.com/hashicorp/raft.(*Raft).processLogs") &&
		says(e, "failed to get log") && number(e, "index") == index+1 &&
		e.Machine == installed.machine && e.Boot == installed.boot && e.N > installed.event
}
