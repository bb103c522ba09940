package fleet

import (
	"cmp"
	"slices"
	"sort"
	"time"

	"raftian/experiments/lab"
	"raftian/experiments/stats"
	"raftian/netsim/env"
	"raftian/netsim/trace"
)

// Spread is a distribution of times, in milliseconds.
type Spread struct {
	P50 float64 `json:"p50"`
	P95 float64 `json:"p95"`
	P99 float64 `json:"p99"`
	Max float64 `json:"max"`
}

// SpreadOf summarises some times.
func SpreadOf(times []time.Duration) Spread {
	ms := make([]float64, len(times))
	for k, t := range times {
		ms[k] = lab.Ms(t)
	}
	return Spread{stats.Quantile(ms, 0.50), stats.Quantile(ms, 0.95), stats.Quantile(ms, 0.99), stats.Quantile(ms, 1)}
}

// Window is a part of a trace, [From, To).
type Window struct{ From, To env.Instant }

// Holds reports whether an instant is in the window.
func (w Window) Holds(at env.Instant) bool { return w.From <= at && at < w.To }

// Seconds returns the length of the window.
func (w Window) Seconds() float64 { return w.To.Sub(w.From).Seconds() }

// Reading evaluates a trace, simulated or real.
type Reading struct {
	Machines           []string
	localLog           map[string][]arrival // per machine, ordered by index: when its player saw an entry
	applied            []arrival            // ordered by index: when the first machine applied an entry
	elections          []env.Instant
	candidacies        []env.Instant
	replies            map[[2]string][]env.Instant // when a leader received a reply of a peer
	lateFrames, frames map[string]uint64
	lateMax            time.Duration
	window             Window
}

// arrival is when an index was first reached.
type arrival struct {
	index uint64
	at    env.Instant
}

// Read reads a trace. Frames and replies are those within the window.
func Read(events []trace.Event, w Window) *Reading {
	r := &Reading{localLog: map[string][]arrival{}, replies: map[[2]string][]env.Instant{},
		lateFrames: map[string]uint64{}, frames: map[string]uint64{}, window: w}
	last := uint64(0)
	for k := range events {
		e := &events[k]
		switch e.Kind {
		case env.KindLocal:
			r.localLog[e.Machine] = append(r.localLog[e.Machine], arrival{e.Index, e.At})
		case env.KindApply:
			if e.Index > last {
				last = e.Index
				r.applied = append(r.applied, arrival{e.Index, e.At})
			}
		case env.KindRole:
			switch e.Text {
			case "leader":
				r.elections = append(r.elections, e.At)
			case "candidate":
				r.candidacies = append(r.candidacies, e.At)
			}
		case env.KindReply:
			if (e.Text == "Heartbeat" || e.Text == "AppendEntries") && w.Holds(e.At) {
				pair := [2]string{e.Machine, e.Peer}
				r.replies[pair] = append(r.replies[pair], e.At)
			}
		case env.KindFrames:
			if w.Holds(e.At) {
				r.frames[e.Machine] += e.Count
				r.lateFrames[e.Machine] += e.Index
				r.lateMax = max(r.lateMax, e.Took)
			}
		case trace.KindBoot:
			if !slices.Contains(r.Machines, e.Machine) {
				r.Machines = append(r.Machines, e.Machine)
			}
		}
	}
	slices.Sort(r.Machines)
	return r
}

// firstAt returns the first arrival at an index or above.
func firstAt(arrivals []arrival, index uint64) (env.Instant, bool) {
	k := sort.Search(len(arrivals), func(k int) bool { return arrivals[k].index >= index })
	if k == len(arrivals) {
		return 0, false
	}
	return arrivals[k].at, true
}

// Visible returns when the players of all machines had seen the command at an index;
// false if some never did.
func (r *Reading) Visible(index uint64) (at env.Instant, all bool) {
	for _, m := range r.Machines {
		seen, ok := firstAt(r.localLog[m], index)
		if !ok {
			return 0, false
		}
		at = max(at, seen)
	}
	return at, true
}

// Committed returns when the first machine applied the command at an index.
func (r *Reading) Committed(index uint64) (env.Instant, bool) { return firstAt(r.applied, index) }

// Elections returns the instants at which a node became leader.
func (r *Reading) Elections(w Window) (list []env.Instant) {
	return slices.DeleteFunc(slices.Clone(r.elections), func(at env.Instant) bool { return !w.Holds(at) })
}

// Candidacies counts the candidacies.
func (r *Reading) Candidacies(w Window) (n int) {
	for _, at := range r.candidacies {
		if w.Holds(at) {
			n++
		}
	}
	return n
}

// ReplyGaps returns the distribution of times between two replies of a follower to a
// leader.
func (r *Reading) ReplyGaps() Spread {
	var gaps []time.Duration
	for _, at := range r.replies {
		for k := 1; k < len(at); k++ {
			gaps = append(gaps, at[k].Sub(at[k-1]))
		}
	}
	return SpreadOf(gaps)
}

// Frames returns the number of frames of all machines, the number that were late by
// more than half a frame, and the largest delay.
func (r *Reading) Frames() (all, late uint64, most time.Duration) {
	for m, n := range r.frames { //raftian:unordered a sum
		all, late = all+n, late+r.lateFrames[m]
	}
	return all, late, r.lateMax
}

// Stalls computes for each machine the longest time within the window without a new
// command in its local log, and returns the least and the median over the machines.
func (r *Reading) Stalls(machines []string) (best, middle time.Duration) {
	var list []time.Duration
	for _, m := range machines {
		last, most := r.window.From, time.Duration(0)
		for _, l := range r.localLog[m] {
			if r.window.Holds(l.at) {
				most = max(most, l.at.Sub(last))
				last = l.at
			}
		}
		list = append(list, max(most, r.window.To.Sub(last)))
	}
	if len(list) == 0 {
		return 0, 0
	}
	slices.SortFunc(list, cmp.Compare)
	return list[0], list[len(list)/2]
}

// HasAll reports whether no machine's local log skips an index, as far as each log
// goes.
func (r *Reading) HasAll(index uint64, machines []string) bool {
	for _, m := range machines {
		list := r.localLog[m]
		k := sort.Search(len(list), func(k int) bool { return list[k].index >= index })
		if k < len(list) && list[k].index != index {
			return false
		}
	}
	return true
}
