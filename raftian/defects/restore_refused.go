package defects

import (
	"fmt"
	"strings"

	"raftian/linearizability/verdict"
	"raftian/netsim/env"
	"raftian/netsim/plan"
	"raftian/netsim/trace"
)

// restoreRefused recognises restore-refused:
//
//	burned     a leader of term T restores a snapshot of the user's through index B, or has it
//	           on its disk when it crashes
//	deposed    it no longer leads T, or crashes
//	refused    in the same incarnation it refuses what is sent, as it finds no entry B; or it
//	           cannot install a snapshot that ends before B
//	carried    or, after a crash: it, or one that has installed that snapshot from it, has the
//	           snapshot where another entry is in others' logs
//
// It shows as refusals of entries up to B, as snapshots that it cannot install, as an entry
// behind B after a snapshot of term T, and as a leader without the entry that others have
// committed at B. What follows is that the machine stays behind.
type restoreRefused struct {
	burns []*burn
}

// burn is an index that a leader burned.
type burn struct {
	index, term    uint64
	restored       moment
	deposed        moment
	refused, again moment          // for want of entry index, first and last
	carriers       map[string]bool // who has the snapshot
	olderSnapshot  moment          // when a snapshot that ends before was sent to it last
	leads          moment          // when one of the carriers led again, first
}

func newRestoreRefused(plan.Plan) recogniser {
	return &restoreRefused{}
}

func (r *restoreRefused) event(c *cluster, e *trace.Event) {
	for _, b := range r.burns {
		b.event(e)
	}
	m := c.machines[e.Machine]
	switch {
	case m == nil || m.role != "leader":
	case e.Kind == env.KindRestore && e.Text == "user":
		r.begin(m, e, e.Index)
	case e.Kind == trace.KindFsync && strings.HasPrefix(e.Text, snapshotsOnDisk):
		// Any other snapshot ends where the machine has come to, at most.
		var term, index uint64
		_, err := fmt.Sscanf(strings.TrimPrefix(e.Text, snapshotsOnDisk), "%d-%d-", &term, &index)
		if err == nil && term == m.roleTerm && index > max(m.log.last, m.snapshotIndex) {
			r.begin(m, e, index)
		}
	}
}

// snapshotsOnDisk begins the names of snapshots' files, which go on with term and index.
const snapshotsOnDisk = "raft/snapshots/"

// begin adds a burn, or says more of the one that is under way.
func (r *restoreRefused) begin(m *machine, e *trace.Event, index uint64) {
	b := &burn{index: index, term: m.roleTerm, restored: of(e), carriers: map[string]bool{e.Machine: true}}
	if n := len(r.burns); n > 0 {
		if last := r.burns[n-1]; last.index == index && last.term == b.term && last.restored.machine == e.Machine && last.restored.boot == e.Boot {
			return
		}
	}
	r.burns = append(r.burns, b)
}

func (b *burn) event(e *trace.Event) {
	mine := e.Machine == b.restored.machine && e.Boot == b.restored.boot
	switch {
	case e.Kind == env.KindRestore && e.Text == "install" && e.Index == b.index && e.Term == b.term:
		b.carriers[e.Machine] = true
	case e.Kind == env.KindRole && e.Text == "leader" && b.deposed.event != 0 && b.carriers[e.Machine] && b.leads.event == 0:
		b.leads = of(e)
	case e.Kind == env.KindRPC && e.Text == "InstallSnapshot" && e.Peer == b.restored.machine && e.Index < b.index && b.deposed.event != 0:
		b.olderSnapshot = of(e)
	case mine && b.deposed.event == 0 && (e.Kind == env.KindRole && e.Text != "leader" || e.Kind == trace.KindCrash || e.Kind == trace.KindExit):
		b.deposed = of(e)
	case mine && b.deposed.event != 0 && e.Kind == env.KindDiag && strings.Contains(e.Text, fmt.Sprintf("raft: failed to get log entry: index=%d ", b.index)):
		if b.again = of(e); b.refused.event == 0 {
			b.refused = b.again
		}
	}
}

func (r *restoreRefused) explains(c *cluster, f *failure) *path {
	for _, b := range r.burns {
		if b.deposed.event == 0 {
			continue
		}
		if how, is := b.isSeen(f); is {
			return b.path(true, how)
		}
		if b.holds(c) && c.ofHeld(f, held{b.restored.machine, b.refused}) {
			return b.path(false, b.refused.step("refused entries, as it found no entry %d", b.index))
		}
	}
	return nil
}

// isSeen reports whether a violation is the finding itself, and its last step.
func (b *burn) isSeen(f *failure) (verdict.Evidence, bool) {
	own := f.Machine == b.restored.machine
	switch {
	case f.is("rpc-rate", "the same entries are refused again and again"),
		f.is("rpc-rate", "a log is refused from its first entry on"),
		f.is("rpc-rate", "entries that a snapshot covers are refused"):
		return b.refused.step("refused entries, as it found no entry %d", b.index),
			own && b.refused.event != 0 && b.refused.event < f.last().N && f.Index <= b.index
	case f.is("rpc-rate", "a snapshot older than the ones there cannot be installed"):
		return b.olderSnapshot.step("sent a snapshot that ends before entry %d", b.index),
			own && b.olderSnapshot.event != 0 && b.olderSnapshot.event < f.last().N
	case f.is("log-matching", "an entry follows a snapshot that ends otherwise than others' logs"):
		return b.deposed.step("no longer led"), f.Index == b.index+1 && b.isIn(f)
	case f.is("leader-completeness", "a leader lacks a committed entry"):
		return b.leads.step("led with that snapshot"), f.Index == b.index && b.carriers[f.last().Machine] && b.leads.event != 0 && b.leads.event <= f.last().N
	}
	return verdict.Evidence{}, false
}

// isIn reports whether one who has the snapshot is in the evidence of a violation.
func (b *burn) isIn(f *failure) bool {
	for _, e := range f.events {
		if b.carriers[e.Machine] && e.N > b.restored.event {
			return true
		}
	}
	return false
}

// holds reports whether the machine still refuses what it is sent at the end.
func (b *burn) holds(c *cluster) bool {
	m := c.machines[b.restored.machine]
	return m != nil && m.boot == b.restored.boot && b.refused.event != 0 && (c.healed == nil || b.again.event > c.healed.event)
}

func (b *burn) path(shows bool, how verdict.Evidence) *path {
	return &path{shows, []verdict.Evidence{
		b.restored.step("restored a snapshot of the user's through index %d as leader of term %d", b.index, b.term),
		b.deposed.step("no longer led term %d", b.term), how}}
}
