package invariant

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"raftian/linearizability/verdict"
	"raftian/netsim/env"
)

// What must hold once the system had time to recover, for Liveness.

// hasLeader fails if no leader was there in time. Where no machine ever says what role it
// has, there is nothing to tell that by.
func (j *Liveness) hasLeader(r *ruling) {
	if !j.told[env.KindRole] || j.elected || !j.past && j.roster.leader() != "" {
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

// allReady fails if a machine was not ready in time, or is not up at the end. Where no
// machine ever says that it is ready, to be up is enough.
func (j *Liveness) allReady(r *ruling) {
	for _, name := range j.roster.belong() {
		m := j.roster[name]
		evidence := append(m.evidence(), j.heal())
		switch {
		case m.excused():
		case m == nil || !m.up:
			r.fail("a machine is not up", fmt.Sprintf("%s is not up at the end", name), evidence...).Machine = name
		case !j.told[env.KindReady] || m.onlyCalls():
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
		if m := j.roster[name]; m.excused() || m.onlyCalls() {
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
			"raft.(*NetworkTransport).handleConn", "raft.(*NetworkTransport).handleCommand", "codec.(*ioDecReader).readn1", "node.stream.Dial", "observe.stream.Dial":
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
