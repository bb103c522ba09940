package trials_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"raftian/netsim/toolchain"
	"raftian/raftian/trials"
)

func TestWorkIsTakenInOrder(t *testing.T) {
	for _, jobs := range []int{1, 3, 50} {
		want := 0
		var atWork, most atomic.Int64
		err := trials.InOrder(t.Context(), 20, jobs, func(_ context.Context, k int) (int, error) {
			most.Store(max(most.Load(), atWork.Add(1)))
			defer atWork.Add(-1)
			time.Sleep(time.Duration(20-k) * 50 * time.Microsecond)
			if k == 15 {
				return 0, errors.New("fifteen")
			}
			return k * k, nil
		}, func(k, square int) bool {
			if k != want || square != k*k {
				t.Errorf("number %d comes to %d; number %d was next", k, square, want)
			}
			want++
			return true
		})
		if err == nil || want != 15 || most.Load() > int64(jobs) {
			t.Errorf("with %d jobs: %v after %d, %d at once", jobs, err, want, most.Load())
		}
	}
	done := 0
	err := trials.InOrder(t.Context(), 20, 4, func(ctx context.Context, k int) (int, error) { return k, nil },
		func(k, _ int) bool { done++; return k < 6 })
	if err != nil || done != 7 {
		t.Errorf("%d were taken, %v", done, err)
	}
}

// schedule stands for a program: it says whether it fails if these choices are obeyed.
type schedule func(obeyed map[uint64]bool, holds bool) bool

// minimize minimizes a made-up program with n choices, all of which count.
func minimize(t *testing.T, n uint64, s schedule, end time.Time) (trials.Minimal, error) {
	t.Helper()
	read := func(c toolchain.Choices) (map[uint64]bool, bool) {
		words, holds := strings.CutPrefix(c.Words(), "hold:")
		return listed(words, n), holds
	}
	m := trials.Minimizing{
		Jobs: 2, End: end,
		Fails: func(_ context.Context, c toolchain.Choices) (bool, error) { return s(read(c)), nil },
		Tell: func(_ context.Context, c toolchain.Choices) (told []toolchain.Choice, err error) {
			obeyed, _ := read(c)
			for k := uint64(1); k <= n; k++ {
				if obeyed[k] {
					told = append(told, toolchain.Choice{Number: k})
				}
			}
			return told, nil
		},
	}
	return m.Minimize(t.Context())
}

// listed are the numbers of a list up to n.
func listed(words string, n uint64) map[uint64]bool {
	numbers := map[uint64]bool{}
	switch words {
	case "none":
		return numbers
	case "all":
		words = fmt.Sprintf("1-%d", n)
	}
	for part := range strings.SplitSeq(words, ",") {
		first, last, isRange := strings.Cut(part, "-")
		if !isRange {
			last = first
		}
		for k := number(first); k <= min(number(last), n); k++ {
			numbers[k] = true
		}
	}
	return numbers
}

func number(text string) (n uint64) {
	for _, digit := range text {
		n = 10*n + uint64(digit-'0')
	}
	return n
}

func TestTheChoicesThatMatterAreFound(t *testing.T) {
	all := func(wanted ...uint64) schedule {
		return func(obeyed map[uint64]bool, holds bool) bool {
			for _, k := range wanted {
				if holds || !obeyed[k] {
					return false
				}
			}
			return true
		}
	}
	for name, c := range map[string]struct {
		n    uint64
		s    schedule
		want string
	}{
		"none": {500, func(map[uint64]bool, bool) bool { return true }, "none"},
		"one":  {500, all(137), "137"},
		"two":  {500, all(3, 450), "3,450"},
		"five": {500, all(3, 4, 99, 100, 450), "3-4,99-100,450"},
		"one holds": {500, func(obeyed map[uint64]bool, holds bool) bool {
			return holds && obeyed[40] || all(3, 4, 99, 450)(obeyed, false)
		}, "hold:40"},
		// What is left out moves the others: it fails if there are three.
		"any three": {60, func(obeyed map[uint64]bool, holds bool) bool {
			n := 0
			for k := range uint64(60) {
				if obeyed[k] && !holds {
					n++
				}
			}
			return n >= 3
		}, ""},
	} {
		got, err := minimize(t, c.n, c.s, time.Time{})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if words := got.Choices.Words(); words != c.want && c.want != "" || len(got.Told) > 5 || c.want == "" && len(got.Told) != 3 {
			t.Errorf("%s: choices %s, after %d runs", name, words, got.Runs)
		}
		if got.NotYet != nil {
			t.Errorf("%s: %q were not tried", name, got.NotYet)
		}
		again, _ := minimize(t, c.n, c.s, time.Time{})
		if again.Choices != got.Choices || again.Runs != got.Runs {
			t.Errorf("%s: once %+v, and once %+v", name, got, again)
		}
	}
}

// When time is up, what is there then fails, and it says what was not tried.
func TestTimeIsUp(t *testing.T) {
	got, err := minimize(t, 500, func(obeyed map[uint64]bool, holds bool) bool { return obeyed[100] && obeyed[200] && !holds }, time.Now())
	if err != nil || len(got.Told) < 200 || len(got.NotYet) == 0 {
		t.Errorf("%d choices, not tried are %q, %v", len(got.Told), got.NotYet, err)
	}
}
