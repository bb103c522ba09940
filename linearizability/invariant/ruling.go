// Package invariant judges the properties that a Raft system must have, each by
// a Judge of its own that reads the events of a trace. None needs to know how
// the system works inside: what a participant reports (env.Kind…) is enough.
//
// A judge keeps the first violation it meets and ignores what follows it, for
// what follows a violation is often its consequence. Its memory grows with the
// log and the number of operations, never with the number of events.
//
// Sources are cited as Raft (Ongaro and Ousterhout, "In Search of an
// Understandable Consensus Algorithm", extended version, 2014) and Thesis
// (Ongaro, "Consensus: Bridging Theory and Practice", 2014).
//
//	ruling.go         what every judge keeps: the first violation
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
//	liveness.go       liveness
//	process.go        no-panic
//	rate.go           rpc-rate: requests, and snapshots that come again
//	refusals.go       rpc-rate: what is refused without reason
package invariant

import (
	"cmp"
	"slices"

	"raftian/linearizability/verdict"
)

// ruling is what a judge has found: nothing, or the first violation.
type ruling struct {
	found *verdict.Verdict
}

// fail records a violation unless there is one. The signature names its kind;
// the evidence is put in the order of the events.
func (r *ruling) fail(signature, reason string, evidence ...verdict.Evidence) {
	if r.found != nil {
		return
	}
	slices.SortStableFunc(evidence, func(a, b verdict.Evidence) int { return cmp.Compare(a.Event, b.Event) })
	r.found = &verdict.Verdict{
		Outcome:   verdict.Fail,
		Reason:    reason,
		Signature: signature,
		Evidence:  evidence,
	}
}

// failed says whether there is a violation already.
func (r *ruling) failed() bool { return r.found != nil }

// verdict is the violation, or Pass.
func (r *ruling) verdict(judge string) verdict.Verdict {
	if r.found == nil {
		return verdict.Verdict{Judge: judge, Outcome: verdict.Pass}
	}
	v := *r.found
	v.Judge = judge
	return v
}

// undecided is the verdict of a judge that cannot say, and why.
func undecided(judge string, outcome verdict.Outcome, reason string) verdict.Verdict {
	return verdict.Verdict{Judge: judge, Outcome: outcome, Reason: reason}
}
