package play

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"time"

	"raftian/game/live"
	"raftian/raftian/api"
	apiv1 "raftian/raftian/api/v1"
)

// trackedClient is a client that reports each stage of its commands to a Session and
// has them recorded. It sends one command at a time.
type trackedClient struct {
	*api.Client
	session    *Session
	name       string
	fromPlayer bool
	busy       atomic.Bool // a command of the player's is under way
}

func (s *Session) newTrackedClient(name string, mine bool, addresses []string) *trackedClient {
	name += s.o.Names
	return &trackedClient{Client: s.o.Client(name, s.o.Last, addresses), session: s, name: name, fromPlayer: mine}
}

// Do sends a command as api.Client.Do does, and retries until its result is known or
// ctx is done. It takes effect at most once.
func (c *trackedClient) Do(ctx context.Context, number uint64, text string) (*apiv1.Effect, error) {
	id := c.session.addCall(c, number, text)
	c.session.o.Record.call(c.name, number, text)
	began := time.Now()
	doubt := time.AfterFunc(doubtAfter, func() { c.session.setStage(id, live.InDoubt, "", 0, 0) })
	effect, err := c.Client.Do(ctx, number, text)
	doubt.Stop()
	took := time.Since(began)
	if err == nil && effect.GetOutcome() == apiv1.Outcome_OUTCOME_SUPERSEDED {
		err = errors.New("a later command came first")
	}
	unanswered := (*api.Unanswered)(nil)
	switch {
	case err == nil:
		c.session.o.Record.answer(c.name, number, effect.GetIndex(), took, "ok "+effect.GetOutput())
		c.session.setStage(id, live.Committed, effect.GetOutput(), effect.GetIndex(), took)
	case errors.As(err, &unanswered) && !unanswered.WithoutEffect:
		c.session.o.Record.answer(c.name, number, 0, took, "unknown "+oneLine(err))
		c.session.setStage(id, live.Unresolved, oneLine(err), 0, took)
	case errors.As(err, &unanswered):
		c.session.o.Record.answer(c.name, number, 0, took, "fail "+oneLine(err))
		c.session.setStage(id, live.Failed, oneLine(err), 0, took)
	default:
		// Refused outright, or superseded: whether it had an effect is not known.
		c.session.o.Record.answer(c.name, number, 0, took, "unknown "+oneLine(err))
		c.session.setStage(id, live.Failed, oneLine(err), 0, took)
	}
	return effect, err
}

// oneLine returns the text of an error in one line of at most 160 bytes.
func oneLine(err error) string {
	const lengthMax = 160
	words := strings.Join(strings.Fields(err.Error()), " ")
	if len(words) > lengthMax {
		words = strings.ToValidUTF8(words[:lengthMax], "") + "…"
	}
	return words
}

// addCall adds a command to the snapshot and returns its ID.
func (s *Session) addCall(c *trackedClient, seq uint64, text string) (id uint64) {
	s.update(func() {
		s.calls++
		id = s.calls
		s.now.Calls = append(s.now.Calls, live.Call{ID: id, Client: c.name, Seq: seq, Input: text, Mine: c.fromPlayer})
	})
	return id
}

// setStage moves a command to a later stage.
func (s *Session) setStage(id uint64, to live.Stage, output string, index uint64, took time.Duration) {
	s.update(func() {
		for i := range s.now.Calls {
			c := &s.now.Calls[i]
			if c.ID != id {
				continue
			}
			if took > 0 {
				c.Took, c.Index, c.Output = took, index, output
				if c.Mine && index > 0 {
					s.now.Latencies = append(s.now.Latencies, took)
					s.now.Latencies = s.now.Latencies[max(0, len(s.now.Latencies)-tripsMax):]
				}
			}
			if to > c.Stage && !c.Stage.Ended() {
				c.Stage = to
			}
			if c.Stage.Ended() {
				s.ended[id] = time.Now()
			}
			return
		}
	})
}

// markApplied marks a command as applied to the local log. The caller holds the lock.
func (s *Session) markApplied(e *live.Event) {
	for i := range s.now.Calls {
		c := &s.now.Calls[i]
		if c.Client != e.Client || c.Seq != e.Seq {
			continue
		}
		c.Stage, c.Output, c.Index = live.Applied, e.Output, e.Index
		if strings.HasPrefix(e.Output, "rejected: ") {
			c.Stage = live.Rejected
		}
		s.ended[c.ID] = time.Now()
	}
}
