// Package history holds what the clients of a run saw: calls and their returns.
//
//	history.go    Op
//	recorder.go   Recorder: the Ops of a trace
package history

import (
	"fmt"

	"raftian/netsim/env"
)

// Outcome says how an Op ended, as far as its client knows.
type Outcome int

const (
	// Unknown: no answer came, or one that leaves open what happened. The Op
	// may take effect at any time after its call, or never.
	Unknown Outcome = iota
	// OK: it took effect between call and return, and Output is its result.
	OK
	// Fail: it certainly had and will have no effect.
	Fail
)

// outcomeNames are the Outcomes in words, as in traces and run files.
func outcomeNames() [3]string { return [...]string{Unknown: "unknown", OK: "ok", Fail: "fail"} }

// String is the outcome's name: "unknown", "ok" or "fail".
func (o Outcome) String() string {
	if o < Unknown || o > Fail {
		return fmt.Sprintf("outcome(%d)", int(o))
	}
	return outcomeNames()[o]
}

// MarshalText returns the outcome's name, which is also its form in JSON. An
// Outcome that is none of the three is an error.
func (o Outcome) MarshalText() ([]byte, error) {
	if o < Unknown || o > Fail {
		return nil, fmt.Errorf("%v has no name", o)
	}
	return []byte(o.String()), nil
}

// UnmarshalText reads what MarshalText writes.
func (o *Outcome) UnmarshalText(text []byte) error {
	for k, name := range outcomeNames() {
		if name == string(text) {
			*o = Outcome(k)
			return nil
		}
	}
	return fmt.Errorf("%q is no outcome: unknown, ok or fail", text)
}

// Op is one call of a client and its return. Instants are nanoseconds since the
// World began.
type Op struct {
	Client  string  `json:"client"`
	Seq     uint64  `json:"seq"` // per client, unique and rising
	Input   string  `json:"input"`
	Output  string  `json:"output"` // of an OK; for others the reason
	Outcome Outcome `json:"outcome"`
	// OutputUnknown says of an OK that what it answered is not known: it took effect
	// between call and return, and any Output will do. A History from a run has none.
	OutputUnknown bool        `json:"output_unknown,omitempty"`
	Call          env.Instant `json:"call"`
	Return        env.Instant `json:"return,omitempty"`     // zero if it never returned; an Unknown may have one
	CallEvent     uint64      `json:"call_event,omitempty"` // numbers of its events in the trace; 0 if there is none
	ReturnEvent   uint64      `json:"return_event,omitempty"`
	Index         uint64      `json:"index,omitempty"` // log index at which it took effect; 0 if not known

	// When a machine first applied it with effect, and the number of that
	// event; 0 if none ever did, as for an Op that does not go through the log.
	// Clients do not see this: it is the World's knowledge, and a History from
	// elsewhere lacks it.
	Applied      env.Instant `json:"applied,omitempty"`
	AppliedEvent uint64      `json:"applied_event,omitempty"`
}
