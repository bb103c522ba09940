package invariant

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"raftian/linearizability/verdict"
	"raftian/netsim/env"
	"raftian/netsim/trace"
)

// Liveness holds if the system recovers once every fault is over, within a bound:
// a leader exists, every machine of the configuration is up and ready, calls
// made after the bound are answered "ok" within the bound, and at the end every
// machine has committed and applied what any had the bound before. The run must
// end at all, and every program when it is asked to. Source: Raft §5.6 (a leader is elected and keeps leading when
// broadcast time is well below the election timeout, and that well below the
// time between failures), §9.3 for how long that takes; Thesis §3.9.
//
// The machines of the configuration are those of the last one that the leader
// knows to be committed, with a vote or without. One that stays down because its
// disk is damaged is excused, and named. The operator's calls are not judged.
//
// A call that is younger than the bound when the run ends may be unanswered. A
// run that ends before the bound is over proves nothing.
//
// It judges by what it is told: programs need not report roles, nor that they are ready,
// but of those that report neither, a call must have been answered after the bound.
type Liveness struct {
	bound   time.Duration
	roster  roster
	stands  standing
	names   names
	led     sighting  // the last machine that became leader
	some    bool      // some event was seen
	ended   *sighting // or programs were asked to
	over    bool      // the run has ended
	hung    []verdict.Evidence
	whoHung []string // the machines of hung
	places  []string // where each of them hangs

	healed   *sighting
	deadline env.Instant // healed and the bound
	elected  bool        // a leader was elected by then, or led then
	past     bool        // the deadline is over

	calls    map[operation]sighting // open ones, made after the deadline
	refused  []verdict.Evidence     // those that were not answered "ok"
	transfer *verdict.Evidence      // the first answer after the deadline that a leadership transfer is in progress
	served   int                    // calls made after the deadline that were answered "ok"
	told     map[string]bool        // the kinds of note that some machine reported
	booted   map[string]bool        // the machines
	progress map[string]*reached
	commit   horizon
	applied  horizon
}

// reached is how far a machine has come since its boot.
type reached struct {
	commit, applied uint64
	last            sighting // when it came further
}

// NewLiveness returns the judge. Without a bound above 0 it judges nothing.
func NewLiveness(bound time.Duration) *Liveness {
	return &Liveness{
		bound:    bound,
		roster:   make(roster),
		stands:   newStanding(),
		names:    make(names),
		calls:    make(map[operation]sighting),
		told:     make(map[string]bool),
		booted:   make(map[string]bool),
		progress: make(map[string]*reached),
		commit:   horizon{back: bound},
		applied:  horizon{back: bound},
	}
}

// Name is "liveness".
func (*Liveness) Name() string { return "liveness" }

// Kinds are the kinds of event it reads.
func (*Liveness) Kinds() []string {
	kinds := slices.Concat(kindsOfRoster(), kindsOfStanding(), []string{env.KindInvoke, env.KindReturn,
		env.KindCommit, env.KindApply, trace.KindStop, trace.KindHung, trace.KindEnd})
	slices.Sort(kinds)
	return slices.Compact(kinds)
}

// Event takes the next event.
func (j *Liveness) Event(e *trace.Event) {
	j.some = true
	j.over = j.over || e.Kind == trace.KindEnd
	if j.ended != nil {
		j.stopping(e)
		return
	}
	j.clock(e.At)
	j.stands.take(e)
	switch e.Kind {
	case trace.KindHeal:
		s := see(e)
		j.healed, j.deadline = &s, e.At.Add(j.bound)
	case trace.KindStop, trace.KindEnd:
		s := see(e)
		j.ended = &s
	case env.KindInvoke:
		if e.Machine != "" {
			j.roster.of(e.Machine).calls = true
		}
		if j.past && e.Client != env.Operator {
			j.names.take(e)
			j.calls[operation{e.Client, e.Seq}] = see(e)
		}
	case env.KindReturn:
		if j.past && j.transfer == nil && strings.Contains(e.Text, inTransfer) {
			j.transfer = &verdict.Evidence{Event: e.N, Text: fmt.Sprintf("%s was answered %q at %v", operation{e.Client, e.Seq}, e.Text, e.At)}
		}
		j.returned(e)
	case env.KindCommit, env.KindApply, env.KindRestore:
		j.roster.of(e.Machine).takes = true
		j.moved(e)
	case env.KindAppend, env.KindTruncate, env.KindLog:
	default:
		j.roster.take(e)
		j.told[e.Kind] = true
		if e.Kind == trace.KindBoot {
			j.booted[e.Machine] = true
			delete(j.progress, e.Machine)
		}
		if e.Kind == env.KindRole && e.Text == "leader" {
			j.led = see(e)
			j.elected = j.elected || j.healed != nil && !j.past
		}
	}
}

// inTransfer is what the library says of all that a leader is to do while it hands
// over. That takes an election timeout at most, and nobody asks for it after the
// faults.
const inTransfer = "leadership transfer in progress"

// stopping takes what happens after programs were asked to end.
func (j *Liveness) stopping(e *trace.Event) {
	if e.Kind != trace.KindHung {
		return
	}
	j.whoHung = append(j.whoHung, e.Machine)
	j.places = append(j.places, withoutMereWaits(e.Text))
	j.hung = append(j.hung, see(e).did("had not ended %v after it was asked to, in %s", e.Took, e.Text))
}

// clock notices that the deadline is over. A machine that leads then, as it may
// have done since before the heal, is as good as one elected after it.
func (j *Liveness) clock(now env.Instant) {
	if j.healed == nil || j.past || now <= j.deadline {
		return
	}
	j.past = true
	j.elected = j.elected || j.roster.leader() != ""
}

// returned ends a call.
func (j *Liveness) returned(e *trace.Event) {
	op := operation{e.Client, e.Seq}
	call, open := j.calls[op]
	if !open {
		return
	}
	delete(j.calls, op)
	if word, _, _ := strings.Cut(e.Text, " "); word != "ok" {
		j.refused = append(j.refused, verdict.Evidence{
			Event: e.N,
			Text:  fmt.Sprintf("%s, called at %v, was answered %q at %v", j.names.of(op), call.at, e.Text, e.At),
		})
	} else {
		j.served++
	}
}

// moved follows how far a machine has come.
func (j *Liveness) moved(e *trace.Event) {
	p := j.progress[e.Machine]
	if p == nil {
		p = new(reached)
		j.progress[e.Machine] = p
	}
	if e.Index > min(p.commit, p.applied) {
		p.last = see(e)
	}
	switch e.Kind {
	case env.KindCommit:
		p.commit = max(p.commit, e.Index)
		j.commit.raise(see(e), e.Index)
	case env.KindApply:
		p.applied = max(p.applied, e.Index)
		j.applied.raise(see(e), e.Index)
	case env.KindRestore:
		// A snapshot holds what is committed. It may end at an entry that is
		// no command, which others pass without a word, so it moves its own
		// machine but sets no mark for them.
		p.commit, p.applied = max(p.commit, e.Index), max(p.applied, e.Index)
	}
}

// Verdict says whether the property held.
func (j *Liveness) Verdict() verdict.Verdict {
	switch {
	case j.bound <= 0:
		return undecided(j.Name(), verdict.NotRun, "no time to recover was given")
	case !j.some:
		return undecided(j.Name(), verdict.NotRun, "the trace has no events")
	}
	var r ruling
	if !j.over {
		r.fail("the run did not end", "did not end")
		return r.verdict(j.Name())
	}
	if j.healed == nil || j.ended.at < j.deadline {
		if j.stopped(&r); r.failed() {
			return r.verdict(j.Name())
		}
	}
	if j.healed == nil {
		return undecided(j.Name(), verdict.Inconclusive, "the faults never ended, so nothing had to recover")
	}
	if j.ended.at < j.deadline {
		return undecided(j.Name(), verdict.Inconclusive,
			fmt.Sprintf("the run ended %v after its faults, before the bound of %v", j.ended.at.Sub(j.healed.at), j.bound))
	}
	j.allReady(&r) // without them there may be no leader
	j.hasLeader(&r)
	if j.transfer != nil {
		r.fail("a leadership transfer never ends",
			fmt.Sprintf("a leader refuses what it is asked %v after the faults, because of a leadership transfer", j.bound), j.heal(), *j.transfer)
	}
	j.answered(&r)
	j.caughtUp(&r)
	j.stopped(&r)
	v := r.verdict(j.Name())
	if v.Outcome == verdict.Pass {
		return j.passed(v)
	}
	return v
}

// passed is a Pass, if there was something by which the system can be said to have
// recovered: a leader and machines that say that they are ready, or a call that was
// answered after the bound. It says which notes were missing.
func (j *Liveness) passed(v verdict.Verdict) verdict.Verdict {
	machines := slices.Sorted(maps.Keys(j.booted))
	for _, kind := range []string{env.KindReady, env.KindRole} {
		if !j.told[kind] {
			v.Missing = append(v.Missing, verdict.Missing{Note: kind, Machines: machines})
		}
	}
	if len(v.Missing) > 0 && j.served == 0 {
		v.Missing = append(v.Missing, verdict.Missing{Note: env.KindReturn + " of a call made after the faults and the bound", Machines: machines})
		v.Outcome, v.Reason = verdict.NotRun, "nothing says that the system is well: no machine reports that it is ready and who leads, and no call was answered after the bound"
		return v
	}
	if len(v.Missing) > 0 {
		v.Reason = fmt.Sprintf("judged by %s answered after the faults and the bound", trace.Some(j.served, "call"))
	}
	if excused := j.excused(); len(excused) > 0 {
		v.Reason = "not ready, because of damaged disks: " + strings.Join(excused, " ")
	}
	return v
}

// excused are the machines that need not have recovered.
func (j *Liveness) excused() (names []string) {
	for _, name := range j.roster.belong() {
		if j.roster[name].excused() {
			names = append(names, name)
		}
	}
	return names
}

// heal is the evidence that recovery was due.
func (j *Liveness) heal() verdict.Evidence {
	return verdict.Evidence{Event: j.healed.event, Text: fmt.Sprintf("every fault was over at %v", j.healed.at)}
}
