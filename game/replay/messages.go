package replay

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"raftian/netsim/env"
	"raftian/netsim/trace"
)

// MessageKind is the purpose of a message.
type MessageKind uint8

const (
	Other     MessageKind = iota // unknown
	Heartbeat                    // an empty AppendEntries that only shows that the leader is alive
	Append                       // AppendEntries
	Vote                         // RequestVote or RequestPreVote
	Snapshot                     // InstallSnapshot
	Timeout                      // TimeoutNow, of a leadership transfer
	Call                         // a player's call forwarded to the leader
)

// String returns the kind in a few words.
func (k MessageKind) String() string {
	return [...]string{"bytes", "heartbeat", "entries", "vote", "snapshot", "leadership transfer", "call"}[k]
}

// Message is a segment in flight between two machines.
type Message struct {
	Sent, Arrived env.Instant
	From, To      int // machines
	Kind          MessageKind
	Reply         bool
	Granted       bool   // a response that is positive
	Lost          string // why it was held back: "cut", "loss", "down", "stall"; it is retransmitted later
	Bytes         uint64
	Event         int // of its arrival, or of its being held back
	// Estimated says that the segment was not traced: of a live session's requests only
	// the instants of sending and of the response are known, and the request is assumed
	// to arrive half way in between.
	Estimated bool
}

// heldShownMax is how long a message that was held back is shown.
const heldShownMax = 400 * time.Millisecond

// messageBuilder classifies segments. A trace has requests and segments separately. A
// segment that left at the instant of a request to the same machine is that request; a
// segment in the other direction on the same connection is its response; and a segment
// to a port without requests is a forwarded call.
type messageBuilder struct {
	run        *Run
	conns      map[uint64]*connection
	requests   map[[2]int][]request // not matched with segments yet, by sender and receiver
	port       string               // destination port of requests
	unanswered map[string][]int     // of a live session: requests without a response, by exchangeKey
	last       map[[2]int]int       // the last message between two machines, in run.Messages
}

// connection is a connection between machines.
type connection struct {
	from int // the machine that dialled
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

// event takes event n. It reports whether the event shows that a follower heard from
// its leader.
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

// exchangeKey identifies a request and its response.
func exchangeKey(e *trace.Event) string {
	name, _, _ := strings.Cut(e.Text, " ")
	return e.Machine + " " + e.Peer + " " + name
}

// reply takes the response to a request of a live session. It reports whether it is a
// follower's.
func (t *messageBuilder) reply(n int, e *trace.Event, machine, peer int) (led bool) {
	key := exchangeKey(e)
	open := t.unanswered[key]
	if len(open) == 0 {
		return false
	}
	t.unanswered[key] = open[1:]
	if strings.Contains(e.Text, " ") { // the request failed
		return false
	}
	kind, sent := messageKind(e.Text), t.run.events[open[0]-1].At
	half := sent + (e.At-sent)/2
	t.run.Messages = append(t.run.Messages,
		Message{Sent: sent, Arrived: half, From: machine, To: peer, Kind: kind, Event: n, Estimated: true},
		Message{Sent: half, Arrived: e.At, From: peer, To: machine, Kind: kind, Reply: true, Granted: e.Count == 1, Event: n, Estimated: true})
	return kind == Append || kind == Heartbeat || kind == Snapshot
}

// classify returns what a segment on a connection is that left at an instant.
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
		// A request that waited for its connection was sent later.
		if asked[i].at == sent || w.kind == Other && asked[i].at < sent {
			w.kind = asked[i].kind
			t.requests[[2]int{from, to}] = slices.Delete(asked, i, i+1)
			return w.kind, false
		}
	}
	if len(asked) > 64 { // they were never sent
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

// close orders the messages.
func (t *messageBuilder) close() {
	all := t.run.Messages
	slices.SortStableFunc(all, func(a, b Message) int { return cmp.Compare(a.Arrived, b.Arrived) })
	t.run.messageIndex = newIntervalIndex(len(all), func(i int) (env.Instant, env.Instant) { return all[i].Sent, all[i].Arrived })
}
