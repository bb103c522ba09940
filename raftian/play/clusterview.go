package play

import (
	"context"
	"fmt"
	"sync"
	"time"

	apiv1 "raftian/raftian/api/v1"
)

// statusTimeout limits one query of a node's status.
const statusTimeout = 500 * time.Millisecond

// printCluster prints how each node sees the cluster. The members are those known to
// the first node that answers.
func (p *Prompt) printCluster(ctx context.Context) error {
	timeout, cancel := context.WithTimeout(ctx, promptTimeout)
	defer cancel()
	first, err := p.cluster(timeout)
	if err != nil {
		return err
	}
	views := make([]*apiv1.ClusterResponse, len(first.GetMembers()))
	var all sync.WaitGroup
	for k, m := range first.GetMembers() {
		all.Go(func() {
			ctx, cancel := context.WithTimeout(ctx, statusTimeout)
			defer cancel()
			views[k], _ = p.Peer(m.GetApi()).Players().Cluster(ctx, &apiv1.ClusterRequest{})
		})
	}
	all.Wait()
	p.say("  %-16s %-10s %6s  %-8s %8s %8s  %s", "node", "role", "term", "leader", "commit", "log", "local log")
	for k, m := range first.GetMembers() {
		v := views[k]
		if v == nil {
			p.say("  %-16s %s", m.GetId(), "does not answer")
			continue
		}
		role := v.GetRole()
		if m.GetSuffrage() != "voter" {
			role += ", " + m.GetSuffrage()
		}
		leader := v.GetLeader()
		if leader == "" {
			leader = "-"
		}
		p.say("  %-16s %-10s %6d  %-8s %8d %8d  %s", m.GetId(), role, v.GetTerm(), leader, v.GetCommitIndex(), v.GetLastIndex(),
			fmt.Sprintf("to %d, %08x", v.GetLocalIndex(), v.GetLocalHash()>>32))
	}
	return nil
}

// cluster returns the cluster as one node sees it.
func (p *Prompt) cluster(ctx context.Context) (*apiv1.ClusterResponse, error) {
	return p.Client.Cluster(ctx)
}
