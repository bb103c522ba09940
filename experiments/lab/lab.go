// Package lab runs experiments: a Work measures its Cases in random order and stores
// each Record in a Sheet, a file of JSON Lines that survives a crash; Tables present
// the results. It knows no experiment: what is measured is up to the packages of the
// experiments.
//
//	lab.go      Setup: the parameters of an experiment
//	sheet.go    raw data: JSON Lines, one measurement a line
//	work.go     the measurements to make, and their order
//	machine.go  the machine they were made on
//	cpu_*.go    processor time of this process
//	table.go    tables in Markdown
package lab

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"
)

// Setup is the parameters of an experiment.
type Setup struct {
	Quick   bool      // the short form, which only checks that everything works
	Whole   bool      // all combinations of conditions instead of a selection
	Out     string    // directory for data, tables and plots
	Repeats int       // measurements per condition; 0 is the experiment's default
	Jobs    int       // parallel measurements, where they do not disturb each other
	Words   io.Writer // gets messages for the user
	// Raftian returns the path of raftian/full, which it builds if need be, for experiments
	// with processes.
	Raftian func(ctx context.Context) (string, error)
	// Progress, if not nil, is given the number of steps, and returns a function to
	// call after each step and one to call at the end.
	Progress func(steps int, words string) (step, end func())
}

// Times returns the number of measurements per condition.
func (s Setup) Times(quick, full int) int {
	if s.Quick {
		return cmp.Or(s.Repeats, quick)
	}
	return cmp.Or(s.Repeats, full)
}

// Say prints a line for the user.
func (s Setup) Say(format string, args ...any) { fmt.Fprintf(s.Words, format+"\n", args...) }

// Path returns the path of a result file.
func (s Setup) Path(name string) string { return filepath.Join(s.Out, name) }

// Write writes a result file atomically.
func (s Setup) Write(name, text string) error {
	if err := os.MkdirAll(s.Out, 0o755); err != nil {
		return fmt.Errorf("making the directory for results: %w", err)
	}
	partial := s.Path(name + ".partial")
	if err := os.WriteFile(partial, []byte(text), 0o644); err != nil {
		return fmt.Errorf("writing %s: %w", name, err)
	}
	return os.Rename(partial, s.Path(name))
}

// Ms converts a duration to milliseconds.
func Ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// Form returns "quick" or "full", as in the headers of data.
func (s Setup) Form() string {
	if s.Quick {
		return "quick"
	}
	return "full"
}
