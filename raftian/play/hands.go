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

// hand is a client that tells of its commands, stage by stage, and has them recorded.
// It sends one at a time.
type hand struct {
	*api.Client
	s    *Session
	name string
	mine bool
	busy atomic.Bool // of the player's
}

func (s *Session) newHand(name string, mine bool, addresses []string) *hand {
	name += s.o.Names
	return &hand{Client: s.o.Client(name, s.o.Last, addresses), s: s, name: name, mine: mine}
}

// Do has a command take effect, as api.Client does. Until it is known what came of it,
// or ctx is done, the same command is sent again and again; it takes effect once.
func (h *hand) Do(ctx context.Context, number uint64, text string) (*apiv1.Effect, error) {
	id := h.s.sent(h, number, text)
	h.s.o.Record.call(h.name, number, text)
	began := time.Now()
	doubt := time.AfterFunc(doubtAfter, func() { h.s.stage(id, live.Doubt, "", 0, 0) })
	effect, err := h.Client.Do(ctx, number, text)
	doubt.Stop()
	took := time.Since(began)
	if err == nil && effect.GetOutcome() == apiv1.Outcome_OUTCOME_SUPERSEDED {
		err = errors.New("a later command came first")
	}
	lost := (*api.Unanswered)(nil)
	switch {
	case err == nil:
		h.s.o.Record.answer(h.name, number, effect.GetIndex(), took, "ok "+effect.GetOutput())
		h.s.stage(id, live.Committed, effect.GetOutput(), effect.GetIndex(), took)
	case errors.As(err, &lost) && !lost.WithoutEffect:
		h.s.o.Record.answer(h.name, number, 0, took, "unknown "+oneLine(err))
		h.s.stage(id, live.Lost, oneLine(err), 0, took)
	case errors.As(err, &lost):
		h.s.o.Record.answer(h.name, number, 0, took, "fail "+oneLine(err))
		h.s.stage(id, live.Failed, oneLine(err), 0, took)
	default:
		// Refused outright, or superseded, of which it is not known what came.
		h.s.o.Record.answer(h.name, number, 0, took, "unknown "+oneLine(err))
		h.s.stage(id, live.Failed, oneLine(err), 0, took)
	}
	return effect, err
}

// oneLine is an error in one line of bearable length.
func oneLine(err error) string {
	const enough = 160
	words := strings.Join(strings.Fields(err.Error()), " ")
	if len(words) > enough {
		words = strings.ToValidUTF8(words[:enough], "") + "…"
	}
	return words
}

// sent tells of a command that goes out, and gives it a number.
func (s *Session) sent(h *hand, seq uint64, text string) (id uint64) {
	s.change(func() {
		s.calls++
		id = s.calls
		s.now.Calls = append(s.now.Calls, live.Call{ID: id, Client: h.name, Seq: seq, Input: text, Mine: h.mine})
	})
	return id
}

// stage tells how far a command has come. It never goes back.
func (s *Session) stage(id uint64, to live.Stage, output string, index uint64, took time.Duration) {
	s.change(func() {
		for i := range s.now.Calls {
			c := &s.now.Calls[i]
			if c.ID != id {
				continue
			}
			if took > 0 {
				c.Took, c.Index, c.Output = took, index, output
				if c.Mine && index > 0 {
					s.now.Trips = append(s.now.Trips, took)
					s.now.Trips = s.now.Trips[max(0, len(s.now.Trips)-tripsMost):]
				}
			}
			if to > c.Stage && !c.Stage.Over() {
				c.Stage = to
			}
			if c.Stage.Over() {
				s.ended[id] = time.Now()
			}
			return
		}
	})
}

// applied tells that a command is in the local log. The caller holds the lock.
func (s *Session) applied(e *live.Event) {
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
