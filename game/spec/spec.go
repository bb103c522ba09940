// Package spec is the game as what a bench tests: the calls its clients make,
// and the sequential specification that says what must come of them. Both are
// in texts, as calls and answers are on their way through a cluster. The rules
// themselves are those of package rules.
package spec

import (
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"raftian/game/rules"
	"raftian/linearizability"
)

// Init is the game before the first call: each machine's city is playing, by
// the machine's name. A machine whose name no city can have has no city; what
// calls say of it is rejected.
func Init(machines []string) rules.State {
	var s rules.State
	for _, name := range machines {
		s, _ = rules.Step(s, rules.Input{Verb: rules.Add, City: name})
	}
	return s
}

// Verified begins the text of a read that does not go through the log: "verified
// look n1". It must give what the read itself would, and changes nothing.
const Verified = "verified "

// Two more begin reads that promise less: on the leader's lease, and of the state
// that the client's own node has.
const (
	Lease = "lease "
	Local = "local "
)

// read is a call's text without what begins it, if it is a read that does not go
// through the log.
func cutReadKind(input string) (text string, is bool) {
	for _, kind := range []string{Verified, Lease, Local} {
		if text, is = strings.CutPrefix(input, kind); is {
			return text, true
		}
	}
	return input, false
}

// ReadOnly says of a call's text whether it is such a read.
func ReadOnly(input string) bool {
	_, is := cutReadKind(input)
	return is
}

// Promises says what calls promise in a system whose leaders hold leases that
// long.
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

// Reads says of a call with this output, which is "" if it is not known, that it
// cannot have changed the state, whatever that was: one that only looks, or was
// rejected.
func Reads(input, output string) bool {
	in, err := rules.ParseInput(input)
	return ReadOnly(input) || err != nil || in.Verb == rules.Look || strings.HasPrefix(output, "rejected: ")
}

// Step is what must come of a call in a state.
func Step(state rules.State, input string) (next rules.State, output string) {
	if text, is := cutReadKind(input); is {
		return state, rules.QueryText(state, text)
	}
	return rules.StepText(state, input)
}

// Model is the game with the cities of some machines, as what a history is judged by.
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

// City is the city a client plays: client "p1" lives on machine "n1" and plays
// its city, and so does "p1-2" as another player. A client of another kind of
// name plays the city of that name.
func City(client string) string {
	if number, is := strings.CutPrefix(client, "p"); is {
		number, _, _ = strings.Cut(number, "-")
		return "n" + number
	}
	return client
}

// How often, of 100 calls, a client makes each kind of call. Cities come back
// about as fast as they are destroyed, so that more than half of them play and
// the game goes on for ever.
const (
	attacks   = 55
	nonsense  = 5 // attacks that must be rejected
	looks     = 15
	summaries = 10
	adds      = 11 // dels are the rest
)

// Call draws the text of a client's next call, from rng only. There must be at
// least one machine.
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

// Read draws the text of a call that only looks, from rng only, as Call does.
func Read(rng *rand.Rand, _ string, machines []string) string {
	if rng.IntN(3) == 0 {
		return "look"
	}
	return "look " + machines[rng.IntN(len(machines))]
}

// other draws another city; the same one if it is alone.
func other(rng *rand.Rand, city string, machines []string) string {
	others := slices.DeleteFunc(slices.Clone(machines), func(name string) bool { return name == city })
	if len(others) == 0 {
		return city
	}
	return others[rng.IntN(len(others))]
}

// drawNonsense draws an attack that must be rejected in every state; no machine
// is called atlantis.
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
