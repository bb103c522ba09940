package cli

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"raftian/linearizability"
	"raftian/netsim/trace"
	"raftian/raftian/campaign"
	"raftian/raftian/ci"
)

// checkTold tells what came of judging run files again, to a JUnit file and to GitHub. In
// the file each run file is a case, of the class "check": failed if a
// judge did not pass it or nobody could judge it, skipped if what fails is known, and an
// error if it could not be read to its end.
type checkTold struct {
	junit  junitFile
	suite  *ci.Suite
	github *ci.GitHub

	mu   sync.Mutex
	rows [][]string // of the summary
	all  int
	not  int // that did not pass
}

// begin refuses a --junit that cannot be written. input is what is to be judged.
func (t *checkTold) begin(input string, asJSON bool) error {
	t.github = onGitHub(asJSON)
	if err := t.junit.begin(input); err != nil {
		return err
	}
	t.suite = t.junit.suite("check " + input)
	return nil
}

// wanted reports whether anybody is told.
func (t *checkTold) wanted() bool { return t.junit.path != "" || t.github != nil }

// made tells of a file.
func (t *checkTold) made(r checkedRun) {
	word, why := r.outcome()
	again := fmt.Sprintf("%s check %s", self(), r.File)
	c := ci.Case{Class: "check", Name: r.File}
	switch word {
	case "pass":
	case "known":
		var names []string
		for _, v := range r.Verdicts {
			if name := r.Known[v.Judge]; name != "" {
				names = append(names, name)
			}
		}
		c.Skipped = knownCase(names)
	case "unreadable", "cut off":
		c.Error = &ci.Why{Message: why, Type: word, Text: r.evidence() + again + "\n"}
	default:
		judge, _, _ := strings.Cut(why, ": ") // or what campaign.UnjudgedWords say
		c.Failure = &ci.Why{Message: why, Type: judge, Text: r.evidence() + again + "\n"}
	}
	t.junit.add(t.suite, c)
	t.mu.Lock()
	defer t.mu.Unlock()
	t.all++
	if c.Bad() {
		t.github.Error(fmt.Sprintf("%s: %s", r.File, word), why+"\nagain: "+again)
	}
	if word == "pass" {
		return
	}
	if t.not++; t.not <= summaryRows {
		t.rows = append(t.rows, []string{ci.Code(r.File), fmt.Sprint(r.Seed), ci.Plain(word), ci.Plain(why)})
	}
}

// evidence is what the judges say that did not pass a run.
func (r *checkedRun) evidence() string {
	var b strings.Builder
	for _, v := range r.Verdicts {
		if v.Outcome == linearizability.Fail || v.Outcome == linearizability.Inconclusive {
			fmt.Fprintf(&b, "%s: %s  %s\n", v.Judge, v.Outcome, v.Reason)
			campaign.PrintEvidence(&b, "    ", v)
		}
	}
	return b.String()
}

// end is the last; see junitFile.end.
func (t *checkTold) end(err error) error {
	t.github.Close()
	if t.all > 0 {
		text := fmt.Sprintf("### raftian check: %d of %s did not pass\n\n", t.not, trace.Some(t.all, "run file"))
		slices.SortFunc(t.rows, func(a, b []string) int { return strings.Compare(a[0], b[0]) })
		if t.not > 0 {
			text += ci.Table{Head: []string{"file", "seed", "outcome", "why"}, Rows: t.rows}.String() + "\n"
		}
		if more := t.not - len(t.rows); more > 0 {
			text += fmt.Sprintf("and %s.\n\n", trace.Some(more, "more file"))
		}
		if no := t.github.Summary(text); no != nil && err == nil {
			err = Tool(no)
		}
	}
	return t.junit.end(err)
}
