package invariant

import (
	"strings"

	"raftian/netsim/env"
	"raftian/netsim/trace"
)

// Need is what a judge must have been told at least once before it can say that
// something held. A judge that was told of no leader has not seen that leaders are safe.
type Need struct {
	// Note is the kind of note, and which of them, as people read it: "role leader".
	Note string
	// Kinds are the kinds of event that can meet it.
	Kinds []string
	// Meets says of an event of these kinds that it does; nil is that each does.
	Meets func(e *trace.Event) bool
	// Vital says that without it violations mean nothing, either: what nobody reports
	// looks as if it had not happened.
	Vital bool
}

// vital are needs without which violations mean nothing.
func vital(list ...Need) []Need {
	for k := range list {
		list[k].Vital = true
	}
	return list
}

// needs are kinds of note each of which must have been reported.
func needs(kinds ...string) (list []Need) {
	for _, kind := range kinds {
		list = append(list, Need{Note: kind, Kinds: []string{kind}})
	}
	return list
}

// either is a need that notes of any of some kinds meet.
func either(kinds ...string) Need { return Need{Note: strings.Join(kinds, " or "), Kinds: kinds} }

// aLeader is the need of a machine that leads.
func aLeader() Need {
	return Need{Note: env.KindRole + " leader", Kinds: []string{env.KindRole},
		Meets: func(e *trace.Event) bool { return e.Text == "leader" }}
}

// ACall is the need of a client's call.
func ACall() Need {
	return Need{Note: env.KindInvoke, Kinds: []string{env.KindInvoke}, Meets: byClient}
}

// AnAnswer is the need of a client's call that was answered, so that its outcome is
// known.
func AnAnswer() Need {
	return Need{Note: env.KindReturn + " ok or fail", Kinds: []string{env.KindReturn}, Meets: func(e *trace.Event) bool {
		word, _, _ := strings.Cut(e.Text, " ")
		return byClient(e) && (word == "ok" || word == "fail")
	}}
}

// AnIndexedAnswer is the need of an answer "ok" that names the log index at which the
// call took effect, or whose state it saw.
func AnIndexedAnswer() Need {
	return Need{Note: env.KindReturn + " ok with an index", Kinds: []string{env.KindReturn}, Meets: func(e *trace.Event) bool {
		word, _, _ := strings.Cut(e.Text, " ")
		return byClient(e) && word == "ok" && e.Index != 0
	}}
}

// anApplication is the need of a client's command that was applied.
func anApplication() Need {
	return Need{Note: env.KindApply + " of a client", Kinds: []string{env.KindApply},
		Meets: func(e *trace.Event) bool { return e.Client != "" }}
}

// byClient says that a call is not an operator's order.
func byClient(e *trace.Event) bool { return e.Client != env.Operator }

// Needs of the judges; see Need. Those of Liveness are its own matter, since it has
// several parts: see Liveness.Verdict.

// Needs are a leader.
func (*ElectionSafety) Needs() []Need { return []Need{aLeader()} }

// Needs are entries in logs.
func (*LogMatching) Needs() []Need { return needs(env.KindAppend) }

// Needs are a leader, what logs hold, and what is committed.
func (*LeaderCompleteness) Needs() []Need {
	return append(vital(either(env.KindAppend, env.KindLog)), aLeader(), either(env.KindCommit, env.KindApply))
}

// Needs are entries that were applied.
func (*StateMachineSafety) Needs() []Need { return needs(env.KindApply) }

// Needs are terms, and how far machines have come.
func (*Monotonic) Needs() []Need {
	return []Need{either(env.KindTerm, env.KindRole), either(env.KindCommit, env.KindApply)}
}

// Needs are answers that say where calls took effect, and what was applied.
func (*Acknowledged) Needs() []Need { return append(vital(either(env.KindApply)), AnIndexedAnswer()) }

// Needs are clients' commands that were applied.
func (*ExactlyOnce) Needs() []Need { return []Need{anApplication()} }

// Needs are entries of local logs.
func (*LocalLogs) Needs() []Need { return needs(env.KindLocal) }

// Needs are a leader, the votes, who is in the configuration, and what logs hold.
func (*Quorum) Needs() []Need {
	return append(vital(either(env.KindVote, env.KindReply), either(env.KindConfig), either(env.KindAppend, env.KindLog)), aLeader())
}

// Needs are configurations.
func (*Membership) Needs() []Need { return needs(env.KindConfig) }

// Needs are none here.
func (*Liveness) Needs() []Need { return nil }

// Needs are none: that a process ended is told by itself.
func (*Process) Needs() []Need { return nil }

// Needs are requests.
func (*RPCRate) Needs() []Need { return needs(env.KindRPC) }
