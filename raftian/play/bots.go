package play

import (
	"context"
	"math/rand/v2"
	"time"

	"raftian/game/rules"
	"raftian/raftian/api"
	apiv1 "raftian/raftian/api/v1"
)

// Bot plays a city until ctx is done: it attacks whoever else plays, at some pace, and
// comes back some time after it was destroyed.
func Bot(ctx context.Context, client *api.Client, city string, pace time.Duration) {
	for ctx.Err() == nil {
		bot(ctx, client, city)
		select {
		case <-ctx.Done():
		case <-time.After(pace/2 + time.Duration(rand.Int64N(int64(pace)))):
		}
	}
}

// bot makes one move. What goes wrong with it is no matter: there is a next one.
func bot(ctx context.Context, client *api.Client, city string) {
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
