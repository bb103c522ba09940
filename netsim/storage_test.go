package netsim_test

import (
	"fmt"
	"io"
	"os"
	"testing"
	"time"

	"raftian/netsim/env"
)

// store writes what storage tests look for: "safe" is durable, name and all;
// "grown" was durable as "old" and has since become longer; "lost" was never
// synced.
func (s *stage) store(e env.Env) {
	s.Helper()
	fsys := e.FS()
	open := func(name string) env.File {
		f, err := fsys.OpenFile(name, os.O_RDWR|os.O_CREATE)
		if err != nil {
			s.Fatal(err)
		}
		return f
	}
	safe, grown := open("safe"), open("grown")
	io.WriteString(safe, "safe")
	io.WriteString(grown, "old")
	for _, sync := range []func() error{safe.Sync, grown.Sync, func() error { return fsys.SyncDir(".") }} {
		if err := sync(); err != nil {
			s.Fatal(err)
		}
	}
	io.WriteString(grown, "+new")
	io.WriteString(open("lost"), "lost")
}

// content is what a file holds, or "-" if there is none.
func (s *stage) content(e env.Env, name string) string {
	s.Helper()
	f, err := e.FS().OpenFile(name, os.O_RDONLY)
	if os.IsNotExist(err) {
		return "-"
	}
	if err != nil {
		s.Fatal(err)
	}
	b, err := io.ReadAll(f)
	if err != nil {
		s.Fatal(err)
	}
	return string(b)
}

func TestKillKeepsEveryWrite(t *testing.T) {
	play(t, "fault 1s kill n1 for 1s", func(s *stage) {
		s.store(s.machine("n1"))
		e := s.machine("n1")
		for name, want := range map[string]string{"safe": "safe", "grown": "old+new", "lost": "lost"} {
			if got := s.content(e, name); got != want {
				s.Errorf("%s holds %q; want %q", name, got, want)
			}
		}
	})
}

// What was synced is there after every power loss. What was not may be there, in
// whole or in part, or not: which, the seed says.
func TestPowerLossKeepsWhatWasSynced(t *testing.T) {
	legal := map[string]map[string]bool{
		"safe": {"safe": true},
		"grown": {
			"old": true, "old+": true, "old+n": true, "old+ne": true, "old+new": true, // the length is its own
			"old\x00": true, "old\x00\x00": true, "old\x00\x00\x00": true, "old\x00\x00\x00\x00": true,
		},
		"lost": {"-": true, "": true, "lost": true, "l": true, "lo": true, "los": true,
			"\x00": true, "\x00\x00": true, "\x00\x00\x00": true, "\x00\x00\x00\x00": true},
	}
	seen := map[string]bool{}
	for seed := range 40 {
		play(t, fmt.Sprintf("seed %d\nfault 1s power n1 for 1s", seed), func(s *stage) {
			s.store(s.machine("n1"))
			e := s.machine("n1")
			for name, outcomes := range legal {
				got := s.content(e, name)
				if !outcomes[got] {
					s.Errorf("seed %d: %s holds %q", seed, name, got)
				}
				seen[name+" "+got] = true
			}
		})
	}
	for _, outcome := range []string{"grown old", "grown old+new", "lost -", "lost lost"} {
		if !seen[outcome] {
			t.Errorf("no seed of 40 leaves %q", outcome)
		}
	}
}

// An fsync makes durable what there was when it began, and not before it returns.
func TestPowerLossDuringSync(t *testing.T) {
	lost := 0
	for seed := range 40 {
		play(t, fmt.Sprintf("seed %d\ndisk sync 1s jitter 0s\nfault 2.5s power n1 for 1s", seed), func(s *stage) {
			e := s.machine("n1")
			f, err := e.FS().OpenFile("f", os.O_RDWR|os.O_CREATE)
			if err != nil {
				s.Fatal(err)
			}
			if err := e.FS().SyncDir("."); err != nil {
				s.Fatal(err)
			}
			s.until(2 * time.Second)
			io.WriteString(f, "x")
			s.wantEnd(s.do(func() string { f.Sync(); return "" }), ended{at: 3 * time.Second, ghost: true})
			switch got := s.content(s.machine("n1"), "f"); got {
			case "x", "\x00":
			case "":
				lost++
			default:
				s.Errorf("seed %d: the file holds %q", seed, got)
			}
		})
	}
	if lost == 0 || lost == 40 {
		t.Errorf("%d of 40 power losses during an fsync lose the byte; want some", lost)
	}
}

// An fsync takes the time the Plan says, and is reported.
func TestSyncTakesTime(t *testing.T) {
	play(t, "disk sync 30ms jitter 0s", func(s *stage) {
		e := s.machine("n1")
		f, err := e.FS().OpenFile("f", os.O_RDWR|os.O_CREATE)
		if err != nil {
			s.Fatal(err)
		}
		if err := f.Sync(); err != nil {
			s.Fatal(err)
		}
		if err := e.FS().SyncDir("."); err != nil {
			s.Fatal(err)
		}
		s.wantEvents("fsync", "30ms n1/1 fsync took 30ms f", "60ms n1/1 fsync took 30ms .")
	})
}
