package defects

import (
	"raftian/netsim/plan"
	"raftian/netsim/trace"
)

// newRecogniser returns the recogniser of a finding, for a run of a plan. A finding without
// one is never known.
func newRecogniser(finding string, pl plan.Plan) recogniser {
	switch finding {
	case "deposed-leader-appends":
		return newDeposedLeaderAppends(pl)
	case "half-written-vote":
		return newHalfWrittenVote(pl)
	case "late-snapshot":
		return newLateSnapshot(pl)
	case "late-snapshot-loses-entries":
		return newLateSnapshotLosesEntries(pl)
	case "snapshot-for-ever":
		return newSnapshotForEver(pl)
	case "snapshot-goes-back":
		return newSnapshotGoesBack(pl)
	case "log-refused":
		return newLogRefused(pl)
	case "term-goes-back":
		return newTermGoesBack(pl)
	case "demoted-leader-does-not-stand":
		return newDemotedLeaderDoesNotStand(pl)
	case "pipeline-deadlock":
		return newPipelineDeadlock(pl)
	case "restore-committed-forgets-members":
		return newRestoreCommittedForgetsMembers(pl)
	case "restore-committed-hangs":
		return newRestoreCommittedHangs(pl)
	case "restore-refused":
		return newRestoreRefused(pl)
	case "transfer-never-ends":
		return newTransferNeverEnds(pl)
	case "unknown-candidate-refused":
		return newUnknownCandidateRefused(pl)
	}
	return blind{}
}

// blind recognises nothing.
type blind struct{}

func (blind) event(*cluster, *trace.Event) {}

func (blind) explains(*cluster, *failure) *path { return nil }
