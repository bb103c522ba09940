package findings

import (
	"raftian/netsim/env"
	"raftian/netsim/plan"
	"raftian/netsim/trace"
)

// restoreCommittedForgetsMembers recognises restore-committed-forgets-members. With
// RestoreCommittedLogs:
//
//	stored     a machine has a configuration in its log, or in a snapshot
//	forgot     it starts, and says that its initial configuration is an older one, or none
//	nobody     nobody is elected any more, and somebody would be if machines went by the
//	           newest configuration on their disks
//	led        or such a machine is elected by the older one, or with the vote of one that
//	           asks the older one
//
// It shows as no leader, and as an election or a change of the configuration by the older
// one.
type restoreCommittedForgetsMembers struct {
	last  *forgetting
	reign map[uint64][]forgetting // elections, by the event of the election
}

// forgetting is that a machine forgot a configuration.
type forgetting struct {
	stored, booted stored
	led            moment
	term           uint64
}

func newRestoreCommittedForgetsMembers(plan.Plan) recogniser {
	return &restoreCommittedForgetsMembers{reign: make(map[uint64][]forgetting)}
}

func (r *restoreCommittedForgetsMembers) event(c *cluster, e *trace.Event) {
	_, _ = c, e
}

func (r *restoreCommittedForgetsMembers) explains(c *cluster, f *failure) *path {
	if !c.ofLeaderless(f) {
		return nil
	}
	if _, is := c.wouldWin(rules{remember: true}); !is {
		return nil
	}
	p := &path{shows: isNoLeader(f)}
	for _, name := range sorted(c.machines) {
		if x := c.machines[name].members; x.forgot != nil {
			p.steps = append(p.steps, x.forgot.step("stored the configuration of entry %d", x.forgot.index),
				x.booted.step("started with the configuration of entry %d, and forgot that of entry %d, which it has", x.booted.index, x.forgot.index))
		}
	}
	_ = env.KindRole
	return p
}
