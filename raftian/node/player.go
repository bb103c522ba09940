package node

import (
	"sync"
	"time"

	"raftian/netsim/env"
	"raftian/raftian/observe"
)

// tooLate is how far behind its time a call of the script is left out: a client
// that was busy or down for long goes on with the present, it does not catch up.
const tooLate = 500 * time.Millisecond

// player is the game loop of a Node and the clients it serves.
type player struct {
	n       *Node
	script  []env.Call
	local   localLog
	entries []Entry // of this frame; kept to be used again
	commit  uint64  // as last reported

	mu   sync.Mutex
	busy map[string]*client // those with an operation under way
	idle map[string]*client
}

// play is the game loop: so many frames a second, each of which takes the newly
// committed commands into the local log and lets the clients act.
func (n *Node) play() {
	defer n.ended.Done()
	p := &player{
		n:      n,
		script: n.env.Script(),
		local:  localLog{env: n.env, tip: tip{chain: chainStart}},
		busy:   map[string]*client{},
		idle:   map[string]*client{},
	}
	p.skip()
	var period time.Duration // as short as can be
	if n.settings.FPS > 0 {
		period = time.Second / time.Duration(n.settings.FPS)
	}
	if n.settings.FPS == LoopOff {
		p.follow()
		return
	}
	frames := frameCount{env: n.env, tape: n.tape}
	next := n.env.Now()
	for frame := uint64(1); ; frame++ {
		next = next.Add(period)
		select {
		case <-n.done:
			return
		case <-time.After(next.Sub(n.env.Now())):
		}
		if period == 0 {
			next = n.env.Now()
		}
		frames.count(n.env.Now().Sub(next), period)
		p.frame(frame)
	}
}

// frame is one frame.
func (p *player) frame(number uint64) {
	p.entries = p.n.feed.take(p.entries)
	for _, e := range p.entries {
		p.local.add(e, number)
	}
	p.n.tape.add(p.entries, number, p.n.env.Now(), p.local.tip)
	if index := observe.CommitIndex(p.n.raft); index > p.commit {
		p.commit = index
		p.n.env.Emit(env.Note{Kind: env.KindCommit, Index: index, Term: observe.CurrentTerm(p.n.raft)})
	}
	p.act()
	if p.n.settings.FrameWork > 0 {
		p.n.work(p.n.settings.FrameWork)
	}
}

// skip passes over the calls whose time had come before the machine booted.
func (p *player) skip() {
	now := p.n.env.Now()
	for len(p.script) > 0 && p.script[0].At < now {
		p.script = p.script[1:]
	}
}

// act starts the calls that are due. A client makes one at a time; while it
// waits for an answer its next call waits, and is left out if that takes long.
func (p *player) act() {
	now := p.n.env.Now()
	kept := p.script[:0:0]
	for k, call := range p.script {
		if call.At > now {
			if len(kept) == 0 {
				p.script = p.script[k:]
			} else {
				p.script = append(kept, p.script[k:]...)
			}
			return
		}
		if !p.start(call) && now.Sub(call.At) < tooLate {
			kept = append(kept, call)
		}
	}
	p.script = kept
}

// start begins a call unless its client is busy.
func (p *player) start(call env.Call) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.busy[call.Client] != nil {
		return false
	}
	c := p.idle[call.Client]
	if c == nil {
		c = &client{n: p.n, name: call.Client}
	}
	delete(p.idle, call.Client)
	p.busy[call.Client] = c
	p.n.ended.Add(1)
	go func() {
		defer p.n.ended.Done()
		c.do(call)
		p.mu.Lock()
		defer p.mu.Unlock()
		delete(p.busy, call.Client)
		p.idle[call.Client] = c
	}()
	return true
}

// frameCount tells once a second how many frames there were and how many of
// them came late by more than half a frame.
type frameCount struct {
	env         env.Env
	since       env.Instant
	total, late uint64
	worst       time.Duration
	tape        *tape // may be nil
}

func (f *frameCount) count(delay, period time.Duration) {
	f.total++
	late := period > 0 && delay > period/2
	if late {
		f.late++
	}
	f.tape.frame(delay, late)
	f.worst = max(f.worst, delay)
	if now := f.env.Now(); now.Sub(f.since) >= time.Second {
		f.env.Emit(env.Note{Kind: env.KindFrames, Count: f.total, Index: f.late, Took: f.worst})
		*f = frameCount{env: f.env, since: now, tape: f.tape}
	}
}
