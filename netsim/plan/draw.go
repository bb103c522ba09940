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
// fault to the heal, and what triggers may wait for.
type stage struct {
	machines   []string
	voters     []string
	worn       []string // of the voters: whose disks may lose what they hold
	from, heal env.Instant
	moments    []Moment
	short      bool // logs are
	without    Features
}

const (
	faultMin = 100 * time.Millisecond
	faultMax = 12 * time.Second
	// As many faults as a run of 30 s has time for before its heal.
	faultsPer = 15 * time.Second
)

// newStage is the stage of a Plan whose faults are not drawn yet.
func newStage(seed uint64, p *Plan, o Options) stage {
	voters := o.Voters
	if voters == nil {
		voters = p.Machines
	}
	return stage{p.Machines, voters, drawWorn(Stream(seed, "plan worn"), voters), env.Instant(faultsAfter), p.Heal, o.Moments, o.ShortLogs, o.Without}
}

// drawWorn draws the machines that may lose what their disks hold in a run:
// fewer than half of the voters. What a majority acknowledged is then still
// known somewhere, whichever of them lose it and however often.
func drawWorn(rng *rand.Rand, voters []string) []string {
	minority := (len(voters) - 1) / 2
	if minority < 1 {
		return nil
	}
	return some(rng, voters, 1+rng.IntN(minority))
}

// drawFaults draws the faults of a seed: 3 to 10 of them per faultsPer, of some
// of the kinds asked for.
func drawFaults(seed uint64, asked Kinds, st stage) []Fault {
	return drawAmong(seed, st.possible(asked), st)
}

// drawAmong draws faults of some of the kinds and drills listed.
func drawAmong(seed uint64, list []FaultKind, st stage) []Fault {
	var faults []Fault
	for _, d := range drawEach(seed, list, st) {
		faults = append(faults, d.faults...)
	}
	slices.SortStableFunc(faults, func(a, b Fault) int { return cmp.Compare(a.At, b.At) })
	return faults
}

// draw is what was drawn at a time: faults of a kind, and what they bring with
// them, or those of a drill.
type draw struct {
	name   FaultKind
	faults []Fault
}

// drawEach is drawAmong, draw by draw.
func drawEach(seed uint64, list []FaultKind, st stage) []draw {
	if len(list) == 0 {
		return nil
	}
	if st.without&SwarmTesting == 0 {
		list = Swarm(seed, "plan swarm", list)
	}
	count := 3 + Stream(seed, "plan faults").IntN(8)
	count = max(1, count*int(st.heal/1e6)/int(faultsPer/1e6))
	var draws []draw
	for i := range count {
		draws = append(draws, drawFault(seed, i+1, list, st))
	}
	return draws
}

// possible lists the kinds of fault asked for, and the drills, that there are
// machines for.
func (st *stage) possible(asked Kinds) []FaultKind {
	list := slices.DeleteFunc(asked.faults(), func(kind FaultKind) bool {
		shape, _ := shapeOf(kind)
		return shape.groupsMin > len(st.machines) || (kind == Rot || kind == Replace) && len(st.worn) == 0
	})
	for _, name := range drills() {
		if st.without&Drills != 0 {
			break
		}
		if d, _ := drillOf(name); d.possible(name, asked, st) {
			list = append(list, name)
		}
	}
	return list
}

// tickets is how often a kind of fault is drawn, compared with the others:
// crashes and cuts most, since they find most.
func (st *stage) tickets(kind FaultKind) int {
	if d, is := drillOf(kind); is {
		if st.short {
			return d.short
		}
		return d.tickets
	}
	switch kind {
	case Power:
		return 6
	case Kill, Partition:
		return 4
	case Rot:
		return 3
	case OneWay, Slow, Lossy, Reset, Flap, FsyncError, StallDisk, Replace:
		return 2
	}
	return 1
}

// drawFault draws the i-th fault, from a stream that is its own, its kind apart,
// and last what sets it off. It may be several, of which each needs the other.
func drawFault(seed uint64, i int, list []FaultKind, st stage) draw {
	name := fmt.Sprintf("plan fault %d", i)
	rng := Stream(seed, name)
	room := time.Duration(st.heal-st.from) - faultMin
	f := Fault{
		Kind: Prefer(seed, name, list, st.tickets),
		At:   st.from.Add(time.Duration(rng.Int64N(int64(room))).Truncate(time.Millisecond)),
	}
	if d, is := drillOf(f.Kind); is {
		return draw{f.Kind, st.within(d.draw(rng, f.At, st))}
	}
	f.For = min(drawLasting(rng), st.heal.Sub(f.At))
	if f.Kind == Rot {
		return draw{Rot, drawRot(rng, f, st)}
	}
	f.Groups = drawGroups(rng, f.Kind, st)
	f.drawParams(rng)
	if len(st.moments) > 0 && f.Kind != Replace {
		f.drawTrigger(rng, st)
	}
	return draw{f.Kind, []Fault{f}}
}

// within moves the faults of a drill forward so that they are over by the heal,
// or cuts short what there is no time for.
func (st *stage) within(faults []Fault) []Fault {
	end := faults[0].At
	for _, f := range faults {
		end = max(end, f.At.Add(f.For))
	}
	late := min(max(0, end.Sub(st.heal)), faults[0].At.Sub(st.from))
	var kept []Fault
	for _, f := range faults {
		f.At = f.At.Add(-late)
		if f.For = min(f.For, st.heal.Sub(f.At)); f.For > 0 {
			kept = append(kept, f)
		}
	}
	return kept
}

// drawLasting draws how long a fault lasts.
func drawLasting(rng *rand.Rand) time.Duration {
	return min(octave(rng, faultMin, 7).Truncate(time.Millisecond), faultMax)
}

// drawParams draws what the fault's kind has beside its groups.
func (f *Fault) drawParams(rng *rand.Rand) {
	ms := func(least, most int) time.Duration {
		return time.Duration(least+rng.IntN(most-least+1)) * time.Millisecond
	}
	part := func(d time.Duration) time.Duration {
		return (d * time.Duration(rng.IntN(101)) / 100).Truncate(time.Millisecond)
	}
	switch f.Kind {
	case Flap:
		f.Every = octave(rng, 20*time.Millisecond, 6).Truncate(time.Millisecond)
	case Slow:
		f.Net.Delay = ms(20, 400)
		f.Net.Jitter = part(f.Net.Delay)
	case Heavy:
		f.Net.Delay = ms(1, 40) // up to a hundred times as much
	case Lossy:
		f.Net.Loss = float64(5+rng.IntN(56)) / 100
	case Narrow:
		f.Rate = uint64(rateMin) << (1 + rng.IntN(8)) // heartbeats alone are some 2,000 bytes a second
	case Storm:
		f.Every = ms(100, 1500)
	case SlowDisk:
		f.Net.Delay = octave(rng, time.Millisecond, 7).Truncate(time.Millisecond)
		f.Net.Jitter = part(f.Net.Delay)
	case Reset:
		f.For = 0
	}
}

// drawRot draws a bit that rots, mostly a crash after which it is read, and the
// new disk that the machine then needs: with the old one it may never serve.
func drawRot(rng *rand.Rand, f Fault, st stage) []Fault {
	f.Groups, f.For = [][]string{some(rng, st.worn, 1)}, 0
	left := st.heal.Sub(f.At)
	within := func(d time.Duration) time.Duration {
		return time.Duration(rng.Int64N(int64(d))).Truncate(time.Millisecond)
	}
	crash := Fault{Kind: Kill, At: f.At.Add(within(left / 2)), Groups: f.Groups, For: faultMin / 2}
	renewed := Fault{Kind: Replace, At: f.At.Add((left / 2).Truncate(time.Millisecond) + within(left/2)), Groups: f.Groups}
	renewed.For = min(faultMin, st.heal.Sub(renewed.At))
	if rng.IntN(3) == 0 {
		return []Fault{f, renewed}
	}
	return []Fault{f, crash, renewed}
}
