package defects

import (
	"raftian/netsim/plan"
	"raftian/netsim/trace"
)

// demotedLeaderDoesNotStand recognises demoted-leader-does-not-stand. At the end, since the
// last leader was lost:
//
//	demoted    a configuration without a machine's vote is the latest in its log, and is not
//	           known to be committed
//	elected    the machine would be elected by the configuration, with its log, if it stood
//	nobody     and nobody is elected as the library has it: others' logs are behind, or they
//	           have no vote either
//
// It shows as no leader, and in all that comes of that.
type demotedLeaderDoesNotStand struct{}

func newDemotedLeaderDoesNotStand(plan.Plan) recogniser { return demotedLeaderDoesNotStand{} }

func (demotedLeaderDoesNotStand) event(*cluster, *trace.Event) {}

func (demotedLeaderDoesNotStand) explains(c *cluster, f *failure) *path {
	if !c.ofLeaderless(f) {
		return nil
	}
	m, is := c.wouldWin(rules{demotedStand: true})
	if !is {
		return nil
	}
	config := m.goesBy(rules{remember: true})
	if _, votes := config.servers.has(m.name); votes {
		return nil
	}
	p := &path{shows: isNoLeader(f)}
	p.steps = append(p.steps,
		config.step("stored the configuration of entry %d, in which it has no vote and which is not committed", config.index),
		c.reign.since.step("ceased to lead, the last to do so"))
	return p
}
