package netsim_test

import (
	"errors"
	"testing"
	"time"

	"raftian/netsim/env"
)

// A program that returns without an error is no crash: its connections are closed
// and it does not come back.
func TestProgramReturns(t *testing.T) {
	play(t, "set leave n2\nfault 5s kill n2 for 1s", func(s *stage) {
		client, _ := s.connect(s.machine("n1"), s.machine("n2"))
		s.wantEnd(s.reading(client, 1), ended{at: 1001 * ms, result: "end after 0 bytes"})
		s.until(10 * time.Second)
		s.wantEvents("exit boot crash fault idle",
			"0s n1/1 boot", "0s n2/1 boot", "0s n3/1 boot",
			"1s n2/1 exit",
			"5s idle 1 kill: nothing runs there")
	})
}

// One that returns with an error is started again a second later, time and again.
func TestProgramThatReturnsAnErrorIsStartedAgain(t *testing.T) {
	play(t, "set fail n2", func(s *stage) {
		s.until(4500 * ms)
		s.wantEvents("exit boot crash",
			"0s n1/1 boot", "0s n2/1 boot", "0s n3/1 boot",
			"1s n2/1 exit it had enough", "2s n2/2 boot",
			"3s n2/2 exit it had enough", "4s n2/3 boot")
	})
}

// Exit ends the goroutine that calls it and all others of its program, which
// finds what it had written when it is started again.
func TestExitEndsTheProgram(t *testing.T) {
	play(t, "", func(s *stage) {
		h := s.holdings()
		s.until(500 * ms)
		h.file.Write([]byte("written"))
		h.file.Close()
		blocked, peer := s.reading(h.conn, 1), s.reading(h.peer, 1)
		s.until(time.Second)
		s.wantEnd(s.do(func() string {
			h.env.Exit(errors.New("no more"))
			return "returned"
		}), ended{at: time.Second, ghost: true})
		s.wantEnd(blocked, ended{at: time.Second, ghost: true})
		s.wantEnd(peer, ended{at: 1001 * ms, result: "end after 0 bytes"})
		again := s.machine("n1")
		if got := s.content(again, "f"); got != "written" {
			s.Errorf("the next incarnation finds %q", got)
		}
		s.wantEnd(s.do(func() string { again.Exit(nil); return "" }), ended{at: 2 * time.Second, ghost: true})
		s.until(5 * time.Second)
		s.wantEvents("exit boot crash",
			"0s n1/1 boot", "0s n2/1 boot", "0s n3/1 boot",
			"1s n1/1 exit no more", "2s n1/2 boot", "2s n1/2 exit")
	})
}

// Programs are asked to end when the run does. Those that do so say nothing more;
// one that does not is reported, and so is an error. Machines that are off are left
// alone, also by their supervisor.
func TestProgramsAreAskedToEnd(t *testing.T) {
	play(t, "set hang n2\nset leave n3\nset fail n1\nheal 100s\nfault 500ms power n1 for 700ms", func(s *stage) {
		s.until(2500 * ms)
		s.world.AskToStop()
		s.until(4 * time.Second)
		if s.world.Stopped() {
			s.Error("it says that all have ended")
		}
		s.machine("n2").Emit(env.Note{Kind: env.KindReady})
		s.world.End()
		s.wantEvents("stop hung exit boot ready end",
			"0s n1/1 boot", "0s n2/1 boot", "0s n3/1 boot",
			"1s n3/1 exit", "1.2s n1/2 boot", "2.2s n1/2 exit it had enough",
			"2.5s stop", "4s n2/1 hung took 1.5s", "4s end")
	})
}

// That they end is all that is reported of programs that heed it.
func TestProgramsThatHeedThatTheyAreAskedToEnd(t *testing.T) {
	play(t, "", func(s *stage) {
		s.until(time.Second)
		s.world.AskToStop()
		s.until(time.Second + ms)
		if !s.world.Stopped() {
			s.Error("it says that some have not ended")
		}
		s.world.End()
		s.wantEvents("stop hung exit boot end",
			"0s n1/1 boot", "0s n2/1 boot", "0s n3/1 boot", "1s stop", "1.001s end")
	})
}

// A fault that strikes while the supervisor waits decides when the program comes
// back.
func TestFaultsHoldThoseThatExited(t *testing.T) {
	play(t, "set fail n2\nfault 1.5s kill n2 for 2s", func(s *stage) {
		s.until(4 * time.Second)
		s.wantEvents("exit boot crash fault idle mend",
			"0s n1/1 boot", "0s n2/1 boot", "0s n3/1 boot",
			"1s n2/1 exit it had enough",
			"1.5s fault 1 kill n2 for 2s",
			"3.5s mend 1 kill", "3.5s n2/2 boot")
	})
}

// One that comes back before then is not started a second time.
func TestFaultsThatAreQuickerThanTheSupervisor(t *testing.T) {
	play(t, "set fail n2\nfault 1.2s power n2 for 300ms", func(s *stage) {
		s.until(2400 * ms)
		s.wantEvents("exit boot mend",
			"0s n1/1 boot", "0s n2/1 boot", "0s n3/1 boot",
			"1s n2/1 exit it had enough",
			"1.5s mend 1 power", "1.5s n2/2 boot")
	})
}
