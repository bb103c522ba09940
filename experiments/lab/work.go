package lab

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"
)

// Case is a condition to measure.
type Case[R any] struct {
	Name    string
	Cost    time.Duration // estimated time of a measurement
	Measure func(ctx context.Context, repeat int) (R, error)
}

// Work is the measurements to make: each case Repeats times.
type Work[R any] struct {
	Cases   []Case[R]
	Repeats int
	Seed    uint64 // of the random order
	Jobs    int    // parallel measurements; 0 is one
}

// task is a measurement to make.
type task[R any] struct {
	Case[R]
	repeat int
}

// remaining returns the measurements that are missing: all cases once in a random
// order, then all again in another order, so that changes of the machine over time
// affect all cases alike.
func (w Work[R]) remaining(done func(name string, repeat int) bool) (list []task[R]) {
	for repeat := range w.Repeats {
		rng := rand.New(rand.NewPCG(w.Seed, uint64(repeat)))
		for _, k := range rng.Perm(len(w.Cases)) {
			if !done(w.Cases[k].Name, repeat) {
				list = append(list, task[R]{w.Cases[k], repeat})
			}
		}
	}
	return list
}

// Do makes the measurements that the sheet lacks. If ctx is done it returns ctx.Err(),
// and the sheet holds the measurements made before.
func (w Work[R]) Do(ctx context.Context, s Setup, sheet *Sheet[R]) error {
	list := w.remaining(sheet.Has)
	if len(list) == 0 {
		return nil // complete
	}
	jobs := max(1, min(w.Jobs, len(list)))
	var cost time.Duration
	for _, l := range list {
		cost += l.Cost
	}
	s.Say("%d measurements of %d cases, which take about %s; %d were made before", len(list), len(w.Cases),
		roundEstimate(cost/time.Duration(jobs)), len(sheet.Records))
	progress := func() {}
	if s.Progress != nil {
		step, end := s.Progress(len(list), "measuring")
		progress = step
		defer end()
	}
	return w.runAll(ctx, jobs, list, func(ctx context.Context, l task[R]) error {
		r := Record[R]{Case: l.Name, Repeat: l.repeat, Load: Load()}
		began := time.Now()
		var err error
		if r.Value, err = l.Measure(ctx, l.repeat); err != nil {
			return fmt.Errorf("%s: %w", l.Name, err)
		}
		r.Took = float64(time.Since(began).Milliseconds()) / 1000
		progress()
		return sheet.Add(r)
	})
}

// Fill makes the measurements that a result file lacks, and returns its sheet.
func (w Work[R]) Fill(ctx context.Context, s Setup, file string, h Header) (*Sheet[R], error) {
	sheet, err := OpenSheet[R](s.Path(file), h)
	if err != nil {
		return nil, err
	}
	return sheet, errors.Join(w.Do(ctx, s, sheet), sheet.Close())
}

// runAll runs the tasks in order, jobs at a time, until one fails.
func (w Work[R]) runAll(ctx context.Context, jobs int, list []task[R], do func(context.Context, task[R]) error) error {
	running, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	steps := make(chan task[R])
	var workers sync.WaitGroup
	for range jobs {
		workers.Go(func() {
			for l := range steps {
				if running.Err() != nil {
					continue
				}
				if err := do(running, l); err != nil {
					stop(err)
				}
			}
		})
	}
	for _, l := range list {
		select {
		case steps <- l:
			continue
		case <-running.Done():
		}
		break
	}
	close(steps)
	workers.Wait()
	return cmp.Or(ctx.Err(), context.Cause(running))
}

// roundEstimate rounds an estimated time.
func roundEstimate(d time.Duration) time.Duration {
	switch {
	case d > 10*time.Minute:
		return d.Round(time.Minute)
	case d > time.Minute:
		return d.Round(10 * time.Second)
	}
	return max(d.Round(time.Second), time.Second)
}
