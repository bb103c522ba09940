package linearizability

import (
	"slices"

	"raftian/netsim/env"
)

// NoteAbout says who reports a kind of note, and which judges want it.
type NoteAbout struct {
	Kind string `json:"note"`
	// Reporter is what of a raft.Raft reports it, with package observe; or who else does.
	Reporter string `json:"reporter"`
	// Needed are the judges that have not run without it, or without another of a few kinds
	// of which it is one; see About.Needs.
	Needed []string `json:"needed"`
	// Read are the other judges that see more with it.
	Read []string `json:"read"`
}

// Notes are the kinds of note that some judge reads, in the order in which a program first
// reports them.
func Notes() []NoteAbout {
	const (
		library, logs, stable, snapshots = "the raft.Raft", "its log store", "its stable store", "its log store and snapshots"
		fsm, transport, clients, member  = "its state machine", "its transport", "its clients", "raftian/node alone"
	)
	all := []NoteAbout{
		{Kind: env.KindLog, Reporter: logs}, {Kind: env.KindReady, Reporter: library},
		{Kind: env.KindRole, Reporter: library}, {Kind: env.KindTerm, Reporter: stable}, {Kind: env.KindVote, Reporter: stable},
		{Kind: env.KindRPC, Reporter: transport}, {Kind: env.KindReply, Reporter: transport},
		{Kind: env.KindInvoke, Reporter: clients}, {Kind: env.KindReturn, Reporter: clients},
		{Kind: env.KindAppend, Reporter: logs}, {Kind: env.KindTruncate, Reporter: logs},
		{Kind: env.KindCommit, Reporter: library}, {Kind: env.KindConfig, Reporter: snapshots},
		{Kind: env.KindApply, Reporter: fsm}, {Kind: env.KindSnapshot, Reporter: fsm}, {Kind: env.KindRestore, Reporter: fsm},
		{Kind: env.KindMember, Reporter: member}, {Kind: env.KindLocal, Reporter: member}, {Kind: env.KindCorrupt, Reporter: member},
	}
	kept := all[:0]
	for _, n := range all {
		n.Needed, n.Read = []string{}, []string{}
		for _, j := range NewPanel(Options{}).judges {
			needs := false
			for _, need := range j.Needs() {
				needs = needs || slices.Contains(need.Kinds, n.Kind)
			}
			switch {
			case needs:
				n.Needed = append(n.Needed, j.Name())
			case slices.Contains(j.Kinds(), n.Kind):
				n.Read = append(n.Read, j.Name())
			}
		}
		if len(n.Needed)+len(n.Read) > 0 {
			kept = append(kept, n)
		}
	}
	return kept
}
