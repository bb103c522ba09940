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

// recording is events in the order of their time.
type recording struct {
	mu   sync.Mutex
	list []trace.Event
}

func (r *recording) add(e trace.Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.list = append(r.list, e)
}

// callTime is how long a player waits for the answer to a call: most are patient.
func (p *player) callTime() time.Duration {
	if p.rng.IntN(4) == 0 {
		return time.Duration(5+p.rng.IntN(300)) * time.Millisecond
	}
	return 4 * time.Second
}

// player makes one call after the other, and notes what he sees.
type player struct {
	name    string
	client  *api.Client
	rng     *rand.Rand
	seen    uint64 // the highest index in an answer
	notes   recording
	over    context.CancelFunc
	ended   chan struct{}
	ok      int
	failed  int
	unknown int
	acked   []ack
}

// ack is a command that a player was told has taken effect.
type ack struct {
	index  uint64
	seq    uint64
	output string
}

// startPlayers has two players play at each node, who go to the others if it is gone.
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
		ctx, p.over = context.WithCancel(context.Background())
		go p.play(ctx)
		list = append(list, p)
	}
	return list
}

// stop ends a player after the call that is under way.
func (p *player) stop() {
	p.over()
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

// call makes a call.
func (p *player) call(text string) {
	seq := p.client.Number()
	began := now()
	p.notes.add(trace.Event{At: began, Note: env.Note{Kind: env.KindInvoke, Client: p.name, Seq: seq, Text: text}})
	ctx, cancel := context.WithTimeout(context.Background(), p.callTime())
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
	p.notes.add(trace.Event{At: at, Note: n})
}

// ask asks as the text says.
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

// watchers watch every node, as a player's screen would, and agree on what they see.
type watchers struct {
	mu     sync.Mutex
	seen   map[uint64]*apiv1.Committed
	who    map[uint64]string
	far    map[string]uint64 // how far each node has told
	clash  []string
	cancel context.CancelFunc
	all    sync.WaitGroup
}

func startWatchers(c *cluster) *watchers {
	w := &watchers{seen: map[uint64]*apiv1.Committed{}, who: map[uint64]string{}, far: map[string]uint64{}}
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

// follow watches a node until it is gone, from where it was left.
func (w *watchers) follow(ctx context.Context, id string, players interface {
	Watch(context.Context, *apiv1.WatchRequest) (*connectStream, error)
}) {
	w.mu.Lock()
	from := w.far[id] + 1
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
			w.take(id, m.GetCommitted())
		case m.GetCompacted() != nil:
			w.far[id] = max(w.far[id], m.GetCompacted().GetThrough())
		}
		w.mu.Unlock()
	}
}

func (w *watchers) take(id string, c *apiv1.Committed) {
	if c.GetIndex() <= w.far[id] {
		w.clash = append(w.clash, fmt.Sprintf("%s told of entry %d after entry %d", id, c.GetIndex(), w.far[id]))
	}
	w.far[id] = c.GetIndex()
	first := w.seen[c.GetIndex()]
	if first == nil {
		w.seen[c.GetIndex()], w.who[c.GetIndex()] = c, id
		return
	}
	if first.GetClient() != c.GetClient() || first.GetSequence() != c.GetSequence() || first.GetTerm() != c.GetTerm() ||
		first.GetInput() != c.GetInput() || first.GetOutput() != c.GetOutput() {
		w.clash = append(w.clash, fmt.Sprintf("entry %d is %v at %s and %v at %s", c.GetIndex(), first, w.who[c.GetIndex()], c, id))
	}
}

// reach waits until every node's watcher has seen the end of its local log.
func (w *watchers) reach(c *cluster) {
	defer w.all.Wait()
	defer w.cancel()
	v, err := c.processes[0].look(c.t.Context())
	if err != nil {
		c.t.Error(err)
		return
	}
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		w.mu.Lock()
		reached := len(w.far) == nodes
		for _, far := range w.far {
			reached = reached && far >= v.GetLocalIndex()
		}
		w.mu.Unlock()
		if reached {
			return
		}
	}
	c.t.Errorf("the watchers have seen up to %v, and local logs end at %d", w.far, v.GetLocalIndex())
}

// check fails if watchers disagree, or if something that players were told is not in
// what they saw.
func (w *watchers) check(t *testing.T, players []*player) {
	w.cancel()
	w.all.Wait()
	for k, words := range w.clash {
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
