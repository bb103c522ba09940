package plan

import (
	"math/rand/v2"
	"slices"
	"time"

	"raftian/netsim/env"
)

// Drills are several faults that each do little without the others. Drawn one by
// one they would hardly ever meet; but people who run clusters do meet them, since
// one failure brings the next.
//
// A drill is a word of the swarm like a kind of fault, and no Plan has its name:
// what it comes to are faults like any others, of which each can be left out.
const (
	// drillForgetting has commands acknowledged while some machines are cut off, and
	// then leaves these alone with one that has lost its disk: a majority that never
	// heard of those commands, but for the word of the one that forgot them.
	drillForgetting FaultKind = "drill: forgetting"
	// drillUsurping has a leader's disk stall, so that it cannot give up leading, and
	// cuts it off: the others elect another one beside it.
	drillUsurping FaultKind = "drill: usurping"
	// drillLosing cuts the power of machines whose fsyncs have just failed: whatever
	// was promised after that is lost.
	drillLosing FaultKind = "drill: losing"
	// drillOvertaking has a leader append for a while what no follower makes durable,
	// cuts it off, and lets the others go on without all that. If they keep little of
	// their logs, it is sent a snapshot that ends before its own log does.
	drillOvertaking FaultKind = "drill: overtaking"
	// drillInterrupting takes a machine away for long and then another, or the same
	// one again, in the middle of something that seldom comes: one of the moments
	// that are Rare, such as the snapshot with which the first one is brought up to
	// date.
	drillInterrupting FaultKind = "drill: interrupting"
	// drillRelapsing takes a machine away and has it lose power again as soon as it is
	// back, up to three times: in the midst of an early write, when much is written at
	// once to catch up.
	drillRelapsing FaultKind = "drill: relapsing"
)

// drill is what a drill needs, and how often it is drawn; see tickets.
type drill struct {
	classes Kinds
	tickets int
	short   int // tickets if logs are short (Options.ShortLogs)
	least   int // voters there must be
	draw    func(rng *rand.Rand, at env.Instant, st stage) []Fault
}

// drills lists the drills, in a fixed order.
func drills() []FaultKind {
	return []FaultKind{drillForgetting, drillUsurping, drillLosing, drillOvertaking, drillInterrupting, drillRelapsing}
}

// drillOf is the drill of that name; false if there is none.
func drillOf(name FaultKind) (drill, bool) {
	switch name {
	case drillForgetting:
		return drill{Network | Disks, 3, 3, 3, drawForgetting}, true
	case drillUsurping:
		return drill{Network | Disks, 6, 3, 3, drawUsurping}, true
	case drillLosing:
		return drill{Crash | Disks, 3, 3, 1, drawLosing}, true
	case drillOvertaking:
		return drill{Network | Disks, 3, 25, 3, drawOvertaking}, true
	case drillInterrupting:
		return drill{Crash, 3, 10, 2, drawInterrupting}, true
	case drillRelapsing:
		return drill{Crash, 9, 2, 2, drawRelapsing}, true
	}
	return drill{}, false
}

// possible reports whether the stage has the machines for the drill, and all
// classes of fault that it needs were asked for.
func (d drill) possible(name FaultKind, asked Kinds, st *stage) bool {
	enough := len(st.voters) >= d.least && asked&d.classes == d.classes
	switch name {
	case drillForgetting:
		// An even number has no majority beside all but one of another majority.
		return enough && len(st.voters)%2 == 1 && len(st.worn) > 0
	case drillInterrupting:
		return enough && len(st.rare()) > 0
	}
	return enough
}

// rare are the moments that seldom come.
func (st *stage) rare() []Moment {
	return slices.DeleteFunc(slices.Clone(st.moments), func(m Moment) bool { return !m.Rare })
}

// between draws a whole number of milliseconds.
func between(rng *rand.Rand, least, most time.Duration) time.Duration {
	return (least + time.Duration(rng.Int64N(int64(most-least)+1))).Truncate(time.Millisecond)
}

// others lists the machines that are not among some.
func (st *stage) others(some []string) []string {
	return slices.DeleteFunc(slices.Clone(st.machines), func(name string) bool { return slices.Contains(some, name) })
}

func drawForgetting(rng *rand.Rand, at env.Instant, st stage) []Fault {
	forgets := some(rng, st.worn, 1)
	rest := slices.DeleteFunc(slices.Clone(st.voters), func(name string) bool { return name == forgets[0] })
	behind := some(rng, rest, len(st.voters)/2)
	apart, alone := between(rng, 800*time.Millisecond, 2*time.Second), between(rng, 2*time.Second, 5*time.Second)
	then := at.Add(apart)
	both := slices.Concat(behind, forgets)
	slices.Sort(both)
	return []Fault{
		{Kind: Partition, At: at, Groups: [][]string{behind, st.others(behind)}, For: apart},
		{Kind: Replace, At: then, Groups: [][]string{forgets}, For: faultMin},
		{Kind: Partition, At: then, Groups: [][]string{both, st.others(both)}, For: alone},
	}
}

// leads sets a fault off when there is a leader, and it has just begun to write.
func leads(wait time.Duration) Trigger {
	return Trigger{Who: Leader, What: "write", Nth: 1, Wait: wait}
}

func drawUsurping(rng *rand.Rand, at env.Instant, _ stage) []Fault {
	stalled, head := between(rng, time.Second, 4*time.Second), between(rng, time.Millisecond, 30*time.Millisecond)
	return []Fault{
		{Kind: StallDisk, At: at, When: leads(0), Groups: [][]string{{It}}, For: stalled},
		{Kind: Partition, At: at, When: leads(head), Groups: [][]string{{It}, {Others}}, For: stalled},
	}
}

func drawLosing(rng *rand.Rand, at env.Instant, st stage) []Fault {
	who := drawVictims(rng, st.machines)
	if slices.Contains(who, Leader) { // who may be another one by the time
		who = some(rng, st.machines, 1)
	}
	failing, off := between(rng, 100*time.Millisecond, time.Second), between(rng, 100*time.Millisecond, 2*time.Second)
	return []Fault{
		{Kind: FsyncError, At: at, Groups: [][]string{who}, For: failing},
		{Kind: Power, At: at.Add(failing), Groups: [][]string{who}, For: off},
	}
}

func drawOvertaking(rng *rand.Rand, at env.Instant, _ stage) []Fault {
	alone, apart := between(rng, 500*time.Millisecond, 2*time.Second), between(rng, 500*time.Millisecond, 1500*time.Millisecond)
	return []Fault{
		{Kind: StallDisk, At: at, When: leads(0), Groups: [][]string{{Followers}}, For: alone},
		{Kind: Partition, At: at, When: leads(alone - 5*time.Millisecond), Groups: [][]string{{It}, {Others}}, For: apart},
	}
}

func drawInterrupting(rng *rand.Rand, at env.Instant, st stage) []Fault {
	rare := st.rare()
	m := drawMoment(rng, rare)
	away, off := between(rng, 2*time.Second, 5*time.Second), between(rng, 100*time.Millisecond, 2*time.Second)
	kinds := []FaultKind{Power, Kill}
	whom := It
	if m.Peer && rng.IntN(3) > 0 {
		whom = Peer
	}
	return []Fault{
		{Kind: kinds[rng.IntN(2)], At: at, Groups: [][]string{some(rng, st.machines, 1)}, For: away},
		{Kind: kinds[rng.IntN(2)], At: at.Add(between(rng, 0, away)), Groups: [][]string{{whom}}, For: off,
			When: Trigger{Who: Any, What: m.What, Text: m.Text, Nth: drawCount(rng, m.Most), Wait: drawWait(rng)}},
	}
}

// often is what the texts of those moments begin with that are of this kind and
// come often; "" if there are none.
func (st *stage) often(what string) string {
	for _, m := range st.moments {
		if m.What == what && m.Often {
			return m.Text
		}
	}
	return ""
}

func drawRelapsing(rng *rand.Rand, at env.Instant, st stage) []Fault {
	who := some(rng, st.machines, 1)
	away, off := between(rng, 1500*time.Millisecond, 4*time.Second), between(rng, 100*time.Millisecond, time.Second)
	kinds := []FaultKind{Power, Kill}
	faults := []Fault{{Kind: kinds[rng.IntN(2)], At: at, Groups: [][]string{who}, For: away}}
	for range 1 + rng.IntN(3) {
		soon := time.Duration(1+rng.IntN(3)) * 50 * time.Microsecond // the fsync after it takes longer, mostly
		nth := 2 + rng.IntN(3)/2                                     // booting, it opens what it has with a first write
		at = at.Add(away)
		faults = append(faults, Fault{Kind: Power, At: at, Groups: [][]string{{It}}, For: off,
			When: Trigger{Who: who[0], What: "write", Text: st.often("write"), Nth: nth, Wait: soon}})
		away = off + between(rng, 500*time.Millisecond, 1500*time.Millisecond)
	}
	return faults
}
