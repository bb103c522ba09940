package plan

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"raftian/netsim/env"
)

// stage is where faults are drawn for: the machines, the time from the first
// fault to the heal, and how long the system has to recover after that.
type stage struct {
	machines   []string
	from, heal env.Instant
	recovery   time.Duration
}

const (
	faultMin = 100 * time.Millisecond
	faultMax = 6 * time.Second
)

// drawFaults draws the faults of a seed: 3 to 10 of them per 18 s, which is what
// a run of 30 s has for faults.
//
// Each seed has only some of the kinds asked for (swarm testing: Groce et al.,
// ISSTA 2012), since a fault that is always there hides what others would show.
func drawFaults(seed uint64, asked Kinds, st stage) []Fault {
	list := asked.faults()
	if len(st.machines) < 2 {
		list = (asked &^ Network).faults()
	}
	if len(list) == 0 {
		return nil
	}
	list = swarm(Stream(seed, "plan swarm"), list)
	count := 3 + Stream(seed, "plan faults").IntN(8)
	count = max(1, count*int(time.Duration(st.heal)/time.Millisecond)/18_000)
	faults := make([]Fault, count)
	for i := range faults {
		faults[i] = drawFault(Stream(seed, fmt.Sprintf("plan fault %d", i+1)), list, st)
	}
	slices.SortStableFunc(faults, func(a, b Fault) int { return cmp.Compare(a.At, b.At) })
	return apart(faults)
}

// swarm keeps some of the kinds: any number of them, but at least one.
func swarm(rng *rand.Rand, list []FaultKind) []FaultKind {
	keep := choose(rng, len(list), 1+rng.IntN(len(list)))
	var kept []FaultKind
	for _, i := range keep {
		kept = append(kept, list[i])
	}
	return kept
}

// drawFault draws one fault from the stream that is its own.
func drawFault(rng *rand.Rand, list []FaultKind, st stage) Fault {
	room := time.Duration(st.heal-st.from) - faultMin
	f := Fault{
		Kind: list[rng.IntN(len(list))],
		At:   st.from.Add(time.Duration(rng.Int64N(int64(room))).Truncate(time.Millisecond)),
	}
	// An outage costs about as long again in backoff: half the time to recover
	// is the most it may last.
	f.For = min(drawLasting(rng), st.heal.Sub(f.At), st.recovery/2)
	switch f.Kind {
	case Partition:
		f.Groups = drawPartition(rng, st.machines)
	case OneWay, Slow, Lossy, Reset:
		f.Groups = drawSides(rng, st.machines)
	case Power, Kill:
		f.Groups = [][]string{drawVictims(rng, st.machines)}
	}
	switch f.Kind {
	case Slow:
		f.Net.Delay = time.Duration(20+rng.IntN(381)) * time.Millisecond
		f.Net.Jitter = (f.Net.Delay * time.Duration(rng.IntN(101)) / 100).Truncate(time.Millisecond)
	case Lossy:
		f.Net.Loss = float64(5+rng.IntN(56)) / 100
	case Reset:
		f.For = 0
	}
	return f
}

// drawLasting draws how long a fault lasts, each octave from faultMin on with
// the same probability: short and long faults find different things. It counts
// in integers, so that every architecture draws the same.
func drawLasting(rng *rand.Rand) time.Duration {
	octave := faultMin << rng.IntN(6)
	return min(octave+time.Duration(rng.Int64N(int64(octave))).Truncate(time.Millisecond), faultMax)
}

// drawPartition draws who is cut off from whom.
func drawPartition(rng *rand.Rand, machines []string) [][]string {
	switch rng.IntN(4) {
	case 0:
		return [][]string{{Leader}, {Others}}
	case 1: // two machines that everyone else still reaches
		pair := some(rng, machines, 2)
		return [][]string{pair[:1], pair[1:]}
	case 2: // one machine that reaches both sides, if there are enough
		if len(machines) > 2 {
			machines = some(rng, machines, len(machines)-1)
		}
		return split(rng, machines, 2)
	}
	return split(rng, machines, min(2+rng.IntN(2), len(machines)))
}

// drawSides draws the two sides of a fault between machines.
func drawSides(rng *rand.Rand, machines []string) [][]string {
	switch rng.IntN(4) {
	case 0:
		return [][]string{{Leader}, {Others}}
	case 1:
		return [][]string{{Others}, {Leader}}
	case 2:
		return [][]string{some(rng, machines, 1), {Others}}
	}
	return split(rng, machines, 2)
}

// drawVictims draws who crashes: mostly few enough that a majority stays up,
// sometimes all at once.
func drawVictims(rng *rand.Rand, machines []string) []string {
	switch n := rng.IntN(8); {
	case n == 0:
		return slices.Clone(machines)
	case n < 3:
		return []string{Leader}
	}
	minority := max(1, (len(machines)-1)/2)
	return some(rng, machines, 1+rng.IntN(minority))
}

// split deals machines into n groups, none of them empty.
func split(rng *rand.Rand, machines []string, n int) [][]string {
	cuts := choose(rng, len(machines)-1, n-1)
	dealt := rng.Perm(len(machines))
	var groups [][]string
	from := 0
	for _, cut := range append(cuts, len(machines)-1) {
		slices.Sort(dealt[from : cut+1])
		var group []string
		for _, i := range dealt[from : cut+1] {
			group = append(group, machines[i])
		}
		groups = append(groups, group)
		from = cut + 1
	}
	return groups
}

// some draws n of the machines, in their order.
func some(rng *rand.Rand, machines []string, n int) []string {
	var chosen []string
	for _, i := range choose(rng, len(machines), n) {
		chosen = append(chosen, machines[i])
	}
	return chosen
}

// choose draws k of the numbers below n, in ascending order.
func choose(rng *rand.Rand, n, k int) []int {
	chosen := rng.Perm(n)[:k]
	slices.Sort(chosen)
	return chosen
}

// apart takes machines out of crashes, and crashes out of faults, so that no
// machine is named by two crashes at one time. Whom Leader means is not known
// until the run.
func apart(faults []Fault) []Fault {
	back := make(map[string]env.Instant) // when a machine that crashed is up again
	var kept []Fault
	for _, f := range faults {
		if f.Kind == Power || f.Kind == Kill {
			f.Groups[0] = slices.DeleteFunc(f.Groups[0], func(name string) bool {
				up, crashed := back[name]
				return name != Leader && crashed && up >= f.At
			})
			for _, name := range f.Groups[0] {
				back[name] = f.At.Add(f.For)
			}
			if len(f.Groups[0]) == 0 {
				continue
			}
		}
		kept = append(kept, f)
	}
	return kept
}
