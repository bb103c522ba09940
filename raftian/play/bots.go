package play

import (
	"context"
	"math/rand/v2"
	"slices"
	"time"

	"raftian/game/live"
	"raftian/game/rules"
	apiv1 "raftian/raftian/api/v1"
)

// Player is the part of api.Client that a bot uses.
type Player interface {
	Look(ctx context.Context, number uint64, r *apiv1.StatusRequest) (*apiv1.StatusResponse, error)
	Number() uint64
	Do(ctx context.Context, number uint64, text string) (*apiv1.Effect, error)
}

// Bot plays a city until ctx is done: it attacks random others at the given pace, and
// rejoins some time after it was destroyed. It does nothing while paused returns true;
// a nil paused never does.
func Bot(ctx context.Context, client Player, city string, pace time.Duration, paused func() bool) {
	for ctx.Err() == nil {
		if paused == nil || !paused() {
			botMove(ctx, client, city)
		}
		select {
		case <-ctx.Done():
		case <-time.After(pace/2 + time.Duration(rand.Int64N(int64(pace)))):
		}
	}
}

// botMove makes one move. Its errors are ignored, since another move follows.
func botMove(ctx context.Context, client Player, city string) {
	ctx, cancel := context.WithTimeout(ctx, promptTimeout)
	defer cancel()
	game, err := client.Look(ctx, 0, &apiv1.StatusRequest{Read: apiv1.Read_READ_LOCAL})
	if err != nil {
		return
	}
	var others []string
	plays := false
	for _, c := range game.GetCities() {
		switch {
		case c.GetStatus() != "playing":
		case c.GetName() == city && c.GetResting():
			return
		case c.GetName() == city:
			plays = true
		default:
			others = append(others, c.GetName())
		}
	}
	in := rules.Input{Verb: rules.Add, City: city}
	switch {
	case plays && len(others) == 0:
		return
	case plays:
		in = rules.Input{Verb: rules.Attack, City: city, Target: others[rand.IntN(len(others))]}
	case rand.IntN(5) > 0: // rejoins after five moves on average
		return
	}
	_, _ = client.Do(ctx, client.Number(), in.String())
}

// startBots starts a bot for each node's city, except while the player plays that city.
func (s *Session) startBots() {
	for k, at := range s.o.Machines.Statuses() {
		city := at.ID
		addresses := s.o.Machines.API()
		c := s.newTrackedClient("bot-"+city, false, slices.Concat(addresses[k:], addresses[:k]))
		s.tasks.Go(func() {
			Bot(s.ctx, c, city, s.o.Pace, func() bool {
				s.mu.Lock()
				defer s.mu.Unlock()
				return s.botsPaused.Load() || s.now.City == city
			})
		})
	}
}

// toggleBots pauses the bots, or lets them continue.
func (s *Session) toggleBots() {
	if s.o.Pace == 0 || s.o.Machines == nil {
		s.say("there are no bots here")
		return
	}
	s.botsPaused.Store(!s.botsPaused.Load())
	s.update(func() {
		s.now.Bots, s.now.Message = live.BotsPlay, "the bots play"
		if s.botsPaused.Load() {
			s.now.Bots, s.now.Message = live.BotsPaused, "the bots rest"
		}
		s.now.MessageSeq++
	})
}

// has reports whether one of the nodes has this ID; false for a nil Cluster.
func (c *Cluster) has(id string) bool {
	return c != nil && slices.ContainsFunc(c.nodes, func(m *machine) bool { return m.o.ID == id })
}
