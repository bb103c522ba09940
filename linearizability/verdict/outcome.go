package verdict

import "fmt"

// Outcome is what a judge says. The zero Outcome is NotRun: only Pass is green.
type Outcome int

const (
	// NotRun: the judge was given nothing to judge.
	NotRun Outcome = iota
	// Pass: what must hold did hold in everything the judge saw.
	Pass
	// Fail: it did not, and the Verdict says where.
	Fail
	// Inconclusive: the judge could not decide, and the Verdict says why.
	Inconclusive
)

// String is the outcome's name: "not-run", "pass", "fail" or "inconclusive".
func (o Outcome) String() string {
	switch o {
	case NotRun:
		return "not-run"
	case Pass:
		return "pass"
	case Fail:
		return "fail"
	case Inconclusive:
		return "inconclusive"
	}
	return fmt.Sprintf("outcome(%d)", int(o))
}

// MarshalText returns the outcome's name, which is also its form in JSON. An
// Outcome that is none of the four is an error.
func (o Outcome) MarshalText() ([]byte, error) {
	if o < NotRun || o > Inconclusive {
		return nil, fmt.Errorf("%v has no name", o)
	}
	return []byte(o.String()), nil
}

// UnmarshalText reads what MarshalText writes.
func (o *Outcome) UnmarshalText(text []byte) error {
	for known := NotRun; known <= Inconclusive; known++ {
		if known.String() == string(text) {
			*o = known
			return nil
		}
	}
	return fmt.Errorf("%q is no outcome: not-run, pass, fail or inconclusive", text)
}
