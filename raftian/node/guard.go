package node

import (
	"errors"
	"fmt"
	"time"

	"github.com/hashicorp/raft"

	"raftian/netsim/env"
	"raftian/raftian/command"
	"raftian/raftian/observe"
)

// A leader puts out who has not answered its heartbeats for long (setting evict):
// first the command that says so is committed ("del Z"), then the configuration is
// changed. It does one thing at a time, and never so that
//
//   - less than a majority of the voters who remain have answered lately, or
//   - less than a majority of those who are meant to vote remain: what is committed
//     is always on as many disks as it would be with everyone in.
//
// A leader that is cut off can commit neither, and one that is deposed in between
// leaves it to the next, which finds the machine silent too, or answering: then it
// is let in again as whoever comes back is (join.go).
//
// hashicorp/raft-autopilot removes dead servers as well. It does not fit: it decides
// by a health that the application has to tell, not by Raft's heartbeats; it has no
// place for a command that must be committed before the change, nor for one that
// ends an admission; and it would give a vote to machines that are meant to have
// none.

// Roster is a guest's state machine whose state knows who takes part. These are the
// texts of the commands that bring a participant in and put it out.
type Roster interface {
	Enter(id string) string
	Leave(id string) string
}

// leadership is a term that this node leads, and since when, as far as it looked.
type leadership struct {
	term  uint64
	since env.Instant
}

// guard puts out the silent while this node leads.
func (n *Node) guard() {
	defer n.ended.Done()
	if n.settings.Evict == 0 && !n.settings.Open && n.settings.Bug != BugEvictUnreachable {
		return
	}
	pause := guardPause
	if n.settings.Evict > 0 {
		pause = min(pause, n.settings.Evict/4)
	}
	var led leadership
	for {
		select {
		case <-n.done:
			return
		case <-time.After(pause):
		}
		if n.raft.State() != raft.Leader {
			led = leadership{}
			n.goOnWithout()
			continue
		}
		if term := observe.CurrentTerm(n.raft); term != led.term {
			led = leadership{term, n.env.Now()}
		}
		if n.ordering.TryLock() {
			n.patrol(led)
			n.ordering.Unlock()
		}
	}
}

// guardPause is the longest time between two looks at who is silent.
const guardPause = 250 * time.Millisecond

// patrol does what is most urgent, and one thing only. What fails is tried again the
// next time.
func (n *Node) patrol(led leadership) {
	deadline := n.env.Now().Add(n.settings.OpTimeout)
	if n.settings.Open && !n.isEnrolled(n.self.ID, n.self.API) {
		_ = n.record(command.Member{ID: n.self.ID, API: n.self.API}, deadline)
		return
	}
	if n.settings.Evict == 0 {
		return
	}
	for _, s := range n.configuration().Servers {
		id := string(s.ID)
		if id != n.self.ID && n.isSilent(id, led) && n.canSpare(s, led) {
			_ = n.putOut(id, deadline)
			return
		}
	}
}

// isSilent says of a follower that it has not answered for as long as is allowed.
func (n *Node) isSilent(id string, led leadership) bool {
	return n.env.Now().Sub(n.lastHeard(id, led)) > n.settings.Evict
}

// lastHeard is when the last request went out that a follower has answered in a
// term; if there is none, when this node began to lead.
func (n *Node) lastHeard(id string, led leadership) env.Instant {
	if at, answered := n.acks.last(led.term, raft.ServerID(id)); answered {
		return at
	}
	return led.since
}

// canSpare says whether the cluster can do without a server that is silent.
func (n *Node) canSpare(gone raft.Server, led leadership) bool {
	if gone.Suffrage != raft.Voter {
		return true
	}
	left, up := 0, 0
	for _, s := range n.configuration().Servers {
		if s.Suffrage != raft.Voter || s.ID == gone.ID {
			continue
		}
		left++
		if id := string(s.ID); id == n.self.ID || !n.isSilent(id, led) {
			up++
		}
	}
	return up > left/2 && left > n.meantToVote()/2
}

// meantToVote is how many are meant to have a vote when everyone is in.
func (n *Node) meantToVote() (count int) {
	if n.settings.Open {
		for _, m := range n.fsm.enrolled() {
			if !hasLeft(m) {
				count++
			}
		}
		return count
	}
	for _, p := range n.settings.Peers {
		if n.settings.suffrage(p.ID) == raft.Voter {
			count++
		}
	}
	return count
}

// putOut puts a silent machine out.
func (n *Node) putOut(id string, deadline env.Instant) error {
	m, _ := n.fsm.member(id)
	if !m.Out {
		out := command.Member{ID: id, API: n.apiOf(id, ""), Out: true}
		if err := n.record(out, deadline); err != nil {
			return err
		}
	}
	return n.evict(id, deadline)
}

// hasLeft says of a participant that it left of its own accord: its address is
// forgotten, and nobody waits for it.
func hasLeft(m command.Member) bool { return m.Out && m.API == "" }

// Leave takes this node out of the cluster, cleanly: it hands on its office if it
// leads, and the leader commits the command that puts it out and removes it. What
// remains to be done is to stop it. One that starts again asks to be let in. An error
// that is a refusal says that it certainly is as it was.
func (n *Node) Leave(deadline env.Instant) error {
	n.left.Store(true)
	certain := true
	last := errors.New(noLeader)
	for try := 0; n.env.Now() < deadline; try++ {
		if n.raft.State() == raft.Leader {
			last = settled(toTransfer, n.wait(func() error { return n.raft.LeadershipTransfer().Error() }, deadline))
			certain = certain && errors.As(last, new(refusal))
		} else if to := n.leaderOr(try); to != "" {
			r := n.askAt(to, request(askLeave, []byte(n.self.ID)), deadline)
			if r.outcome == done {
				return nil
			}
			certain = certain && r.outcome == refuse
			last = errors.New(r.text)
		}
		select {
		case <-n.done:
			return errStopped
		case <-time.After(comePause):
		}
	}
	n.left.Store(false)
	if certain {
		return refusal("leaving the cluster: " + last.Error())
	}
	return fmt.Errorf("leaving the cluster: %v", last)
}

// letGoOf does as leader what one who leaves asks for.
func (n *Node) letGoOf(id string, deadline env.Instant) result {
	if n.raft.State() != raft.Leader {
		return result{refuse, 0, raft.ErrNotLeader.Error()}
	}
	if !n.ordering.TryLock() {
		return result{refuse, 0, "an order is under way"}
	}
	defer n.ordering.Unlock()
	if id == n.self.ID {
		return result{refuse, 0, "a leader cannot leave; it must hand on its office"}
	}
	n.acted = false
	return n.partly(n.orderEnded(n.expel(id, deadline)))
}

// expel has the state say that a participant left, and removes it.
func (n *Node) expel(id string, deadline env.Instant) error {
	if err := n.affords(id, deadline); err != nil {
		return err
	}
	if m, known := n.fsm.member(id); !known || !hasLeft(m) {
		if err := n.record(command.Member{ID: id, Out: true}, deadline); err != nil {
			return err
		}
	}
	if _, in := n.server(id); !in {
		return nil
	}
	return n.evict(id, deadline)
}

// enrol has the state say that a machine is in, unless it does.
func (n *Node) enrol(c newcomer, deadline env.Instant) error {
	if n.isEnrolled(c.id, c.api) {
		return nil
	}
	return n.record(command.Member{ID: c.id, API: c.api}, deadline)
}

// record commits, as leader, the command that says of a participant that it is in or
// out. It is a call like a player's, of a client that is this node as leader: its
// sequence numbers rise with the term, in which nobody else leads.
func (n *Node) record(m command.Member, deadline env.Instant) error {
	roster, ok := n.fsm.inner.(Roster)
	if !ok {
		return errNoRoster
	}
	text := roster.Enter(m.ID)
	if m.Out {
		text = roster.Leave(m.ID)
	}
	if term := observe.CurrentTerm(n.raft); term != n.recorded>>recordBits {
		n.recorded = term << recordBits
	}
	n.recorded++
	call := env.Call{Client: env.LeaderClient + n.self.ID, Seq: n.recorded, Text: text}
	data := command.Command{Client: call.Client, Seq: call.Seq, Payload: []byte(text), Member: m}.Append(nil)
	began := n.env.Now()
	n.invoked(call)
	r := n.handle(request(askCommand, data), deadline)
	n.returned(call, began, r)
	switch r.outcome {
	case refuse:
		return refusal(r.text)
	case doubt:
		n.acted = true
		return errors.New(r.text)
	}
	n.acted = true
	return nil
}

// recordBits are the bits of a sequence number below the term: so many such commands
// fit in one.
const recordBits = 20

var errNoRoster = errors.New("this state machine does not know who takes part")
