// Package verdict holds what judges say. It is apart from the judges so that
// those of one property each (package invariant) and those who call them all
// (package linearizability) can share it.
//
//	verdict.go   Verdict and Evidence
//	outcome.go   Outcome and its text form
package verdict

// Verdict is what a judge says of a run. It is neither an error nor a panic.
type Verdict struct {
	Judge    string     `json:"judge"`
	Outcome  Outcome    `json:"outcome"`
	Reason   string     `json:"reason,omitempty"`   // one line; required unless Pass
	Evidence []Evidence `json:"evidence,omitempty"` // the few events that contradict each other, in order
	// Signature says which kind of violation it is, without names, numbers and
	// times, so that two runs can be said to fail alike.
	Signature string `json:"signature,omitempty"`
}

// Evidence is one fact behind a Verdict: what it is, and the event that shows it.
type Evidence struct {
	Event uint64 `json:"event,omitempty"` // its number in the trace; 0 if it is about no single event
	Text  string `json:"text"`
}
