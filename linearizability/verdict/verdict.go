// Package verdict holds what judges say. It is apart from the judges so that
// those of one property each (package invariant) and those who call them all
// (package linearizability) can share it.
//
//	verdict.go   Verdict, Violation and Evidence
//	outcome.go   Outcome and its text form
package verdict

// Verdict is what a judge says of a run. It is neither an error nor a panic.
//
// Reason, Evidence and Signature are those of the first violation if the Outcome is
// Fail; Violations has that one and all others.
type Verdict struct {
	Judge    string     `json:"judge"`
	Outcome  Outcome    `json:"outcome"`
	Reason   string     `json:"reason,omitempty"`   // one line; required unless Pass
	Evidence []Evidence `json:"evidence,omitempty"` // the few events that contradict each other, in order
	// Signature says which kind of violation it is, without names, numbers and
	// times, so that two runs can be said to fail alike.
	Signature string `json:"signature,omitempty"`
	// Violations are what a judge found that fails, in the order in which it found
	// them. See Brief.
	Violations []Violation `json:"violations,omitempty"`
	// Missing are the notes that the judge needs and that nobody reported, or not
	// all who took part. Of a NotRun they are the reason; of a Pass they say what
	// it was not about.
	Missing []Missing `json:"missing,omitempty"`
}

// Violation is one way in which what must hold did not.
type Violation struct {
	Signature string     `json:"signature"`
	Reason    string     `json:"reason"` // one line
	Evidence  []Evidence `json:"evidence,omitempty"`
	// Machine is the one that failed and Index the first log index concerned, where
	// the events of the evidence do not say it; "" and 0 otherwise.
	Machine string `json:"machine,omitempty"`
	Index   uint64 `json:"index,omitempty"`
	// More is how many further violations of this signature there were that are not
	// listed.
	More int `json:"more,omitempty"`
}

// Evidence is one fact behind a Verdict: what it is, and the event that shows it.
type Evidence struct {
	Event uint64 `json:"event,omitempty"` // its number in the trace; 0 if it is about no single event
	Text  string `json:"text"`
}

// Missing is a kind of note that a judge needs, and the machines that never reported
// it, by name.
type Missing struct {
	Note     string   `json:"note"`
	Machines []string `json:"machines"`
}

// Failing is the Verdict of a judge that found these violations, of which there is
// at least one.
func Failing(judge string, found []Violation) Verdict {
	first := found[0]
	return Verdict{Judge: judge, Outcome: Fail, Reason: first.Reason, Evidence: first.Evidence,
		Signature: first.Signature, Violations: found}
}

// Brief is the Verdict with the first violation of each signature only. Each says
// how many more there were.
func (v Verdict) Brief() Verdict {
	if len(v.Violations) == 0 {
		return v
	}
	at := make(map[string]int)
	var brief []Violation
	for _, x := range v.Violations {
		k, known := at[x.Signature]
		if !known {
			at[x.Signature] = len(brief)
			brief = append(brief, x)
			continue
		}
		brief[k].More += 1 + x.More
	}
	v.Violations = brief
	return v
}
