package play

import (
	"context"
	"fmt"
	"sync"
	"time"

	apiv1 "raftian/raftian/api/v1"
)

// glance is how long a node is given to tell how it sees the cluster.
const glance = 500 * time.Millisecond

// who tells how each node sees the cluster. Members are as the first that answers
// knows them.
func (p *Prompt) who(ctx context.Context) error {
	asked, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	first, err := p.cluster(asked)
	if err != nil {
		return err
	}
	views := make([]*apiv1.ClusterResponse, len(first.GetMembers()))
	var all sync.WaitGroup
	for k, m := range first.GetMembers() {
		all.Go(func() {
			ctx, cancel := context.WithTimeout(ctx, glance)
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

// cluster is the cluster as one node sees it.
func (p *Prompt) cluster(ctx context.Context) (*apiv1.ClusterResponse, error) {
	return p.Client.Cluster(ctx)
}
