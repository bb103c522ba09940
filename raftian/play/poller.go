package play

import (
	"cmp"
	"context"
	"slices"
	"time"

	"raftian/game/live"
	"raftian/raftian/api"
	apiv1 "raftian/raftian/api/v1"
)

const (
	pollInterval = 100 * time.Millisecond
	rateWindow   = time.Second // over which frames are counted
)

// polledNode is a node whose status is polled.
type polledNode struct {
	client      *api.Client
	answers     bool
	status      live.Node // from its last answer
	configIndex uint64    // log index of its configuration
	members     []*apiv1.Member
	countedAt   time.Time // when frameCount was taken
	frameCount  uint64
}

// startPolling polls the node at an address until the session ends. It does nothing if
// the node is polled already.
func (s *Session) startPolling(address string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.nodes[address] != nil || address == "" || len(s.nodes) >= 64 {
		return
	}
	p := &polledNode{client: s.o.Client("", 0, []string{address})}
	s.nodes[address] = p
	s.tasks.Go(func() {
		for s.ctx.Err() == nil {
			s.poll(p)
			select {
			case <-s.ctx.Done():
			case <-time.After(pollInterval):
			}
		}
	})
}

// poll queries a node once, and starts polling the members it names.
func (s *Session) poll(p *polledNode) {
	ctx, cancel := context.WithTimeout(s.ctx, statusTimeout)
	defer cancel()
	began := time.Now()
	v, err := p.client.Players().Cluster(ctx, &apiv1.ClusterRequest{})
	trip := time.Since(began)
	if err != nil {
		s.update(func() { p.answers = false })
		return
	}
	s.update(func() {
		rate := p.status.Rate
		switch span := time.Since(p.countedAt); {
		case p.countedAt.IsZero() || v.GetFrames().GetTotal() < p.frameCount:
			p.countedAt, p.frameCount = time.Now(), v.GetFrames().GetTotal()
		case span >= rateWindow:
			rate = float64(v.GetFrames().GetTotal()-p.frameCount) / span.Seconds()
			p.countedAt, p.frameCount = time.Now(), v.GetFrames().GetTotal()
		}
		p.answers, p.configIndex, p.members = true, v.GetConfigurationIndex(), v.GetMembers()
		p.status = live.Node{ID: v.GetNode(), Answers: true, Role: v.GetRole(), Term: v.GetTerm(), Leader: v.GetLeader(),
			Commit: v.GetCommitIndex(), Last: v.GetLastIndex(), Local: v.GetLocalIndex(), Hash: v.GetLocalHash(), Latency: trip,
			FPS: v.GetFrames().GetFps(), Rate: rate, Late: v.GetFrames().GetLate()}
	})
	for _, m := range v.GetMembers() {
		s.startPolling(m.GetApi())
	}
}

// sortedNodes returns the nodes that have ever answered, by ID. The caller holds the
// lock.
func (s *Session) sortedNodes() (list []*polledNode) {
	for _, p := range s.nodes {
		if p.status.ID != "" {
			list = append(list, p)
		}
	}
	slices.SortFunc(list, func(a, b *polledNode) int {
		return cmp.Or(cmp.Compare(len(a.status.ID), len(b.status.ID)), cmp.Compare(a.status.ID, b.status.ID))
	})
	return list
}

// memberNodes returns the members of the newest configuration that a node reports, each
// with its own status. The caller holds the lock.
func (s *Session) memberNodes() (list []live.Node) {
	all := s.sortedNodes()
	var newest *polledNode
	for _, p := range all {
		if newest == nil || p.answers && (!newest.answers || p.configIndex > newest.configIndex) {
			newest = p
		}
	}
	if newest == nil {
		return nil
	}
	var statuses []MachineStatus
	if s.o.Machines != nil {
		statuses = s.o.Machines.Statuses()
	}
	for _, m := range newest.members {
		n := live.Node{ID: m.GetId()}
		for _, p := range all {
			if p.status.ID == m.GetId() {
				n = p.status
				n.Answers = p.answers
			}
		}
		n.Suffrage = m.GetSuffrage()
		for _, status := range statuses {
			if status.ID == n.ID {
				n.Down, n.Cut = status.Down, status.Cut
				n.Answers = n.Answers && !status.Down
			}
		}
		list = append(list, n)
	}
	slices.SortFunc(list, func(a, b live.Node) int { return cmp.Or(cmp.Compare(len(a.ID), len(b.ID)), cmp.Compare(a.ID, b.ID)) })
	return list
}

// findLeader returns the leader of the highest term, that term, and the highest commit
// index. With trustReports, a leader that only other nodes report counts, since not
// every node can be polled.
func findLeader(nodes []live.Node, trustReports bool) (leader string, term, commit uint64) {
	best := uint64(0)
	for i := range nodes {
		n := &nodes[i]
		commit = max(commit, n.Commit)
		if !n.Answers {
			continue
		}
		term = max(term, n.Term)
		if n.Role == "leader" && n.Term > best {
			leader, best = n.ID, n.Term
		}
	}
	for i := range nodes {
		if n := &nodes[i]; trustReports && leader == "" && n.Answers && n.Term == term {
			leader = n.Leader
		}
	}
	return leader, term, commit
}
