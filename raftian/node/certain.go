package node

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/raft"

	"raftian/netsim/env"
	"raftian/raftian/observe"
)

// What the library's errors say of what was asked: OUTCOMES.md has the whole table,
// with the place in the library's source for each row. Only errors that the library
// returns before it has begun are listed here. Any other error leaves the outcome open.

// asking is what the library is asked, as far as the same error means different things.
type asking byte

const (
	toApply    asking = iota + 1 // a command, or a barrier
	toChange                     // the configuration
	toTransfer                   // leadership
	toSnapshot                   // the state
)

// withoutEffect reports whether an error of the library says that what was asked has
// had no effect and will have none. Of an error that the library may also return after
// it has begun it does not.
func withoutEffect(what asking, err error) bool {
	if errors.Is(err, raft.ErrLeadershipTransferInProgress) {
		return true
	}
	said := func(beginnings ...string) bool {
		return slices.ContainsFunc(beginnings, func(b string) bool { return strings.HasPrefix(err.Error(), b) })
	}
	switch what {
	case toApply:
		return errors.Is(err, raft.ErrNotLeader) || errors.Is(err, raft.ErrEnqueueTimeout)
	case toChange:
		return errors.Is(err, raft.ErrNotLeader) || errors.Is(err, raft.ErrEnqueueTimeout) ||
			errors.Is(err, raft.ErrUnsupportedProtocol) ||
			said("configuration changed since ", "empty ID in configuration", "empty address in configuration",
				"found duplicate ID in configuration", "found duplicate address in configuration",
				"need at least one voter in configuration")
	case toTransfer:
		return errors.Is(err, raft.ErrNotLeader) || errors.Is(err, raft.ErrEnqueueTimeout) ||
			errors.Is(err, raft.ErrUnsupportedProtocol) || errors.Is(err, raft.ErrRaftShutdown) ||
			said("cannot transfer leadership to itself", "cannot find peer", noReplication, "replication failed")
	case toSnapshot:
		return errors.Is(err, raft.ErrNothingNewToSnapshot) || errors.Is(err, raft.ErrRaftShutdown) ||
			said("failed to start snapshot: ", "cannot take snapshot now, ", "failed to create snapshot: ",
				"failed to persist snapshot: ")
	}
	return false
}

// noReplication begins the library's error of a transfer to a server that its leader does
// not replicate to. The address of a variable follows, which differs between processes.
const noReplication = "cannot find replication state for "

// A refusal is why something that was asked certainly had no effect.
type refusal string

func (r refusal) Error() string { return string(r) }

// settled turns an error of the library into a refusal where that is certain.
func settled(what asking, err error) error {
	switch {
	case err == nil || !withoutEffect(what, err):
		return err
	case strings.HasPrefix(err.Error(), noReplication):
		return refusal("the leader does not replicate to it")
	}
	return refusal(err.Error())
}

// ended is how something ended that the library was asked for.
func ended(err error, text string) result {
	var refused refusal
	switch {
	case err == nil:
		return result{done, 0, text}
	case errors.As(err, &refused):
		return result{refuse, 0, err.Error()}
	}
	return result{doubt, 0, err.Error()}
}

// partly says of an order that was refused, but after one of its steps took effect or
// may have, that its outcome is open.
func (n *Node) partly(r result) result {
	if r.outcome == refuse && n.acted {
		r.outcome = doubt
	}
	return r
}

// errNoTime is why the library was not asked.
const errNoTime = refusal("no time left")

// queueing is how long the library may let something wait to be taken up. It is less
// than is left: that it was not taken up must be known before the deadline.
func (n *Node) queueing(deadline env.Instant) time.Duration {
	left := deadline.Sub(n.env.Now())
	return left - min(left/2, retryPause)
}

// transfer gives leadership to a voter, or to whom the library picks.
func (n *Node) transfer(id string, deadline env.Instant) error {
	to, in := n.server(id)
	switch {
	case id == "":
	case id == n.self.ID:
		return refusal(id + " leads already")
	case !in:
		return refusal(id + " is not in the cluster")
	case to.Suffrage != raft.Voter:
		// The library would transfer, and return no error: the server does not stand
		// for election, and nobody leads until another one does.
		return refusal(id + " has no vote")
	case n.env.Now() >= deadline:
		return errNoTime
	}
	term := observe.CurrentTerm(n.raft)
	err := n.wait(func() error {
		if id == "" {
			return n.raft.LeadershipTransfer().Error()
		}
		return n.raft.LeadershipTransferToServer(to.ID, to.Address).Error()
	}, deadline)
	if err != nil {
		return settled(toTransfer, err)
	}
	return n.handedOn(id, term, deadline)
}

// handedOn waits until it is known who leads after the term in which this node did, and
// returns nil if that is the server that was meant: any other one, if id is "". That the
// library has transferred says only that this node leads no more, for whatever reason.
func (n *Node) handedOn(id string, term uint64, deadline env.Instant) error {
	for {
		if _, leader := n.raft.LeaderWithID(); leader != "" && observe.CurrentTerm(n.raft) > term {
			switch who := string(leader); {
			case who == n.self.ID:
				return fmt.Errorf("%s leads again", who)
			case id != "" && who != id:
				return fmt.Errorf("%s leads, not %s", who, id)
			}
			return nil
		}
		if n.env.Now() >= deadline {
			return errors.New("it is not known who leads now")
		}
		select {
		case <-n.done:
			return errStopped
		case <-time.After(readPause):
		}
	}
}
