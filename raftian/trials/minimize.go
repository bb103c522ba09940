package trials

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"raftian/netsim/toolchain"
)

// Minimizing looks for the few choices of the scheduler that a failure needs.
type Minimizing struct {
	// Fails reports whether the run fails as before if it obeys only some choices.
	Fails func(context.Context, toolchain.Choices) (bool, error)
	// Tell returns the choices that count of those that a run obeys.
	Tell func(context.Context, toolchain.Choices) ([]toolchain.Choice, error)
	Jobs int       // runs at once
	End  time.Time // when to stop, about; the zero Time is never
}

// Minimal is what a failure needs of the schedule.
type Minimal struct {
	Choices toolchain.Choices
	Told    []toolchain.Choice // what they were
	From    int                // choices that counted at first, up to the failure
	Runs    int                // that it took
	NotYet  []string           // what had not been tried when time was up
}

// Minimize returns a small set of choices with which the run still fails. A choice that
// is left out changes what comes up later, so the smallest set is not certain to be found;
// the run has been made with the set that is returned. It is the same each time, unless
// time ran out.
//
// It tries none; then beginnings of the seed's schedule, of which it keeps the shortest it
// finds; each of its choices alone; holding back one goroutine at one choice; leaving out
// ever smaller parts (Zeller and Hildebrandt, Simplifying and Isolating Failure-Inducing
// Input, 2002); and pairs. Holding back is what most races need (Burckhardt and others, A
// Randomized Scheduler with Probabilistic Guarantees of Finding Bugs, 2010: few changes of
// priority), and a seed does it only by many choices.
func (m Minimizing) Minimize(ctx context.Context) (Minimal, error) {
	s := &search{Minimizing: m, rand: rand.New(rand.NewPCG(1, 1))}
	best, err := s.all(ctx)
	if err != nil {
		return Minimal{}, err
	}
	result := Minimal{Choices: best, From: s.from, NotYet: s.notYet}
	if result.Told, err = m.Tell(ctx, best); err != nil {
		return Minimal{}, err
	}
	result.Runs = s.runs + 1
	return result, nil
}

type search struct {
	Minimizing
	rand   *rand.Rand
	runs   int
	from   int
	notYet []string
}

// late says whether time is up, and notes what is not tried for it.
func (s *search) late(what string) bool {
	if s.End.IsZero() || time.Now().Before(s.End) {
		return false
	}
	if !slices.Contains(s.notYet, what) {
		s.notYet = append(s.notYet, what)
	}
	return true
}

func (s *search) all(ctx context.Context) (toolchain.Choices, error) {
	none := toolchain.TheseChoices()
	if fails, err := s.one(ctx, none); err != nil || fails {
		return none, err
	}
	n, err := s.beginning(ctx)
	if err != nil {
		return none, err
	}
	told, err := s.Tell(ctx, toolchain.ChoicesUpTo(n))
	s.runs++
	if err != nil {
		return none, err
	}
	var numbers []uint64
	for _, c := range told {
		numbers = append(numbers, c.Number)
	}
	s.from = len(numbers)
	if fails, err := s.one(ctx, toolchain.TheseChoices(numbers...)); err != nil || !fails {
		return toolchain.ChoicesUpTo(n), err // too many to be told
	}
	return s.few(ctx, numbers, n)
}

// most is a number of choices that no run comes to.
const most = 1 << 36

// beginning is a short beginning of the schedule that suffices: the shortest, if every
// longer one suffices, too.
func (s *search) beginning(ctx context.Context) (enough uint64, err error) {
	fails := uint64(0)
	for enough = 1; ; enough *= 2 {
		ok, err := s.one(ctx, toolchain.ChoicesUpTo(enough))
		if err != nil {
			return 0, err
		}
		if ok {
			break
		}
		if fails = enough; enough >= most {
			return 0, fmt.Errorf("with a list of all choices the run does not fail as it does without a list")
		}
	}
	for enough-fails > 1 && !s.late("shorter beginnings of the schedule") {
		middle := fails + (enough-fails)/2
		ok, err := s.one(ctx, toolchain.ChoicesUpTo(middle))
		if err != nil {
			return 0, err
		}
		if ok {
			enough = middle
		} else {
			fails = middle
		}
	}
	return enough, nil
}

// few are a few choices that suffice, of numbers that do, the last of which is n.
func (s *search) few(ctx context.Context, numbers []uint64, n uint64) (toolchain.Choices, error) {
	best := numbers
	var err error
	const soon = 200 // choices; with more, single ones are tried once parts are gone
	if len(numbers) <= soon {
		if best, err = s.alone(ctx, best, numbers); err != nil || len(best) <= 1 {
			return toolchain.TheseChoices(best...), err
		}
	}
	if held, err := s.holds(ctx, s.holdsOne(n), "holding back one goroutine"); err != nil || held != nil {
		return toolchain.TheseChoices(held...).Holding(), err
	}
	if best, err = s.parts(ctx, best); err == nil && len(numbers) > soon {
		best, err = s.alone(ctx, best, numbers)
	}
	if err == nil {
		best, err = s.pairs(ctx, best, numbers)
	}
	if err != nil || len(best) <= 2 {
		return toolchain.TheseChoices(best...), err
	}
	if held, err := s.holds(ctx, s.holdsTwo(n), "holding back two goroutines"); err != nil || held != nil {
		return toolchain.TheseChoices(held...).Holding(), err
	}
	return toolchain.TheseChoices(best...), nil
}

// alone tries each choice alone.
func (s *search) alone(ctx context.Context, best, numbers []uint64) ([]uint64, error) {
	var sets [][]uint64
	for _, n := range numbers {
		sets = append(sets, []uint64{n})
	}
	return s.first(ctx, best, sets, "choices alone")
}

// some is how many sets are tried where there are many.
const some = 400

// pairs tries pairs: all of them if they are few, or else some at random.
func (s *search) pairs(ctx context.Context, best, numbers []uint64) ([]uint64, error) {
	if len(best) <= 2 {
		return best, nil
	}
	var sets [][]uint64
	if n := len(numbers); n*(n-1)/2 <= some {
		for i := range numbers {
			for j := range i {
				sets = append(sets, []uint64{numbers[j], numbers[i]})
			}
		}
	} else {
		for range some {
			i, j := s.rand.IntN(n), s.rand.IntN(n)
			if i != j {
				sets = append(sets, []uint64{numbers[i], numbers[j]})
			}
		}
	}
	return s.first(ctx, best, sets, "pairs of choices")
}

// holds returns the first of the sets that suffices if it holds, or nil.
func (s *search) holds(ctx context.Context, sets [][]uint64, what string) ([]uint64, error) {
	holding := *s
	holding.Fails = func(ctx context.Context, c toolchain.Choices) (bool, error) {
		return s.Fails(ctx, c.Holding())
	}
	held, err := holding.first(ctx, nil, sets, what)
	s.runs, s.notYet = holding.runs, holding.notYet
	return held, err
}

// reach is up to which choice goroutines are held back if the seed fails at the n-th: a
// schedule that is first in, first out may come to the same later.
func reach(n uint64) uint64 { return n + n/2 + 16 }

func (s *search) holdsOne(n uint64) (sets [][]uint64) {
	for k := range reach(n) {
		sets = append(sets, []uint64{k + 1})
	}
	return sets
}

func (s *search) holdsTwo(n uint64) (sets [][]uint64) {
	for range some {
		i, j := 1+s.rand.Uint64N(reach(n)), 1+s.rand.Uint64N(reach(n))
		if i != j {
			sets = append(sets, []uint64{min(i, j), max(i, j)})
		}
	}
	return sets
}

// parts leaves out parts, ever smaller ones, until no single choice can be left out.
func (s *search) parts(ctx context.Context, best []uint64) ([]uint64, error) {
	for n := 2; len(best) > 1; {
		size := (len(best) + n - 1) / n
		var sets [][]uint64
		for at := 0; at < len(best); at += size {
			end := min(at+size, len(best))
			if n > 2 && size > 1 || n == 2 {
				sets = append(sets, best[at:end])
			}
			sets = append(sets, slices.Concat(best[:at], best[end:]))
		}
		smaller, err := s.first(ctx, best, sets, fmt.Sprintf("leaving out parts of %d", size))
		switch {
		case err != nil || s.late("smaller parts"):
			return smaller, err
		case len(smaller) < len(best):
			best, n = smaller, max(2, min(n-1, len(smaller)))
		case size == 1:
			return best, nil
		default:
			n = min(2*n, len(best))
		}
	}
	return best, nil
}

// first returns the first of the sets that suffices, or else best.
func (s *search) first(ctx context.Context, best []uint64, sets [][]uint64, what string) ([]uint64, error) {
	sets = slices.DeleteFunc(sets, func(set []uint64) bool { return toolchain.TheseChoices(set...).TooLong() })
	if s.late(what) || len(sets) == 0 {
		return best, nil
	}
	err := InOrder(ctx, len(sets), max(1, s.Jobs), func(ctx context.Context, k int) (bool, error) {
		return s.Fails(ctx, toolchain.TheseChoices(sets[k]...))
	}, func(k int, fails bool) bool {
		s.runs++
		if fails {
			best = slices.Sorted(slices.Values(sets[k]))
			return false
		}
		return k+1 == len(sets) || !s.late(what)
	})
	return best, err
}

// one tries one set.
func (s *search) one(ctx context.Context, c toolchain.Choices) (bool, error) {
	s.runs++
	return s.Fails(ctx, c)
}
