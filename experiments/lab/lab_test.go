package lab

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"raftian/experiments/stats"
)

type value struct{ X float64 }

func header() Header { return Header{Experiment: "test", Form: "full", Machine: ThisMachine()} }

func open(t *testing.T, path string) *Sheet[value] {
	t.Helper()
	s, err := OpenSheet[value](path, header())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// work has the cases a, b and c. told is called for each measurement.
func work(told func(string)) Work[value] {
	w := Work[value]{Repeats: 3, Seed: 7}
	for _, name := range []string{"a", "b", "c"} {
		w.Cases = append(w.Cases, Case[value]{Name: name, Measure: func(_ context.Context, repeat int) (value, error) {
			told(fmt.Sprint(name, repeat))
			return value{float64(repeat)}, nil
		}})
	}
	return w
}

func TestCasesInterleavedInRandomOrder(t *testing.T) {
	var order []string
	s := open(t, filepath.Join(t.TempDir(), "data.jsonl"))
	if err := work(func(what string) { order = append(order, what) }).Do(t.Context(), Setup{Words: io.Discard}, s); err != nil {
		t.Fatal(err)
	}
	if len(order) != 9 {
		t.Fatalf("measured %v", order)
	}
	for k := range 3 {
		if all := slices.Sorted(slices.Values(order[3*k : 3*k+3])); !slices.Equal(all, []string{fmt.Sprint("a", k), fmt.Sprint("b", k), fmt.Sprint("c", k)}) {
			t.Errorf("in turn %d: %v", k, all)
		}
	}
	var again []string
	s = open(t, filepath.Join(t.TempDir(), "data.jsonl"))
	if err := work(func(what string) { again = append(again, what) }).Do(t.Context(), Setup{Words: io.Discard}, s); err != nil || !slices.Equal(order, again) {
		t.Errorf("%v, then %v, %v", order, again, err)
	}
}

// Work that was interrupted, at any byte of the file, is resumed with the missing
// measurements.
func TestInterruptedWorkResumes(t *testing.T) {
	path := filepath.Join(t.TempDir(), "data.jsonl")
	ctx, cancel := context.WithCancel(t.Context())
	count := 0
	s := open(t, path)
	err := work(func(string) {
		if count++; count == 4 {
			cancel()
		}
	}).Do(ctx, Setup{Words: io.Discard}, s)
	if !errors.Is(err, context.Canceled) || len(s.Records) != 4 {
		t.Fatalf("%d records, %v", len(s.Records), err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for cut := range len(text) + 1 {
		if err := os.WriteFile(path, text[:cut], 0o644); err != nil {
			t.Fatal(err)
		}
		s, err := OpenSheet[value](path, header())
		if err != nil {
			t.Fatalf("cut off at %d: %v", cut, err)
		}
		var made []string
		before := len(s.Records)
		if err := work(func(what string) { made = append(made, what) }).Do(t.Context(), Setup{Words: io.Discard}, s); err != nil {
			t.Fatal(err)
		}
		s.Close()
		whole, err := ReadSheet[value](path)
		if err != nil || len(whole.Records) != 9 || len(whole.done) != 9 || len(made)+before != 9 || len(whole.Headers) != 1 {
			t.Fatalf("cut off at %d: %d headers, %d records of %d, %v", cut, len(whole.Headers), len(whole.Records), len(whole.done), err)
		}
	}
}

func TestForeignDataKept(t *testing.T) {
	path := filepath.Join(t.TempDir(), "data.jsonl")
	if err := open(t, path).Add(Record[value]{Case: "a"}); err != nil {
		t.Fatal(err)
	}
	h := header()
	h.Form = "quick"
	if _, err := OpenSheet[value](path, h); !errors.Is(err, ErrOther) {
		t.Errorf("another form: %v", err)
	}
	h = header()
	h.Machine.Cores++
	s, err := OpenSheet[value](path, h)
	if err != nil {
		t.Fatal(err)
	}
	s.Close()
	if s, err = ReadSheet[value](path); err != nil || len(s.Headers) != 1 {
		t.Errorf("of another machine, on which nothing was measured: %d headers, %v", len(s.Headers), err)
	}
	if s, err = OpenSheet[value](path, h); err != nil {
		t.Fatal(err)
	}
	if err := s.Add(Record[value]{Case: "b"}); err != nil {
		t.Fatal(err)
	}
	s.Close()
	if s, err = ReadSheet[value](path); err != nil || len(s.Headers) != 2 || len(s.Records) != 2 {
		t.Errorf("of another machine: %d headers, %d records, %v", len(s.Headers), len(s.Records), err)
	}
	if err := os.WriteFile(path, []byte("no data\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenSheet[value](path, header()); err == nil || !strings.Contains(err.Error(), "line 1") {
		t.Errorf("no data: %v", err)
	}
}

func TestFailedMeasurementStopsWork(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "data.jsonl"))
	w := work(func(string) {})
	w.Jobs = 2
	broken := errors.New("broken")
	w.Cases[1].Measure = func(context.Context, int) (value, error) { return value{}, broken }
	if err := w.Do(t.Context(), Setup{Words: io.Discard}, s); !errors.Is(err, broken) || !strings.Contains(err.Error(), "b: ") {
		t.Errorf("%v", err)
	}
}

func TestParallelResultsAllKept(t *testing.T) {
	var mu sync.Mutex
	count, steps, ended := 0, 0, false
	s := open(t, filepath.Join(t.TempDir(), "data.jsonl"))
	w := work(func(string) { mu.Lock(); count++; mu.Unlock() })
	w.Jobs, w.Repeats = 4, 20
	setup := Setup{Words: io.Discard, Progress: func(n int, _ string) (func(), func()) {
		steps = n
		return func() {}, func() { ended = true }
	}}
	if err := w.Do(t.Context(), setup, s); err != nil || count != 60 || steps != 60 || !ended || len(s.done) != 60 {
		t.Errorf("%d of %d measured, %d kept, %v", count, steps, len(s.done), err)
	}
}

func TestTableAligned(t *testing.T) {
	table := Table{Head: []string{"case", "ms"}}
	table.Row("n = 3", Interval(stats.Estimate{Median: 1.234, Low: 1, High: 12.34, N: 5}))
	table.Row("∞", Number(1234.5))
	want := "" +
		"| case  |               ms |\n" +
		"|-------|-----------------:|\n" +
		"| n = 3 | 1.23 (1.00–12.3) |\n" +
		"| ∞     |             1234 |\n"
	if got := table.String(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
