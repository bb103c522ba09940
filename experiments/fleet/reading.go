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

// Spread is how some times are distributed, in milliseconds.
type Spread struct {
	P50 float64 `json:"p50"`
	P95 float64 `json:"p95"`
	P99 float64 `json:"p99"`
	Max float64 `json:"max"`
}

// SpreadOf sums up some times.
func SpreadOf(times []time.Duration) Spread {
	ms := make([]float64, len(times))
	for k, t := range times {
		ms[k] = lab.Ms(t)
	}
	return Spread{stats.Quantile(ms, 0.50), stats.Quantile(ms, 0.95), stats.Quantile(ms, 0.99), stats.Quantile(ms, 1)}
}

// Window is a part of a trace: from From on, up to To.
type Window struct{ From, To env.Instant }

// Holds says whether an instant is in the window.
func (w Window) Holds(at env.Instant) bool { return w.From <= at && at < w.To }

// Seconds is how long the window is.
func (w Window) Seconds() float64 { return w.To.Sub(w.From).Seconds() }

// Reading is what a trace says, simulated or real.
type Reading struct {
	Machines  []string
	locals    map[string][]mark // of each machine, by index: when its player saw it
	applied   []mark            // when the first machine applied it
	leads     []env.Instant
	stands    []env.Instant
	heard     map[[2]string][]env.Instant // when a leader heard of a peer
	late, all map[string]uint64
	lateMax   time.Duration
	window    Window
}

type mark struct {
	index uint64
	at    env.Instant
}

// Read reads a trace. Frames and silences are those in the window.
func Read(events []trace.Event, w Window) *Reading {
	r := &Reading{locals: map[string][]mark{}, heard: map[[2]string][]env.Instant{},
		late: map[string]uint64{}, all: map[string]uint64{}, window: w}
	last := uint64(0)
	for k := range events {
		e := &events[k]
		switch e.Kind {
		case env.KindLocal:
			r.locals[e.Machine] = append(r.locals[e.Machine], mark{e.Index, e.At})
		case env.KindApply:
			if e.Index > last {
				last = e.Index
				r.applied = append(r.applied, mark{e.Index, e.At})
			}
		case env.KindRole:
			switch e.Text {
			case "leader":
				r.leads = append(r.leads, e.At)
			case "candidate":
				r.stands = append(r.stands, e.At)
			}
		case env.KindReply:
			if (e.Text == "Heartbeat" || e.Text == "AppendEntries") && w.Holds(e.At) {
				pair := [2]string{e.Machine, e.Peer}
				r.heard[pair] = append(r.heard[pair], e.At)
			}
		case env.KindFrames:
			if w.Holds(e.At) {
				r.all[e.Machine] += e.Count
				r.late[e.Machine] += e.Index
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

// since is the first of some marks at an index or behind it.
func since(marks []mark, index uint64) (env.Instant, bool) {
	k := sort.Search(len(marks), func(k int) bool { return marks[k].index >= index })
	if k == len(marks) {
		return 0, false
	}
	return marks[k].at, true
}

// Visible is when the players of all machines have seen the command at an index; false
// if some never have.
func (r *Reading) Visible(index uint64) (at env.Instant, all bool) {
	for _, m := range r.Machines {
		seen, ok := since(r.locals[m], index)
		if !ok {
			return 0, false
		}
		at = max(at, seen)
	}
	return at, true
}

// Committed is when the first machine applied the command at an index.
func (r *Reading) Committed(index uint64) (env.Instant, bool) { return since(r.applied, index) }

// Elected are the instants at which someone took the lead.
func (r *Reading) Elected(w Window) (list []env.Instant) {
	return slices.DeleteFunc(slices.Clone(r.leads), func(at env.Instant) bool { return !w.Holds(at) })
}

// Stood counts the candidacies.
func (r *Reading) Stood(w Window) (n int) {
	for _, at := range r.stands {
		if w.Holds(at) {
			n++
		}
	}
	return n
}

// Silences are the times between two answers that a leader has of the same follower.
func (r *Reading) Silences() Spread {
	var gaps []time.Duration
	for _, at := range r.heard {
		for k := 1; k < len(at); k++ {
			gaps = append(gaps, at[k].Sub(at[k-1]))
		}
	}
	return SpreadOf(gaps)
}

// Frames counts those of all machines, and those that were late by more than half of
// one, and says what the latest came to.
func (r *Reading) Frames() (all, late uint64, most time.Duration) {
	for m, n := range r.all { //raftian:unordered it is a sum
		all, late = all+n, late+r.late[m]
	}
	return all, late, r.lateMax
}

// Stillness is the longest time in the window in which the player of a machine saw no
// new command, from when the window began or the last one came; the machine that did
// best and the median one, of those given.
func (r *Reading) Stillness(machines []string) (best, middle time.Duration) {
	var list []time.Duration
	for _, m := range machines {
		last, most := r.window.From, time.Duration(0)
		for _, l := range r.locals[m] {
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

// HasAll says whether the players of these machines, as far as they have come, have the
// command at an index.
func (r *Reading) HasAll(index uint64, machines []string) bool {
	for _, m := range machines {
		list := r.locals[m]
		k := sort.Search(len(list), func(k int) bool { return list[k].index >= index })
		if k < len(list) && list[k].index != index {
			return false
		}
	}
	return true
}
