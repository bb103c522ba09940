package node

import (
	"errors"
	"net"
	"time"

	"github.com/hashicorp/raft"

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
	e := c.n.env
	began := e.Now()
	e.Emit(env.Note{Kind: env.KindInvoke, Client: call.Client, Seq: call.Seq, Text: call.Text})
	r := c.submit(call, began.Add(c.n.settings.OpTimeout))
	word := map[outcome]string{done: "ok ", refuse: "fail ", doubt: "unknown "}[r.outcome]
	e.Emit(env.Note{Kind: env.KindReturn, Client: call.Client, Seq: call.Seq, Index: r.index,
		Text: word + r.text, Took: e.Now().Sub(began)})
}

// submit gets a command to the leader and its answer back, trying again until
// the deadline. Repeating is safe: sessions apply a command once.
func (c *client) submit(call env.Call, deadline env.Instant) result {
	data := command.Command{Client: call.Client, Seq: call.Seq, Payload: []byte(call.Text)}.Append(nil)
	last := result{refuse, 0, "no leader"}
	for {
		r := c.try(data, deadline)
		if r.outcome == done {
			return r
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

// try asks the node that leads as far as this one knows.
func (c *client) try(data []byte, deadline env.Instant) result {
	_, id := c.n.raft.LeaderWithID()
	if string(id) == c.n.self.ID {
		return c.n.apply(data, deadline)
	}
	peer, ok := c.n.settings.peer(string(id))
	if !ok {
		return result{refuse, 0, "no leader"}
	}
	left := min(deadline.Sub(c.n.env.Now()), c.n.settings.RPCTimeout)
	if err := c.connect(peer, left); err != nil {
		return result{refuse, 0, "cannot reach the leader"}
	}
	if err := c.conn.SetDeadline(time.Now().Add(left)); err != nil {
		c.hangUp()
		return result{refuse, 0, "cannot reach the leader"}
	}
	r, err := exchange(c.conn, data)
	if err != nil {
		c.hangUp()
		return result{doubt, 0, "no answer from the leader"}
	}
	return r
}

// connect has c.conn lead to the peer.
func (c *client) connect(p Peer, timeout time.Duration) error {
	if c.conn != nil && c.to == p.API {
		return nil
	}
	c.hangUp()
	conn, err := c.n.env.Dial(p.API, timeout)
	if err != nil {
		return err
	}
	c.conn, c.to = conn, p.API
	return nil
}

func (c *client) hangUp() {
	if c.conn != nil {
		c.conn.Close()
		c.conn = nil
	}
}

// apply hands a command to this node's Raft and waits for what comes of it.
func (n *Node) apply(data []byte, deadline env.Instant) result {
	left := deadline.Sub(n.env.Now())
	if left <= 0 {
		return result{refuse, 0, "no time left"}
	}
	f := n.raft.Apply(data, left)
	switch err := f.Error(); {
	case err == nil:
		a, ok := f.Response().(answer)
		if !ok {
			return result{doubt, 0, "no answer from the state machine"}
		}
		return result{done, a.Index, a.Output}
	case errors.Is(err, raft.ErrNotLeader), errors.Is(err, raft.ErrEnqueueTimeout),
		errors.Is(err, raft.ErrLeadershipTransferInProgress):
		// These are said before the command enters the log.
		return result{refuse, 0, err.Error()}
	default:
		return result{doubt, 0, err.Error()}
	}
}
