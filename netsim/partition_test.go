package netsim_test

import (
	"net"
	"testing"
	"time"

	"raftian/netsim/link"
)

// A partition holds bytes. They arrive with the first retry after it has healed:
// written at 1.1 s they are tried again at 1.3, 1.7 and 2.5 s.
func TestPartitionHoldsBytes(t *testing.T) {
	play(t, "fault 1s partition n1 | n2,n3 for 1s", func(s *stage) {
		client, server := s.connect(s.machine("n1"), s.machine("n2"))
		read := s.reading(server, 10)
		s.until(1100 * ms)
		client.Write([]byte("first"))
		s.until(1200 * ms)
		client.Write([]byte("later"))
		s.wantEnd(read, ended{at: 2501 * ms, result: "ok after 10 bytes"})
		s.wantEvents("fault hold mend deliver",
			"1s fault 1 partition n1 | n2,n3 for 1s",
			"1.1s n1/1 hold n2 1 count 5 took 200ms cut",
			"1.3s n1/1 hold n2 1 count 10 took 400ms cut",
			"1.7s n1/1 hold n2 1 count 10 took 800ms cut",
			"2s mend 1 partition",
			"2.501s n2/1 deliver n1 1 count 5 took 1.401s",
			"2.501s n2/1 deliver n1 1 count 5 took 1.301s")
	})
}

// Machines on the same side of a partition, and one on no side, reach each other.
func TestPartitionCutsOnlyBetweenGroups(t *testing.T) {
	play(t, "fault 1s partition n1 | n2 for 10s", func(s *stage) {
		a, b, c := s.machine("n1"), s.machine("n2"), s.machine("n3")
		near, far := s.connect(a, b)
		toThird, third := s.connect(a, c)
		toSecond, second := s.connect(c, b)
		s.until(2 * time.Second)
		toThird.Write([]byte("x"))
		toSecond.Write([]byte("x"))
		s.wantEnd(s.reading(third, 1), ended{at: 2001 * ms, result: "ok after 1 bytes"})
		s.wantEnd(s.reading(second, 1), ended{at: 2001 * ms, result: "ok after 1 bytes"})
		near.Write([]byte("x"))
		far.Write([]byte("x"))
		s.until(9 * time.Second)
		for _, c := range []net.Conn{near, far} {
			c.SetReadDeadline(time.Now().Add(ms))
			s.wantEnd(s.reading(c, 1), ended{at: time.Since(s.begun) + ms, result: "timeout after 0 bytes"})
		}
	})
}

// With only the way back cut, bytes arrive, but their sender does not learn of
// it: its buffer stays full until a retry is acknowledged. Sent at 1.1 s and
// arrived a delay later, they are tried again at 1.301, 1.701, 2.501 and 4.101 s.
func TestOneWayCutStallsTheSender(t *testing.T) {
	play(t, "fault 1s oneway n2 -> n1 for 2s", func(s *stage) {
		client, server := s.connect(s.machine("n1"), s.machine("n2"))
		s.until(1100 * ms)
		written := s.do(func() string { return outcome(client.Write(make([]byte, link.SendBuffer+1))) })
		s.wantEnd(s.reading(server, link.SendBuffer), ended{at: 1101 * ms, result: "ok after 262144 bytes"})
		read := s.reading(server, 1)
		s.wantEnd(written, ended{at: 4103 * ms, result: "ok after 262145 bytes"})
		s.wantEnd(read, ended{at: 4104 * ms, result: "ok after 1 bytes"})
	})
}

// Bytes that are not acknowledged for too long break the connection; the peer,
// which hears of nothing, finds out when it writes.
func TestSilenceBreaksTheConnection(t *testing.T) {
	play(t, "fault 1s partition n1 | n2 for 200s", func(s *stage) {
		client, server := s.connect(s.machine("n1"), s.machine("n2"))
		s.until(1500 * ms)
		client.Write([]byte("hello"))
		s.wantEnd(s.reading(client, 1), ended{at: 1500*ms + link.SilenceMax, result: "timeout after 0 bytes"})
		if n, err := client.Write([]byte("x")); outcome(n, err) != "broken pipe after 0 bytes" {
			s.Errorf("Write after that: %s", outcome(n, err))
		}
		s.until(300 * time.Second)
		s.wantEnd(s.reading(server, 1), ended{at: 300 * time.Second, result: "timeout after 0 bytes"})
	})
}

// A reader that does not read stops the writer, and starts it again, with
// nothing lost: the receive window and the send buffer are full in between.
func TestSlowReaderStopsTheWriter(t *testing.T) {
	play(t, "", func(s *stage) {
		client, server := s.connect(s.machine("n1"), s.machine("n2"))
		const size = link.SendBuffer + link.Window
		written := s.do(func() string { return outcome(client.Write(make([]byte, size+1))) })
		s.until(10 * time.Second)
		s.wantEnd(s.reading(server, size+1), ended{at: 10*time.Second + 4*ms, result: "ok after 524289 bytes"})
		s.wantEnd(written, ended{at: 10*time.Second + 3*ms, result: "ok after 524289 bytes"})
	})
}
