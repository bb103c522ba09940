package node

import (
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"slices"

	"raftian/netsim/env"
	"raftian/raftian/observe"
)

// Nodes ask each other over a connection, one request at a time: four bytes of
// length, the version of this protocol, what is asked, and its body. The answer
// is four bytes of length, an outcome, a log index as varint, and text. An outcome
// of refuse is certain to have had no effect.

// protocolVersion is the version of requests. Another one is refused.
const protocolVersion = 3

// asked is what a request asks.
type asked byte

const (
	askCommand asked = iota + 1 // of the leader; the body is the command as it will stand in the log
	askRead                     // of the leader: a verified read; the body is its text
	askOrder                    // of the leader; the body is an order's text
	askWhere                    // answers with the commit index and the address of Raft
	askMove                     // to another address; answers with it and starts again there
	askJoin                     // of the leader: let the sender in; the body is newcomer's
	askLease                    // of the leader: a read on its lease; the body is its text
	askLeave                    // of the leader: put the named machine out, which wants to leave
	askEntry                    // answers with the term of a committed entry; the body is its index, in digits
)

// request is the form of a request.
func request(what asked, body []byte) []byte {
	return append([]byte{protocolVersion, byte(what)}, body...)
}

// handle does what a request asks of this node.
func (n *Node) handle(b []byte, deadline env.Instant) result {
	if len(b) < 2 || b[0] != protocolVersion {
		return result{refuse, 0, fmt.Sprintf("not a request of version %d", protocolVersion)}
	}
	switch what, body := asked(b[1]), b[2:]; what {
	case askCommand:
		if !n.freeze.enter() {
			return result{refuse, 0, frozenText}
		}
		defer n.freeze.leave()
		return n.apply(body, deadline)
	case askRead:
		return n.read(string(body), deadline)
	case askLease:
		return n.readOnLease(string(body), deadline)
	case askOrder:
		return n.order(string(body), deadline)
	case askWhere:
		return result{done, observe.CommitIndex(n.raft), n.self.Raft}
	case askMove:
		return n.move()
	case askJoin:
		return n.letIn(string(body), deadline)
	case askLeave:
		return n.letGoOf(string(body), deadline)
	case askEntry:
		return n.tellTerm(string(body))
	}
	return result{refuse, 0, "an unknown request"}
}

// messageMax bounds a request or an answer, in bytes.
const messageMax = 1 << 20

// exchange sends a request and reads the answer. An error leaves open what
// became of it.
func exchange(conn net.Conn, data []byte) (result, error) {
	if err := writeMessage(conn, data); err != nil {
		return result{}, err
	}
	b, err := readMessage(conn)
	if err != nil {
		return result{}, err
	}
	if len(b) < 2 || b[0] < byte(done) || b[0] > byte(doubt) {
		return result{}, fmt.Errorf("an answer of unknown form")
	}
	index, n := binary.Uvarint(b[1:])
	if n <= 0 {
		return result{}, fmt.Errorf("an answer of unknown form")
	}
	return result{outcome(b[0]), index, string(b[1+n:])}, nil
}

func writeMessage(w io.Writer, data []byte) error {
	b := binary.BigEndian.AppendUint32(make([]byte, 0, 4+len(data)), uint32(len(data)))
	_, err := w.Write(append(b, data...))
	return err
}

func readMessage(r io.Reader) ([]byte, error) {
	var head [4]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return nil, err
	}
	size := binary.BigEndian.Uint32(head[:])
	if size > messageMax {
		return nil, fmt.Errorf("a message of %d bytes, at most %d are allowed", size, messageMax)
	}
	b := make([]byte, size)
	_, err := io.ReadFull(r, b)
	return b, err
}

// serve accepts other nodes' connections.
func (n *Node) serve() {
	defer n.ended.Done()
	for {
		conn, err := n.api.Accept()
		if err != nil {
			return
		}
		if !n.keep(conn) {
			conn.Close()
			return
		}
		n.ended.Add(1)
		go func() {
			defer n.ended.Done()
			defer n.drop(conn)
			n.answer(conn)
		}()
	}
}

// keep remembers a connection so that Stop can close it; it is too late once
// the Node is stopping.
func (n *Node) keep(conn net.Conn) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	select {
	case <-n.done:
		return false
	default:
	}
	n.conns = append(n.conns, conn)
	return true
}

func (n *Node) drop(conn net.Conn) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.conns = slices.DeleteFunc(n.conns, func(c net.Conn) bool { return c == conn })
	conn.Close()
}

// answer serves one connection until it ends.
func (n *Node) answer(conn net.Conn) {
	for {
		data, err := readMessage(conn)
		if err != nil {
			return
		}
		r := n.handle(data, n.env.Now().Add(n.settings.OpTimeout))
		b := binary.AppendUvarint([]byte{byte(r.outcome)}, r.index)
		if err := writeMessage(conn, append(b, r.text...)); err != nil {
			return
		}
		if r.outcome == done && asked(data[1]) == askMove {
			n.env.Exit(errMoving)
		}
	}
}
