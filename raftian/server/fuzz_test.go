package server

import (
	"bytes"
	"encoding/binary"
	"io"
	"net"
	"testing"
	"time"

	apiv1 "raftian/raftian/api/v1"
)

// send writes b to an address and reads until the other side closes or 20 ms pass.
func send(t testing.TB, address string, b []byte) {
	c, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatalf("connecting to %s: %v", address, err)
	}
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(20 * time.Millisecond))
	_, _ = c.Write(b)
	_ = c.(*net.TCPConn).CloseWrite()
	_, _ = io.Copy(io.Discard, c)
}

// message frames b as a request between nodes: its length in 4 bytes, then b.
func message(b ...byte) []byte {
	return append(binary.BigEndian.AppendUint32(nil, uint32(len(b))), b...)
}

// strangeBytes are seeds for FuzzStrangers: inputs that no node or player sends.
func strangeBytes() [][]byte {
	return [][]byte{
		nil, {0}, {0, 0, 0, 0}, []byte("GET / HTTP/1.1\r\n\r\n"), []byte("POST /raftian.v1.Players/Attack HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n{"),
		[]byte("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00"), []byte("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\xff\xff\xff\x01\x05\x00\x00\x00\x01"),
		[]byte("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"), []byte("\x00raftian"), []byte("\x00raftian\x01"), []byte("\x00raftian\x02" + "0123456789abcdef" + "\x02n2"),
		append([]byte("\x00raftian\x01"), bytes.Repeat([]byte{7}, 300)...), message(2, 1, 1, 1), {0xff, 0xff, 0xff, 0xff}, bytes.Repeat([]byte{0xff}, 4096),
	}
}

// FuzzStrangers sends arbitrary bytes to both ports. They must not change the node's
// state.
func FuzzStrangers(f *testing.F) {
	s := start(f, singleNode(f))
	p := clientOf("p", s)
	do(f, p, "n1 attack n1")
	before, state := s.View(), look(f, p, apiv1.Read_READ_VERIFIED)
	for _, b := range strangeBytes() {
		f.Add(true, b)
		f.Add(false, b)
	}
	f.Fuzz(func(t *testing.T, raft bool, b []byte) {
		address := s.o.API
		if raft {
			address = s.o.Raft
		}
		if !raft && bytes.Contains(b, []byte("raftian.v1")) {
			return // a player's call may change the state
		}
		send(t, address, b)
		if v := s.View(); v.Role != before.Role || v.Term != before.Term || v.Commit != before.Commit || v.Last != before.Last {
			t.Fatalf("it was %+v and is %+v", before, v)
		}
		if now := look(t, p, apiv1.Read_READ_VERIFIED); now.GetOutput() != state.GetOutput() {
			t.Fatalf("the state was %v and is %v", state, now)
		}
	})
}

// FuzzMembers sends arbitrary bytes behind a valid handshake to both ports. A member
// may change the node's state, but must not end it.
func FuzzMembers(f *testing.F) {
	s := start(f, singleNode(f))
	do(f, clientOf("p", s), "n1 attack n1")
	hello := append(handshake(s.identity.Cluster), "\x02n2"...)
	for _, b := range [][]byte{
		nil, {0}, {1}, {2}, {3}, {4}, {5}, {9}, message(), message(2), message(1, 1), message(2, 0), message(2, 99), message(2, 1), message(2, 1, 1, 200, 'p'),
		message(2, 2, 'l', 'o', 'o', 'k'), message(2, 3, 's', 'n', 'a', 'p'), append(message(2, 3), "transfer n9"...), message(2, 4), message(2, 6, 'n', '2'), message(2, 7, 'x'),
		{0xff, 0xff, 0xff, 0xff}, {0x00, 0x10, 0x00, 0x01}, {0x00, 0x0f, 0xff, 0xff, 2, 1}, {0, 0, 0, 9, 2, 1},
		// Truncated AppendEntries, RequestVote and other requests, as maps and arrays.
		{0, 0x8a}, {1, 0x85, 0xa4, 'T', 'e', 'r', 'm'}, {0, 0xdf, 0xff, 0xff, 0xff, 0xff}, {2, 0xdd, 0xff, 0xff, 0xff, 0xff}, {1, 0xc6, 0xff, 0xff, 0xff, 0xff}, {3, 0x80},
	} {
		f.Add(true, b)
		f.Add(false, b)
	}
	f.Fuzz(func(t *testing.T, raft bool, b []byte) {
		address := s.o.API
		if raft {
			address = s.o.Raft
		}
		send(t, address, append(hello[:len(hello):len(hello)], b...))
		select {
		case err := <-s.Failed():
			t.Fatalf("the node has ended: %v", err)
		default:
		}
		if v := s.View(); v.Role == "shutdown" {
			t.Fatalf("the node is %+v", v)
		}
	})
}
