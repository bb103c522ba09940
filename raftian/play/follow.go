package play

import (
	"context"
	"time"

	"raftian/game/live"
	"raftian/game/rules"
	apiv1 "raftian/raftian/api/v1"
)

// followPause lies between two tries to follow a local log.
const followPause = 100 * time.Millisecond

// follow follows the local log of the player's node, and another's while that is gone.
func (s *Session) follow() {
	for s.ctx.Err() == nil {
		for _, p := range s.followable() {
			ctx, cancel := context.WithCancel(s.ctx)
			s.mu.Lock()
			s.turn = cancel
			s.mu.Unlock()
			s.tail(ctx, p)
			cancel()
			if s.ctx.Err() != nil {
				return
			}
			if s.own() {
				break // another city is played, or its node is back
			}
		}
		select {
		case <-s.ctx.Done():
		case <-time.After(followPause):
		}
	}
}

// followable are the nodes, the player's own first.
func (s *Session) followable() (list []*polled) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range s.inOrder() {
		if p.answers && p.now.ID == s.now.City {
			list = append([]*polled{p}, list...)
		} else if p.answers {
			list = append(list, p)
		}
	}
	return list
}

// own says whether the player's own node answers, and is not the one that is followed.
func (s *Session) own() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.now.Node == s.now.City {
		return false
	}
	for _, p := range s.nodes {
		if p.answers && p.now.ID == s.now.City {
			return true
		}
	}
	return false
}

// tail follows the local log of a node until it is gone, or ctx is done.
func (s *Session) tail(ctx context.Context, p *polled) {
	s.mu.Lock()
	id, known, from := p.now.ID, s.known, s.now.Index+1
	s.mu.Unlock()
	if !known {
		var err error
		if from, err = s.look(ctx, p); err != nil {
			return
		}
	}
	stream, err := p.client.Players().Watch(ctx, &apiv1.WatchRequest{From: from})
	if err != nil {
		return
	}
	defer stream.Close()
	s.change(func() { s.now.Node = id })
	for stream.Receive() {
		switch m := stream.Msg(); {
		case m.GetCommitted() != nil:
			if !s.take(m.GetCommitted()) {
				return // it is looked at anew
			}
		case m.GetCompacted() != nil && m.GetCompacted().GetThrough() >= from:
			s.change(func() { s.known = false })
			return
		}
		if s.own() {
			return
		}
	}
}

// look takes the game as a node has it, and returns the index that follows.
func (s *Session) look(ctx context.Context, p *polled) (uint64, error) {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	answer, err := p.client.Players().Status(ctx, &apiv1.StatusRequest{Read: apiv1.Read_READ_LOCAL})
	if err != nil {
		return 0, err
	}
	var cities []rules.City
	for _, c := range answer.GetCities() {
		cities = append(cities, rules.City{Name: c.GetName(), Status: ofStatus(c.GetStatus()), Health: int(c.GetHealth()),
			Score: c.GetScore(), Resting: c.GetResting()})
	}
	game, err := rules.Of(cities)
	if err != nil {
		return 0, err
	}
	s.change(func() {
		s.game, s.known = game, true
		s.now.Index, s.now.Events = answer.GetIndex(), nil
	})
	return answer.GetIndex() + 1, nil
}

// take takes the next command of the local log. If what came of it is not what the
// rules say, it says so: the game that was known is another one.
func (s *Session) take(c *apiv1.Committed) (same bool) {
	s.change(func() {
		same = true
		if !s.known || c.GetIndex() <= s.now.Index {
			return
		}
		next, output := rules.StepText(s.game, c.GetInput())
		if output != c.GetOutput() {
			s.known, same = false, false
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
			if city, known := next.City(about); known {
				e.City = s.tell(city)
			}
		}
		s.applied(&e)
		s.now.Events = append(s.now.Events, e)
		s.now.Events = s.now.Events[max(0, len(s.now.Events)-eventsMost):]
	})
	return same
}
