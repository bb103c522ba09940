package play

import (
	"context"
	"time"

	"raftian/game/live"
	"raftian/game/rules"
	apiv1 "raftian/raftian/api/v1"
)

// followRetryInterval is the pause between two attempts to follow a local log.
const followRetryInterval = 100 * time.Millisecond

// follow follows the local log of the player's node, or of another while that does not
// answer.
func (s *Session) follow() {
	for s.ctx.Err() == nil {
		for _, p := range s.followable() {
			ctx, cancel := context.WithCancel(s.ctx)
			s.mu.Lock()
			s.stopTail = cancel
			s.mu.Unlock()
			s.tail(ctx, p)
			cancel()
			if s.ctx.Err() != nil {
				return
			}
			if s.ownNodeReturned() {
				break // the player switched cities, or its node answers again
			}
		}
		select {
		case <-s.ctx.Done():
		case <-time.After(followRetryInterval):
		}
	}
}

// followable returns the nodes that answer, the player's own first.
func (s *Session) followable() (list []*polledNode) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range s.sortedNodes() {
		if p.answers && p.status.ID == s.now.City {
			list = append([]*polledNode{p}, list...)
		} else if p.answers {
			list = append(list, p)
		}
	}
	return list
}

// ownNodeReturned reports whether the player's node answers while another's log is
// followed.
func (s *Session) ownNodeReturned() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.now.Node == s.now.City {
		return false
	}
	for _, p := range s.nodes {
		if p.answers && p.status.ID == s.now.City {
			return true
		}
	}
	return false
}

// tail follows the local log of a node until the node stops answering or ctx is done.
func (s *Session) tail(ctx context.Context, p *polledNode) {
	s.mu.Lock()
	id, hasGame, from := p.status.ID, s.hasGame, s.now.Index+1
	s.mu.Unlock()
	if !hasGame {
		var err error
		if from, err = s.readState(ctx, p); err != nil {
			return
		}
	}
	stream, err := p.client.Players().Watch(ctx, &apiv1.WatchRequest{From: from})
	if err != nil {
		return
	}
	defer stream.Close()
	s.update(func() { s.now.Node = id })
	for stream.Receive() {
		switch m := stream.Msg(); {
		case m.GetCommitted() != nil:
			if !s.applyCommitted(m.GetCommitted()) {
				return // the state is read again
			}
		case m.GetCompacted() != nil && m.GetCompacted().GetThrough() >= from:
			s.update(func() { s.hasGame = false })
			return
		}
		if s.ownNodeReturned() {
			return
		}
	}
}

// readState reads the state of a node and returns the next index to follow.
func (s *Session) readState(ctx context.Context, p *polledNode) (uint64, error) {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	answer, err := p.client.Players().Status(ctx, &apiv1.StatusRequest{Read: apiv1.Read_READ_LOCAL})
	if err != nil {
		return 0, err
	}
	var cities []rules.City
	for _, c := range answer.GetCities() {
		cities = append(cities, rules.City{Name: c.GetName(), Status: parseStatus(c.GetStatus()), Health: int(c.GetHealth()),
			Score: c.GetScore(), Resting: c.GetResting()})
	}
	game, err := rules.FromCities(cities)
	if err != nil {
		return 0, err
	}
	s.update(func() {
		s.game, s.hasGame = game, true
		s.now.Index, s.now.Events = answer.GetIndex(), nil
	})
	return answer.GetIndex() + 1, nil
}

// applyCommitted applies the next command of the local log. It returns false if the
// output differs from what the rules give: then the state is another one, and must be
// read again.
func (s *Session) applyCommitted(c *apiv1.Committed) (same bool) {
	s.update(func() {
		same = true
		if !s.hasGame || c.GetIndex() <= s.now.Index {
			return
		}
		next, output := rules.StepText(s.game, c.GetInput())
		if output != c.GetOutput() {
			s.hasGame, same = false, false
			return
		}
		s.game, s.now.Index = next, c.GetIndex()
		e := live.Event{Index: c.GetIndex(), Term: c.GetTerm(), Client: c.GetClient(), Seq: c.GetSequence(), Input: c.GetInput(),
			Output: output, Frame: c.GetFrame()}
		if in, err := rules.ParseInput(e.Input); err == nil {
			about := in.City
			if in.Verb == rules.Attack {
				about = in.Target
			}
			if city, exists := next.City(about); exists {
				e.City = s.liveCity(city)
			}
		}
		s.markApplied(&e)
		s.now.Events = append(s.now.Events, e)
		s.now.Events = s.now.Events[max(0, len(s.now.Events)-eventsMax):]
	})
	return same
}
