// Package spec is the game as a test bench uses it: a generator of client calls, and
// the sequential specification of their results (Model). Both use texts, as calls and
// results travel through a cluster. The rules are in package rules.
package spec

import (
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"raftian/game/rules"
	"raftian/linearizability"
)

// Init returns the game before the first call: each machine's city plays and has the
// machine's name. A machine whose name is not a valid city name has no city.
func Init(machines []string) rules.State {
	var s rules.State
	for _, name := range machines {
		s, _ = rules.Step(s, rules.Input{Verb: rules.Add, City: name})
	}
	return s
}

// Verified begins the text of a read that bypasses the log: "verified look n1". It must
// return what the read through the log would, and changes nothing.
const Verified = "verified "

// Lease and Local begin reads with weaker guarantees: reads on the leader's lease, and
// of the state of the client's own node.
const (
	Lease = "lease "
	Local = "local "
)

// cutReadKind removes the prefix of a read that bypasses the log.
func cutReadKind(input string) (text string, is bool) {
	for _, kind := range []string{Verified, Lease, Local} {
		if text, is = strings.CutPrefix(input, kind); is {
			return text, true
		}
	}
	return input, false
}

// ReadOnly reports whether a call's text is a read that bypasses the log.
func ReadOnly(input string) bool {
	_, is := cutReadKind(input)
	return is
}

// Promises returns the consistency of each kind of call, given the length of a leader's
// lease.
func Promises(lease time.Duration) linearizability.Promises {
	return func(input string) linearizability.Promise {
		switch {
		case strings.HasPrefix(input, Local):
			return linearizability.Promise{Local: true}
		case strings.HasPrefix(input, Lease):
			return linearizability.Promise{Stale: lease}
		}
		return linearizability.Promise{}
	}
}

// Reads reports whether a call with this output ("" if unknown) cannot have changed the
// state: it is a Look, or was rejected.
func Reads(input, output string) bool {
	in, err := rules.ParseInput(input)
	return ReadOnly(input) || err != nil || in.Verb == rules.Look || strings.HasPrefix(output, "rejected: ")
}

// Step returns the specified result of a call in a state.
func Step(state rules.State, input string) (next rules.State, output string) {
	if text, is := cutReadKind(input); is {
		return state, rules.QueryText(state, text)
	}
	return rules.StepText(state, input)
}

// Model returns the specification of the game with the cities of some machines.
func Model(machines []string) linearizability.Model {
	return linearizability.Model{
		Init: func() any { return Init(machines) },
		Step: func(state any, input string) (any, string) {
			next, output := Step(state.(rules.State), input)
			return next, output
		},
		Equal:    func(a, b any) bool { return a.(rules.State).Equal(b.(rules.State)) },
		Hash:     func(state any) uint64 { return state.(rules.State).Hash() },
		Reads:    Reads,
		Describe: func(state any) string { return state.(rules.State).String() },
	}
}

// City returns the city that a client plays: "n1" for clients "p1" and "p1-2", and
// otherwise the city with the client's name.
func City(client string) string {
	if number, is := strings.CutPrefix(client, "p"); is {
		number, _, _ = strings.Cut(number, "-")
		return "n" + number
	}
	return client
}

// The percentages of each kind of call. Cities return about as fast as they are
// destroyed, so that more than half of them play and the game continues.
const (
	attacks   = 55
	nonsense  = 5 // attacks that must be rejected
	looks     = 15
	summaries = 10
	adds      = 11 // the rest are dels
)

// Call draws the text of a client's next call, using rng only. There must be at least
// one machine.
func Call(rng *rand.Rand, client string, machines []string) string {
	city := City(client)
	anyCity := func() string { return machines[rng.IntN(len(machines))] }
	n := rng.IntN(100)
	below := func(share int) bool {
		n -= share
		return n < 0
	}
	switch {
	case below(attacks):
		return city + " attack " + other(rng, city, machines)
	case below(nonsense):
		return drawNonsense(rng, city)
	case below(looks):
		return "look " + anyCity()
	case below(summaries):
		return "look"
	case below(adds):
		return "add " + anyCity()
	}
	return "del " + anyCity()
}

// Read draws the text of a Look, using rng only.
func Read(rng *rand.Rand, _ string, machines []string) string {
	if rng.IntN(3) == 0 {
		return "look"
	}
	return "look " + machines[rng.IntN(len(machines))]
}

// other draws another city; the same one if there is no other.
func other(rng *rand.Rand, city string, machines []string) string {
	others := slices.DeleteFunc(slices.Clone(machines), func(name string) bool { return name == city })
	if len(others) == 0 {
		return city
	}
	return others[rng.IntN(len(others))]
}

// drawNonsense draws an attack that is rejected in every state. No machine is called
// atlantis.
func drawNonsense(rng *rand.Rand, city string) string {
	switch rng.IntN(4) {
	case 0:
		return city + " attack atlantis"
	case 1:
		return "atlantis attack " + city
	case 2:
		return city + " attack " + city
	}
	return city + " attacks"
}
