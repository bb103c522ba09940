package processes

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"raftian/game/rules"
	"raftian/game/spec"
	"raftian/netsim/env"
	"raftian/netsim/trace"
	"raftian/raftian/api"
	apiv1 "raftian/raftian/api/v1"
)

// eventList is a list of events in the order of their times.
type eventList struct {
	mu   sync.Mutex
	list []trace.Event
}

func (r *eventList) add(e trace.Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.list = append(r.list, e)
}

// callTimeout draws how long a player waits for a call: 4 s in three of four cases, and
// below 305 ms otherwise.
func (p *player) callTimeout() time.Duration {
	if p.rng.IntN(4) == 0 {
		return time.Duration(5+p.rng.IntN(300)) * time.Millisecond
	}
	return 4 * time.Second
}

// player makes one call after the other and records them.
type player struct {
	name    string
	client  *api.Client
	rng     *rand.Rand
	seen    uint64 // the highest index of a response
	events  eventList
	cancel  context.CancelFunc
	ended   chan struct{}
	ok      int
	failed  int
	unknown int
	acked   []ack // commands whose success was acknowledged
}

// ack is a command that was acknowledged.
type ack struct {
	index  uint64
	seq    uint64
	output string
}

// startPlayers starts two players per node, which retry at the other nodes.
func startPlayers(c *cluster, seed uint64) (list []*player) {
	for k := range 2 * nodes {
		var at []string
		for j := range nodes {
			at = append(at, c.processes[(k+j)%nodes].api)
		}
		name := fmt.Sprintf("p%d-%d", k%nodes+1, k/nodes)
		p := &player{name: name, rng: rand.New(rand.NewPCG(seed, uint64(k)+1)), ended: make(chan struct{}),
			client: api.NewClient(api.ClientOptions{Name: name, Nodes: at})}
		var ctx context.Context
		ctx, p.cancel = context.WithCancel(context.Background())
		go p.play(ctx)
		list = append(list, p)
	}
	return list
}

// stop ends a player after its current call.
func (p *player) stop() {
	p.cancel()
	<-p.ended
}

func (p *player) play(ctx context.Context) {
	defer close(p.ended)
	var machines []string
	for k := range nodes {
		machines = append(machines, fmt.Sprintf("n%d", k+1))
	}
	for ctx.Err() == nil {
		if p.rng.IntN(3) == 0 {
			kind := []string{spec.Verified, spec.Verified, spec.Lease, spec.Local}[p.rng.IntN(4)]
			p.call(kind + spec.Read(p.rng, p.name, machines))
		} else if text := spec.Call(p.rng, p.name, machines); isCommand(text) {
			p.call(text)
		}
		pause(p.rng, 0, 60)
	}
}

func isCommand(text string) bool {
	_, err := rules.ParseInput(text)
	return err == nil
}

// call makes a call and records it.
func (p *player) call(text string) {
	seq := p.client.Number()
	began := now()
	p.events.add(trace.Event{At: began, Note: env.Note{Kind: env.KindInvoke, Client: p.name, Seq: seq, Text: text}})
	ctx, cancel := context.WithTimeout(context.Background(), p.callTimeout())
	defer cancel()
	index, output, err := p.ask(ctx, seq, text)
	at := now()
	n := env.Note{Kind: env.KindReturn, Client: p.name, Seq: seq, Took: at.Sub(began)}
	lost := (*api.Unanswered)(nil)
	switch {
	case err == nil:
		p.ok++
		p.seen = max(p.seen, index)
		n.Index, n.Text = index, "ok "+output
		if !spec.ReadOnly(text) {
			p.acked = append(p.acked, ack{index, seq, output})
		}
	case spec.ReadOnly(text), errors.As(err, &lost) && lost.WithoutEffect:
		p.failed++
		n.Text = "fail " + err.Error()
	default:
		p.unknown++
		n.Text = "unknown " + err.Error()
	}
	p.events.add(trace.Event{At: at, Note: n})
}

// ask sends a command or a read, depending on the text.
func (p *player) ask(ctx context.Context, seq uint64, text string) (index uint64, output string, err error) {
	r := &apiv1.StatusRequest{Read: apiv1.Read_READ_LOG}
	for word, kind := range map[string]apiv1.Read{spec.Verified: apiv1.Read_READ_VERIFIED, spec.Lease: apiv1.Read_READ_LEASE, spec.Local: apiv1.Read_READ_LOCAL} {
		if rest, is := strings.CutPrefix(text, word); is {
			r.Read, text = kind, rest
		}
	}
	if in, err := rules.ParseInput(text); err == nil && in.Verb == rules.Look {
		r.City, r.Seen = in.City, p.seen
		answer, err := p.client.Look(ctx, seq, r)
		return answer.GetIndex(), answer.GetOutput(), err
	}
	effect, err := p.client.Do(ctx, seq, text)
	if err == nil && effect.GetOutcome() == apiv1.Outcome_OUTCOME_SUPERSEDED {
		err = errors.New("superseded")
	}
	return effect.GetIndex(), effect.GetOutput(), err
}

// watchers follow every node's local log and compare what the nodes report.
type watchers struct {
	mu        sync.Mutex
	seen      map[uint64]*apiv1.Committed
	source    map[uint64]string // the first node that reported an entry
	through   map[string]uint64 // the last index that each node has reported
	conflicts []string
	cancel    context.CancelFunc
	all       sync.WaitGroup
}

func startWatchers(c *cluster) *watchers {
	w := &watchers{seen: map[uint64]*apiv1.Committed{}, source: map[uint64]string{}, through: map[string]uint64{}}
	var ctx context.Context
	ctx, w.cancel = context.WithCancel(context.Background())
	for _, p := range c.processes {
		w.all.Go(func() {
			players := api.NewClient(api.ClientOptions{Nodes: []string{p.api}}).Players()
			for ctx.Err() == nil {
				w.follow(ctx, p.id, players)
				select {
				case <-time.After(50 * time.Millisecond):
				case <-ctx.Done():
				}
			}
		})
	}
	return w
}

// follow follows a node until its stream ends, from where the last stream ended.
func (w *watchers) follow(ctx context.Context, id string, players interface {
	Watch(context.Context, *apiv1.WatchRequest) (*connectStream, error)
}) {
	w.mu.Lock()
	from := w.through[id] + 1
	w.mu.Unlock()
	s, err := players.Watch(ctx, &apiv1.WatchRequest{From: from})
	if err != nil {
		return
	}
	defer s.Close()
	for s.Receive() {
		w.mu.Lock()
		switch m := s.Msg(); {
		case m.GetCommitted() != nil:
			w.compare(id, m.GetCommitted())
		case m.GetCompacted() != nil:
			w.through[id] = max(w.through[id], m.GetCompacted().GetThrough())
		}
		w.mu.Unlock()
	}
}

func (w *watchers) compare(id string, c *apiv1.Committed) {
	if c.GetIndex() <= w.through[id] {
		w.conflicts = append(w.conflicts, fmt.Sprintf("%s told of entry %d after entry %d", id, c.GetIndex(), w.through[id]))
	}
	w.through[id] = c.GetIndex()
	first := w.seen[c.GetIndex()]
	if first == nil {
		w.seen[c.GetIndex()], w.source[c.GetIndex()] = c, id
		return
	}
	if first.GetClient() != c.GetClient() || first.GetSequence() != c.GetSequence() || first.GetTerm() != c.GetTerm() ||
		first.GetInput() != c.GetInput() || first.GetOutput() != c.GetOutput() {
		w.conflicts = append(w.conflicts, fmt.Sprintf("entry %d is %v at %s and %v at %s", c.GetIndex(), first, w.source[c.GetIndex()], c, id))
	}
}

// awaitEnd waits until every node's watcher has reached the end of its local log.
func (w *watchers) awaitEnd(c *cluster) {
	defer w.all.Wait()
	defer w.cancel()
	v, err := c.processes[0].status(c.t.Context())
	if err != nil {
		c.t.Error(err)
		return
	}
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		w.mu.Lock()
		reached := len(w.through) == nodes
		for _, far := range w.through {
			reached = reached && far >= v.GetLocalIndex()
		}
		w.mu.Unlock()
		if reached {
			return
		}
	}
	c.t.Errorf("the watchers have seen up to %v, and local logs end at %d", w.through, v.GetLocalIndex())
}

// check fails if nodes disagreed, or if an acknowledged command is not among the
// committed ones.
func (w *watchers) check(t *testing.T, players []*player) {
	w.cancel()
	w.all.Wait()
	for k, words := range w.conflicts {
		if k == 5 {
			break
		}
		t.Error(words)
	}
	lost := 0
	for _, p := range players {
		for _, a := range p.acked {
			c := w.seen[a.index]
			if c == nil || c.GetClient() != p.name || c.GetSequence() != a.seq || c.GetOutput() != a.output {
				if lost++; lost <= 5 {
					t.Errorf("%s was told that its command %d is entry %d, %q; watchers saw %v there", p.name, a.seq, a.index, a.output, c)
				}
			}
		}
	}
}
