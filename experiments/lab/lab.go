// Package lab is where experiments are made: raw data that outlives a crash, a plan of
// work whose conditions take turns, and tables of what came of it.
//
// It knows no experiment: what is measured, and what that means, is in the packages of
// the experiments.
//
//	lab.go      Setup: what an experiment is told
//	sheet.go    raw data: JSON Lines, one measurement a line
//	work.go     what is to be measured, and in which order
//	machine.go  what it was measured on
//	cpu_*.go    what it cost this process
//	table.go    tables in Markdown
package lab

import (
	"cmp"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"
)

// Setup is what an experiment is told.
type Setup struct {
	Quick   bool   // the short form: little data, to see that everything works
	Whole   bool   // every combination of conditions, where the usual form has a choice
	Out     string // directory for data, tables and plots
	Repeats int    // how often each condition is measured; 0 is what the experiment thinks right
	Jobs    int    // measurements at once, where they do not disturb each other
	Raftian string // the command itself, for experiments with processes
	Words   io.Writer
	// Progress is given the number of steps, and returns what is to be called after
	// each, and in the end. May be nil.
	Progress func(steps int, words string) (step, end func())
}

// Times is how often each condition is measured.
func (s Setup) Times(quick, full int) int {
	if s.Quick {
		return cmp.Or(s.Repeats, quick)
	}
	return cmp.Or(s.Repeats, full)
}

// Say says something to whoever waits.
func (s Setup) Say(format string, args ...any) { fmt.Fprintf(s.Words, format+"\n", args...) }

// Path is the path of a file of the experiment's.
func (s Setup) Path(name string) string { return filepath.Join(s.Out, name) }

// Write writes a file of the experiment's, all of it or nothing.
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

// Ms is a duration in milliseconds, as data have it.
func Ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// Form is the form of the experiment, as headers of data have it.
func (s Setup) Form() string {
	if s.Quick {
		return "quick"
	}
	return "full"
}
