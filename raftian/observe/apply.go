package observe

import (
	"github.com/hashicorp/raft"

	"raftian/netsim/env"
)

// Apply implements raft.FSM.
func (f *observedFSM) Apply(entry *raft.Log) any {
	note := f.applying(entry)
	out := f.FSM.Apply(entry)
	note.State = f.state()
	f.reached(entry.Index, entry.Term)
	f.o.Env.Emit(note)
	return out
}

// applying is what is to be reported of an entry, apart from the state that it leads to.
func (f *observedFSM) applying(entry *raft.Log) env.Note {
	n := env.Note{Kind: env.KindApply, Index: entry.Index, Term: entry.Term, Hash: Hash(entry.Data)}
	n.Client, n.Seq = f.caller(entry)
	return n
}

// batchesOf are the entries of a state machine that takes several at once. Only the state
// after the last of them is known.
type batchesOf struct {
	f        *observedFSM
	batching raft.BatchingFSM
}

// ApplyBatch implements raft.BatchingFSM. The library passes configurations, too.
func (b batchesOf) ApplyBatch(entries []*raft.Log) []any {
	notes := make([]env.Note, len(entries))
	for k, entry := range entries {
		if entry.Type == raft.LogCommand {
			notes[k] = b.f.applying(entry)
		}
	}
	out := b.batching.ApplyBatch(entries)
	last := len(entries) - 1
	for k, entry := range entries {
		b.f.reached(entry.Index, entry.Term)
		if entry.Type == raft.LogConfiguration {
			b.f.o.Configured(entry.Index, raft.DecodeConfiguration(entry.Data))
			continue
		}
		if k == last {
			notes[k].State = b.f.state()
		}
		b.f.o.Env.Emit(notes[k])
	}
	return out
}
