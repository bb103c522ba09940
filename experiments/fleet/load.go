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

// Call is a command of a player and its result.
type Call struct {
	Due        env.Instant // when the player wanted to send it
	Began      env.Instant // when it was sent; later than Due if an earlier command was under way
	Ended      env.Instant
	OK         bool
	Unknown    bool          // whether it took effect is not known
	Index      uint64        // log index
	CommitTime time.Duration // from when a node received it until it was committed
	NodesAsked int           // 2 if the client had to switch nodes, else 1
}

// Took returns how long the player waited.
func (c Call) Took() time.Duration { return c.Ended.Sub(c.Due) }

// LoadOptions describe a Load.
type LoadOptions struct {
	Addresses []string // of the nodes; players are distributed over them
	Players   int      // per node
	Rate      float64  // commands per second of all players; 0 is unlimited
	Seed      uint64   // of the instants and the targets of commands
	HomeOnly  bool     // a player asks only its own node
}

// Load is a set of players.
type Load struct {
	o      LoadOptions
	mu     sync.Mutex
	calls  []Call
	cancel context.CancelFunc
	all    sync.WaitGroup
}

// callTimeout is how long a player waits for an answer.
const callTimeout = 20 * time.Second

// StartLoad starts the players. With a rate, commands are due at random instants,
// independent of answers to earlier ones (an open workload); a command that waits for
// its player is timed from when it was due.
func StartLoad(ctx context.Context, o LoadOptions) *Load {
	ctx, cancel := context.WithCancel(ctx)
	l := &Load{o: o, cancel: cancel}
	players := len(o.Addresses) * o.Players
	for k := range players {
		at := k % len(o.Addresses)
		nodes := append(append([]string{}, o.Addresses[at:]...), o.Addresses[:at]...)
		if o.HomeOnly {
			nodes = nodes[:1]
		}
		p := &player{load: l, client: api.NewClient(api.ClientOptions{Name: fmt.Sprintf("player-%d", k+1), Nodes: nodes}),
			rng: rand.New(rand.NewPCG(o.Seed, uint64(k))), city: at + 1, cities: len(o.Addresses)}
		l.all.Go(func() { p.play(ctx, float64(players)) })
	}
	return l
}

// Stop stops the players and returns all calls. The results of those under way are
// unknown.
func (l *Load) Stop() []Call {
	l.cancel()
	l.all.Wait()
	return l.calls
}

// player sends commands.
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
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	c := Call{Due: due, Began: now(), NodesAsked: 1}
	before := p.client.Node()
	effect, err := p.client.Do(ctx, p.client.Number(), fmt.Sprintf("n%d attack n%d", p.city, target))
	c.Ended = now()
	if p.client.Node() != before {
		c.NodesAsked++
	}
	lost := (*api.Unanswered)(nil)
	switch {
	case err == nil && effect.GetOutcome() != apiv1.Outcome_OUTCOME_SUPERSEDED:
		c.OK, c.Index, c.CommitTime = true, effect.GetIndex(), effect.GetCommittedAfter().AsDuration()
	case errors.As(err, &lost) && lost.WithoutEffect:
	default:
		c.Unknown = true
	}
	return c
}
