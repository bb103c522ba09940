package netsim_test

import (
	"net"
	"os"
	"sync"
	"testing"
	"time"

	"raftian/netsim/env"
)

// holdings are what a goroutine of n1 may have in its hands when n1 crashes.
type holdings struct {
	env              env.Env
	listener, idle   net.Listener
	conn, full, peer net.Conn
	file             env.File
}

func (s *stage) holdings() holdings {
	a, b := s.machine("n1"), s.machine("n2")
	h := holdings{env: a}
	h.conn, h.peer = s.connect(a, b)
	h.full, _ = s.connect(a, b)
	var err error
	if h.listener, err = a.Listen(":8000"); err != nil {
		s.Fatal(err)
	}
	if h.idle, err = a.Listen(":8001"); err != nil {
		s.Fatal(err)
	}
	if h.file, err = a.FS().OpenFile("f", os.O_RDWR|os.O_CREATE); err != nil {
		s.Fatal(err)
	}
	return h
}

// What is blocked when its machine crashes ends there and then, except that an
// fsync takes its time.
func TestCrashEndsBlockedCalls(t *testing.T) {
	blocked := map[string]struct {
		call func(h holdings)
		ends time.Duration
	}{
		"Read":    {func(h holdings) { h.conn.Read(make([]byte, 1)) }, time.Second},
		"Write":   {func(h holdings) { h.full.Write(make([]byte, 1<<20)) }, time.Second},
		"Accept":  {func(h holdings) { h.listener.Accept() }, time.Second},
		"Dial":    {func(h holdings) { h.env.Dial("n3:7000", 0) }, time.Second},
		"Sync":    {func(h holdings) { h.file.Sync() }, 1900 * ms},
		"SyncDir": {func(h holdings) { h.env.FS().SyncDir(".") }, 1900 * ms},
	}
	for _, how := range []string{"power", "kill"} {
		for name, c := range blocked {
			t.Run(how+"/"+name, func(t *testing.T) {
				play(t, "disk sync 1s jitter 0s\nfault 500ms power n3 for 10s\nfault 1s "+how+" n1 for 5s", func(s *stage) {
					h := s.holdings()
					s.until(900 * ms)
					s.wantEnd(s.do(func() string {
						c.call(h)
						return ""
					}), ended{at: c.ends, ghost: true})
				})
			})
		}
	}
}

// A goroutine that was busy with something else when its machine crashed ends at
// its next call.
func TestCrashEndsLaterCalls(t *testing.T) {
	later := time.Now().Add(time.Hour)
	b := make([]byte, 1)
	calls := map[string]func(h holdings){
		"Listen":           func(h holdings) { h.env.Listen(":9000") },
		"Dial":             func(h holdings) { h.env.Dial("n2:7000", 0) },
		"Emit":             func(h holdings) { h.env.Emit(env.Note{Kind: "note"}) },
		"OnCrash":          func(h holdings) { h.env.OnCrash(func() {}) },
		"Accept":           func(h holdings) { h.listener.Accept() },
		"Conn.Read":        func(h holdings) { h.conn.Read(b) },
		"Conn.Write":       func(h holdings) { h.conn.Write(b) },
		"SetDeadline":      func(h holdings) { h.conn.SetDeadline(later) },
		"SetReadDeadline":  func(h holdings) { h.conn.SetReadDeadline(later) },
		"SetWriteDeadline": func(h holdings) { h.conn.SetWriteDeadline(later) },
		"OpenFile":         func(h holdings) { h.env.FS().OpenFile("g", os.O_RDWR|os.O_CREATE) },
		"Remove":           func(h holdings) { h.env.FS().Remove("f") },
		"Rename":           func(h holdings) { h.env.FS().Rename("f", "g") },
		"MkdirAll":         func(h holdings) { h.env.FS().MkdirAll("d") },
		"ReadDir":          func(h holdings) { h.env.FS().ReadDir(".") },
		"Stat":             func(h holdings) { h.env.FS().Stat("f") },
		"SyncDir":          func(h holdings) { h.env.FS().SyncDir(".") },
		"File.Read":        func(h holdings) { h.file.Read(b) },
		"File.ReadAt":      func(h holdings) { h.file.ReadAt(b, 0) },
		"File.Write":       func(h holdings) { h.file.Write(b) },
		"File.WriteAt":     func(h holdings) { h.file.WriteAt(b, 0) },
		"Seek":             func(h holdings) { h.file.Seek(0, 0) },
		"Sync":             func(h holdings) { h.file.Sync() },
		"Truncate":         func(h holdings) { h.file.Truncate(0) },
		"Size":             func(h holdings) { h.file.Size() },
	}
	for name, call := range calls {
		t.Run(name, func(t *testing.T) {
			play(t, "fault 1s power n1 for 5s", func(s *stage) {
				h := s.holdings()
				s.wantEnd(s.do(func() string {
					s.until(1500 * ms)
					call(h)
					return ""
				}), ended{at: 1500 * ms, ghost: true})
			})
		})
	}
}

// Close is the exception: a ghost must be able to let go of what it has, and goes
// on.
func TestCloseOnADeadEnvReturnsNil(t *testing.T) {
	play(t, "fault 1s power n1 for 5s", func(s *stage) {
		h := s.holdings()
		s.until(1500 * ms)
		s.wantEnd(s.do(func() string {
			for _, err := range []error{h.conn.Close(), h.conn.Close(), h.listener.Close(), h.listener.Close(), h.file.Close(), h.file.Close()} {
				if err != nil {
					return err.Error()
				}
			}
			return "all closed"
		}), ended{at: 1500 * ms, result: "all closed"})
	})
}

// A ghost's deferred calls run, so that others who wait for its locks go on, to
// their own end.
func TestGhostsGiveBackTheirLocks(t *testing.T) {
	play(t, "fault 1s kill n1 for 5s", func(s *stage) {
		h := s.holdings()
		var mu sync.Mutex
		holder := s.do(func() string {
			mu.Lock()
			defer mu.Unlock()
			h.conn.Read(make([]byte, 1))
			return ""
		})
		s.until(1500 * ms)
		s.wantEnd(holder, ended{at: time.Second, ghost: true})
		s.wantEnd(s.do(func() string {
			mu.Lock()
			defer mu.Unlock()
			return "locked"
		}), ended{at: 1500 * ms, result: "locked"})
	})
}

// Nobody sees what a ghost does: not the trace, not its peers, not the machine's
// next incarnation.
func TestNobodySeesAGhost(t *testing.T) {
	play(t, "fault 1s kill n1 for 1s", func(s *stage) {
		h := s.holdings()
		s.until(1500 * ms)
		ghosts := []func(){
			func() { h.env.Emit(env.Note{Kind: "note"}) },
			func() { h.conn.Write([]byte("boo")) },
			func() { h.file.Write([]byte("boo")) },
			func() { h.env.FS().Remove("f") },
			func() { h.env.FS().MkdirAll("d") },
			func() { h.listener.Close() },
			func() { h.idle.Accept() },
		}
		before := len(s.events())
		for _, ghost := range ghosts {
			<-s.do(func() string { ghost(); return "" })
		}
		s.until(1900 * ms)
		if after := s.events()[before:]; len(after) != 0 {
			s.Errorf("ghosts made %d events, the first of kind %q", len(after), after[0].Kind)
		}
		s.wantEnd(s.reading(h.peer, 1), ended{at: 1900 * ms, result: "end after 0 bytes"})

		reborn := <-s.booted["n1"]
		if info, err := reborn.FS().Stat("f"); err != nil || info.Size() != 0 {
			s.Errorf("the next incarnation finds %v, %v; want the file, empty", info, err)
		}
		if _, err := reborn.FS().Stat("d"); err == nil {
			s.Error("the next incarnation finds a ghost's directory")
		}
		// Ports are the next incarnation's own, and ghosts cannot close them.
		if _, err := reborn.Listen(":8001"); err != nil {
			s.Errorf("Listen: %v", err)
		}
		h.idle.Close()
		dial := s.do(func() string {
			_, err := reborn.Dial("n1:8001", 0)
			return outcome(0, err)
		})
		s.wantEnd(dial, ended{at: 2*time.Second + 40*time.Microsecond, result: "ok after 0 bytes"})
	})
}

// OnCrash calls come when the machine crashes, each in a goroutine of its own,
// which may do what it likes but not on the Env.
func TestOnCrashIsCalled(t *testing.T) {
	for _, how := range []string{"power", "kill"} {
		t.Run(how, func(t *testing.T) {
			play(t, "fault 1s "+how+" n1 for 1s", func(s *stage) {
				h := s.holdings()
				letGo, ghost := make(chan ended, 1), make(chan ended, 1)
				h.env.OnCrash(func() { letGo <- ended{at: time.Since(s.begun)} })
				h.env.OnCrash(func() {
					ghost <- <-s.do(func() string {
						h.env.Emit(env.Note{Kind: "note"})
						return ""
					})
				})
				s.wantEnd(letGo, ended{at: time.Second})
				s.wantEnd(ghost, ended{at: time.Second, ghost: true})
				s.wantEvents("note")
			})
		})
	}
}
