// Package invariant judges the properties that a Raft system must have, each by
// a Judge of its own that reads the events of a trace. None needs to know how
// the system works inside: what a participant reports (env.Kind…) is enough.
//
// A judge goes on after a violation, from what it then saw: a value that went back is
// compared with from where it went, machines that came apart are each compared with
// themselves. So what merely goes on is one violation, and another mistake, later or
// elsewhere, is another one. A judge's memory grows with the log, the number of
// operations and of violations, never with the number of events.
//
// Sources are cited as Raft (Ongaro and Ousterhout, "In Search of an
// Understandable Consensus Algorithm", extended version, 2014) and Thesis
// (Ongaro, "Consensus: Bridging Theory and Practice", 2014).
//
//	ruling.go         what every judge keeps: the violations
//	sighting.go       an event as evidence
//	table.go          values by log index
//	names.go          operations and entries in words
//	converge.go       how long local logs took to be alike
//	termlog.go        what a machine's durable log holds, and of which term
//	horizon.go        what was reached some time before the end
//	members.go        who is up, ready, and in the configuration
//	election.go       election-safety
//	logmatching.go    log-matching
//	origin.go         log-matching: who makes the entries of a term
//	statemachine.go   state-machine-safety
//	completeness.go   leader-completeness
//	monotonic.go      monotonic; its durable half is in durable.go
//	acknowledged.go   acknowledged
//	once.go           exactly-once
//	local.go          local-logs
//	quorum.go         quorum
//	membership.go     membership
//	configs.go        both: what configurations say
//	liveness.go       liveness; recovered.go says what it asks at the end
//	need.go           what each judge must have been told
//	lines.go          where machines come apart
//	process.go        no-panic
//	rate.go           rpc-rate: requests, and snapshots that come again
//	refusals.go       rpc-rate: what is refused without reason
package invariant

import (
	"cmp"
	"slices"

	"raftian/linearizability/verdict"
)

// violationsMax is how many violations of one signature a judge lists. Further ones
// are counted.
const violationsMax = 10000

// ruling is what a judge has found: its violations, in order.
type ruling struct {
	found  []verdict.Violation
	first  map[string]int // the place in found of each signature's first
	listed map[string]int // how many of each signature found has
}

// fail records a violation. The signature names its kind; the evidence is put in
// the order of the events. What is returned may be added to until the next call.
func (r *ruling) fail(signature, reason string, evidence ...verdict.Evidence) *verdict.Violation {
	if r.first == nil {
		r.first, r.listed = make(map[string]int), make(map[string]int)
	}
	if r.listed[signature] >= violationsMax {
		r.found[r.first[signature]].More++
		return new(verdict.Violation)
	}
	if r.listed[signature]++; r.listed[signature] == 1 {
		r.first[signature] = len(r.found)
	}
	slices.SortStableFunc(evidence, func(a, b verdict.Evidence) int { return cmp.Compare(a.Event, b.Event) })
	r.found = append(r.found, verdict.Violation{Signature: signature, Reason: reason, Evidence: evidence})
	return &r.found[len(r.found)-1]
}

// failed says whether there is a violation.
func (r *ruling) failed() bool { return len(r.found) > 0 }

// verdict is Fail with the violations, or Pass.
func (r *ruling) verdict(judge string) verdict.Verdict {
	if !r.failed() {
		return verdict.Verdict{Judge: judge, Outcome: verdict.Pass}
	}
	return verdict.Failing(judge, r.found)
}

// undecided is the verdict of a judge that cannot say, and why.
func undecided(judge string, outcome verdict.Outcome, reason string) verdict.Verdict {
	return verdict.Verdict{Judge: judge, Outcome: outcome, Reason: reason}
}
