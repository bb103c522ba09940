package campaign

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"

	"raftian/linearizability"
	"raftian/netsim/plan"
	"raftian/netsim/trace"
)

// The tags of a run file's sections.
const (
	TagOp      = "op"
	TagVerdict = "verdict"
	TagExit    = "exit" // what the program said, if it died
	TagLine    = "line" // a trace.Line: what programs printed, after all else
)

// Save writes a run file.
func (r *Result) Save(path string, p *Program) error {
	f, err := trace.Create(path, trace.Header{
		Seed:    r.Plan.Seed,
		Guest:   r.Plan.Guest,
		World:   p.Package,
		Raft:    p.Raft,
		Like:    p.Like,
		Mends:   p.Mends,
		Program: p.Digest,
		Go:      p.GoVersion,
		Arch:    runtime.GOARCH,
		Plan:    r.Plan.String(),
	})
	if err != nil {
		return err
	}
	if err := r.write(f); err != nil {
		return errors.Join(fmt.Errorf("writing %s: %w", path, err), f.Abort())
	}
	return f.Close(trace.Trailer{Digest: r.Digest, Events: r.Events})
}

func (r *Result) write(f *trace.File) error {
	d := trace.NewDecoder(bytes.NewReader(r.Wire))
	var e trace.Event
	for range r.Events {
		if err := d.Next(&e); err != nil {
			return err
		}
		if err := f.Event(&e); err != nil {
			return err
		}
	}
	for _, op := range r.History {
		if err := f.Section(TagOp, op); err != nil {
			return err
		}
	}
	for _, v := range r.Verdicts {
		if err := f.Section(TagVerdict, v.Brief()); err != nil {
			return err
		}
	}
	if r.Exit != "" {
		if err := f.Section(TagExit, r.Exit); err != nil {
			return err
		}
	}
	for _, line := range r.Printed {
		if err := f.Section(TagLine, line); err != nil {
			return err
		}
	}
	return nil
}

// Check judges the run in a file again. build gives the world program of a
// package, for guests whose model is not built in; it is called only then.
//
// A file that is cut off or damaged is judged as far as it can be read; the
// error then says so and comes with a Result. Judges of how a run ends decide
// nothing then.
func Check(ctx context.Context, path string, build func(pkg string) (*Program, error)) (*Result, error) {
	f, err := trace.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	pl, err := plan.Parse(f.Header().Plan)
	if err != nil {
		return nil, fmt.Errorf("%s: its plan: %w", path, err)
	}
	h := f.Header()
	r := &Result{Plan: pl, Raft: h.Raft, Like: cmp.Or(h.Like, h.Raft), Mends: h.Mends, Live: h.Live}
	j := newJudging(pl)
	enc := trace.NewEncoder()
	ended, broken := false, error(nil)
	var e trace.Event
	for {
		if broken = f.Event(&e); broken != nil {
			break
		}
		j.event(&e)
		r.Wire = enc.Append(r.Wire, &e)
		ended = e.Kind == trace.KindEnd
	}
	if broken == io.EOF {
		r.Exit, r.Printed, broken = readSections(f)
	}
	if !ended && r.Exit == "" && broken == nil {
		r.Exit = "the file does not hold the end of the run"
	}
	var program *Program
	if _, known := builtin(pl.Guest); !known && broken == nil {
		world := f.Header().World
		if world == "" {
			return nil, fmt.Errorf("%s: it does not say which world program has the model of guest %q", path, pl.Guest)
		}
		if program, err = build(world); err != nil {
			return nil, err
		}
	}
	if err := j.finish(ctx, program, r); err != nil {
		return nil, err
	}
	if t, ok := f.Trailer(); ok {
		r.Digest = t.Digest
	}
	if broken != nil {
		leaveOpen(r.Verdicts, "liveness", "no-panic")
		return r, fmt.Errorf("%s: %w", path, broken)
	}
	return r, nil
}

// leaveOpen takes back what judges said who need the end of a run.
func leaveOpen(verdicts []linearizability.Verdict, judges ...string) {
	for k, v := range verdicts {
		if slices.Contains(judges, v.Judge) {
			verdicts[k] = linearizability.Verdict{Judge: v.Judge, Outcome: linearizability.Inconclusive,
				Reason: "the file ends before the run does"}
		}
	}
}

// readSections reads a file's sections to their end.
func readSections(f *trace.Reader) (exit string, printed []trace.Line, err error) {
	for {
		tag, value, err := f.Section()
		if err == io.EOF {
			return exit, printed, nil
		}
		if err != nil {
			return exit, printed, err
		}
		switch tag {
		case TagExit:
			err = json.Unmarshal(value, &exit)
		case TagLine:
			var line trace.Line
			err = json.Unmarshal(value, &line)
			printed = append(printed, line)
		}
		if err != nil {
			return exit, printed, fmt.Errorf("section %s: %w", tag, err)
		}
	}
}

// Difference is the first place where a run does not repeat.
type Difference struct {
	Then, Now *trace.Event // nil where one run has ended
}

// Rerun runs the plan in a file again and compares event by event: nil means
// that they are the same. What programs printed may differ all the same, and is for the
// caller to compare: see Result.Before.
func Rerun(ctx context.Context, p *Program, f *trace.Reader) (*Result, *Difference, error) {
	pl, err := plan.Parse(f.Header().Plan)
	if err != nil {
		return nil, nil, fmt.Errorf("its plan: %w", err)
	}
	if pl.Guest != p.Guest {
		return nil, nil, fmt.Errorf("the run is of guest %q, the world program runs %q", pl.Guest, p.Guest)
	}
	r, err := p.Run(ctx, pl)
	if err != nil {
		return nil, nil, err
	}
	d := trace.NewDecoder(bytes.NewReader(r.Wire))
	for {
		var then, now trace.Event
		errThen := f.Event(&then)
		errNow := d.Next(&now)
		if errThen != nil && errThen != io.EOF {
			return r, nil, errThen
		}
		switch {
		case errThen == io.EOF && errNow != nil:
			_, before, err := readSections(f)
			r.Before = before
			return r, nil, err
		case errThen == io.EOF:
			return r, &Difference{Now: &now}, nil
		case errNow != nil:
			return r, &Difference{Then: &then}, nil
		case then != now:
			return r, &Difference{Then: &then, Now: &now}, nil
		}
	}
}

// builtin is the model of a guest that this program knows.
func builtin(name string) (func(machines []string) linearizability.Model, bool) {
	for _, g := range guests() {
		if g.Name == name {
			return g.Model, true
		}
	}
	return nil, false
}
