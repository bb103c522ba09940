package plan

import (
	"slices"
	"strings"
	"time"

	"raftian/netsim/env"
)

// Keep says which of some candidates, all valid Plans, is worth keeping: its
// position, -1 for none, or Stop to try nothing more. It may keep it with another seed,
// so it returns the Plan as well.
type Keep func(candidates []Plan) (int, Plan)

// Stop is a Keep's answer that ends a Shrink.
const Stop = -2

// Shrink returns a smaller Plan that is still worth keeping: fewer faults,
// calls, machines and settings, shorter times, rounder numbers. It stops when
// nothing smaller is kept.
//
// Faults set off by an event keep their place in the run when something before
// them is left out, and are made to wait for less.
//
// It is delta debugging (Zeller and Hildebrandt, "Simplifying and Isolating
// Failure-Inducing Input", 2002) over each part of a Plan in turn, until none
// gets smaller.
//
// seen is when it could be seen in p that it is worth keeping, if that is known:
// what comes later is tried to be left out first, as it makes every run shorter.
//
// untried says in words what was not tried any more, in the order in which it would have
// been, because keep answered Stop.
func Shrink(p Plan, seen env.Instant, keep Keep) (smaller Plan, untried []string) {
	s := &shrinker{best: p, keep: keep}
	if seen > 0 {
		s.offer(p.cut(time.Duration(seen.Add(time.Millisecond))), p.cut(time.Duration(seen.Add(100*time.Millisecond))))
	}
	for before := ""; before != s.best.String(); {
		before = s.best.String()
		for _, step := range s.steps() {
			if !s.stopped {
				step.try()
			}
			if s.stopped {
				untried = append(untried, step.words)
			}
		}
		if s.stopped {
			break
		}
	}
	return s.best, untried
}

// steps are what is tried in turn, in words and in deed.
func (s *shrinker) steps() []step {
	return []step{
		{"fewer faults", s.faults}, {"fewer calls", s.calls}, {"fewer machines", s.machines}, {"a shorter run", s.length},
		{"shorter gaps", s.earlier}, {"fewer settings", s.settings}, {"simpler events that set faults off", s.triggers},
		{"shorter and smaller faults", s.lasting}, {"plainer links and disks", s.hardware}, {"rounder numbers", s.round},
	}
}

type step struct {
	words string
	try   func()
}

// batch is how many candidates are offered at a time; whoever tries them may do
// so in parallel.
const batch = 4

type shrinker struct {
	best    Plan
	keep    Keep
	stopped bool // keep has answered Stop
}

// offer takes one of the candidates as the new best, if one is kept, and
// returns its position or -1. Candidates that are no valid Plans, or the best
// itself, are left out.
func (s *shrinker) offer(candidates ...Plan) int {
	var valid []Plan
	var where []int
	for i, c := range candidates {
		if c.Validate() == nil && c.String() != s.best.String() {
			valid = append(valid, c)
			where = append(where, i)
		}
	}
	if len(valid) == 0 || s.stopped {
		return -1
	}
	k, kept := s.keep(valid)
	s.stopped = k == Stop
	if k < 0 {
		return -1
	}
	s.best = kept
	return where[k]
}

// drop removes pieces of a part that has count() elements: halves first, then
// ever smaller ones. without returns the best without elements from to to.
func (s *shrinker) drop(count func() int, without func(from, to int) Plan) {
	for size := count(); size >= 1; size /= 2 {
		for at := 0; at < count(); {
			var candidates []Plan
			var starts []int
			for k := 0; k < batch && at+k*size < count(); k++ {
				from := at + k*size
				candidates = append(candidates, without(from, min(from+size, count())))
				starts = append(starts, from)
			}
			if k := s.offer(candidates...); k >= 0 {
				at = starts[k] // what followed it is there now
			} else {
				at += batch * size
			}
		}
	}
}

func (s *shrinker) faults() {
	s.drop(func() int { return len(s.best.Faults) }, func(from, to int) Plan {
		p := s.best
		p.Faults = slices.Delete(slices.Clone(p.Faults), from, to)
		return p
	})
}

func (s *shrinker) calls() {
	s.drop(func() int { return len(s.best.Script) }, func(from, to int) Plan {
		p := s.best
		p.Script = slices.Delete(slices.Clone(p.Script), from, to)
		return p
	})
}

func (s *shrinker) settings() {
	s.drop(func() int { return len(s.best.Settings) }, func(from, to int) Plan {
		p := s.best
		p.Settings = slices.Delete(slices.Clone(p.Settings), from, to)
		return p
	})
}

func (s *shrinker) machines() {
	for i := len(s.best.Machines) - 1; i >= 0 && len(s.best.Machines) > 1; i-- {
		if i < len(s.best.Machines) {
			s.offer(s.best.without(s.best.Machines[i]))
		}
	}
}

// without is the Plan without a machine: its calls, its place in faults and in
// settings that list machines.
func (p Plan) without(machine string) Plan {
	gone := func(name string) bool { return name == machine }
	p.Machines = slices.DeleteFunc(slices.Clone(p.Machines), gone)
	p.Script = slices.DeleteFunc(slices.Clone(p.Script), func(s Step) bool { return s.Machine == machine })
	p.Settings = slices.Clone(p.Settings)
	for i, set := range p.Settings {
		words := strings.Split(set.Value, ",")
		if slices.Contains(words, machine) {
			p.Settings[i].Value = strings.Join(slices.DeleteFunc(words, gone), ",")
		}
	}
	p.Settings = slices.DeleteFunc(p.Settings, func(s Setting) bool { return s.Value == "" })
	var faults []Fault
	for _, f := range p.Faults {
		if gone(f.When.Who) || gone(f.When.Peer) {
			continue
		}
		groups := make([][]string, len(f.Groups))
		empty := false
		for i, g := range f.Groups {
			groups[i] = slices.DeleteFunc(slices.Clone(g), gone)
			empty = empty || len(groups[i]) == 0
		}
		if f.Groups = groups; !empty {
			faults = append(faults, f)
		}
	}
	p.Faults = faults
	return p
}

// length ends the run earlier, with and without the time to recover.
func (s *shrinker) length() {
	for range 12 {
		p := s.best
		half := p.Length / 2
		sooner := p
		sooner.end(half, p.Length-time.Duration(p.Heal))
		if s.offer(sooner, p.cut(half), p.cut(p.Length*9/10)) < 0 {
			return
		}
	}
}

// cut is the Plan with its end at length, and the heal at the end.
func (p Plan) cut(length time.Duration) Plan {
	p.end(length, 0)
	return p
}

// end puts the end of the run at length and the heal so long before.
func (p *Plan) end(length, recovery time.Duration) {
	length = length.Truncate(time.Millisecond)
	p.Length = length
	p.Heal = min(p.Heal, env.Instant(max(length-recovery, time.Millisecond)))
	p.Script = slices.DeleteFunc(slices.Clone(p.Script), func(s Step) bool { return s.At >= env.Instant(length) })
	p.Faults = slices.DeleteFunc(slices.Clone(p.Faults), func(f Fault) bool { return f.At >= p.Heal })
	for i := range p.Faults {
		p.Faults[i].For = min(p.Faults[i].For, p.Heal.Sub(p.Faults[i].At))
	}
}

// Longer is the Plan with its heal and its end so much later, and what lasted to
// the heal lasting to the new one.
func (p Plan) Longer(by time.Duration) Plan {
	by = min(by, lengthMax-p.Length)
	heal := p.Heal
	p.Length += by
	p.Heal = p.Heal.Add(by)
	p.Faults = slices.Clone(p.Faults)
	for i := range p.Faults {
		if f := &p.Faults[i]; f.For > 0 && f.At.Add(f.For) >= heal.Add(-time.Millisecond) {
			f.For += by
		}
	}
	return p
}

// earlier closes gaps: from each call or fault on, everything happens sooner.
func (s *shrinker) earlier() {
	for _, gap := range []time.Duration{time.Second, 100 * time.Millisecond} {
		for at := env.Instant(s.best.Length); at > 0; at = at.Add(-gap) {
			if at <= env.Instant(s.best.Length) {
				s.offer(s.best.pull(at, gap))
			}
		}
	}
}

// pull is the Plan with what happens at the instant at or later moved forward by
// gap, if nothing happens in the gap before it.
func (p Plan) pull(at env.Instant, gap time.Duration) Plan {
	idle := func(t env.Instant) bool { return t < at.Add(-gap) || t >= at }
	sooner := func(t env.Instant) env.Instant {
		if t >= at {
			return t.Add(-gap)
		}
		return t
	}
	p.Script, p.Faults = slices.Clone(p.Script), slices.Clone(p.Faults)
	for i := range p.Script {
		if !idle(p.Script[i].At) {
			return Plan{}
		}
		p.Script[i].At = sooner(p.Script[i].At)
	}
	for i := range p.Faults {
		if !idle(p.Faults[i].At) {
			return Plan{}
		}
		p.Faults[i].At = sooner(p.Faults[i].At)
	}
	p.Heal = sooner(p.Heal)
	p.Length = time.Duration(sooner(env.Instant(p.Length)))
	return p
}

// triggers has faults wait for less: an earlier event, any event of its kind.
func (s *shrinker) triggers() {
	for i := range s.best.Faults {
		if s.best.Faults[i].When.IsZero() {
			continue
		}
		change := func(do func(*Trigger)) Plan { return s.best.withFault(i, func(f *Fault) { do(&f.When) }) }
		s.offer(change(func(t *Trigger) { t.Text, t.Peer, t.As, t.Wait = "", "", "", 0 }))
		s.offer(change(func(t *Trigger) { t.As = "" }), change(func(t *Trigger) { t.Peer = "" }),
			change(func(t *Trigger) { t.Wait = 0 }), change(func(t *Trigger) { t.Text = "" }))
		for range 20 {
			if s.offer(change(func(t *Trigger) { t.Nth = 1 }), change(func(t *Trigger) { t.Nth = (t.Nth + 1) / 2 }),
				change(func(t *Trigger) { t.Nth-- })) < 0 {
				break
			}
		}
	}
}

// lasting makes faults shorter and milder, and has them be about fewer machines.
func (s *shrinker) lasting() {
	for i := range s.best.Faults {
		for range 8 {
			shorter := s.best.withFault(i, func(f *Fault) { f.For = (f.For / 2).Truncate(time.Millisecond) })
			plainer := s.best.withFault(i, func(f *Fault) { f.Net.Jitter = 0 })
			if s.offer(shorter, plainer) < 0 {
				break
			}
		}
		s.fewer(i)
	}
}

// fewer takes machines out of the groups of the i-th fault.
func (s *shrinker) fewer(i int) {
	for g := range s.best.Faults[i].Groups {
		for k := len(s.best.Faults[i].Groups[g]) - 1; k >= 0 && len(s.best.Faults[i].Groups[g]) > 1; k-- {
			s.offer(s.best.withFault(i, func(f *Fault) {
				f.Groups = slices.Clone(f.Groups)
				f.Groups[g] = slices.Delete(slices.Clone(f.Groups[g]), k, k+1)
			}))
		}
	}
}

// hardware makes links and disks plainer.
func (s *shrinker) hardware() {
	plain := func(change func(*Plan)) Plan {
		p := s.best
		change(&p)
		return p
	}
	s.offer(plain(func(p *Plan) { p.Net, p.Disk = usualNet, usualDisk }))
	s.offer(plain(func(p *Plan) { p.Net.Jitter, p.Net.Loss, p.Disk.Jitter = 0, 0, 0 }))
	s.offer(plain(func(p *Plan) { p.Net.Loss = 0 }), plain(func(p *Plan) { p.Net.Jitter = 0 }),
		plain(func(p *Plan) { p.Disk.Jitter = 0 }))
}

// round makes numbers easier to read.
func (s *shrinker) round() {
	for _, unit := range []time.Duration{time.Second, 100 * time.Millisecond, 10 * time.Millisecond} {
		for i := range s.best.Faults {
			s.offer(s.best.withFault(i, func(f *Fault) {
				f.At = env.Instant(time.Duration(f.At).Round(unit))
				f.For = f.For.Round(unit)
				f.Net.Delay = f.Net.Delay.Round(unit)
				f.When.Wait = f.When.Wait.Round(unit)
			}))
		}
	}
}

// withFault is the Plan with its i-th fault changed; in order again.
func (p Plan) withFault(i int, change func(*Fault)) Plan {
	p.Faults = slices.Clone(p.Faults)
	change(&p.Faults[i])
	slices.SortStableFunc(p.Faults, func(a, b Fault) int { return int(a.At - b.At) })
	return p
}
