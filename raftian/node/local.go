package node

import (
	"sync"

	"raftian/netsim/env"
)

// Entry is a committed command that took effect, as the player's game loop gets
// it.
type Entry struct {
	Index  uint64
	Term   uint64
	Client string
	Seq    uint64
	Text   string // what the client asked for
	Output string // what it came to
	// Jump says that entries up to Index were compacted before they could be
	// seen: the local log goes on from a snapshot, whose chain hash is Chain.
	Jump  bool
	Chain uint64
}

// feed hands committed commands from Raft's state machine to the game loop,
// which neither waits for the other: it is all they share.
type feed struct {
	mu      sync.Mutex
	entries []Entry
	most    int // entries kept for a frame, of a planted bug; 0 is any number
	// news has an element when there are entries; nil if a loop looks for them.
	news chan struct{}
	// tip is where the whole log ends so far, which snapshots carry. Only the
	// state machine's goroutine reads or writes it.
	tip
}

// tip is the end of a local log: its last index, and its chain hash there.
type tip struct{ index, chain uint64 }

func newFeed() *feed { return &feed{tip: tip{chain: chainStart}} }

func (f *feed) add(e Entry) {
	f.tip = tip{e.Index, link(f.chain, e)}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.most > 0 && len(f.entries) >= f.most {
		return
	}
	f.entries = append(f.entries, e)
	f.tell()
}

// tell says that there are entries, unless that has been said.
func (f *feed) tell() {
	if f.news == nil {
		return
	}
	select {
	case f.news <- struct{}{}:
	default:
	}
}

// jump goes on from a snapshot.
func (f *feed) jump(to tip) {
	f.tip = to
	f.mu.Lock()
	defer f.mu.Unlock()
	f.entries = append(f.entries, Entry{Index: to.index, Jump: true, Chain: to.chain})
	f.tell()
}

// take empties the feed into to and returns what it held.
func (f *feed) take(to []Entry) []Entry {
	f.mu.Lock()
	defer f.mu.Unlock()
	to = append(to[:0], f.entries...)
	f.entries = f.entries[:0]
	return to
}

// link is the chain hash after e.
func link(chain uint64, e Entry) uint64 {
	chain = hashUint(hashUint(chain, e.Index), e.Seq)
	chain = hashBytes(hashUint(chain, uint64(len(e.Client))), e.Client)
	return hashBytes(chain, e.Text)
}

// localLog is a player's own log of the game: what its game loop has seen of
// the committed commands.
type localLog struct {
	env env.Env
	tip
}

// add takes the next entry in frame number frame. An entry it has already, as
// when a snapshot reaches less far than the log, changes nothing.
func (l *localLog) add(e Entry, frame uint64) {
	if e.Index <= l.index {
		return
	}
	n := env.Note{Kind: env.KindLocal, Index: e.Index, Count: frame}
	if e.Jump {
		l.chain = e.Chain
		n.Text = "jump"
	} else {
		l.chain = link(l.chain, e)
	}
	l.index = e.Index
	n.Hash = l.chain
	l.env.Emit(n)
}
