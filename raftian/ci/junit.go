package ci

import (
	"cmp"
	"encoding/xml"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/jstemmer/go-junit-report/v2/junit"
)

// What a suite lists at most; beyond that it counts, so that a night's campaign leaves a
// file that servers accept, and memory for other things.
const (
	passesMax   = 10_000 // cases that passed or were skipped
	failuresMax = 2_000  // cases that did not
	fullMax     = 200    // of those, with the whole of their texts
)

// Report is what a JUnit file holds. It is for one goroutine at a time.
type Report struct {
	Suites []*Suite
}

// Suite is a group of cases, such as the seeds of a campaign.
type Suite struct {
	Name       string
	Began      time.Time // the zero Time is not told
	Took       time.Duration
	Properties []Property

	cases []Case
	// by outcome: how many are listed, and how many are only counted
	listed, counted map[outcome]int
}

// Property is a fact about a Suite.
type Property struct{ Name, Value string }

// Case is one test. It passed if none of Failure, Error and Skipped is there.
type Case struct {
	Class, Name string
	Number      uint64 // cases of a Suite are listed in this order, whenever they were added
	Took        time.Duration
	Failure     *Why // what was tested is wrong
	Error       *Why // it could not be tested
	Skipped     *Why
	Out         string // what else there is to say of it, of any outcome
}

// Why is the reason for an outcome.
type Why struct {
	Message string // one line
	Type    string // which kind of failure it is, the same for failures that are alike
	Text    string // all there is to say
}

type outcome int

const (
	passed outcome = iota
	skipped
	failed
	errored
)

func (c *Case) outcome() outcome {
	switch {
	case c.Error != nil:
		return errored
	case c.Failure != nil:
		return failed
	case c.Skipped != nil:
		return skipped
	}
	return passed
}

// Bad reports whether a Case makes a server call the whole a failure.
func (c *Case) Bad() bool { return c.outcome() >= failed }

// Suite begins a Suite.
func (r *Report) Suite(name string, began time.Time) *Suite {
	s := &Suite{Name: name, Began: began}
	r.Suites = append(r.Suites, s)
	return s
}

// Add adds a Case, or only counts it if there are very many. It keeps as much of its
// texts as Clean leaves, and less after many failures.
func (s *Suite) Add(c Case) {
	if s.listed == nil {
		s.listed, s.counted = map[outcome]int{}, map[outcome]int{}
	}
	o, most := c.outcome(), passesMax
	if c.Bad() {
		most = failuresMax
	}
	if s.listed[o] >= most {
		s.counted[o]++
		return
	}
	s.listed[o]++
	long := textMax
	if s.listed[failed]+s.listed[errored] > fullMax {
		long = briefMax
	}
	for _, w := range []*Why{c.Failure, c.Error, c.Skipped} {
		if w != nil {
			w.Message, w.Type, w.Text = clean(w.Message, briefMax), clean(w.Type, briefMax), clean(w.Text, long)
		}
	}
	c.Out = clean(c.Out, long)
	s.cases = append(s.cases, c)
}

// rest are cases that stand for those that were only counted, one for each outcome.
func (s *Suite) rest() (all []Case) {
	for o, words := range []string{passed: "passed", skipped: "were skipped", failed: "failed", errored: "could not be tested"} {
		n := s.counted[outcome(o)]
		if n == 0 {
			continue
		}
		c := Case{Class: s.Name, Name: fmt.Sprintf("%d more that %s", n, words)}
		why := &Why{Message: c.Name}
		switch outcome(o) {
		case skipped:
			c.Skipped = why
		case failed:
			c.Failure = why
		case errored:
			c.Error = why
		}
		all = append(all, c)
	}
	return all
}

// Write writes the Report as XML.
func (r *Report) Write(w io.Writer) error {
	var all junit.Testsuites
	var took time.Duration
	for k, s := range r.Suites {
		took += s.Took
		suite := junit.Testsuite{Name: Clean(s.Name), ID: k, Time: seconds(s.Took)}
		if !s.Began.IsZero() {
			suite.Timestamp = s.Began.UTC().Format("2006-01-02T15:04:05") // the schemas know no zones
		}
		for _, p := range s.Properties {
			suite.AddProperty(p.Name, Clean(p.Value))
		}
		for _, c := range slices.SortedStableFunc(slices.Values(s.cases), func(a, b Case) int { return cmp.Compare(a.Number, b.Number) }) {
			suite.AddTestcase(c.element())
		}
		for _, c := range s.rest() {
			suite.AddTestcase(c.element())
		}
		all.AddSuite(suite)
	}
	all.Time = seconds(took)
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	return all.WriteXML(w)
}

func (c *Case) element() junit.Testcase {
	e := junit.Testcase{Classname: Clean(c.Class), Name: Clean(c.Name), Time: seconds(c.Took),
		Failure: c.Failure.element(), Error: c.Error.element(), Skipped: c.Skipped.element()}
	if c.Out != "" {
		e.SystemOut = &junit.Output{Data: c.Out}
	}
	return e
}

func (w *Why) element() *junit.Result {
	if w == nil {
		return nil
	}
	return &junit.Result{Message: w.Message, Type: w.Type, Data: w.Text}
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.3f", d.Seconds()) }
