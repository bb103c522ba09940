package netsim_test

import (
	"testing"
	"time"

	"raftian/netsim/env"
	"raftian/netsim/trace"
)

// lead has a machine say that it leads.
func lead(e env.Env, term uint64) {
	e.Emit(env.Note{Kind: env.KindRole, Text: "leader", Term: term})
}

func TestFaultsFindTheLeader(t *testing.T) {
	play(t, "fault 1s kill leader for 1s\nfault 3s partition leader | others for 1s\n"+
		"fault 5s oneway others -> leader for 1s\nfault 6.5s kill leader,n1 for 1s", func(s *stage) {
		a, b := s.machine("n1"), s.machine("n2")
		lead(a, 2)
		lead(b, 3) // and so a only thinks it does
		s.machine("n2")
		s.until(2500 * ms)
		lead(a, 4)
		s.until(8 * time.Second)
		s.wantEvents("fault mend crash",
			"1s fault 1 kill n2 for 1s", "1s n2/1 crash kill", "2s mend 1 kill",
			"3s fault 2 partition n1 | n2,n3 for 1s", "4s mend 2 partition",
			"5s fault 3 oneway n2,n3 -> n1 for 1s", "6s mend 3 oneway",
			"6.5s fault 4 kill n1 for 1s", "6.5s n1/1 crash kill", "7.5s mend 4 kill")
	})
}

// Nobody leads before someone says so, and a machine that crashed or stepped
// down leads no longer.
func TestFaultsThatConcernNobodyAreIdle(t *testing.T) {
	play(t, "fault 1s kill leader for 1s\nfault 3s kill leader for 1s\nfault 5s reset leader - others\n"+
		"fault 6s kill leader for 1s\nfault 7s partition n1,n2,n3 | others for 1s", func(s *stage) {
		e := s.machine("n1")
		s.until(2500 * ms)
		lead(e, 1)
		e = s.machine("n1")
		s.until(5500 * ms)
		lead(e, 2)
		e.Emit(env.Note{Kind: env.KindRole, Text: "follower", Term: 2})
		s.until(8 * time.Second)
		s.wantEvents("fault idle mend",
			"1s idle 1 kill: nobody leads",
			"3s fault 2 kill n1 for 1s", "4s mend 2 kill",
			"5s idle 3 reset: nobody leads",
			"6s idle 4 kill: nobody leads",
			"7s idle 5 partition: a group is empty")
	})
}

// oneByte is how long a byte written now takes from one end to the other.
func (s *stage) oneByte(from, to interface {
	Write([]byte) (int, error)
	Read([]byte) (int, error)
}) time.Duration {
	s.Helper()
	begun := time.Now()
	if _, err := from.Write([]byte("x")); err != nil {
		s.Fatal(err)
	}
	if _, err := to.Read(make([]byte, 1)); err != nil {
		s.Fatal(err)
	}
	return time.Since(begun)
}

func TestSlowAddsDelayBothWaysForItsTime(t *testing.T) {
	play(t, "fault 1s slow n1 - n2 delay 20ms jitter 0s for 2s\nfault 2s slow n1 - others delay 3ms jitter 0s for 2s", func(s *stage) {
		a, b := s.machine("n1"), s.machine("n2")
		near, far := s.connect(a, b)
		for _, c := range []struct{ at, want time.Duration }{
			{500 * ms, ms}, {1500 * ms, 21 * ms}, {2500 * ms, 24 * ms}, {3500 * ms, 4 * ms}, {4500 * ms, ms},
		} {
			s.until(c.at)
			if there, back := s.oneByte(near, far), s.oneByte(far, near); there != c.want || back != c.want {
				s.Errorf("at %v a byte takes %v there and %v back; want %v", c.at, there, back, c.want)
			}
		}
	})
}

func TestJitterStaysBelowItsBound(t *testing.T) {
	play(t, "fault 1s slow n1 - n2 delay 0s jitter 10ms for 900s", func(s *stage) {
		near, far := s.connect(s.machine("n1"), s.machine("n2"))
		s.until(2 * time.Second)
		least, most := time.Hour, time.Duration(0)
		for range 200 {
			d := s.oneByte(near, far)
			least, most = min(least, d), max(most, d)
			time.Sleep(time.Second)
		}
		if least < ms || least > 2*ms || most >= 11*ms || most < 10*ms {
			s.Errorf("bytes take from %v to %v; want most of the range from 1ms to below 11ms", least, most)
		}
	})
}

// Lost segments are delay, not missing bytes.
func TestLossyDelaysAndLosesNothing(t *testing.T) {
	play(t, "fault 1s lossy n1 - n2 loss 0.3 for 200s", func(s *stage) {
		near, far := s.connect(s.machine("n1"), s.machine("n2"))
		late := 0
		for at := 2 * time.Second; at < 190*time.Second; at += 2 * time.Second {
			s.until(at)
			if s.oneByte(near, far) >= 200*ms {
				late++
			}
		}
		if late == 0 {
			s.Error("no byte is late")
		}
		held := 0
		for _, e := range s.events() {
			if e.Kind == trace.KindHold && e.Text == "loss" {
				held++
			}
		}
		if held < late {
			s.Errorf("%d bytes are late, but only %d are said to be lost", late, held)
		}
		s.until(210 * time.Second)
		if d := s.oneByte(near, far); d != ms {
			s.Errorf("after the fault a byte takes %v; want 1ms", d)
		}
	})
}

func TestResetBreaksConnectionsBetweenGroupsAtOnce(t *testing.T) {
	play(t, "fault 1s reset n1 - n2", func(s *stage) {
		a, b, c := s.machine("n1"), s.machine("n2"), s.machine("n3")
		near, far := s.connect(a, b)
		other, _ := s.connect(a, c)
		self, _ := s.connect(a, a)
		atNear, atFar := s.reading(near, 1), s.reading(far, 1)
		other.SetReadDeadline(time.Now().Add(5 * time.Second))
		self.SetReadDeadline(time.Now().Add(5 * time.Second))
		s.wantEnd(atNear, ended{at: time.Second, result: "reset after 0 bytes"})
		s.wantEnd(atFar, ended{at: time.Second, result: "reset after 0 bytes"})
		for _, untouched := range []<-chan ended{s.reading(other, 1), s.reading(self, 1)} {
			if got := <-untouched; got.result != "timeout after 0 bytes" {
				s.Errorf("a connection of no concern to the fault ended with %+v", got)
			}
		}
		s.wantEvents("fault reset mend",
			"1s fault 1 reset n1 - n2",
			"1s n1/1 reset n2 1 fault", "1s n2/1 reset n1 1 fault",
			"1s mend 1 reset")
	})
}

// A machine that several faults keep down boots when the last of them ends.
func TestFaultsOnOneMachineOverlap(t *testing.T) {
	play(t, "fault 1s kill n1,n2 for 2s\nfault 2s power n1 for 3s\nfault 2.5s kill n1 for 1s", func(s *stage) {
		a := s.machine("n3")
		s.until(2200 * ms)
		// n1 has lost its power, too: it does not even refuse.
		dial := s.do(func() string {
			_, err := a.Dial("n1:7000", 100*ms)
			return outcome(0, err)
		})
		s.wantEnd(dial, ended{at: 2300 * ms, result: "timeout after 0 bytes"})
		s.until(6 * time.Second)
		s.wantEvents("boot fault crash mend",
			"0s n1/1 boot", "0s n2/1 boot", "0s n3/1 boot",
			"1s fault 1 kill n1,n2 for 2s", "1s n1/1 crash kill", "1s n2/1 crash kill",
			"2s fault 2 power n1 for 3s", "2.5s fault 3 kill n1 for 1s",
			"3s mend 1 kill", "3s n2/2 boot",
			"3.5s mend 3 kill",
			"5s mend 2 power", "5s n1/2 boot")
	})
}

// A cut lasts until the last fault that cuts is over.
func TestCutsOverlap(t *testing.T) {
	play(t, "fault 1s partition n1 | n2 for 2s\nfault 2s oneway n1 -> n2 for 2s", func(s *stage) {
		near, far := s.connect(s.machine("n1"), s.machine("n2"))
		s.until(3500 * ms)
		far.Write([]byte("x"))
		s.wantEnd(s.reading(near, 1), ended{at: 3501 * ms, result: "ok after 1 bytes"})
		near.Write([]byte("x")) // tried again at 3.701 and 4.101 s
		s.wantEnd(s.reading(far, 1), ended{at: 4102 * ms, result: "ok after 1 bytes"})
	})
}

// Whatever the faults wanted, all are over at the heal.
func TestHealEndsEveryFault(t *testing.T) {
	p := "heal 5s\nfault 1s partition n1 | n2 for 100s\nfault 2s power n3 for 100s\nfault 4s kill n3 for 100s"
	play(t, p, func(s *stage) {
		near, far := s.connect(s.machine("n1"), s.machine("n2"))
		s.until(5500 * ms)
		if d := s.oneByte(near, far); d != ms {
			s.Errorf("after the heal a byte takes %v; want 1ms", d)
		}
		s.until(200 * time.Second)
		s.wantEvents("fault boot crash mend heal",
			"0s n1/1 boot", "0s n2/1 boot", "0s n3/1 boot",
			"1s fault 1 partition n1 | n2 for 100s",
			"2s fault 2 power n3 for 100s", "2s n3/1 crash power",
			"4s fault 3 kill n3 for 100s",
			"5s mend 1 partition", "5s mend 2 power", "5s mend 3 kill", "5s n3/2 boot",
			"5s heal")
	})
}

// The life of a connection, as the trace tells it.
func TestConnectionsAreTraced(t *testing.T) {
	play(t, "", func(s *stage) {
		near, far := s.connect(s.machine("n1"), s.machine("n2"))
		near.Write([]byte("hello"))
		far.Read(make([]byte, 5))
		near.Close()
		far.Read(make([]byte, 1))
		far.Close()
		s.until(time.Second)
		s.world.End()
		s.machine("n3").Emit(env.Note{Kind: "after the end"})
		s.wantEvents("dial open deliver close end heal fault reset",
			"0s n1/1 dial n2 1 7000",
			"2ms n1/1 open n2 1 7000",
			"4ms n2/1 deliver n1 1 count 5 took 1ms",
			"4ms n1/1 close n2 1",
			"5ms n2/1 close n1 1",
			"1s end")
		if n := len(s.events()); n != 3+6 {
			s.Errorf("there are %d events; want three boots and these six only", n)
		}
	})
}
