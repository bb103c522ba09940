package store

import (
	"bytes"
	"errors"
	"math"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hashicorp/raft"
)

func newLog() *raft.Log { return new(raft.Log) }

func opened(t testing.TB, o Options) (*memFS, *Store) {
	t.Helper()
	disk := newMemFS()
	s, err := Open(disk, "raft", o)
	ok(t, err)
	return disk, s
}

func reopened(t testing.TB, disk *memFS, o Options) (*memFS, *Store) {
	t.Helper()
	disk = disk.kill()
	s, err := Open(disk, "raft", o)
	ok(t, err)
	return disk, s
}

func TestEntryRoundTrip(t *testing.T) {
	disk, s := opened(t, options())
	logs := []*raft.Log{
		{Index: 10, Term: 1, Type: raft.LogNoop},
		{Index: 11, Term: math.MaxUint64, Type: raft.LogConfiguration, Data: []byte{0}, Extensions: []byte("x")},
		{Index: 12, Term: 2, Data: bytes.Repeat([]byte("long"), 5000), AppendedAt: time.Date(2000, 1, 1, 0, 0, 0, 5, time.UTC)},
		{Index: 13, Term: 2, Type: raft.LogBarrier, Extensions: bytes.Repeat([]byte{7}, 600)},
	}
	ok(t, s.Log.StoreLogs(logs))
	for _, when := range []string{"at once", "after reopening"} {
		for _, want := range logs {
			var got raft.Log
			ok(t, s.Log.GetLog(want.Index, &got))
			if got.Index != want.Index || got.Term != want.Term || got.Type != want.Type ||
				!bytes.Equal(got.Data, want.Data) || !bytes.Equal(got.Extensions, want.Extensions) ||
				!got.AppendedAt.Equal(want.AppendedAt) || got.AppendedAt.IsZero() != want.AppendedAt.IsZero() {
				t.Errorf("%s, entry %d is %v", when, want.Index, got)
			}
		}
		disk, s = reopened(t, disk, options())
	}
}

func TestEntriesMustContinueLog(t *testing.T) {
	disk, s := opened(t, options())
	ok(t, s.Log.StoreLogs(entries(1, 5, 1, 10)))
	calls := len(disk.calls)
	for name, logs := range map[string][]*raft.Log{
		"a gap before":  entries(7, 8, 1, 10),
		"overwriting":   entries(5, 6, 1, 10),
		"a gap between": slices.Concat(entries(6, 6, 1, 10), entries(8, 8, 1, 10)),
	} {
		if err := s.Log.StoreLogs(logs); !errors.Is(err, ErrGap) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := s.Log.DeleteRange(2, 4); !errors.Is(err, ErrHole) {
		t.Error(err)
	}
	if len(disk.calls) != calls {
		t.Errorf("what was refused did %q", disk.calls[calls:])
	}
	ok(t, s.Log.StoreLogs(entries(6, 6, 1, 10)))
}

// raft appends behind a snapshot after it restored a user's snapshot, and after a crash
// before it removed the log that a snapshot replaces.
func TestGapNeedsSnapshot(t *testing.T) {
	disk, s := opened(t, options())
	ok(t, s.Log.StoreLogs(entries(1, 5, 1, 300)))
	ok(t, snapshot(s, 9, 2, "state"))
	disk, s = reopened(t, disk, options())
	if err := s.Log.StoreLogs(entries(11, 11, 2, 10)); !errors.Is(err, ErrGap) {
		t.Error(err)
	}
	ok(t, s.Log.StoreLogs(entries(10, 12, 2, 10)))
	for range 2 {
		if shown := showLog(t, s.Log); !strings.HasPrefix(shown, "[10,12]") {
			t.Error(shown)
		}
		disk, s = reopened(t, disk, options())
	}
}

func TestIsMonotonic(t *testing.T) {
	for _, monotonic := range []bool{false, true} {
		_, s := opened(t, Options{Monotonic: monotonic})
		cached, err := raft.NewLogCache(8, s.Log)
		ok(t, err)
		if cached.IsMonotonic() != monotonic {
			t.Errorf("with %v raft is told %v", monotonic, !monotonic)
		}
	}
}

func TestDeleteRange(t *testing.T) {
	for _, c := range []struct {
		name     string
		min, max uint64
		first    uint64
		last     uint64
	}{
		{"the beginning", 5, 7, 8, 10},
		{"more than the beginning", 0, 7, 8, 10},
		{"the end", 8, 10, 5, 7},
		{"more than the end", 8, math.MaxUint64, 5, 7},
		{"all", 5, 10, 0, 0},
		{"more than all", 0, math.MaxUint64, 0, 0},
		{"what was deleted before", 1, 4, 5, 10},
		{"what is not there yet", 11, 12, 5, 10},
		{"nothing", 8, 7, 5, 10},
	} {
		disk, s := opened(t, options())
		ok(t, s.Log.StoreLogs(entries(5, 10, 1, 100)))
		ok(t, s.Log.DeleteRange(c.min, c.max))
		for range 2 {
			first, err := s.Log.FirstIndex()
			ok(t, err)
			last, err := s.Log.LastIndex()
			ok(t, err)
			if first != c.first || last != c.last {
				t.Errorf("%s: left [%d,%d]", c.name, first, last)
			}
			disk, s = reopened(t, disk, options())
		}
	}
}

func TestBatchIsOneWriteAndOneSync(t *testing.T) {
	disk, s := opened(t, Options{})
	ok(t, s.Log.StoreLogs(entries(1, 1, 1, 10))) // begins a segment
	calls := len(disk.calls)
	ok(t, s.Log.StoreLogs(entries(2, 100, 1, 200)))
	if did := disk.calls[calls:]; len(did) != 2 || !strings.HasPrefix(did[0], "write") || !strings.HasPrefix(did[1], "sync raft/log") {
		t.Errorf("99 entries: %q", did)
	}
	ok(t, s.Stable.SetUint64([]byte("CurrentTerm"), 1)) // begins a segment
	calls = len(disk.calls)
	ok(t, s.Stable.Set([]byte("LastVoteCand"), []byte("n1:7000")))
	if did := disk.calls[calls:]; len(did) != 2 || !strings.HasPrefix(did[0], "write") || !strings.HasPrefix(did[1], "sync raft/stable") {
		t.Errorf("a vote: %q", did)
	}
}

func TestCompactionFreesFilesAndMemory(t *testing.T) {
	disk, s := opened(t, options())
	for index := uint64(1); index <= 600; index++ {
		ok(t, s.Log.StoreLog(entries(index, index, 1, 100)[0]))
		ok(t, s.Stable.SetUint64([]byte("CurrentTerm"), index))
	}
	ok(t, s.Log.DeleteRange(0, 590))
	if files := filesOf(disk, "raft/log", ""); len(files) > 8 {
		t.Errorf("the log of 10 entries is %q", files)
	}
	if files := filesOf(disk, "raft/stable", ""); len(files) > 1 {
		t.Errorf("the stable store is %q", files)
	}
	if n := cap(s.Log.locations); n > 100 {
		t.Errorf("there is room for %d places of 10 entries", n)
	}
}

func TestFileCallsAreDeterministic(t *testing.T) {
	var calls [2][]string
	for i := range calls {
		disk, s := opened(t, options())
		for _, step := range workload() {
			ok(t, step.do(s))
		}
		_, again := reopened(t, disk, options())
		ok(t, again.Close())
		calls[i] = disk.calls
	}
	if !slices.Equal(calls[0], calls[1]) {
		t.Errorf("%q\nand\n%q", calls[0], calls[1])
	}
}

// For the race detector, and for segments that are removed while they are read.
func TestConcurrentReads(t *testing.T) {
	_, s := opened(t, options())
	var readers sync.WaitGroup
	done := make(chan struct{})
	for range 3 {
		readers.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
				}
				first, _ := s.Log.FirstIndex()
				var e raft.Log
				if err := s.Log.GetLog(first, &e); err != nil && err != raft.ErrLogNotFound {
					t.Error(err)
					return
				}
			}
		})
	}
	for index := uint64(1); index < 300; index++ {
		ok(t, s.Log.StoreLogs(entries(index, index, 1, 300)))
		if index%10 == 0 {
			ok(t, s.Log.DeleteRange(0, index-2))
		}
	}
	close(done)
	readers.Wait()
}

func BenchmarkStoreLogs(b *testing.B) {
	for _, c := range []struct {
		name  string
		batch uint64
	}{{"1 entry", 1}, {"64 entries", 64}} {
		b.Run(c.name, func(b *testing.B) {
			disk, s := opened(b, Options{})
			logs := entries(1, c.batch, 1, 100)
			b.SetBytes(int64(100 * c.batch))
			b.ReportAllocs()
			for b.Loop() {
				ok(b, s.Log.StoreLogs(logs))
				for _, log := range logs {
					log.Index += c.batch
				}
				disk.calls = disk.calls[:0]
				if first := logs[0].Index; first%(1<<14) == 1 {
					ok(b, s.Log.DeleteRange(0, first-2))
				}
			}
		})
	}
}

func BenchmarkGetLog(b *testing.B) {
	_, s := opened(b, Options{})
	ok(b, s.Log.StoreLogs(entries(1, 1000, 1, 100)))
	b.ReportAllocs()
	var e raft.Log
	for i := uint64(0); b.Loop(); i++ {
		ok(b, s.Log.GetLog(1+i%1000, &e))
	}
}
