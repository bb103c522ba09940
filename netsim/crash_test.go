package netsim_test

import (
	"fmt"
	"testing"
	"time"
)

const ms = time.Millisecond

// A power loss tells nobody: the peer's end stays open. What the peer writes is
// retried by its timeout, doubling from 200 ms: at 1.7, 2.1, 2.9 and 4.5 s. The
// last one finds the machine up again, which does not know the connection.
func TestPowerLossLeavesAHalfOpenConnection(t *testing.T) {
	play(t, "fault 1s power n2 for 2s", func(s *stage) {
		client, _ := s.connect(s.machine("n1"), s.machine("n2"))
		read := s.reading(client, 1)
		s.until(1500 * ms)
		if n, err := client.Write([]byte("hello")); n != 5 || err != nil {
			s.Errorf("Write: %d, %v; want it to succeed", n, err)
		}
		s.wantEnd(read, ended{at: 4502 * ms, result: "reset after 0 bytes"})
		if n, err := client.Write([]byte("hello")); outcome(n, err) != "broken pipe after 0 bytes" {
			s.Errorf("Write after the reset: %s", outcome(n, err))
		}
		s.wantEvents("hold reset deliver",
			"1.5s n1/1 hold n2 1 count 5 took 200ms down",
			"1.7s n1/1 hold n2 1 count 5 took 400ms down",
			"2.1s n1/1 hold n2 1 count 5 took 800ms down",
			"2.9s n1/1 hold n2 1 count 5 took 1.6s down",
			"4.502s n1/1 reset n2 1 the other end does not know it")
	})
}

// Who only reads learns by a keep-alive probe, the first one 15 s after the
// connection came about at 2 ms.
func TestKeepAliveFindsThePeerRebooted(t *testing.T) {
	play(t, "fault 1s power n2 for 2s", func(s *stage) {
		client, _ := s.connect(s.machine("n1"), s.machine("n2"))
		s.wantEnd(s.reading(client, 1), ended{at: 15004 * ms, result: "reset after 0 bytes"})
	})
}

// If the peer stays away, nine probes 15 s apart go unanswered.
func TestKeepAliveGivesUpOnAPeerThatStaysAway(t *testing.T) {
	play(t, "fault 1s power n2 for 900s", func(s *stage) {
		client, _ := s.connect(s.machine("n1"), s.machine("n2"))
		s.wantEnd(s.reading(client, 1), ended{at: 150*time.Second + 2*ms, result: "timeout after 0 bytes"})
	})
}

func TestKeepAliveKeepsAnIdleConnection(t *testing.T) {
	play(t, "", func(s *stage) {
		client, server := s.connect(s.machine("n1"), s.machine("n2"))
		read := s.reading(client, 2)
		s.until(900 * time.Second)
		server.Write([]byte("hi"))
		s.wantEnd(read, ended{at: 900*time.Second + ms, result: "ok after 2 bytes"})
	})
}

// What was under way when the power went still arrives; what was held does not,
// not even if the program had closed the connection.
func TestPowerLossLosesWhatWasNotUnderWay(t *testing.T) {
	play(t, "fault 1s partition n1 | n2 for 4s\nfault 2s power n1 for 1s", func(s *stage) {
		a, b := s.machine("n1"), s.machine("n2")
		client, server := s.connect(a, b)
		s.until(999500 * time.Microsecond)
		client.Write([]byte("under way"))
		s.until(1500 * ms)
		client.Write([]byte("held"))
		client.Close()
		s.wantEnd(s.reading(server, 9), ended{at: 1500 * ms, result: "ok after 9 bytes"})
		server.SetReadDeadline(time.Now().Add(10 * time.Second))
		s.wantEnd(s.reading(server, 1), ended{at: 11500 * ms, result: "timeout after 0 bytes"})
	})
}

// The kernel closes what a killed process had: the peer sees the end.
func TestKillClosesConnections(t *testing.T) {
	play(t, "fault 1s kill n2 for 2s", func(s *stage) {
		client, server := s.connect(s.machine("n1"), s.machine("n2"))
		server.Write([]byte("last words"))
		s.wantEnd(s.reading(client, 11), ended{at: 1001 * ms, result: "end after 10 bytes"})
		s.until(1500 * ms)
		if n, err := client.Write([]byte("x")); err != nil {
			s.Errorf("the first Write: %s; want it to succeed", outcome(n, err))
		}
		s.until(1502*ms + 1)
		if n, err := client.Write([]byte("x")); outcome(n, err) != "broken pipe after 0 bytes" {
			s.Errorf("a Write after the reset: %s", outcome(n, err))
		}
	})
}

// With data unread the peer sees a reset (RFC 1122, section 4.2.2.13).
func TestKillWithDataUnreadResetsConnections(t *testing.T) {
	play(t, "fault 1s kill n2 for 2s", func(s *stage) {
		client, _ := s.connect(s.machine("n1"), s.machine("n2"))
		client.Write([]byte("unread"))
		s.wantEnd(s.reading(client, 1), ended{at: 1001 * ms, result: "reset after 0 bytes"})
	})
}

// What a killed process had written is the kernel's and arrives.
func TestKillKeepsWhatWasWritten(t *testing.T) {
	play(t, "fault 1s partition n1 | n2 for 2s\nfault 1.5s kill n1 for 5s", func(s *stage) {
		client, server := s.connect(s.machine("n1"), s.machine("n2"))
		s.until(1200 * ms)
		client.Write([]byte("held"))
		// Tried at 1.2, 1.4, 1.8, 2.6 and 4.2 s.
		s.wantEnd(s.reading(server, 5), ended{at: 4201 * ms, result: "end after 4 bytes"})
	})
}

// A process that is killed and whose machine then loses its power sends nothing
// more.
func TestPowerLossAfterKillLosesWhatTheKernelHad(t *testing.T) {
	play(t, "fault 1s partition n1 | n2 for 2s\nfault 1.5s kill n1 for 5s\nfault 2s power n1 for 1s", func(s *stage) {
		client, server := s.connect(s.machine("n1"), s.machine("n2"))
		s.until(1200 * ms)
		client.Write([]byte("held"))
		server.SetReadDeadline(time.Now().Add(8 * time.Second))
		s.wantEnd(s.reading(server, 5), ended{at: 9200 * ms, result: "timeout after 0 bytes"})
	})
}

// A connection that waits to be accepted is reset when the process is killed, and
// half open after a power loss.
func TestCrashOfAListenerWithConnectionsWaiting(t *testing.T) {
	for how, learned := range map[string]time.Duration{"kill": 1001 * ms, "power": 15004 * ms} {
		t.Run(how, func(t *testing.T) {
			play(t, "fault 1s "+how+" n2 for 2s", func(s *stage) {
				a, b := s.machine("n1"), s.machine("n2")
				if _, err := b.Listen(":7000"); err != nil {
					s.Fatal(err)
				}
				client, err := a.Dial("n2:7000", 0)
				if err != nil {
					s.Fatal(err)
				}
				s.wantEnd(s.reading(client, 1), ended{at: learned, result: "reset after 0 bytes"})
			})
		})
	}
}

// A reset comes behind what was sent before it, whatever the delays of both.
func TestResetOvertakesNothing(t *testing.T) {
	for seed := range 20 {
		play(t, fmt.Sprintf("seed %d\nnet delay 0s jitter 50ms loss 0", seed), func(s *stage) {
			near, far := s.connect(s.machine("n1"), s.machine("n2"))
			near.Write([]byte("unread"))
			s.until(time.Second)
			for range 3 {
				far.Write([]byte("x"))
			}
			far.Close()
			if got := <-s.reading(near, 4); got.result != "reset after 3 bytes" {
				s.Errorf("seed %d: reading ended with %s; want all three bytes before the reset", seed, got.result)
			}
		})
	}
}
