package netsim_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"raftian/netsim/env"
)

// say has a machine's program report something, in a goroutine of its own.
func (s *stage) say(e env.Env, n env.Note) <-chan ended {
	return s.do(func() string {
		e.Emit(n)
		return "said"
	})
}

// A trigger looks at everything it names: kind, machine, text, peer; and counts.
func TestTriggersChooseTheirEvent(t *testing.T) {
	lines := "fault 1s when n1 note of alpha to n3 nth 2 then partition it | peer for 1s"
	play(t, lines, func(s *stage) {
		a, b := s.machine("n1"), s.machine("n2")
		right := env.Note{Kind: "note", Text: "alpha beta", Peer: "n3"}
		a.Emit(right) // too early
		s.until(1100 * ms)
		a.Emit(env.Note{Kind: "other", Text: "alpha", Peer: "n3"})
		a.Emit(env.Note{Kind: "note", Text: "beta", Peer: "n3"})
		a.Emit(env.Note{Kind: "note", Text: "alpha", Peer: "n2"})
		b.Emit(right)
		a.Emit(right)
		s.until(1500 * ms)
		s.wantEvents("fault mend idle")
		a.Emit(right)
		s.until(4 * time.Second)
		a.Emit(right) // once is enough
		s.until(5 * time.Second)
		s.wantEvents("fault mend idle",
			"1.5s fault 1 partition n1 | n3 for 1s", "2.5s mend 1 partition", "2.5s idle 1 partition: nothing met it")
	})
}

// Any counts all machines together, and the leader is who leads at the time.
func TestTriggersKnowAnyAndTheLeader(t *testing.T) {
	lines := "fault 1s when any note nth 3 then kill it for 1s\nfault 1s when leader note nth 3 then power peer for 1s"
	play(t, lines, func(s *stage) {
		a, b := s.machine("n1"), s.machine("n2")
		lead(a, 1)
		s.until(1100 * ms)
		a.Emit(env.Note{Kind: "note"})
		lead(b, 2)
		a.Emit(env.Note{Kind: "note"})
		<-s.say(b, env.Note{Kind: "note"})
		c := s.machine("n2")
		lead(c, 3)
		s.until(3 * time.Second)
		c.Emit(env.Note{Kind: "note", Peer: "n3"})
		s.until(5 * time.Second)
		s.wantEvents("fault crash mend idle",
			"1.1s fault 1 kill n2 for 1s", "1.1s n2/1 crash kill", "2.1s mend 1 kill",
			"3s fault 2 power n3 for 1s", "3s n3/1 crash power", "4s mend 2 power")
	})
}

// With a role asked for, only what a machine does in that role counts, and it
// begins anew each time the machine takes it.
func TestTriggersCountAnewInEachRole(t *testing.T) {
	play(t, "fault 1s when any note as leader nth 2 then kill it for 1s", func(s *stage) {
		a, b := s.machine("n1"), s.machine("n2")
		s.until(1100 * ms)
		step := func(e env.Env, role string) { e.Emit(env.Note{Kind: env.KindRole, Text: role}) }
		note := func(e env.Env) { e.Emit(env.Note{Kind: "note"}) }
		note(a)
		step(a, "leader")
		note(a)
		step(b, "leader")
		note(b)
		step(a, "follower")
		note(a)
		step(a, "leader")
		note(a)
		s.until(2 * time.Second)
		s.wantEvents("fault")
		s.wantEnd(s.say(a, env.Note{Kind: "note"}), ended{at: 2 * time.Second, ghost: true})
		s.wantEvents("fault", "2s fault 1 kill n1 for 1s")
	})
}

// A fault strikes before the call that set it off returns, and if it takes down the
// caller, that call does not return.
func TestTriggeredFaultsStrikeBeforeTheCallReturns(t *testing.T) {
	play(t, "fault 0s when n1 note then kill it for 1s\nfault 0s when n2 note then partition it | others for 1s", func(s *stage) {
		a, b := s.machine("n1"), s.machine("n2")
		near, _ := s.connect(b, s.machine("n3"))
		s.until(500 * ms)
		s.wantEnd(s.say(a, env.Note{Kind: "note"}), ended{at: 500 * ms, ghost: true})
		s.wantEnd(s.do(func() string {
			b.Emit(env.Note{Kind: "note"})
			return outcome(near.Write([]byte("x")))
		}), ended{at: 500 * ms, result: "ok after 1 bytes"})
		s.wantEvents("note fault crash hold",
			"500ms n1/1 note", "500ms fault 1 kill n1 for 1s", "500ms n1/1 crash kill",
			"500ms n2/1 note", "500ms fault 2 partition n2 | n1,n3 for 1s",
			"500ms n2/1 hold n3 1 count 1 took 200ms cut")
	})
}

// A wait puts the fault off.
func TestTriggeredFaultsWait(t *testing.T) {
	play(t, "fault 0s when n1 note wait 100us then kill it for 1s", func(s *stage) {
		a := s.machine("n1")
		s.until(500 * ms)
		s.wantEnd(s.say(a, env.Note{Kind: "note"}), ended{at: 500 * ms, result: "said"})
		s.until(time.Second)
		s.wantEvents("crash", "500.1ms n1/1 crash kill")
	})
}

// The World's own events set off faults, too: those of connections, of crashes and
// of other faults.
func TestTheWorldsEventsSetOffFaults(t *testing.T) {
	lines := "set fail n3\n" +
		"fault 0s when n2 deliver nth 2 then reset it - peer\n" +
		"fault 0s when n2 reset of fault then kill it for 1s\n" +
		"fault 0s when n2 crash of kill then power it for 2s\n" +
		"fault 0s when any mend of kill then kill n1 for 1s\n" +
		"fault 0s when n3 exit nth 2 then power it for 500ms"
	play(t, lines, func(s *stage) {
		near, far := s.connect(s.machine("n1"), s.machine("n2"))
		s.until(500 * ms)
		near.Write([]byte("x"))
		far.Read(make([]byte, 1))
		near.Write([]byte("x"))
		s.until(4200 * ms)
		s.wantEvents("fault mend reset crash exit boot",
			"0s n1/1 boot", "0s n2/1 boot", "0s n3/1 boot",
			"502ms fault 1 reset n2 - n1", "502ms n1/1 reset n2 1 fault", "502ms n2/1 reset n1 1 fault",
			"502ms fault 2 kill n2 for 1s", "502ms n2/1 crash kill", "502ms fault 3 power n2 for 2s",
			"502ms mend 1 reset",
			"1s n3/1 exit it had enough",
			"1.502s mend 2 kill", "1.502s fault 4 kill n1 for 1s", "1.502s n1/1 crash kill",
			"2s n3/2 boot",
			"2.502s mend 3 power", "2.502s n2/2 boot", "2.502s mend 4 kill", "2.502s n1/2 boot",
			"3s n3/2 exit it had enough", "3s fault 5 power n3 for 500ms", "3.5s mend 5 power", "3.5s n3/3 boot")
	})
}

// A crash in the middle of a write leaves a part of it in the page cache: any part,
// with whole sectors as likely as others.
func TestWritesAreCutWhereAFaultStrikes(t *testing.T) {
	const size = 4096
	var whole, part, none, all int
	for seed := range 60 {
		lines := fmt.Sprintf("seed %d\nfault 1s when any write of log nth 2 then kill it for 1s", seed)
		play(t, lines, func(s *stage) {
			e := s.machine("n1")
			f, other := s.open(e, "log"), s.open(e, "other")
			s.until(1100 * ms)
			f.Write([]byte("abc"))
			other.Write([]byte("abc"))
			s.wantEnd(s.do(func() string {
				f.Write(slices.Repeat([]byte("x"), size))
				return ""
			}), ended{at: 1100 * ms, ghost: true})
			got := s.content(s.machine("n1"), "log")
			n := strings.Count(got, "x")
			if want := "abc" + strings.Repeat("x", n); got != want {
				s.Errorf("seed %d: the file holds %q", seed, got)
			}
			switch {
			case n == 0:
				none++
			case n == size:
				all++
			case len(got)%512 == 0:
				whole++
			default:
				part++
			}
		})
	}
	if whole < 10 || part < 10 || none+all > 15 {
		t.Errorf("of 60 writes %d are cut between sectors, %d within one, %d before and %d after all", whole, part, none, all)
	}
}

// What a program writes when a fault strikes someone else is written.
func TestWritesThatSetOffAFaultElsewhereAreWhole(t *testing.T) {
	play(t, "fault 0s when n1 write then kill n2,n3 for 1s\nfault 5s when n1 write then write-error it for 1s", func(s *stage) {
		e := s.machine("n1")
		f := s.open(e, "f")
		for _, text := range []string{strings.Repeat("a", 3000), "b"} {
			if n, err := f.Write([]byte(text)); n != len(text) || err != nil {
				s.Errorf("Write: %d, %v", n, err)
			}
		}
		if want := strings.Repeat("a", 3000) + "b"; s.content(e, "f") != want {
			s.Errorf("the file holds %d bytes, or others; want %d", len(s.content(e, "f")), len(want))
		}
		s.until(6 * time.Second)
		// The disk breaks in the middle of this one, and what came before is there.
		n, err := f.Write([]byte(strings.Repeat("c", 3000)))
		if errno(err) != "EIO" || n >= 3000 || len(s.content(e, "f")) != 3001+n {
			s.Errorf("Write: %d, %v, and the file holds %d bytes", n, err, len(s.content(e, "f")))
		}
	})
}

// Operations on files set off faults: when an fsync begins, so that it never
// completes, and when a name has changed.
func TestFileOperationsSetOffFaults(t *testing.T) {
	calls := map[string]struct {
		call  func(e env.Env, f env.File) error
		files string // what is there after it, f apart
	}{
		"sync of f":     {func(_ env.Env, f env.File) error { return f.Sync() }, "g"},
		"sync of .":     {func(e env.Env, _ env.File) error { return e.FS().SyncDir(".") }, "g"},
		"create of new": {func(e env.Env, _ env.File) error { _, err := e.FS().OpenFile("new", 0x42); return err }, "g new"},
		"create of dir": {func(e env.Env, _ env.File) error { return e.FS().MkdirAll("dir") }, "dir g"},
		"rename of g":   {func(e env.Env, _ env.File) error { return e.FS().Rename("g", "h") }, "h"},
		"remove of g":   {func(e env.Env, _ env.File) error { return e.FS().Remove("g") }, ""},
		"write of f":    {func(_ env.Env, f env.File) error { return second(f.WriteAt([]byte("x"), 3)) }, "g"},
	}
	for what, c := range calls {
		t.Run(what, func(t *testing.T) {
			play(t, "fault 1s when n1 "+what+" then kill it for 1s", func(s *stage) {
				e := s.machine("n1")
				f := s.open(e, "f")
				s.open(e, "g")
				s.until(1100 * ms)
				// None of these is what the fault looks for.
				e.FS().MkdirAll(".")
				e.FS().OpenFile("f", 0x42)
				e.FS().Rename("missing", "m")
				e.FS().Remove("missing")
				s.wantEnd(s.do(func() string { return errno(c.call(e, f)) }), ended{at: 1100 * ms, ghost: true})
				list, err := s.machine("n1").FS().ReadDir(".")
				var names []string
				for _, entry := range list {
					if entry.Name() != "f" {
						names = append(names, entry.Name())
					}
				}
				if got := strings.Join(names, " "); got != c.files || err != nil {
					s.Errorf("the next incarnation finds %q, %v; want %q", got, err, c.files)
				}
				s.wantEvents("fsync")
			})
		})
	}
}

// A fault in the middle of an fsync leaves it undone.
func TestFaultsStrikeInTheMiddleOfAnFsync(t *testing.T) {
	play(t, "disk sync 1ms jitter 0s\nfault 1s when n1 sync wait 500us then kill it for 1s", func(s *stage) {
		f := s.open(s.machine("n1"), "f")
		s.until(1100 * ms)
		s.wantEnd(s.do(func() string { return errno(f.Sync()) }), ended{at: 1101 * ms, ghost: true})
		s.wantEvents("fsync crash", "1.1005s n1/1 crash count 1 kill")
	})
}

// Faults whose event never came, came too late, or is of nobody say so.
func TestTriggersThatComeToNothingAreIdle(t *testing.T) {
	lines := "heal 5s\n" +
		"fault 1s when any never then kill it for 1s\n" +
		"fault 1s when n1 note of a wait 10s then kill it for 1s\n" +
		"fault 1s when n1 note of b then partition it | peer for 1s\n" +
		"fault 1s when any mend then kill it for 1s\n" +
		"fault 3s kill n3 for 1s"
	play(t, lines, func(s *stage) {
		a := s.machine("n1")
		s.until(1500 * ms)
		a.Emit(env.Note{Kind: "note", Text: "a"})
		a.Emit(env.Note{Kind: "note", Text: "b"})
		s.until(20 * time.Second)
		a.Emit(env.Note{Kind: "never"})
		s.wantEvents("fault idle mend heal",
			"1.5s idle 3 partition: its event names no peer",
			"3s fault 5 kill n3 for 1s", "4s mend 5 kill", "4s idle 4 kill: its event is of no machine",
			"5s idle 1 kill: its event never came", "5s idle 2 kill: the heal came before it",
			"5s heal")
	})
}

// An exit can set off a fault, which is then the one to hold the machine.
func TestExitsSetOffFaults(t *testing.T) {
	play(t, "fault 0s when n1 exit then kill it for 5s", func(s *stage) {
		e := s.machine("n1")
		s.until(time.Second)
		s.wantEnd(s.do(func() string { e.Exit(errors.New("no more")); return "" }), ended{at: time.Second, ghost: true})
		s.until(7 * time.Second)
		s.wantEvents("fault exit crash mend idle boot",
			"0s n1/1 boot", "0s n2/1 boot", "0s n3/1 boot",
			"1s n1/1 exit no more", "1s fault 1 kill n1 for 5s", "6s mend 1 kill", "6s n1/2 boot")
	})
}
