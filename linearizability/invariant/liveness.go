package invariant

import (
	"cmp"
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
		j.moved(e)
	case env.KindAppend, env.KindTruncate, env.KindLog:
	default:
		j.roster.take(e)
		if e.Kind == trace.KindBoot {
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
	if excused := j.excused(); v.Outcome == verdict.Pass && len(excused) > 0 {
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

// hasLeader fails if no leader was there in time.
func (j *Liveness) hasLeader(r *ruling) {
	if j.elected || !j.past && j.roster.leader() != "" {
		return
	}
	evidence := []verdict.Evidence{j.heal()}
	if j.led.event != 0 {
		evidence = append(evidence, j.led.did("became leader for the last time"))
	}
	if j.stands.nobody() {
		r.fail("no leader, and nobody stands",
			fmt.Sprintf("no machine led within %v after the faults, and none stood for election", j.bound), evidence...)
		return
	}
	if name, last, idle := j.stands.idle(j.up()); idle {
		r.fail("no leader, and who has the longest log does not stand",
			fmt.Sprintf("no machine led within %v after the faults: the log of %s ends last, and it did not stand for election", j.bound, name),
			append(evidence, last.by.did("had a log that ends with entry %d of term %d", last.index, last.term))...)
		return
	}
	if b, by, is := j.stands.refused(j.up()); is {
		r.fail("no leader, and who has the longest log is refused",
			fmt.Sprintf("no machine led within %v after the faults: the log of %s ends last, and %s has refused it its vote %d times since",
				j.bound, b.candidate, b.voter, by.count), append(evidence, by.last.did("was refused by %s", b.voter))...)
		return
	}
	r.fail("no leader", fmt.Sprintf("no machine led within %v after the faults", j.bound), evidence...)
}

// up lists the machines that run, in a fixed order.
func (j *Liveness) up() (names []string) {
	for _, name := range slices.Sorted(maps.Keys(j.roster)) {
		if j.roster[name].ready {
			names = append(names, name)
		}
	}
	return names
}

// allReady fails if a machine was not ready in time, or is not up at the end.
func (j *Liveness) allReady(r *ruling) {
	for _, name := range j.roster.belong() {
		m := j.roster[name]
		evidence := append(m.evidence(), j.heal())
		switch {
		case m.excused():
		case m == nil || !m.up:
			r.fail("a machine is not up", fmt.Sprintf("%s is not up at the end", name), evidence...).Machine = name
		case !m.ready && slices.Contains(j.whoHung, name):
			r.fail("a machine is stuck while it boots",
				fmt.Sprintf("%s never finished booting, and did not end when it was asked to", name),
				append(evidence, j.hung[slices.Index(j.whoHung, name)])...).Machine = name
		case !m.ready && m.did != "" && j.ended.at.Sub(m.last.at) >= j.bound:
			r.fail("a machine is stuck while it boots",
				fmt.Sprintf("%s has not finished booting in %v", name, j.ended.at.Sub(m.last.at)), evidence...).Machine = name
		case !m.ready:
			r.fail("a machine is not ready", fmt.Sprintf("%s never finished booting", name), evidence...).Machine = name
		case m.readyAt > j.deadline:
			r.fail("a machine is ready too late",
				fmt.Sprintf("%s was ready only at %v, later than %v after the faults", name, m.readyAt, j.bound), evidence...).Machine = name
		}
	}
}

// answered fails for calls after the deadline that had no good answer in time.
func (j *Liveness) answered(r *ruling) {
	for _, refused := range j.refused {
		r.fail("a fresh call did not succeed", "a call made after the system had to be well did not succeed", j.heal(), refused)
	}
	var open []verdict.Evidence
	for op, call := range j.calls { //raftian:unordered they are sorted
		if j.ended.at.Sub(call.at) >= j.bound {
			open = append(open, verdict.Evidence{Event: call.event, Text: fmt.Sprintf("%s was called at %v and never answered", j.names.of(op), call.at)})
		}
	}
	slices.SortFunc(open, func(a, b verdict.Evidence) int { return cmp.Compare(a.Event, b.Event) })
	for _, call := range open {
		r.fail("a fresh call was never answered",
			fmt.Sprintf("a call made after the system had to be well had no answer for %v", j.bound), j.heal(), call)
	}
}

// caughtUp fails if a machine stayed behind the others.
func (j *Liveness) caughtUp(r *ruling) {
	commit, applied := j.commit.before(j.ended.at), j.applied.before(j.ended.at)
	for _, name := range j.roster.belong() {
		if j.roster[name].excused() {
			continue
		}
		p := j.progress[name]
		if p == nil {
			p = new(reached)
		}
		if p.commit < commit.value {
			r.fail("a machine's commit index stays behind",
				fmt.Sprintf("%s ends at commit index %d, %v after another had %d", name, p.commit, j.bound, commit.value),
				j.behind(p, commit, "knew that entry %d is committed")...).Machine = name
		}
		if p.applied < applied.value {
			r.fail("a machine's applied index stays behind",
				fmt.Sprintf("%s ends at applied index %d, %v after another had %d", name, p.applied, j.bound, applied.value),
				j.behind(p, applied, "applied entry %d")...).Machine = name
		}
	}
}

// stopped fails for each program that did not end when it was asked to.
func (j *Liveness) stopped(r *ruling) {
	for k, name := range j.whoHung {
		r.fail("shutdown does not return, in "+j.places[k],
			fmt.Sprintf("%s was asked to end at %v, and did not", name, j.ended.at), j.hung[k]).Machine = name
	}
}

// withoutMereWaits leaves out of the places where a program hangs those where
// goroutines of hashicorp/raft are that end once others do, also in the midst of a
// heartbeat: they say nothing of the cause.
func withoutMereWaits(places string) string {
	return strings.Join(slices.DeleteFunc(strings.Split(places, ", "), func(place string) bool {
		switch place {
		case "raft.(*raftState).waitShutdown", "raft.(*Raft).heartbeat", "raft.(*NetworkTransport).listen",
			"raft.(*NetworkTransport).handleConn", "raft.(*NetworkTransport).handleCommand", "codec.(*ioDecReader).readn1", "node.stream.Dial":
			return true
		}
		return false
	}), ", ")
}

// behind is the evidence that a machine stayed behind what another had reached.
func (j *Liveness) behind(p *reached, other mark, how string) []verdict.Evidence {
	evidence := []verdict.Evidence{j.heal(), other.by.did(how, other.value)}
	if p.last.event != 0 {
		evidence = append(evidence, p.last.did("came further for the last time"))
	}
	return evidence
}
