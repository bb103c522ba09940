package play

import (
	"context"
	"fmt"
	"time"

	apiv1 "raftian/raftian/api/v1"
)

// watch prints for some time what the player's node applies to its local log.
func (p *Prompt) watch(ctx context.Context, text string) error {
	d, err := time.ParseDuration(text)
	if err != nil || d <= 0 {
		return fmt.Errorf("%q is no time such as 2s", text)
	}
	ctx, cancel := context.WithTimeout(ctx, d)
	defer cancel()
	s, err := p.Client.Players().Watch(ctx, &apiv1.WatchRequest{})
	if err != nil {
		return err
	}
	defer s.Close()
	for s.Receive() {
		switch m := s.Msg(); {
		case m.GetCommitted() != nil:
			c := m.GetCommitted()
			p.say("  %6d of term %d, frame %d: %s -> %s (%s)", c.GetIndex(), c.GetTerm(), c.GetFrame(), c.GetInput(), c.GetOutput(), c.GetClient())
		case m.GetCompacted() != nil:
			p.say("  entries through %d are compacted away", m.GetCompacted().GetThrough())
		}
	}
	if ctx.Err() == nil {
		return s.Err()
	}
	return nil
}
