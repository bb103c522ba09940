package netsim_test

import (
	"net"
	"testing"
	"time"

	"raftian/netsim/env"
)

// dialling has a goroutine of e's dial n2:7000 and hand over the connection.
func (s *stage) dialling(e env.Env, timeout time.Duration) (<-chan ended, *net.Conn) {
	conn := new(net.Conn)
	return s.do(func() string {
		c, err := e.Dial("n2:7000", timeout)
		*conn = c
		return outcome(0, err)
	}), conn
}

func TestDialToAMachineWithoutPowerTimesOut(t *testing.T) {
	play(t, "fault 1s power n2 for 200s", func(s *stage) {
		e := s.machine("n1")
		s.until(1500 * ms)
		patient, _ := s.dialling(e, 0)
		hasty, _ := s.dialling(e, 5*time.Second)
		s.wantEnd(hasty, ended{at: 6500 * ms, result: "timeout after 0 bytes"})
		// Six tries, the first after 1 s and each twice as far apart.
		s.wantEnd(patient, ended{at: 64500 * ms, result: "timeout after 0 bytes"})
	})
}

func TestDialToAKilledMachineIsRefused(t *testing.T) {
	play(t, "fault 1s kill n2 for 200s", func(s *stage) {
		e := s.machine("n1")
		s.until(1500 * ms)
		dial, _ := s.dialling(e, 0)
		s.wantEnd(dial, ended{at: 1502 * ms, result: "refused after 0 bytes"})
		s.wantEvents("dial open refuse",
			"1.5s n1/1 dial n2 1 7000",
			"1.502s n1/1 refuse n2 1 nobody listens")
	})
}

// The first segment is tried again after 1 s and after 2 s more (RFC 6298,
// section 2.1).
func TestDialTriesAgainUntilThePartitionHeals(t *testing.T) {
	for name, fault := range map[string]string{
		"both ways": "fault 1s partition n1 | n2 for 2s",
		"there":     "fault 1s oneway n1 -> n2 for 2s",
		"back":      "fault 1s oneway n2 -> n1 for 2s",
	} {
		t.Run(name, func(t *testing.T) {
			play(t, fault, func(s *stage) {
				a, b := s.machine("n1"), s.machine("n2")
				if _, err := b.Listen(":7000"); err != nil {
					s.Fatal(err)
				}
				s.until(1500 * ms)
				dial, _ := s.dialling(a, 0)
				s.wantEnd(dial, ended{at: 4502 * ms, result: "ok after 0 bytes"})
				s.wantEvents("open", "4.502s n1/1 open n2 1 7000")
			})
		})
	}
}

func TestDialFindsTheMachineRebooted(t *testing.T) {
	play(t, "fault 1s power n2 for 2s", func(s *stage) {
		a := s.machine("n1")
		s.machine("n2")
		s.until(1500 * ms)
		dial, _ := s.dialling(a, 0)
		if _, err := s.machine("n2").Listen(":7000"); err != nil {
			s.Fatal(err)
		}
		s.wantEnd(dial, ended{at: 4502 * ms, result: "ok after 0 bytes"})
	})
}

// The caller's last segment of the handshake is lost: it has its connection, but
// the listener gets it with the next try.
func TestAcceptWaitsForTheHandshake(t *testing.T) {
	play(t, "fault 1s oneway n1 -> n2 for 500ms", func(s *stage) {
		a, b := s.machine("n1"), s.machine("n2")
		l, err := b.Listen(":7000")
		if err != nil {
			s.Fatal(err)
		}
		accept := s.do(func() string {
			_, err := l.Accept()
			return outcome(0, err)
		})
		s.until(998500 * time.Microsecond)
		dial, _ := s.dialling(a, 0)
		s.wantEnd(dial, ended{at: 1000500 * time.Microsecond, result: "ok after 0 bytes"})
		s.wantEnd(accept, ended{at: 2001500 * time.Microsecond, result: "ok after 0 bytes"})
	})
}

// A full backlog does not answer; when there is room, a later try gets through.
func TestDialWaitsForRoomInTheBacklog(t *testing.T) {
	const backlog = 128
	play(t, "", func(s *stage) {
		a, b := s.machine("n1"), s.machine("n2")
		l, err := b.Listen(":7000")
		if err != nil {
			s.Fatal(err)
		}
		for range backlog {
			if _, err := a.Dial("n2:7000", 0); err != nil {
				s.Fatal(err)
			}
		}
		s.until(1500 * ms)
		dial, _ := s.dialling(a, 0)
		s.until(2000 * ms)
		if _, err := l.Accept(); err != nil {
			s.Fatal(err)
		}
		s.wantEnd(dial, ended{at: 2502 * ms, result: "ok after 0 bytes"})
	})
}

func TestDialToAnUnknownMachineFails(t *testing.T) {
	play(t, "", func(s *stage) {
		_, err := s.machine("n1").Dial("n9:7000", 0)
		if want := "dial tcp n9:7000: lookup n9: no such host"; err == nil || err.Error() != want {
			s.Errorf("Dial: %v; want %q", err, want)
		}
	})
}

// The machine called crashes while its answer is under way: the caller has a
// connection that nobody else knows.
func TestDialToAMachineThatCrashesMeanwhile(t *testing.T) {
	for _, c := range []struct {
		how     string
		learned time.Duration
	}{
		{"power", 4502 * ms}, // as when a half-open connection is written to
		{"kill", 1502 * ms},
	} {
		t.Run(c.how, func(t *testing.T) {
			play(t, "fault 1s "+c.how+" n2 for 2s", func(s *stage) {
				a, b := s.machine("n1"), s.machine("n2")
				if _, err := b.Listen(":7000"); err != nil {
					s.Fatal(err)
				}
				s.until(998500 * time.Microsecond)
				dial, conn := s.dialling(a, 0)
				s.wantEnd(dial, ended{at: 1000500 * time.Microsecond, result: "ok after 0 bytes"})
				read := s.reading(*conn, 1)
				s.until(1500 * ms)
				(*conn).Write([]byte("hello"))
				s.wantEnd(read, ended{at: c.learned, result: "reset after 0 bytes"})
			})
		})
	}
}

// Ports run out after 25,535 of them and begin anew.
func TestPortsAreHandedOutAgain(t *testing.T) {
	play(t, "", func(s *stage) {
		e := s.machine("n1")
		kept, err := e.Listen(":0")
		if err != nil {
			s.Fatal(err)
		}
		var last net.Addr
		for range 65535 - 40000 {
			l, err := e.Listen(":0")
			if err != nil {
				s.Fatal(err)
			}
			last = l.Addr()
			l.Close()
		}
		if kept.Addr().String() != "n1:40001" || last.String() != "n1:40002" {
			s.Errorf("the first port is %v and, all the others handed out, comes %v; want n1:40001 and n1:40002", kept.Addr(), last)
		}
	})
}
