package replay

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"raftian/netsim/env"
	"raftian/netsim/trace"
)

// MessageKind is what a message is for.
type MessageKind uint8

const (
	Other     MessageKind = iota // not known
	Heartbeat                    // a leader says that it is there
	Append                       // entries of a log, or none to tell what is committed
	Vote                         // a candidate asks for a vote, or whether it would get one
	Snapshot                     // a state, instead of the entries that led to it
	Timeout                      // the leader asks another to stand
	Call                         // a player's call on its way to the leader
)

// String is the kind in a word or two.
func (k MessageKind) String() string {
	return [...]string{"bytes", "heartbeat", "entries", "vote", "snapshot", "leadership transfer", "call"}[k]
}

// Message is a segment that was under way between two machines.
type Message struct {
	Sent, Arrived env.Instant
	From, To      int // machines
	Kind          MessageKind
	Reply         bool
	Granted       bool   // of a reply: it was a yes
	Lost          string // why it did not leave: "cut", "loss", "down", "stall"; then it is tried again at Arrived
	Bytes         uint64
	Event         int // of its arrival, or of its loss
	// Halfway says that nobody saw it: of a live session's requests only their sending and
	// the coming of the answer are known, and half way in between one ends and the other
	// begins.
	Estimated bool
}

// heldMost is how long a message that could not leave is shown.
const heldShownMax = 400 * time.Millisecond

// traffic finds out what the bytes on connections were. A trace has requests and
// bytes apart: bytes that left at the instant of a request to the same machine are
// that request; what comes back on the same connection is its answer; and what goes
// to a port that no request ever went to is a player's call.
type messageBuilder struct {
	run   *Run
	conns map[uint64]*connection
	requests map[[2]int][]request // that no bytes were matched with, by from and to
	port  string               // to which requests go
	unanswered  map[string][]int     // of a live session, requests without an answer, by who, whom and what
	last  map[[2]int]int       // the last message between two machines, in run.Messages
}

// wire is a connection.
type connection struct {
	from int // who dialled
	port string
	kind MessageKind // of the last request on it
}

type request struct {
	at   env.Instant
	kind MessageKind
}

func newMessageBuilder(r *Run) *messageBuilder {
	return &messageBuilder{run: r, conns: map[uint64]*connection{}, requests: map[[2]int][]request{}, last: map[[2]int]int{},
		unanswered: map[string][]int{}}
}

// event takes event n; whether it is a leader's word to a follower, or the answer to
// one, is its answer.
func (t *messageBuilder) event(n int, e *trace.Event, machine, peer int) (led bool) {
	if machine == World || peer == World {
		return false
	}
	there := [2]int{machine, peer}
	switch e.Kind {
	case trace.KindDial:
		if t.port == "" && len(t.requests[there]) > 0 {
			t.port = e.Text
		}
		t.conns[e.Conn] = &connection{from: machine, port: e.Text}
	case env.KindRPC:
		if t.run.Header.Live {
			key := exchangeKey(e)
			t.unanswered[key] = append(t.unanswered[key], n)
			return false
		}
		t.requests[there] = append(t.requests[there], request{e.At, messageKind(e.Text)})
	case env.KindReply:
		if t.run.Header.Live {
			return t.reply(n, e, machine, peer)
		}
		if k, ok := t.last[[2]int{peer, machine}]; ok && t.run.Messages[k].Arrived == e.At {
			m := &t.run.Messages[k]
			m.Kind, m.Reply, m.Granted = messageKind(e.Text), true, e.Count == 1
		}
	case trace.KindDeliver:
		m := Message{Sent: e.At.Add(-e.Took), Arrived: e.At, From: peer, To: machine, Bytes: e.Count, Event: n}
		m.Kind, m.Reply = t.classify(e.Conn, peer, machine, m.Sent)
		t.last[[2]int{peer, machine}] = len(t.run.Messages)
		t.run.Messages = append(t.run.Messages, m)
		return !m.Reply && (m.Kind == Append || m.Kind == Heartbeat || m.Kind == Snapshot)
	case trace.KindHold:
		m := Message{Sent: e.At, Arrived: e.At.Add(min(e.Took, heldShownMax)), From: machine, To: peer, Bytes: e.Count, Event: n, Lost: e.Text}
		m.Kind, m.Reply = t.classify(e.Conn, machine, peer, m.Sent)
		t.run.Messages = append(t.run.Messages, m)
	}
	return false
}

// exchange names what a request and its answer have in common.
func exchangeKey(e *trace.Event) string {
	name, _, _ := strings.Cut(e.Text, " ")
	return e.Machine + " " + e.Peer + " " + name
}

// answered takes the answer to a request of a live session; whether it is a follower's,
// which has heard of its leader then, is its answer.
func (t *messageBuilder) reply(n int, e *trace.Event, machine, peer int) (led bool) {
	key := exchangeKey(e)
	open := t.unanswered[key]
	if len(open) == 0 {
		return false
	}
	t.unanswered[key] = open[1:]
	if strings.Contains(e.Text, " ") { // it failed
		return false
	}
	kind, sent := messageKind(e.Text), t.run.events[open[0]-1].At
	half := sent + (e.At-sent)/2
	t.run.Messages = append(t.run.Messages,
		Message{Sent: sent, Arrived: half, From: machine, To: peer, Kind: kind, Event: n, Estimated: true},
		Message{Sent: half, Arrived: e.At, From: peer, To: machine, Kind: kind, Reply: true, Granted: e.Count == 1, Event: n, Estimated: true})
	return kind == Append || kind == Heartbeat || kind == Snapshot
}

// classify says what bytes on a connection were that left at an instant.
func (t *messageBuilder) classify(conn uint64, from, to int, sent env.Instant) (kind MessageKind, reply bool) {
	w := t.conns[conn]
	switch {
	case w == nil:
		return Other, false
	case w.port != t.port:
		return Call, w.from != from
	case w.from != from:
		return w.kind, true
	}
	asked := t.requests[[2]int{from, to}]
	for i := len(asked) - 1; i >= 0; i-- {
		// One that had to wait for its connection left later.
		if asked[i].at == sent || w.kind == Other && asked[i].at < sent {
			w.kind = asked[i].kind
			t.requests[[2]int{from, to}] = slices.Delete(asked, i, i+1)
			return w.kind, false
		}
	}
	if len(asked) > 64 { // they never left
		t.requests[[2]int{from, to}] = slices.Clone(asked[len(asked)-16:])
	}
	return w.kind, false
}

func messageKind(text string) MessageKind {
	name, _, _ := strings.Cut(text, " ")
	switch name {
	case "AppendEntries":
		return Append
	case "Heartbeat":
		return Heartbeat
	case "RequestVote", "RequestPreVote":
		return Vote
	case "InstallSnapshot":
		return Snapshot
	case "TimeoutNow":
		return Timeout
	}
	return Other
}

// close sorts the messages.
func (t *messageBuilder) close() {
	all := t.run.Messages
	slices.SortStableFunc(all, func(a, b Message) int { return cmp.Compare(a.Arrived, b.Arrived) })
	t.run.messageIndex = newIntervalIndex(len(all), func(i int) (env.Instant, env.Instant) { return all[i].Sent, all[i].Arrived })
}
