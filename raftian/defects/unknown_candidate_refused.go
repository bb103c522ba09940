package defects

import (
	"raftian/netsim/plan"
	"raftian/netsim/trace"
)

// unknownCandidateRefused recognises unknown-candidate-refused. At the end, since the last
// leader was lost:
//
//	promoted   a configuration with a machine's vote is the latest in its log
//	unheard    a voter of that configuration has another as its latest, in which the machine
//	           has no vote
//	elected    the machine would be elected if such voters did not ask theirs
//	nobody     and nobody is elected as the library has it
//
// It shows as no leader, and in all that comes of that.
type unknownCandidateRefused struct{}

func newUnknownCandidateRefused(plan.Plan) recogniser { return unknownCandidateRefused{} }

func (unknownCandidateRefused) event(*cluster, *trace.Event) {}

func (unknownCandidateRefused) explains(c *cluster, f *failure) *path {
	if !c.ofLeaderless(f) {
		return nil
	}
	mend := rules{anyCandidate: true}
	m, is := c.wouldWin(mend)
	if !is {
		return nil
	}
	config := m.goesBy(mend)
	p := &path{shows: isNoLeader(f)}
	p.steps = append(p.steps, config.step("stored the configuration of entry %d, in which it has a vote", config.index))
	for _, s := range config.servers {
		v := c.machines[s.name]
		if !s.votes || v == nil || v == m || !v.ready || v.votesFor(m, rules{}) || !v.votesFor(m, mend) {
			continue
		}
		p.steps = append(p.steps, v.members.latest.step("stored the configuration of entry %d, its latest, in which %s has none", v.members.latest.index, m.name))
	}
	p.steps = append(p.steps, c.reign.since.step("ceased to lead, the last to do so"))
	return p
}
