package plantest

import (
	"math"
	"time"

	"pgregory.net/rapid"

	"raftian/netsim/env"
	"raftian/netsim/plan"
)

// scene says which faults to draw. Ranges include both ends.
type scene struct {
	machines   []string
	kinds      []plan.FaultKind // nil is all
	from, heal time.Duration    // faults begin from one on and before the other
	tick       time.Duration    // every time is a multiple of it
	lasts      [2]time.Duration
	delays     [2]time.Duration
	everies    [2]time.Duration
	rates      [2]uint64
	nthMax     int
	texts      *rapid.Generator[string] // what the text of a trigger's event begins with
	events     []plan.Event             // that can come; nil is any
}

// form is what a kind of fault has, as the comments of package plan say: the twin
// of what its parser goes by.
type form struct {
	groups  [2]int // how many, at least and at most
	lasts   bool
	delay   bool
	jitter  bool
	loss    bool
	rate    bool
	repeats bool
}

// formOf is the form of a kind of fault.
func formOf(kind plan.FaultKind) form {
	one, two, several := [2]int{1, 1}, [2]int{2, 2}, [2]int{2, 4}
	switch kind {
	case plan.Partition:
		return form{groups: several, lasts: true}
	case plan.Flap:
		return form{groups: several, lasts: true, repeats: true}
	case plan.OneWay, plan.Stall:
		return form{groups: two, lasts: true}
	case plan.Slow:
		return form{groups: two, lasts: true, delay: true, jitter: true}
	case plan.Heavy:
		return form{groups: two, lasts: true, delay: true}
	case plan.Lossy:
		return form{groups: two, lasts: true, loss: true}
	case plan.Narrow:
		return form{groups: two, lasts: true, rate: true}
	case plan.Reset:
		return form{groups: two}
	case plan.Storm:
		return form{groups: one, lasts: true, repeats: true}
	case plan.SlowDisk:
		return form{groups: one, lasts: true, delay: true, jitter: true}
	case plan.Rot:
		return form{groups: one}
	}
	return form{groups: one, lasts: true}
}

// Kinds lists every kind of fault.
func Kinds() []plan.FaultKind {
	return []plan.FaultKind{
		plan.Partition, plan.OneWay, plan.Flap, plan.Slow, plan.Heavy, plan.Lossy, plan.Narrow, plan.Stall, plan.Reset,
		plan.Power, plan.Kill, plan.Storm,
		plan.FsyncError, plan.WriteError, plan.Full, plan.SlowDisk, plan.StallDisk, plan.Rot, plan.Replace,
	}
}

// drawFaults draws up to so many faults, ordered by time.
func drawFaults(t *rapid.T, s scene, most int) []plan.Fault {
	if s.kinds == nil {
		s.kinds = Kinds()
	}
	one := rapid.Custom(s.fault)
	faults := rapid.SliceOfN(one, 0, most).Draw(t, "faults")
	byTime(faults, func(f plan.Fault) env.Instant { return f.At })
	if len(faults) == 0 {
		return nil
	}
	return faults
}

func (s scene) fault(t *rapid.T) plan.Fault {
	f := plan.Fault{
		Kind: rapid.SampledFrom(s.kinds).Draw(t, "kind"),
		At:   env.Instant(ticks(s.from, s.heal-1, s.tick).Draw(t, "at")),
	}
	who := append([]string(nil), s.machines...)
	if rapid.Bool().Draw(t, "triggered") {
		f.When = s.trigger(t)
		who = append(who, plan.It, plan.Peer)
	}
	who = append(who, plan.Leader, plan.Others, plan.Followers)
	has := formOf(f.Kind)
	f.Groups = drawGroups(t, who, has.groups)
	of := func(has bool, label string, bounds [2]time.Duration) time.Duration {
		if !has {
			return 0
		}
		return ticks(bounds[0], bounds[1], s.tick).Draw(t, label)
	}
	f.Net.Delay = of(has.delay, "delay", s.delays)
	f.Net.Jitter = of(has.jitter, "jitter", s.delays)
	f.Every = of(has.repeats, "every", s.everies)
	f.For = of(has.lasts, "for", s.lasts)
	if has.rate {
		f.Rate = rapid.Uint64Range(s.rates[0], s.rates[1]).Draw(t, "rate")
	}
	if has.loss {
		f.Net.Loss = losses(math.SmallestNonzeroFloat64).Draw(t, "loss")
	}
	return f
}

// drawGroups puts some of the names into groups, each in one at most. There are
// enough names for two groups, always: Leader and Others are among them.
func drawGroups(t *rapid.T, names []string, count [2]int) [][]string {
	names = rapid.Permutation(names).Draw(t, "names")
	groups := make([][]string, rapid.IntRange(count[0], min(count[1], len(names))).Draw(t, "groups"))
	for k := range groups {
		left := len(groups) - k - 1 // each needs one name
		n := rapid.IntRange(1, len(names)-left).Draw(t, numbered("size", k))
		groups[k], names = names[:n:n], names[n:]
	}
	return groups
}
