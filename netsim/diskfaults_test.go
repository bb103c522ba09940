package netsim_test

import (
	"errors"
	"fmt"
	"io"
	"math/bits"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"raftian/netsim/env"
	"raftian/netsim/trace"
)

// open opens a file to read and write, making it if there is none.
func (s *stage) open(e env.Env, name string) env.File {
	s.Helper()
	f, err := e.FS().OpenFile(name, os.O_RDWR|os.O_CREATE)
	if err != nil {
		s.Fatal(err)
	}
	return f
}

// durable makes a file that holds text, name and all durable.
func (s *stage) durable(e env.Env, name, text string) env.File {
	s.Helper()
	f := s.open(e, name)
	io.WriteString(f, text)
	if err := errors.Join(f.Sync(), e.FS().SyncDir(".")); err != nil {
		s.Fatal(err)
	}
	return f
}

// errno is the number of an error as programs look for it, "ok" if there is none.
func errno(err error) string {
	switch {
	case err == nil:
		return "ok"
	case errors.Is(err, syscall.EIO):
		return "EIO"
	case errors.Is(err, syscall.ENOSPC):
		return "ENOSPC"
	}
	return err.Error()
}

// While fsyncs fail, what they were to make durable is dropped, and to try again
// later makes it no more durable: some power losses leave it, others do not.
func TestFsyncErrorDropsWhatItWasToMakeDurable(t *testing.T) {
	left := map[string]int{}
	for seed := range 40 {
		lines := fmt.Sprintf("seed %d\nfault 1s fsync-error n1 for 1s\nfault 3s power n1 for 1s", seed)
		play(t, lines, func(s *stage) {
			e := s.machine("n1")
			f := s.durable(e, "f", "old")
			s.until(1500 * ms)
			f.WriteAt([]byte("new"), 0)
			if got := errno(f.Sync()); got != "EIO" {
				s.Errorf("Sync: %s", got)
			}
			if got := errno(e.FS().SyncDir(".")); got != "EIO" {
				s.Errorf("SyncDir: %s", got)
			}
			s.until(2500 * ms)
			if got := errno(f.Sync()); got != "ok" {
				s.Errorf("Sync after the fault: %s", got)
			}
			if got := s.content(e, "f"); got != "new" {
				s.Errorf("the page cache holds %q", got)
			}
			left[s.content(s.machine("n1"), "f")]++
			s.wantEvents("idle")
		})
	}
	if left["old"] < 5 || left["new"] < 5 || len(left) != 2 {
		t.Errorf("of 40 power losses so many leave %v", left)
	}
}

// An fsync fails if the fault is there when it begins, or when it ends.
func TestFsyncErrorMeetsThoseUnderWay(t *testing.T) {
	play(t, "disk sync 100ms jitter 0s\nfault 1s fsync-error n1 for 200ms", func(s *stage) {
		f := s.open(s.machine("n1"), "f")
		for _, c := range []struct {
			at   time.Duration
			want string
		}{{850 * ms, "ok"}, {950 * ms, "EIO"}, {1150 * ms, "EIO"}, {1300 * ms, "ok"}} {
			s.until(c.at)
			if got := errno(f.Sync()); got != c.want {
				s.Errorf("an fsync that begins at %v: %s; want %s", c.at, got, c.want)
			}
		}
	})
}

// What changes neither bytes nor names still works.
func TestWriteErrorFailsWhatChangesTheDisk(t *testing.T) {
	play(t, "fault 1s write-error n1 for 1s", func(s *stage) {
		e := s.machine("n1")
		f := s.durable(e, "f", "text")
		e.FS().MkdirAll("d")
		s.until(1500 * ms)
		file := func(flag int, name string) error {
			_, err := e.FS().OpenFile(name, flag)
			return err
		}
		for what, c := range map[string]struct{ got, want error }{
			"Write":             {second(f.Write([]byte("x"))), syscall.EIO},
			"WriteAt":           {second(f.WriteAt([]byte("x"), 0)), syscall.EIO},
			"Truncate":          {f.Truncate(0), syscall.EIO},
			"create":            {file(os.O_RDWR|os.O_CREATE, "g"), syscall.EIO},
			"open to truncate":  {file(os.O_RDWR|os.O_TRUNC, "f"), syscall.EIO},
			"open":              {file(os.O_RDWR|os.O_CREATE, "f"), nil},
			"Rename":            {e.FS().Rename("f", "h"), syscall.EIO},
			"Remove":            {e.FS().Remove("f"), syscall.EIO},
			"MkdirAll":          {e.FS().MkdirAll("d/e"), syscall.EIO},
			"MkdirAll that is":  {e.FS().MkdirAll("d"), nil},
			"Sync":              {f.Sync(), nil},
			"ReadAt":            {second(f.ReadAt(make([]byte, 1), 0)), nil},
			"open what is not":  {file(os.O_RDONLY, "missing"), os.ErrNotExist},
			"write a directory": {file(os.O_RDWR|os.O_TRUNC, "d"), syscall.EISDIR},
		} {
			if !errors.Is(c.got, c.want) {
				s.Errorf("%s: %v; want %v", what, c.got, c.want)
			}
		}
		if got := s.content(e, "f"); got != "text" {
			s.Errorf("the file holds %q", got)
		}
		closed := s.open(e, "f")
		closed.Close()
		if _, err := closed.Write([]byte("x")); !errors.Is(err, os.ErrClosed) {
			s.Errorf("a write to a closed file: %v", err)
		}
		s.until(2500 * ms)
		if got := errno(second(f.WriteAt([]byte("x"), 0))); got != "ok" {
			s.Errorf("a write after the fault: %s", got)
		}
	})
}

func second(_ int, err error) error { return err }

// A full disk takes what needs no space: bytes where there are some, and names.
func TestFullTakesWhatNeedsNoSpace(t *testing.T) {
	play(t, "fault 1s full n1 for 1s", func(s *stage) {
		e := s.machine("n1")
		f := s.durable(e, "f", strings.Repeat("a", 600))
		s.until(1500 * ms)
		for _, c := range []struct {
			off  int64
			size int
			n    int
			want string
		}{{0, 600, 600, "ok"}, {600, 424, 424, "ok"}, {1000, 100, 24, "ENOSPC"}, {1024, 10, 0, "ENOSPC"}} {
			n, err := f.WriteAt(make([]byte, c.size), c.off)
			if n != c.n || errno(err) != c.want {
				s.Errorf("%d bytes at %d: %d, %s; want %d, %s", c.size, c.off, n, errno(err), c.n, c.want)
			}
		}
		if n, err := s.open(e, "g").Write([]byte("x")); n != 0 || errno(err) != "ENOSPC" {
			s.Errorf("the first byte of a file: %d, %s", n, errno(err))
		}
		s.until(2500 * ms)
		if n, err := f.Seek(0, io.SeekEnd); n != 1024 || err != nil {
			s.Errorf("the file has %d bytes, %v; want 1024", n, err)
		}
		if n, err := f.Write(make([]byte, 1000)); n != 1000 || err != nil {
			s.Errorf("a write after the fault: %d, %v", n, err)
		}
	})
}

// took is how long a call takes.
func (s *stage) took(call func()) time.Duration {
	begun := time.Now()
	call()
	return time.Since(begun)
}

func TestSlowDiskAddsToEveryOperation(t *testing.T) {
	play(t, "disk sync 1ms jitter 0s\nfault 1s slow-disk n1 delay 20ms jitter 0s for 1s\n"+
		"fault 1.5s slow-disk n1 delay 1ms jitter 10ms for 1s", func(s *stage) {
		f := s.open(s.machine("n1"), "f")
		other := s.open(s.machine("n2"), "f")
		calls := map[string]func(f env.File){
			"Read":    func(f env.File) { f.Read(make([]byte, 1)) },
			"ReadAt":  func(f env.File) { f.ReadAt(make([]byte, 1), 0) },
			"Write":   func(f env.File) { f.Write([]byte("x")) },
			"WriteAt": func(f env.File) { f.WriteAt([]byte("x"), 0) },
		}
		for _, c := range []struct{ at, want time.Duration }{{500 * ms, 0}, {1100 * ms, 20 * ms}} {
			s.until(c.at)
			for name, call := range calls {
				if got := s.took(func() { call(f) }); got != c.want {
					s.Errorf("at %v %s takes %v; want %v", c.at, name, got, c.want)
				}
			}
		}
		if got := s.took(func() { f.Sync() }); got != 21*ms {
			s.Errorf("Sync takes %v; want 21ms", got)
		}
		if got := s.took(func() { other.Write([]byte("x")) }); got != 0 {
			s.Errorf("it takes %v on another machine", got)
		}
		s.until(1600 * ms)
		seen := map[time.Duration]bool{}
		for range 10 {
			got := s.took(func() { f.Write([]byte("x")) })
			if seen[got] = true; got < 21*ms || got >= 31*ms {
				s.Errorf("with both faults it takes %v; want 21ms to below 31ms", got)
			}
		}
		if len(seen) < 5 {
			s.Errorf("the jitter is one of %v", seen)
		}
	})
}

func TestStallDiskHoldsEveryOperation(t *testing.T) {
	play(t, "fault 1s stall-disk n1 for 1s\nfault 1.5s stall-disk n1 for 1s", func(s *stage) {
		e := s.machine("n1")
		f := s.durable(e, "f", "text")
		s.until(1200 * ms)
		held := []<-chan ended{
			s.do(func() string { return errno(second(f.ReadAt(make([]byte, 1), 0))) }),
			s.do(func() string { return errno(second(f.WriteAt([]byte("x"), 0))) }),
			s.do(func() string { return errno(f.Sync()) }),
			s.do(func() string { return errno(e.FS().SyncDir(".")) }),
		}
		for _, done := range held {
			s.wantEnd(done, ended{at: 2500 * ms, result: "ok"})
		}
		s.wantEvents("idle")
	})
}

// Whoever waits for a stalled disk is ended by a crash.
func TestCrashEndsWhoWaitsForAStalledDisk(t *testing.T) {
	play(t, "fault 1s stall-disk n1 for 9s\nfault 2s kill n1 for 1s", func(s *stage) {
		e := s.machine("n1")
		f := s.durable(e, "f", "text")
		s.until(1200 * ms)
		for _, done := range []<-chan ended{
			s.do(func() string { return errno(second(f.Write([]byte("x")))) }),
			s.do(func() string { return errno(f.Sync()) }),
		} {
			s.wantEnd(done, ended{at: 2 * time.Second, ghost: true})
		}
	})
}

// One bit of what is on the disk flips, and stays so.
func TestRotFlipsABit(t *testing.T) {
	play(t, "fault 1s rot n1\nfault 2s kill n1 for 1s\nfault 3.5s rot n2", func(s *stage) {
		e := s.machine("n1")
		s.durable(e, "f", "text")
		s.until(1500 * ms)
		rotten := s.content(e, "f")
		flipped := 0
		for i := range len("text") {
			flipped += bits.OnesCount8("text"[i] ^ rotten[i])
		}
		if flipped != 1 {
			s.Errorf("%d bits have flipped", flipped)
		}
		if got := s.content(s.machine("n1"), "f"); got != rotten {
			s.Errorf("the file reads %q, and after a crash %q", rotten, got)
		}
		s.until(4 * time.Second)
		events := s.events()
		k := slices.IndexFunc(events, func(e trace.Event) bool { return e.Kind == "rot" })
		if k < 0 {
			s.Fatal("nothing is said of it")
		}
		r := events[k]
		if r.Machine != "n1" || r.Text != "f" || rotten[r.Index]^"text"[r.Index] != 1<<r.Count {
			s.Errorf("the event is %+v; the file reads %q", r, rotten)
		}
		s.wantEvents("fault mend idle crash",
			"1s fault 1 rot n1", "1s mend 1 rot", "2s fault 2 kill n1 for 1s", "2s n1/1 crash kill", "3s mend 2 kill",
			"3.5s fault 3 rot n2", "3.5s mend 3 rot", "3.5s idle 3 rot: nothing met it")
	})
}

// The machine comes back with an empty disk, and its program is told so for good;
// other machines' are not.
func TestReplaceLeavesAnEmptyDisk(t *testing.T) {
	play(t, "set size 5\nfault 1s replace n1 for 500ms\nfault 2s kill n1 for 500ms\nfault 3s replace n1 for 500ms", func(s *stage) {
		e := s.machine("n1")
		s.durable(e, "f", "text")
		for _, c := range []struct {
			what, file string
			args       []string
		}{
			{"replaced", "-", []string{"size=5", "disk=1"}},
			{"killed", "new", []string{"size=5", "disk=1"}},
			{"replaced again", "-", []string{"size=5", "disk=2"}},
		} {
			again := s.machine("n1")
			if got := s.content(again, "f"); got != c.file || !slices.Equal(again.Args(), c.args) {
				s.Errorf("%s: the file holds %q and the arguments are %q; want %q and %q", c.what, got, again.Args(), c.file, c.args)
			}
			s.durable(again, "f", "new")
		}
		if got := e.Args(); !slices.Equal(got, []string{"size=5"}) {
			s.Errorf("the first program's arguments are now %q", got)
		}
		if got := s.machine("n2").Args(); !slices.Equal(got, []string{"size=5"}) {
			s.Errorf("another machine's arguments are %q", got)
		}
		s.wantEvents("boot crash fault mend idle",
			"0s n1/1 boot", "0s n2/1 boot", "0s n3/1 boot",
			"1s fault 1 replace n1 for 500ms", "1s n1/1 crash power", "1.5s mend 1 replace", "1.5s n1/2 boot empty disk",
			"2s fault 2 kill n1 for 500ms", "2s n1/2 crash kill", "2.5s mend 2 kill", "2.5s n1/3 boot",
			"3s fault 3 replace n1 for 500ms", "3s n1/3 crash power", "3.5s mend 3 replace", "3.5s n1/4 boot empty disk")
	})
}

// Faults of disks that nobody used are said to have had no effect.
func TestDiskFaultsThatNothingMeetsAreIdle(t *testing.T) {
	kinds := []string{"fsync-error n1", "write-error n1", "full n1", "slow-disk n1 delay 5ms jitter 0s", "stall-disk n1"}
	for _, kind := range kinds {
		name, _, _ := strings.Cut(kind, " ")
		play(t, "fault 1s "+kind+" for 1s", func(s *stage) {
			s.store(s.machine("n2"))
			s.until(1500 * ms)
			s.store(s.machine("n3")) // on a sound disk
			s.until(3 * time.Second)
			s.wantEvents("fault mend idle",
				"1s fault 1 "+kind+" for 1s", "2s mend 1 "+name, "2s idle 1 "+name+": nothing met it")
		})
	}
}
