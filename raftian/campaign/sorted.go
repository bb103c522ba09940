package campaign

import (
	"slices"

	"raftian/linearizability"
	"raftian/linearizability/verdict"
)

// Sorted is a verdict, sorted into what is known and what is not.
type Sorted struct {
	// Unknown is the verdict without the violations that are known findings. If all of
	// them are, it is the verdict as it was.
	Unknown  linearizability.Verdict
	Findings []string // that some of the violations are, by name, each once
	known    bool     // all of them are
}

// Known says that the verdict is Fail and that every violation is a known finding.
func (s Sorted) Known() bool { return s.known }

// Fails says that the verdict is a failure of the run: it is Fail and not all of it is
// known, or it is Inconclusive. A judge that had nothing to judge fails nothing.
func (s Sorted) Fails() bool {
	return !s.known && (s.Unknown.Outcome == linearizability.Fail || s.Unknown.Outcome == linearizability.Inconclusive)
}

// SortOut sorts verdicts by what is known of each violation, as Options.Known says it;
// nil says that nothing is.
func SortOut(verdicts []linearizability.Verdict, known [][]string) []Sorted {
	sorted := make([]Sorted, len(verdicts))
	for k, v := range verdicts {
		sorted[k].Unknown = v
		if known == nil || v.Outcome != linearizability.Fail {
			continue
		}
		var rest []linearizability.Violation
		for n, x := range v.Violations {
			if n < len(known[k]) && known[k][n] != "" {
				sorted[k].Findings = append(sorted[k].Findings, known[k][n])
			} else {
				rest = append(rest, x)
			}
		}
		slices.Sort(sorted[k].Findings)
		sorted[k].Findings = slices.Compact(sorted[k].Findings)
		switch {
		case len(rest) > 0:
			sorted[k].Unknown = verdict.Failing(v.Judge, rest)
		case len(v.Violations) > 0:
			sorted[k].known = true
		}
	}
	return sorted
}
