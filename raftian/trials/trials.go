// Package trials runs the tests of a package once per seed, and makes something of what
// comes of it: which seeds fail alike, what a failure needs of the schedule, and what was
// covered by all of them together.
//
//	trials.go    all seeds, in order, some at once
//	failure.go   what failed, and which failures are alike
//	group.go     failures that are alike
//	minimize.go  the few choices of the scheduler that a failure needs
//	profile.go   coverage profiles, merged
//
// It prints nothing: that is the command's.
package trials

import (
	"context"
	"sync"
)

// InOrder does the work of numbers 0 to n-1, up to jobs of them at once, and hands the
// results to take in order, one at a time. No more work is begun once take returns false,
// and what was begun meanwhile is cancelled. It returns the first error of a number that
// take would have been given.
func InOrder[T any](ctx context.Context, n, jobs int, work func(ctx context.Context, k int) (T, error), take func(k int, result T) (more bool)) error {
	type result struct {
		value T
		err   error
	}
	ctx, cancel := context.WithCancel(ctx)
	var begun sync.WaitGroup
	defer begun.Wait()
	defer cancel()
	results := make(chan chan result, jobs) // of those that are at work, in order
	next := 0
	begin := func() {
		done := make(chan result, 1)
		k := next
		next++
		begun.Go(func() {
			value, err := work(ctx, k)
			done <- result{value, err}
		})
		results <- done
	}
	for next < min(jobs, n) {
		begin()
	}
	for k := range n {
		r := <-<-results
		if r.err != nil {
			return r.err
		}
		if !take(k, r.value) {
			return nil
		}
		if next < n {
			begin()
		}
	}
	return nil
}
