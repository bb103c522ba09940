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
	pollPause = 100 * time.Millisecond
	rateSpan  = time.Second // over which frames are counted
)

// polled is a node that is asked how it sees the cluster, again and again.
type polled struct {
	client  *api.Client
	answers bool
	now     live.Node // as it said last
	config  uint64    // the configuration that it knows
	members []*apiv1.Member
	counted time.Time // when its frames were counted
	frames  uint64
}

// ask begins to ask the node at an address, unless it is asked already.
func (s *Session) ask(address string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.nodes[address] != nil || address == "" || len(s.nodes) >= 64 {
		return
	}
	p := &polled{client: s.o.Client("", 0, []string{address})}
	s.nodes[address] = p
	s.all.Go(func() {
		for s.ctx.Err() == nil {
			s.poll(p)
			select {
			case <-s.ctx.Done():
			case <-time.After(pollPause):
			}
		}
	})
}

// poll asks a node once.
func (s *Session) poll(p *polled) {
	ctx, cancel := context.WithTimeout(s.ctx, glance)
	defer cancel()
	began := time.Now()
	v, err := p.client.Players().Cluster(ctx, &apiv1.ClusterRequest{})
	trip := time.Since(began)
	if err != nil {
		s.change(func() { p.answers = false })
		return
	}
	s.change(func() {
		rate := p.now.Rate
		switch span := time.Since(p.counted); {
		case p.counted.IsZero() || v.GetFrames().GetTotal() < p.frames:
			p.counted, p.frames = time.Now(), v.GetFrames().GetTotal()
		case span >= rateSpan:
			rate = float64(v.GetFrames().GetTotal()-p.frames) / span.Seconds()
			p.counted, p.frames = time.Now(), v.GetFrames().GetTotal()
		}
		p.answers, p.config, p.members = true, v.GetConfigurationIndex(), v.GetMembers()
		p.now = live.Node{ID: v.GetNode(), Answers: true, Role: v.GetRole(), Term: v.GetTerm(), Leader: v.GetLeader(),
			Commit: v.GetCommitIndex(), Last: v.GetLastIndex(), Local: v.GetLocalIndex(), Hash: v.GetLocalHash(), Trip: trip,
			FPS: v.GetFrames().GetFps(), Rate: rate, Late: v.GetFrames().GetLate()}
	})
	for _, m := range v.GetMembers() {
		s.ask(m.GetApi())
	}
}

// inOrder are the nodes that have answered ever, by name. The caller holds the lock.
func (s *Session) inOrder() (list []*polled) {
	for _, p := range s.nodes {
		if p.now.ID != "" {
			list = append(list, p)
		}
	}
	slices.SortFunc(list, func(a, b *polled) int {
		return cmp.Or(cmp.Compare(len(a.now.ID), len(b.now.ID)), cmp.Compare(a.now.ID, b.now.ID))
	})
	return list
}

// seen are the members of the cluster, as the node with the newest configuration knows
// them, each as it sees itself. The caller holds the lock.
func (s *Session) seen() (list []live.Node) {
	all := s.inOrder()
	var newest *polled
	for _, p := range all {
		if newest == nil || p.answers && (!newest.answers || p.config > newest.config) {
			newest = p
		}
	}
	if newest == nil {
		return nil
	}
	var standings []Standing
	if s.o.Machines != nil {
		standings = s.o.Machines.Standings()
	}
	for _, m := range newest.members {
		n := live.Node{ID: m.GetId()}
		for _, p := range all {
			if p.now.ID == m.GetId() {
				n = p.now
				n.Answers = p.answers
			}
		}
		n.Suffrage = m.GetSuffrage()
		for _, at := range standings {
			if at.ID == n.ID {
				n.Down, n.Cut = at.Down, at.Cut
				n.Answers = n.Answers && !at.Down
			}
		}
		list = append(list, n)
	}
	slices.SortFunc(list, func(a, b live.Node) int { return cmp.Or(cmp.Compare(len(a.ID), len(b.ID)), cmp.Compare(a.ID, b.ID)) })
	return list
}

// led says who leads the highest term, that term, and how far it is committed. Where
// not every node can be asked, a leader that is only known by others counts.
func led(nodes []live.Node, hearsay bool) (leader string, term, commit uint64) {
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
		if n := &nodes[i]; hearsay && leader == "" && n.Answers && n.Term == term {
			leader = n.Leader
		}
	}
	return leader, term, commit
}
