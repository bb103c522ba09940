package invariant

import (
	"fmt"
	"time"

	"raftian/linearizability/verdict"
	"raftian/netsim/env"
	"raftian/netsim/trace"
)

// LocalLogs holds if the players see one story: every machine's local log is a
// prefix of the longest one, and of the committed commands. The chain hash at an
// index covers all of the local log up to there, so two logs with the same hash at
// an index are equal up to it; they are compared at every index, in every frame.
// Between two entries of a local log lies no command that took effect, but for a
// jump over compacted entries, which must come to the same hash. Within an
// incarnation indexes rise.
//
// At the end of a run that healed in time, every machine that is up and belongs
// to the system has, besides, all that any local log had the bound before the
// end; if nothing was added since, that makes the logs equal. How long each took
// after the heal is said. Source: State Machine Safety (Raft §5.4.3), carried on
// to what a player is shown.
type LocalLogs struct {
	ruling
	bound    time.Duration
	roster   roster
	names    names
	commands table[operation]      // that took effect, by index
	chain    table[variants[link]] // by chain hash
	lines    lines
	lasts    map[string]mark // of the present incarnation; value: the index
	longest  horizon
	healed   env.Instant
	isHeal   bool
	over     bool // the run has ended
	converge convergence
	times    []time.Duration // once the run has ended
}

// link is who had a chain hash at an index first, and what was before it there.
type link struct {
	by   sighting
	prev uint64 // 0 is nothing, or not known
}

// NewLocalLogs returns the judge. Machines may lag behind by bound, or for ever if
// that is not above 0.
func NewLocalLogs(bound time.Duration) *LocalLogs {
	return &LocalLogs{
		bound:    bound,
		roster:   make(roster),
		names:    make(names),
		lasts:    make(map[string]mark),
		longest:  horizon{back: bound},
		converge: newConvergence(),
	}
}

// Name is "local-logs".
func (*LocalLogs) Name() string { return "local-logs" }

// Kinds are the kinds of event it reads.
func (*LocalLogs) Kinds() []string {
	return append(kindsOfRoster(), env.KindLocal, env.KindApply, env.KindInvoke, trace.KindHeal, trace.KindStop, trace.KindEnd)
}

// Event takes the next event.
func (j *LocalLogs) Event(e *trace.Event) {
	if j.over {
		return
	}
	j.converge.take(e)
	switch e.Kind {
	case env.KindInvoke:
		if e.Machine != "" {
			j.roster.of(e.Machine).calls = true
		}
		j.names.take(e)
	case env.KindApply:
		j.roster.of(e.Machine).takes = true
		if e.Text == "" {
			*j.commands.put(e.Index) = operation{e.Client, e.Seq}
		}
	case env.KindLocal:
		j.roster.of(e.Machine).takes = true
		j.local(e)
	case trace.KindHeal:
		j.healed, j.isHeal = e.At, true
	case trace.KindStop, trace.KindEnd:
		j.over = true
		if j.isHeal && j.bound > 0 && e.At >= j.healed.Add(j.bound) {
			j.ended(e)
		}
		j.times = j.converge.times(j.roster.upOf(j.roster.belong()))
	case trace.KindBoot:
		delete(j.lasts, e.Machine)
		j.roster.take(e)
	default:
		j.roster.take(e)
	}
}

// Times are how long after the heal each local log had what was committed then,
// sorted: of the machines that were up at the end, if all of them had it.
func (j *LocalLogs) Times() []time.Duration { return j.times }

// local judges one more entry of a local log.
func (j *LocalLogs) local(e *trace.Event) {
	last, some := j.lasts[e.Machine]
	if some && e.Index <= last.value {
		j.fail("a local log went back",
			fmt.Sprintf("%s added entry %d to its local log after entry %d", e.Machine, e.Index, last.value),
			last.by.did("added %s to its local log", j.entry(last.value)),
			see(e).did("added %s to its local log", j.entry(e.Index)))
		last = mark{}
	}
	j.lasts[e.Machine] = mark{e.Index, see(e)}
	j.longest.raise(see(e), e.Index)

	links := j.chain.put(e.Index)
	news := !links.some
	if left := meet(&j.lines, links, e.Machine, e.Hash); left != nil {
		j.differ(left, last.value, e)
	}
	l := link{see(e), last.value}
	if e.Text != "" {
		l.prev = 0
	}
	note(&j.lines, links, e.Machine, e.Hash, l)
	if e.Text == "" && (news || j.lines.of[e.Machine] == links.first.line) && e.Index > last.value {
		j.complete(last, e)
	}
}

// complete fails if there is a command between an entry of a local log and the
// one before it.
func (j *LocalLogs) complete(last mark, e *trace.Event) {
	for i := last.value + 1; i < e.Index; i++ {
		if j.commands.get(i) == (operation{}) {
			continue
		}
		evidence := []verdict.Evidence{see(e).did("added %s to its local log without it", j.entry(e.Index))}
		if last.by.event != 0 {
			evidence = append(evidence, last.by.did("added %s to its local log", j.entry(last.value)))
		}
		j.fail("a local log leaves out a command",
			fmt.Sprintf("the local log of %s leaves out %s, which is committed", e.Machine, j.entry(i)), evidence...).Index = i
		return
	}
}

// differ fails, and names the first entry that one log has and the other has not.
func (j *LocalLogs) differ(left *variant[link], prev uint64, e *trace.Event) {
	first := left.about
	reason := fmt.Sprintf("the local logs of %s and %s differ at or before index %d", first.by.machine, e.Machine, e.Index)
	again := first.by.machine == e.Machine // another life of one machine, or the same
	if again {
		reason = fmt.Sprintf("the local log of %s is not what it was at or before index %d", e.Machine, e.Index)
	}
	var evidence []verdict.Evidence
	extra := func(low, high uint64) string {
		entry := j.after(low, high)
		evidence = append(evidence, j.chain.get(entry).first.about.by.did("added %s to its local log", j.entry(entry)))
		return j.entry(entry)
	}
	switch {
	case e.Text != "" || first.prev == 0 || prev == 0: // what was before is not known
	case again && first.prev > prev:
		reason = fmt.Sprintf("the local log of %s had %s and has it no more", e.Machine, extra(prev, first.prev))
	case again && first.prev < prev:
		reason = fmt.Sprintf("the local log of %s has %s, which it went past before", e.Machine, extra(first.prev, prev))
	case first.prev > prev:
		reason = fmt.Sprintf("the local log of %s has %s; that of %s has not", first.by.machine, extra(prev, first.prev), e.Machine)
	case first.prev < prev:
		reason = fmt.Sprintf("the local log of %s has %s; that of %s has not", e.Machine, extra(first.prev, prev), first.by.machine)
	default:
		reason = fmt.Sprintf("the local logs of %s and %s are equal up to entry %d and differ in %s",
			first.by.machine, e.Machine, prev, j.entry(e.Index))
	}
	had := "had chain hash %016x at index %d"
	if first.prev != 0 {
		had += fmt.Sprintf(" after entry %d", first.prev)
	}
	evidence = append(evidence, first.by.did(had, left.value, e.Index))
	had = "had chain hash %016x at index %d"
	if prev != 0 {
		had += fmt.Sprintf(" after entry %d", prev)
	}
	j.fail("local logs differ", reason, append(evidence, see(e).did(had, e.Hash, e.Index))...)
}

// after is the first entry of a local log after one index, up to another at which
// it has an entry.
func (j *LocalLogs) after(index, last uint64) uint64 {
	for {
		l := j.chain.get(last)
		if prev := l.first.about.prev; prev <= index || prev >= last {
			return last
		} else {
			last = prev
		}
	}
}

// entry names an entry of a local log.
func (j *LocalLogs) entry(index uint64) string { return j.names.entry(index, j.commands.get(index)) }

// ended judges the lengths of the local logs.
func (j *LocalLogs) ended(e *trace.Event) {
	due := j.longest.before(e.At).value
	for _, name := range j.roster.belong() {
		m := j.roster[name]
		if m == nil || !m.up || m.onlyCalls() || j.lasts[name].value >= due {
			continue
		}
		missing := j.after(j.lasts[name].value, due)
		evidence := []verdict.Evidence{j.chain.get(missing).first.about.by.did("had %s in its local log", j.entry(missing))}
		if missing != due {
			evidence = append(evidence, j.chain.get(due).first.about.by.did("had %s in its local log", j.entry(due)))
		}
		if last, some := j.lasts[name]; some {
			evidence = append(evidence, last.by.did("added %s, its last", j.entry(last.value)))
		}
		j.fail("a local log stays behind",
			fmt.Sprintf("the local log of %s ends at index %d and lacks %s, %v after another had index %d",
				name, j.lasts[name].value, j.entry(missing), j.bound, due),
			evidence...).Machine = name
	}
}

// Verdict says whether the property held, and if so how long the local logs took
// to converge.
func (j *LocalLogs) Verdict() verdict.Verdict {
	v := j.verdict(j.Name())
	if v.Outcome == verdict.Pass {
		v.Reason = convergenceWords(j.times)
	}
	return v
}
