package cli

import (
	"context"
	"errors"
	"os"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"raftian/raftian/ci"
)

// junitFile is the file that --junit asks for, of one command. There is a whole file at
// any moment, from the beginning on: until the command has come to its end, a case in it
// says that it has not, so that what is killed is red. Without --junit nothing is
// written. It is safe for concurrent use.
type junitFile struct {
	path string
	what string // that has not come to its end
	cut  bool   // it was interrupted, whatever its error is

	mu     sync.Mutex
	report ci.Report
	began  time.Time
	bad    int   // cases so far
	told   int   // of them, that were in the file when a bad case last had it written
	err    error // of the last write
}

// flag is --junit. what is the work as the file names it, such as "the campaign".
func (j *junitFile) flag(c *cobra.Command, what string) {
	j.what = what
	c.Flags().StringVar(&j.path, "junit", "", "also write what came of it to this file, as JUnit's XML")
}

// begin writes the first file, before any work is done for one that cannot be written.
// inputs are files that it must not be.
func (j *junitFile) begin(inputs ...string) error {
	j.began = time.Now()
	if j.path == "" {
		return nil
	}
	var err error
	if j.path, err = FileToBe("--junit", j.path, inputs...); err != nil {
		return Usage(err)
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.write(j.unfinished("it was stopped before its end, by more than a signal")); j.err != nil {
		return Usage(j.err)
	}
	return nil
}

// suite begins a suite.
func (j *junitFile) suite(name string, properties ...ci.Property) *ci.Suite {
	j.mu.Lock()
	defer j.mu.Unlock()
	s := j.report.Suite(name, time.Now())
	s.Properties = properties
	return s
}

// add adds a case to a suite. One that is bad is in the file at once; beyond a hundred
// of them, once there are a tenth more.
func (j *junitFile) add(s *ci.Suite, c ci.Case) {
	j.mu.Lock()
	defer j.mu.Unlock()
	s.Add(c)
	s.Took = time.Since(s.Began)
	if !c.Bad() {
		return
	}
	if j.bad++; j.bad <= 100 || j.bad >= j.told+j.told/10 {
		j.told = j.bad
		j.write(j.unfinished("it was stopped before its end, by more than a signal"))
	}
}

// end writes the last file, and returns the error with which the command ends: err,
// which may be nil, or that the file could not be written. Of a command that was
// interrupted, or whose tool failed, a case says so.
func (j *junitFile) end(err error) error {
	if j.path == "" || j.began.IsZero() {
		return err
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	var own *exitError
	switch {
	case j.cut || errors.Is(err, context.Canceled):
		j.write(j.unfinished("it was interrupted"))
	case err == nil, errors.As(err, &own) && own.status == ExitFail:
		j.write(nil)
	default:
		j.write(j.unfinished(OneLine(err)))
	}
	if j.err != nil {
		return errors.Join(err, Tool(j.err))
	}
	return err
}

// unfinished is a suite that says that the work is not done, and why.
func (j *junitFile) unfinished(why string) *ci.Suite {
	s := &ci.Suite{Name: "raftian", Began: j.began}
	s.Add(ci.Case{Class: "raftian", Name: j.what, Took: time.Since(j.began), Error: &ci.Why{Message: why, Type: "not finished"}})
	return s
}

// write writes the file anew, with one more suite if there is one.
func (j *junitFile) write(more *ci.Suite) {
	if j.path == "" {
		return
	}
	r := j.report
	if more != nil {
		r.Suites = append(r.Suites[:len(r.Suites):len(r.Suites)], more)
	}
	j.err = WriteFile(j.path, r.Write)
}

// onGitHub is the GitHub whose step this process runs in; nil elsewhere. Where standard
// output is JSON, workflow commands go to standard error.
func onGitHub(asJSON bool) *ci.GitHub {
	if asJSON {
		return ci.OnGitHub(os.Getenv, os.Stderr)
	}
	return ci.OnGitHub(os.Getenv, Out)
}
