package fleet

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"raftian/netsim/env"
	"raftian/raftian/api"
	apiv1 "raftian/raftian/api/v1"
)

// Call is a command of a player, and what came of it.
type Call struct {
	Due      env.Instant // when the player wanted it
	Began    env.Instant // when it was sent; later than that if he still waited for another
	Ended    env.Instant
	OK       bool
	Unknown  bool          // whether it took effect
	Index    uint64        // in the log
	Inside   time.Duration // from when a node got it until it knew that it is committed
	Machines int           // how many nodes had to be asked
}

// Took is how long a player waited.
func (c Call) Took() time.Duration { return c.Ended.Sub(c.Due) }

// LoadOptions describe a Load.
type LoadOptions struct {
	Addresses []string // of the nodes; players are spread over them
	Players   int      // at each node
	Rate      float64  // commands per second of all together; 0 is as many as possible
	Seed      uint64   // of when commands come, and whom they attack
	Home      bool     // a player asks his node only, and gives up with it
}

// Load is players who play.
type Load struct {
	o      LoadOptions
	mu     sync.Mutex
	calls  []Call
	cancel context.CancelFunc
	all    sync.WaitGroup
}

// callMax is how long a player waits for an answer.
const callMax = 20 * time.Second

// StartLoad has players begin. With a rate, commands come at random instants, whether or
// not earlier ones have been answered; what waits for its player counts from when it was
// due.
func StartLoad(ctx context.Context, o LoadOptions) *Load {
	ctx, cancel := context.WithCancel(ctx)
	l := &Load{o: o, cancel: cancel}
	players := len(o.Addresses) * o.Players
	for k := range players {
		at := k % len(o.Addresses)
		nodes := append(append([]string{}, o.Addresses[at:]...), o.Addresses[:at]...)
		if o.Home {
			nodes = nodes[:1]
		}
		p := &player{load: l, client: api.NewClient(api.ClientOptions{Name: fmt.Sprintf("player-%d", k+1), Nodes: nodes}),
			rng: rand.New(rand.NewPCG(o.Seed, uint64(k))), city: at + 1, cities: len(o.Addresses)}
		l.all.Go(func() { p.play(ctx, float64(players)) })
	}
	return l
}

// Stop has players stop, and returns all calls. Of those that were still under way it is
// not known what came of them.
func (l *Load) Stop() []Call {
	l.cancel()
	l.all.Wait()
	return l.calls
}

// player plays.
type player struct {
	load         *Load
	client       *api.Client
	rng          *rand.Rand
	city, cities int
}

func (p *player) play(ctx context.Context, players float64) {
	due := now()
	for ctx.Err() == nil {
		if p.load.o.Rate > 0 {
			due = due.Add(time.Duration(p.rng.ExpFloat64() * players / p.load.o.Rate * float64(time.Second)))
			select {
			case <-ctx.Done():
				return
			case <-time.After(due.Sub(now())):
			}
		} else {
			due = now()
		}
		c := p.call(ctx, due)
		p.load.mu.Lock()
		p.load.calls = append(p.load.calls, c)
		p.load.mu.Unlock()
	}
}

func (p *player) call(ctx context.Context, due env.Instant) Call {
	target := 1 + p.rng.IntN(p.cities)
	if target == p.city {
		target = 1 + target%p.cities
	}
	ctx, cancel := context.WithTimeout(ctx, callMax)
	defer cancel()
	c := Call{Due: due, Began: now(), Machines: 1}
	before := p.client.Node()
	effect, err := p.client.Do(ctx, p.client.Number(), fmt.Sprintf("n%d attack n%d", p.city, target))
	c.Ended = now()
	if p.client.Node() != before {
		c.Machines++
	}
	lost := (*api.Unanswered)(nil)
	switch {
	case err == nil && effect.GetOutcome() != apiv1.Outcome_OUTCOME_SUPERSEDED:
		c.OK, c.Index, c.Inside = true, effect.GetIndex(), effect.GetCommittedAfter().AsDuration()
	case errors.As(err, &lost) && lost.WithoutEffect:
	default:
		c.Unknown = true
	}
	return c
}
