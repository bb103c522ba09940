package node

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/hashicorp/raft"

	"raftian/netsim/env"
	"raftian/raftian/observe"
)

// A machine that is not in the cluster as it should be asks the leader to be let in:
// one whose disk was replaced or that was told to move; one that was put out because
// it was silent for long; one that was never in. The leader adds it without a vote,
// gives it its vote once it has caught up and, if it has a guest's state machine that
// knows of participants, commits the command that brings it in ("add Z"). Only then
// is it in. It asks until it is.

const (
	comePause = 200 * time.Millisecond // between two tries to be let in
	// caughtUp is how many entries a newcomer may lack to be given its vote: as
	// many as it gets in a few requests.
	caughtUp = 64
)

// newcomer is a machine that is to be let in.
type newcomer struct {
	id, address, api string
	commit           uint64 // its commit index
	why              reason
}

// reason is why a machine asks to be let in.
type reason string

const (
	moved  reason = "moved"  // it lost its disk, or was told to move: it is not where it was
	lonely reason = "lonely" // it hears of no leader, or has learned that it was put out
	fresh  reason = "new"    // it was never in, and somebody wants it to be
)

func (c newcomer) String() string {
	return fmt.Sprintf("%s %s %s %d %s", c.id, c.address, c.api, c.commit, c.why)
}

// hasCaughtUp says whether it has about as much as its leader.
func (c newcomer) hasCaughtUp(commit uint64) bool { return c.commit+caughtUp >= commit }

func parseNewcomer(text string) (newcomer, error) {
	words := strings.Split(text, " ")
	if len(words) != 5 || slices.Contains(words[:3], "") {
		return newcomer{}, fmt.Errorf("%q does not say who wants to be let in", text)
	}
	commit, err := strconv.ParseUint(words[3], 10, 64)
	if err != nil {
		return newcomer{}, err
	}
	why := reason(words[4])
	if why != moved && why != lonely && why != fresh {
		return newcomer{}, fmt.Errorf("%q is no reason to be let in", words[4])
	}
	return newcomer{words[0], words[1], words[2], commit, why}, nil
}

// comeBack gets this node into the cluster again if it is on its way there, and, if
// the silent are put out, whenever it is not in.
func (n *Node) comeBack() {
	defer n.ended.Done()
	coming, err := n.stable.GetUint64([]byte(keyComing))
	if err != nil {
		return
	}
	if coming == 0 && n.settings.Disk > 0 && n.raft.LastIndex() == 0 {
		coming = 1
		if n.stable.SetUint64([]byte(keyComing), 1) != nil {
			return
		}
	}
	if coming != 0 {
		if !n.askIn(moved, n.isIn) {
			return
		}
		if n.stable.SetUint64([]byte(keyComing), 0) != nil {
			return // it fails with the program
		}
	}
	if n.settings.Evict > 0 || n.settings.Open {
		n.stayIn()
	}
}

// askIn asks until this node is in, and says whether it is: the node may stop.
func (n *Node) askIn(why reason, in func() bool) bool {
	hint, told := "", ""
	for try := 0; !in(); try++ {
		to := n.leaderOr(try)
		if hint != "" {
			to = hint
		}
		if hint = ""; to != "" {
			me := newcomer{n.self.ID, n.self.Raft, n.self.API, observe.CommitIndex(n.raft), why}
			r := n.askAt(to, request(askJoin, []byte(me.String())), n.env.Now().Add(n.settings.OpTimeout))
			var why string
			if why, hint, _ = strings.Cut(r.text, askInstead); n.settings.Open && why != told && r.outcome != done &&
				why != raft.ErrNotLeader.Error() && why != noWay {
				told = why
				n.env.Emit(env.Note{Kind: env.KindDiag, Text: "[WARN]  node: not let in: " + why})
			}
		}
		select {
		case <-n.done:
			return false
		case <-time.After(comePause):
		}
	}
	return true
}

// stayIn watches whether this node is in, and asks to be let in when it is not. A
// machine that was put out is often not told: it hears of no leader any more.
func (n *Node) stayIn() {
	heard := n.env.Now()
	for {
		select {
		case <-n.done:
			return
		case <-time.After(comePause):
		}
		if _, leader := n.raft.LeaderWithID(); leader != "" {
			heard = n.env.Now()
		}
		why := lonely
		if n.settings.Open && n.raft.LastIndex() == 0 {
			why = fresh
		}
		if n.left.Load() {
			continue
		}
		alone := why == fresh || n.env.Now().Sub(heard) > n.patience()
		if !alone && !n.isPutOut() {
			continue
		}
		n.askIn(why, func() bool {
			_, leader := n.raft.LeaderWithID()
			return n.left.Load() || leader != "" && n.isIn()
		})
		heard = n.env.Now()
	}
}

// patience is how long a node hears of no leader before it asks whether it is in.
func (n *Node) patience() time.Duration {
	return max(n.settings.Evict/2, 2*(n.settings.Heartbeat+n.settings.Election))
}

// isPutOut says whether this node knows for certain that it was put out.
func (n *Node) isPutOut() bool {
	m, known := n.fsm.member(n.self.ID)
	return known && m.Out
}

// isIn says whether this node is what it is meant to be, for certain: in the last
// configuration that it knows to be committed, and not put out since.
func (n *Node) isIn() bool {
	me := raft.Server{Suffrage: n.settings.suffrage(n.self.ID),
		ID: raft.ServerID(n.self.ID), Address: raft.ServerAddress(n.self.Raft)}
	_, committed := n.fsm.members.Last()
	return slices.Contains(committed.Servers, me) && n.isEnrolled(n.self.ID, n.self.API)
}

// isEnrolled says whether the state knows a participant as one that is in, with its
// players' service where it is.
func (n *Node) isEnrolled(id, api string) bool {
	m, known := n.fsm.member(id)
	if n.settings.Open {
		return known && !m.Out && m.API == api
	}
	return !m.Out
}

// askInstead stands before the address of the leader in the answer of another node.
const askInstead = "; ask "

// letIn does as leader what a newcomer asks for.
func (n *Node) letIn(text string, deadline env.Instant) result {
	c, err := parseNewcomer(text)
	if err != nil {
		return result{refuse, 0, err.Error()}
	}
	if n.raft.State() != raft.Leader {
		text := raft.ErrNotLeader.Error()
		if to := n.insteadOfMe(c.api); to != "" {
			text += askInstead + to
		}
		return result{refuse, 0, text}
	}
	if !n.ordering.TryLock() {
		return result{refuse, 0, "an order is under way"}
	}
	defer n.ordering.Unlock()
	if _, in := n.server(c.id); !in && c.why == lonely && n.isEnrolled(c.id, c.api) {
		return result{refuse, 0, c.id + " was removed by an operator"}
	}
	n.acted = false
	return n.partly(n.orderEnded(n.admit(c, deadline)))
}

// insteadOfMe is whom somebody had better ask than this node, which does not lead: the
// leader or, if none is known in an open cluster, where the other may know nobody else,
// anyone but himself.
func (n *Node) insteadOfMe(asks string) string {
	if at, id := n.raft.LeaderWithID(); id != "" && string(id) != n.self.ID {
		return n.apiOf(string(id), string(at))
	}
	if n.settings.Open {
		if to := n.another(int(uint16(n.turn.Add(1)))); to != asks {
			return to
		}
	}
	return ""
}

// answers says of a follower, as leader, that it has answered just now.
func (n *Node) answers(id raft.ServerID) bool {
	at, answered := n.acks.last(observe.CurrentTerm(n.raft), id)
	return answered && n.env.Now().Sub(at) < 2*n.settings.Heartbeat
}

// admit brings a machine a step closer to what it is meant to be.
func (n *Node) admit(c newcomer, deadline env.Instant) error {
	s, in := n.server(c.id)
	if in && string(s.Address) != c.address && n.settings.Open && n.answers(s.ID) {
		return refusal(fmt.Sprintf("%s is up, at %s: another cannot take its place", c.id, s.Address))
	}
	if in && string(s.Address) != c.address {
		// It is not there any more, and not who it was.
		if err := n.evict(c.id, deadline); err != nil {
			return err
		}
		in = false
	}
	meant := n.settings.suffrage(c.id)
	switch {
	case n.settings.Bug == BugAddBeforeChange && !n.isEnrolled(c.id, c.api):
		return n.enrol(c, deadline)
	case !in:
		return n.change(func(left time.Duration) raft.Future {
			return n.raft.AddNonvoter(raft.ServerID(c.id), raft.ServerAddress(c.address), 0, left)
		}, deadline)
	case s.Suffrage == meant:
		return n.enrol(c, deadline)
	case meant == raft.Voter && !c.hasCaughtUp(observe.CommitIndex(n.raft)):
		return refusal("it has not caught up yet")
	case meant == raft.Voter:
		return n.add(c.id, raft.Voter, deadline)
	}
	return n.demote(c.id, deadline)
}
