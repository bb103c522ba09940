package node

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/hashicorp/raft"

	"raftian/netsim/env"
	"raftian/raftian/observe"
)

// Outcome says what is known of a call that a player made.
type Outcome byte

const (
	Done     Outcome = iota + 1 // it took effect
	Refused                     // it certainly had no effect
	Doubtful                    // it may have had an effect, or may still have one
)

// Answer is what came of a player's call.
type Answer struct {
	Outcome Outcome
	Index   uint64 // the log index at which it took effect, or whose state was read
	Term    uint64 // of the entry there; 0 if this node does not know it
	Text    string // what came of it, or why nothing did
}

// Stale says of an answer that a later command of the same client came first.
func (a Answer) Stale() bool { return a.Outcome == Done && a.Text == staleOutput }

// Desk is where the players of a Node make their calls and watch. It is for players
// who are not in the machine's script, and needs the setting "keep".
type Desk struct {
	n *Node

	mu   sync.Mutex
	idle []*client // with their connections to the leader
}

// idleMax is how many connections to the leader are kept for the next calls.
const idleMax = 64

// Desk returns the Node's desk. It is an error if the Node keeps no commands.
func (n *Node) Desk() (*Desk, error) {
	if n.tape == nil {
		return nil, errors.New("the setting keep is missing: the node keeps no commands for players")
	}
	return &Desk{n: n}, nil
}

// Ask makes a call as the client of that name, by itself or by way of the leader,
// and tries again until timeout. A call may be repeated, here or at another node;
// who makes it sees to it that its text is the same. Of a read it is ReadText; a local
// one waits until the state holds the entry seen.
//
// committed is how long it took until the answer was known. The term, which is no part
// of it, is then asked of whoever answered, or waited for.
func (d *Desk) Ask(call env.Call, seen uint64, timeout time.Duration) (a Answer, committed time.Duration) {
	began := d.n.env.Now()
	deadline := began.Add(timeout)
	c := d.take()
	c.name, c.seen = call.Client, seen
	r := c.submit(call, deadline)
	committed = d.n.env.Now().Sub(began)
	a = Answer{Outcome: Outcome(r.outcome), Index: r.index, Text: r.text}
	if strings.HasPrefix(call.Text, locally) {
		deadline = began // nothing took effect that could be waited for
	}
	if r.outcome == done {
		a.Term = d.n.termOf(c, r.index, deadline)
	}
	d.put(c)
	return a, committed
}

func (d *Desk) take() *client {
	d.mu.Lock()
	defer d.mu.Unlock()
	if last := len(d.idle) - 1; last >= 0 {
		c := d.idle[last]
		d.idle = d.idle[:last]
		return c
	}
	return &client{n: d.n}
}

func (d *Desk) put(c *client) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.idle) < idleMax {
		d.idle = append(d.idle, c)
		return
	}
	c.hangUp()
}

// Close lets go of the connections to the leader that no call uses.
func (d *Desk) Close() {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, c := range d.idle {
		c.hangUp()
	}
	d.idle = nil
}

// termOf is the term of a committed entry: as this node knows, as the one says whom the
// client asked last, or once this node knows; 0 if it does not in time, or if the entry
// is compacted away.
func (n *Node) termOf(c *client, index uint64, deadline env.Instant) uint64 {
	term, known := n.termHere(index)
	if known {
		return term
	}
	if term := c.askTerm(index, deadline); term > 0 {
		return term
	}
	for n.env.Now() < deadline {
		select {
		case <-n.done:
			return 0
		case <-time.After(readPause):
		}
		if term, known = n.termHere(index); known {
			return term
		}
	}
	return 0
}

// termHere is the term of an entry, if this node knows that it is committed; 0 if it is
// compacted away.
func (n *Node) termHere(index uint64) (term uint64, known bool) {
	if n.fsm.reached() < index && observe.CommitIndex(n.raft) < index {
		return 0, false
	}
	if s, ok := n.tape.find(index); ok {
		return s.Term, true
	}
	var l raft.Log
	if n.logs.GetLog(index, &l) != nil {
		return 0, true
	}
	return l.Term, true
}

// askTerm asks the node that the client is connected to; 0 if it does not say.
func (c *client) askTerm(index uint64, deadline env.Instant) uint64 {
	left := min(deadline.Sub(c.n.env.Now()), c.n.settings.RPCTimeout)
	if c.conn == nil || left <= 0 || c.conn.SetDeadline(time.Now().Add(left)) != nil {
		return 0
	}
	r, err := exchange(c.conn, request(askEntry, strconv.AppendUint(nil, index, 10)))
	if err != nil {
		c.hangUp()
		return 0
	}
	term, err := strconv.ParseUint(r.text, 10, 64)
	if r.outcome != done || err != nil {
		return 0
	}
	return term
}

// tellTerm answers with the term of a committed entry.
func (n *Node) tellTerm(text string) result {
	index, err := strconv.ParseUint(text, 10, 64)
	if err != nil || n.tape == nil {
		return result{refuse, 0, "no terms are told here"}
	}
	term, _ := n.termHere(index)
	if term == 0 {
		return result{refuse, 0, fmt.Sprintf("entry %d is not committed, or compacted away", index)}
	}
	return result{done, index, strconv.FormatUint(term, 10)}
}

// Frame waits until the local log holds the entry at index, and says which frame
// took it in; 0 if that is not known, or the timeout came first.
func (d *Desk) Frame(index uint64, timeout time.Duration) uint64 {
	timer := time.NewTimer(timeout)
	defer timer.Stop()
	for {
		to, more := d.n.tape.end()
		if to.index >= index {
			s, _ := d.n.tape.find(index)
			return s.Frame
		}
		select {
		case <-more:
		case <-d.n.done:
			return 0
		case <-timer.C:
			return 0
		}
	}
}

// ReadKind is a way to look at the state without an entry in the log.
type ReadKind string

const (
	ReadVerified ReadKind = verified
	ReadOnLease  ReadKind = onLease
	ReadLocally  ReadKind = locally
)

// ReadText is the text of such a call.
func ReadText(kind ReadKind, text string) string { return string(kind) + text }

// ID is the Node's name.
func (d *Desk) ID() string { return d.n.self.ID }

// End is the last index in the local log.
func (d *Desk) End() uint64 {
	to, _ := d.n.tape.end()
	return to.index
}

// Watch lists commands of the local log at index or behind it, at most most, in
// order. Commands up to through are not kept any more. If there are none yet, more
// is closed when the local log has grown, and ended when the Node stops.
func (d *Desk) Watch(index uint64, most int) (list []Seen, through uint64, more, ended <-chan struct{}) {
	list, through, more = d.n.tape.from(index, most)
	now := d.n.env.Now()
	for k := range list {
		list[k].Age = now.Sub(list[k].at)
	}
	return list, through, more, d.n.done
}

// View is what a Node knows of itself and of the cluster.
type View struct {
	ID     string
	Role   string // "leader", "follower", "candidate" or "shutdown"
	Term   uint64
	Leader string // "" if none is known

	First, Last, Snapshot  uint64 // log indexes: of the log, and of the last snapshot
	Commit, Applied, Local uint64 // what is committed, in the state, and in the local log
	Hash                   uint64 // the chain hash of the local log at Local
	Members                []Member
	Configuration          uint64 // the index of the configuration that has Members
	Frames                 Frames
	Contact                time.Duration // since the leader was heard of; 0 as the leader
	HeardOf                bool          // whether it ever was
}

// Member is a server of the cluster.
type Member struct {
	ID, Raft, API string // API is "" if it is not known
	Suffrage      string // "voter", "nonvoter" or "staging"
}

// Frames are about the game loop since the Node started.
type Frames struct {
	PerSecond   int // as set; 0 is as many as there can be, or none if Total stays 0
	Total, Late uint64
	Worst       time.Duration // the longest that one came late
}

// View looks at the Node.
func (d *Desk) View() View {
	n := d.n
	_, leader := n.raft.LeaderWithID()
	v := View{ID: n.self.ID, Role: strings.ToLower(n.raft.State().String()), Term: observe.CurrentTerm(n.raft), Leader: string(leader),
		Last: n.raft.LastIndex(), Snapshot: observe.Statistic(n.raft, "last_snapshot_index"),
		Commit: observe.CommitIndex(n.raft), Applied: n.fsm.reached()}
	v.First, _ = n.logs.FirstIndex()
	if contact := n.raft.LastContact(); v.Role != "leader" && !contact.IsZero() {
		v.HeardOf, v.Contact = true, time.Since(contact)
	}
	for _, s := range n.configuration().Servers {
		v.Members = append(v.Members, Member{string(s.ID), string(s.Address), n.apiOf(string(s.ID), string(s.Address)),
			strings.ToLower(s.Suffrage.String())})
	}
	v.Configuration, _ = n.fsm.members.Last()
	slices.SortFunc(v.Members, func(a, b Member) int { return strings.Compare(a.ID, b.ID) })
	n.tape.mu.Lock()
	defer n.tape.mu.Unlock()
	v.Local, v.Hash, v.Frames = n.tape.index, n.tape.chain, n.tape.frames
	v.Frames.PerSecond = max(0, n.settings.FPS)
	return v
}

// Wait waits until the Node ends: nil after Stop, or why it ended by itself, as one
// does that was removed from the cluster.
func (n *Node) Wait() error {
	select {
	case <-n.done:
		return nil
	case <-n.shut:
		return errShutDown
	}
}

// HandOver has another node lead, if this one does. That none will, or none within
// timeout, is no error: the node will stop all the same.
func (n *Node) HandOver(timeout time.Duration) {
	others := slices.ContainsFunc(n.configuration().Servers, func(s raft.Server) bool {
		return s.Suffrage == raft.Voter && string(s.ID) != n.self.ID
	})
	if others && n.raft.State() == raft.Leader {
		_ = n.wait(func() error { return n.raft.LeadershipTransfer().Error() }, n.env.Now().Add(timeout))
	}
}
