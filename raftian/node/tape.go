package node

import (
	"sync"
	"time"

	"raftian/netsim/env"
)

// Seen is a committed command that a frame of the game loop took into the local log.
type Seen struct {
	Entry
	Frame uint64        // the frame's number since the node started, from 1
	Age   time.Duration // since then
	at    env.Instant
}

// tape keeps the last commands of the local log for players who watch. A nil
// tape keeps none.
type tape struct {
	mu      sync.Mutex
	ring    []Seen // in the order of their indexes, begun at next once it is full
	next    int    // where the next one goes
	full    bool
	through uint64 // up to here commands are not, or no longer, kept
	tip            // of the local log
	frames  Frames
	changed chan struct{} // closed when the local log grows
}

func newTape(keep int) *tape {
	if keep == 0 {
		return nil
	}
	return &tape{ring: make([]Seen, 0, keep), tip: tip{chain: chainStart}, changed: make(chan struct{})}
}

// add takes what a frame has added to the local log at an instant, after which it
// ends at to.
func (r *tape) add(entries []Entry, frame uint64, at env.Instant, to tip) {
	if r == nil || len(entries) == 0 {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, e := range entries {
		if e.Index <= r.index {
			continue // as in localLog.add
		}
		r.index = e.Index
		if e.Jump {
			r.through, r.full, r.next, r.ring = e.Index, false, 0, r.ring[:0]
			continue
		}
		r.keep(Seen{Entry: e, Frame: frame, at: at})
	}
	r.tip = to
	close(r.changed)
	r.changed = make(chan struct{})
}

func (r *tape) keep(s Seen) {
	if len(r.ring) < cap(r.ring) {
		r.ring = append(r.ring, s)
		return
	}
	r.full = true
	r.through = r.ring[r.next].Index
	r.ring[r.next] = s
	r.next = (r.next + 1) % len(r.ring)
}

// at is the k-th of those that are kept, from the oldest on.
func (r *tape) at(k int) *Seen {
	if r.full {
		k = (r.next + k) % len(r.ring)
	}
	return &r.ring[k]
}

// from lists at most most of the commands at index or behind it, and up to where
// commands are not kept any more. more is closed once there are others.
func (r *tape) from(index uint64, most int) (list []Seen, through uint64, more <-chan struct{}) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for k := r.search(index); k < len(r.ring) && len(list) < most; k++ {
		list = append(list, *r.at(k))
	}
	return list, r.through, r.changed
}

// search is the position of the first command at index or behind it.
func (r *tape) search(index uint64) int {
	low, high := 0, len(r.ring)
	for low < high {
		if mid := (low + high) / 2; r.at(mid).Index < index {
			low = mid + 1
		} else {
			high = mid
		}
	}
	return low
}

// find is the command at an index, if it is kept.
func (r *tape) find(index uint64) (Seen, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if k := r.search(index); k < len(r.ring) && r.at(k).Index == index {
		return *r.at(k), true
	}
	return Seen{}, false
}

// end is the end of the local log. more is closed once it is another.
func (r *tape) end() (to tip, more <-chan struct{}) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.tip, r.changed
}

// frame counts a frame that came so late.
func (r *tape) frame(delay time.Duration, late bool) {
	if r == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.frames.Total++
	if late {
		r.frames.Late++
	}
	r.frames.Worst = max(r.frames.Worst, delay)
}
