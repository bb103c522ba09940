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

// Case is a condition under which something is measured.
type Case[R any] struct {
	Name    string
	Cost    time.Duration // about how long a measurement takes
	Measure func(ctx context.Context, repeat int) (R, error)
}

// Work is what is to be measured: each case so many times.
type Work[R any] struct {
	Cases   []Case[R]
	Repeats int
	Seed    uint64 // of the order
	Jobs    int    // measurements at once; 0 is one
}

// step is a measurement to be made.
type step[R any] struct {
	Case[R]
	repeat int
}

// order is what is left to be done: all cases once, in an order that is drawn, then all
// once more in another one, so that whatever changes on the machine in the meantime
// changes for all of them.
func (w Work[R]) order(done func(name string, repeat int) bool) (list []step[R]) {
	for repeat := range w.Repeats {
		rng := rand.New(rand.NewPCG(w.Seed, uint64(repeat)))
		for _, k := range rng.Perm(len(w.Cases)) {
			if !done(w.Cases[k].Name, repeat) {
				list = append(list, step[R]{w.Cases[k], repeat})
			}
		}
	}
	return list
}

// Do makes the measurements that the sheet does not have. If ctx is done it returns
// that, and the sheet holds what was measured before.
func (w Work[R]) Do(ctx context.Context, s Setup, sheet *Sheet[R]) error {
	list := w.order(sheet.Has)
	if len(list) == 0 {
		return nil // all are there already
	}
	jobs := max(1, min(w.Jobs, len(list)))
	var cost time.Duration
	for _, l := range list {
		cost += l.Cost
	}
	s.Say("%d measurements of %d cases, which take about %s; %d are there already", len(list), len(w.Cases),
		about(cost/time.Duration(jobs)), len(sheet.Records))
	progress := func() {}
	if s.Progress != nil {
		step, end := s.Progress(len(list), "measuring")
		progress = step
		defer end()
	}
	return w.each(ctx, jobs, list, func(ctx context.Context, l step[R]) error {
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

// Fill makes the measurements that a file of the experiment's does not have, and returns
// all that it has then.
func (w Work[R]) Fill(ctx context.Context, s Setup, file string, h Header) (*Sheet[R], error) {
	sheet, err := OpenSheet[R](s.Path(file), h)
	if err != nil {
		return nil, err
	}
	return sheet, errors.Join(w.Do(ctx, s, sheet), sheet.Close())
}

// each takes the steps in order, jobs at a time, until one fails.
func (w Work[R]) each(ctx context.Context, jobs int, list []step[R], do func(context.Context, step[R]) error) error {
	going, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	steps := make(chan step[R])
	var workers sync.WaitGroup
	for range jobs {
		workers.Go(func() {
			for l := range steps {
				if going.Err() != nil {
					continue
				}
				if err := do(going, l); err != nil {
					stop(err)
				}
			}
		})
	}
	for _, l := range list {
		select {
		case steps <- l:
			continue
		case <-going.Done():
		}
		break
	}
	close(steps)
	workers.Wait()
	return cmp.Or(ctx.Err(), context.Cause(going))
}

// about rounds a time that is not known exactly.
func about(d time.Duration) time.Duration {
	switch {
	case d > 10*time.Minute:
		return d.Round(time.Minute)
	case d > time.Minute:
		return d.Round(10 * time.Second)
	}
	return max(d.Round(time.Second), time.Second)
}
