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

// Player is a client as a bot needs it.
type Player interface {
	Look(ctx context.Context, number uint64, r *apiv1.StatusRequest) (*apiv1.StatusResponse, error)
	Number() uint64
	Do(ctx context.Context, number uint64, text string) (*apiv1.Effect, error)
}

// Bot plays a city until ctx is done: it attacks whoever else plays, at some pace, and
// comes back some time after it was destroyed. While rests says so, it does nothing;
// nil is that it never does.
func Bot(ctx context.Context, client Player, city string, pace time.Duration, rests func() bool) {
	for ctx.Err() == nil {
		if rests == nil || !rests() {
			bot(ctx, client, city)
		}
		select {
		case <-ctx.Done():
		case <-time.After(pace/2 + time.Duration(rand.Int64N(int64(pace)))):
		}
	}
}

// bot makes one move. What goes wrong with it is no matter: there is a next one.
func bot(ctx context.Context, client Player, city string) {
	ctx, cancel := context.WithTimeout(ctx, patience)
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
	case rand.IntN(5) > 0: // it waits a little before it comes back
		return
	}
	_, _ = client.Do(ctx, client.Number(), in.String())
}

// startBots has a bot play each node's city but the player's.
func (s *Session) startBots() {
	for k, at := range s.o.Machines.Standings() {
		city := at.ID
		addresses := s.o.Machines.API()
		h := s.newHand("bot-"+city, false, slices.Concat(addresses[k:], addresses[:k]))
		s.all.Go(func() {
			Bot(s.ctx, h, city, s.o.Pace, func() bool {
				s.mu.Lock()
				defer s.mu.Unlock()
				return s.rest.Load() || s.now.City == city
			})
		})
	}
}

// pauseBots has bots rest, or play on.
func (s *Session) pauseBots() {
	if s.o.Pace == 0 || s.o.Machines == nil {
		s.say("there are no bots here")
		return
	}
	s.rest.Store(!s.rest.Load())
	s.change(func() {
		s.now.Bots, s.now.Said = live.BotsPlay, "the bots play"
		if s.rest.Load() {
			s.now.Bots, s.now.Said = live.BotsRest, "the bots rest"
		}
		s.now.Saids++
	})
}

// has says whether one of the nodes has that name; a nil Cluster has none.
func (c *Cluster) has(id string) bool {
	return c != nil && slices.ContainsFunc(c.nodes, func(m *machine) bool { return m.o.ID == id })
}
