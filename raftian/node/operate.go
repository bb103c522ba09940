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

// The operator gives orders about the cluster itself, on any machine. They are
// carried out by the leader, but for a snapshot:
//
//	transfer          leadership to whom the library picks
//	transfer n3       to n3, which must have a vote
//	add-voter n4      add it with a vote, or give it one; promote is another word
//	add-nonvoter n4   add it without a vote
//	demote n2         take its vote
//	remove n2         from the cluster; the word leader, here and for demote, is
//	                  whoever carries the order out
//	readd n2          remove it, and add it again at a new address
//	leave             the machine it is given on leaves the cluster, and stays out
//	snapshot          on the machine it is given on
//	restore           the state, from a snapshot just taken
//	heal              make everyone what he is meant to be, a step at a time
//
// An order is tried until it has come to a leader, and carried out at most once.
// One that would leave less than a majority of voters within reach is refused. A
// transfer is done once it is known that the one meant leads; an order of which a part
// is done, or may be, has an open outcome (OUTCOMES.md).

// operate gives an order and returns how it went.
func (c *client) operate(text string, deadline env.Instant) result {
	if text == "snapshot" {
		return c.n.snapshot(deadline)
	}
	if text == "leave" {
		return ended(c.n.Leave(deadline), "left")
	}
	data := request(askOrder, []byte(text))
	for {
		r := c.try(data, deadline)
		switch {
		case r.outcome != refuse, c.n.env.Now().Add(retryPause) >= deadline:
			return r
		case r.text != noLeader && r.text != noWay && r.text != raft.ErrNotLeader.Error():
			return r
		}
		select {
		case <-c.n.done:
			return r
		case <-time.After(retryPause):
		}
	}
}

// snapshot takes a snapshot of this node's state.
func (n *Node) snapshot(deadline env.Instant) result {
	taken, err := n.takeSnapshot(deadline)
	if err != nil {
		return ended(err, "")
	}
	meta, state, err := taken.Open()
	if err != nil {
		return result{done, 0, "snapshot taken, and gone since: " + err.Error()}
	}
	defer state.Close()
	return result{done, 0, fmt.Sprintf("snapshot %s of %d bytes", meta.ID, meta.Size)}
}

// order carries out an order as leader.
func (n *Node) order(text string, deadline env.Instant) result {
	if n.raft.State() != raft.Leader {
		return result{refuse, 0, raft.ErrNotLeader.Error()}
	}
	// One at a time: what an order does rests on what it has found.
	for !n.ordering.TryLock() {
		if n.env.Now().Add(retryPause) >= deadline {
			return result{refuse, 0, "another order is under way"}
		}
		select {
		case <-n.done:
			return result{refuse, 0, errStopped.Error()}
		case <-time.After(retryPause):
		}
	}
	defer n.ordering.Unlock()
	n.acted = false
	return n.partly(n.carryOut(text, deadline))
}

// carryOut carries out an order. The lock of orders is held.
func (n *Node) carryOut(text string, deadline env.Instant) result {
	verb, id, _ := strings.Cut(text, " ")
	if id == "leader" && (verb == "remove" || verb == "demote") {
		id = n.self.ID
	}
	switch verb {
	case "transfer":
		return ended(n.transfer(id, deadline), "transferred")
	case "restore":
		return n.restoreState(deadline)
	case "heal":
		return n.heal(deadline)
	}
	if _, ok := n.server(id); !ok && n.apiOf(id, "") == "" {
		return result{refuse, 0, fmt.Sprintf("%q is nobody", id)}
	}
	switch verb {
	case "add-voter", "promote":
		return n.orderEnded(n.add(id, raft.Voter, deadline))
	case "add-nonvoter":
		return n.orderEnded(n.add(id, raft.Nonvoter, deadline))
	case "demote":
		return n.orderEnded(n.demote(id, deadline))
	case "remove":
		return n.orderEnded(n.remove(id, deadline))
	case "readd":
		return n.orderEnded(n.readd(id, deadline))
	}
	return result{refuse, 0, fmt.Sprintf("unknown order %q", text)}
}

// orderEnded is how an order ended that changes the configuration.
func (n *Node) orderEnded(err error) result { return ended(err, observe.Describe(n.configuration())) }

// add adds a peer, at the address where it says it is, or changes its suffrage.
// One that is in already stays at the address it has.
func (n *Node) add(id string, suffrage raft.ServerSuffrage, deadline env.Instant) error {
	known, in := n.server(id)
	address := string(known.Address)
	if !in {
		found := n.ask(id, request(askWhere, nil), deadline)
		if found.outcome != done {
			return refusal(fmt.Sprintf("cannot reach %s", id))
		}
		address = found.text
	}
	return n.change(func(left time.Duration) raft.Future {
		if suffrage == raft.Voter {
			return n.raft.AddVoter(raft.ServerID(id), raft.ServerAddress(address), 0, left)
		}
		return n.raft.AddNonvoter(raft.ServerID(id), raft.ServerAddress(address), 0, left)
	}, deadline)
}

func (n *Node) demote(id string, deadline env.Instant) error {
	if err := n.affords(id, deadline); err != nil {
		return err
	}
	return n.change(func(left time.Duration) raft.Future {
		return n.raft.DemoteVoter(raft.ServerID(id), 0, left)
	}, deadline)
}

func (n *Node) remove(id string, deadline env.Instant) error {
	if err := n.affords(id, deadline); err != nil {
		return err
	}
	return n.evict(id, deadline)
}

// evict removes a server, whoever is left.
func (n *Node) evict(id string, deadline env.Instant) error {
	return n.change(func(left time.Duration) raft.Future {
		return n.raft.RemoveServer(raft.ServerID(id), 0, left)
	}, deadline)
}

// readd removes a peer and adds it again, without a vote, at another address. It
// asks for its vote itself once it has caught up.
func (n *Node) readd(id string, deadline env.Instant) error {
	if id == n.self.ID {
		return refusal("a leader cannot add itself again")
	}
	if n.ask(id, request(askWhere, nil), deadline).outcome != done {
		return refusal(fmt.Sprintf("cannot reach %s", id))
	}
	if err := n.remove(id, deadline); err != nil {
		return err
	}
	moved := n.ask(id, request(askMove, nil), deadline)
	if moved.outcome != done {
		return refusal(fmt.Sprintf("%s was removed; asked to move: %s", id, moved.text))
	}
	return n.change(func(left time.Duration) raft.Future {
		return n.raft.AddNonvoter(raft.ServerID(id), raft.ServerAddress(moved.text), 0, left)
	}, deadline)
}

// change waits for a change of the configuration to be committed. An error that is a
// refusal says that there certainly was none.
func (n *Node) change(do func(left time.Duration) raft.Future, deadline env.Instant) error {
	if n.env.Now() >= deadline {
		return errNoTime
	}
	err := settled(toChange, n.wait(func() error { return do(n.queueing(deadline)).Error() }, deadline))
	if !errors.As(err, new(refusal)) {
		n.acted = true
	}
	return err
}

// affords says whether the cluster can do without the vote of a server: whether a
// majority of the voters that remain can be reached.
func (n *Node) affords(without string, deadline env.Instant) error {
	var rest []string
	had := false
	for _, s := range n.configuration().Servers {
		switch {
		case s.Suffrage != raft.Voter:
		case string(s.ID) == without:
			had = true
		default:
			rest = append(rest, string(s.ID))
		}
	}
	if !had {
		return nil
	}
	up := 0
	for _, r := range n.askAll(rest, deadline) {
		if r.outcome == done {
			up++
		}
	}
	if up <= len(rest)/2 {
		return refusal(fmt.Sprintf("without %s only %d of %d voters could be reached", without, up, len(rest)))
	}
	return nil
}

// heal brings everyone a step closer to what he is meant to be: peers that are
// missing are added without a vote, those that have caught up get theirs.
func (n *Node) heal(deadline env.Instant) result {
	ids := make([]string, 0, len(n.settings.Peers))
	for _, p := range n.settings.Peers {
		ids = append(ids, p.ID)
	}
	var left []string
	for k, found := range n.askAll(ids, deadline) {
		if found.outcome != done {
			if s, in := n.server(ids[k]); !in || s.Suffrage != n.settings.suffrage(ids[k]) {
				left = append(left, ids[k]+": cannot be reached")
			}
			continue
		}
		if err := n.admit(newcomer{ids[k], found.text, n.apiOf(ids[k], found.text), found.index, fresh}, deadline); err != nil {
			left = append(left, ids[k]+": "+err.Error())
		}
	}
	for _, s := range n.configuration().Servers {
		if !slices.Contains(ids, string(s.ID)) {
			left = append(left, string(s.ID)+": not one of the peers")
		}
	}
	if len(left) > 0 {
		return result{refuse, 0, strings.Join(left, "; ")}
	}
	return result{done, 0, observe.Describe(n.configuration())}
}
