package node

import (
	"net"
	"strings"
	"time"

	"raftian/netsim/env"
	"raftian/raftian/command"
)

// retryPause lies between two tries of a command.
const retryPause = 20 * time.Millisecond

// client makes calls, one after the other.
type client struct {
	n    *Node
	name string
	conn net.Conn // to the node last asked, kept for the next command
	to   string
	lost int // tries without a known leader

	seen uint64 // the highest log index that an answer had

	unused uint64 // a sequence number, of a planted bug
}

// result is how a try, or a call, ended.
type result struct {
	outcome outcome
	index   uint64
	text    string // the output, or what went wrong
}

type outcome byte

const (
	done   outcome = iota + 1 // it took effect
	refuse                    // it certainly had no effect
	doubt                     // it may have had, or may still have
)

// do makes a call and reports it.
func (c *client) do(call env.Call) {
	began := c.n.env.Now()
	c.n.invoked(call)
	sent := c.renumber(call)
	r := c.concluded(sent, c.submit(sent, began.Add(c.n.settings.OpTimeout)))
	if r.outcome == done {
		c.seen = max(c.seen, r.index)
	}
	c.n.returned(call, began, r)
}

// invoked reports that a call is made.
func (n *Node) invoked(call env.Call) {
	n.env.Emit(env.Note{Kind: env.KindInvoke, Client: call.Client, Seq: call.Seq, Text: call.Text})
}

// returned reports how a call ended.
func (n *Node) returned(call env.Call, began env.Instant, r result) {
	word := map[outcome]string{done: "ok ", refuse: "fail ", doubt: "unknown "}[r.outcome]
	n.env.Emit(env.Note{Kind: env.KindReturn, Client: call.Client, Seq: call.Seq, Index: r.index,
		Text: word + r.text, Took: n.env.Now().Sub(began)})
}

// submit gets a call to the leader and its answer back, trying again until the
// deadline. Repeating is safe: sessions apply a command once, and a read changes
// nothing.
func (c *client) submit(call env.Call, deadline env.Instant) result {
	if call.Client == env.Operator {
		return c.operate(call.Text, deadline)
	}
	if text, is := strings.CutPrefix(call.Text, locally); is {
		return c.n.readLocally(text, c.seen, deadline)
	}
	text, reads := strings.CutPrefix(call.Text, verified)
	if reads && c.n.readsHere() {
		return c.n.readHere(text)
	}
	data := request(askRead, []byte(text))
	if text, is := strings.CutPrefix(call.Text, onLease); is {
		data, reads = request(askLease, []byte(text)), true
	}
	if !reads {
		data = request(askCommand, command.Command{Client: call.Client, Seq: call.Seq, Payload: []byte(call.Text)}.Append(nil))
	}
	last := result{refuse, 0, noLeader}
	for {
		r := c.try(data, deadline)
		if r.outcome == done {
			return r
		}
		if reads {
			r.outcome = refuse
		}
		// Once one try is in doubt, the call is.
		if last.outcome == doubt {
			r.outcome = doubt
		}
		last = r
		if c.n.env.Now().Add(retryPause) >= deadline {
			return last
		}
		select {
		case <-c.n.done:
			return last
		case <-time.After(retryPause):
		}
	}
}

// Why a request has not come to a leader.
const (
	noLeader  = "no leader"
	noWay     = "cannot reach the leader"
	askAround = 5 // every so many tries without a known leader, another peer is asked
)

// try asks the node that leads as far as this one knows. A node that knows of
// none for long may have been removed from the cluster: it asks others, too.
func (c *client) try(data []byte, deadline env.Instant) result {
	at, id := c.n.raft.LeaderWithID()
	if string(id) == c.n.self.ID {
		return c.n.handle(data, deadline)
	}
	api := c.n.apiOf(string(id), string(at))
	if id == "" {
		if c.lost++; c.lost%askAround != 0 {
			return result{refuse, 0, noLeader}
		}
		if api = c.n.another(c.lost / askAround); api == "" {
			return result{refuse, 0, noLeader}
		}
	}
	left := min(deadline.Sub(c.n.env.Now()), c.n.settings.RPCTimeout)
	if left <= 0 || c.connect(api, left) != nil {
		return result{refuse, 0, noWay}
	}
	if err := c.conn.SetDeadline(time.Now().Add(left)); err != nil {
		c.hangUp()
		return result{refuse, 0, noWay}
	}
	r, err := exchange(c.conn, data)
	if err != nil {
		c.hangUp()
		return result{doubt, 0, "no answer from the leader"}
	}
	return r
}

// connect has c.conn lead to an address of the API.
func (c *client) connect(api string, timeout time.Duration) error {
	if c.conn != nil && c.to == api {
		return nil
	}
	c.hangUp()
	conn, err := c.n.env.Dial(api, timeout)
	if err != nil {
		return err
	}
	c.conn, c.to = conn, api
	return nil
}

func (c *client) hangUp() {
	if c.conn != nil {
		c.conn.Close()
		c.conn = nil
	}
}

// commit hands a command to this node's Raft and waits for what comes of it.
func (n *Node) commit(data []byte, deadline env.Instant) result {
	if n.env.Now() >= deadline {
		return ended(errNoTime, "")
	}
	// A command that the library has taken and not looked at when it shuts down is
	// never answered (ApplyLog's future knows nothing of the shutdown).
	f := n.raft.Apply(data, n.queueing(deadline))
	switch err := n.wait(f.Error, deadline); {
	case err == nil:
		a, ok := f.Response().(answer)
		if !ok {
			return result{doubt, 0, "no answer from the state machine"}
		}
		return result{done, a.Index, a.Output}
	case withoutEffect(toApply, err):
		return result{refuse, 0, err.Error()}
	default:
		return result{doubt, 0, err.Error()}
	}
}
