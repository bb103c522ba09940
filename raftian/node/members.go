package node

import (
	"errors"
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/hashicorp/raft"

	"raftian/netsim/env"
)

// A machine whose disk was replaced has forgotten its votes and its log. It may
// not go on as who it was: it moves to another address, where nothing that is
// meant for its former self arrives, and asks the leader to be let in. The leader
// removes the former one, adds the machine without a vote, and gives it its vote
// once it has caught up. A machine that was told to move does the same.

// Keys of the stable store, beside the library's own.
const (
	keyMoves  = "Moves"  // how often the machine has moved, with this disk
	keyComing = "Coming" // 1 until it is what it is meant to be, at its address
)

const (
	portsPerDisk = 10 // from one disk's Raft port to the next one's
	portsPerMove = 2  // from one address to the next with the same disk
	movesMax     = portsPerDisk/portsPerMove - 1

	comePause = 200 * time.Millisecond // between two tries to be let in
	// caughtUp is how many entries a newcomer may lack to be given its vote: as
	// many as it gets in a few requests.
	caughtUp = 64
)

// findAddress moves this node's address on from the one in the settings.
func (n *Node) findAddress() error {
	moves, err := n.stable.GetUint64([]byte(keyMoves))
	if err != nil {
		return err
	}
	n.self.Raft, err = movedAddress(n.self.Raft, n.settings.Disk, moves)
	return err
}

// movedAddress is where a machine is that begins at an address.
func movedAddress(first string, disks int, moves uint64) (string, error) {
	if disks == 0 && moves == 0 {
		return first, nil
	}
	host, port, err := net.SplitHostPort(first)
	if err != nil {
		return "", err
	}
	number, err := strconv.Atoi(port)
	if err != nil {
		return "", err
	}
	return net.JoinHostPort(host, strconv.Itoa(number+portsPerDisk*disks+portsPerMove*int(moves))), nil
}

// move has this node start again at another address, once it has answered.
func (n *Node) move() result {
	moves, err := n.stable.GetUint64([]byte(keyMoves))
	if err != nil {
		return result{refuse, 0, err.Error()}
	}
	if moves >= movesMax {
		return result{refuse, 0, "it has moved as often as it can"}
	}
	peer, _ := n.settings.peer(n.self.ID)
	address, err := movedAddress(peer.Raft, n.settings.Disk, moves+1)
	if err != nil {
		return result{refuse, 0, err.Error()}
	}
	if err := n.stable.SetUint64([]byte(keyComing), 1); err != nil {
		return result{refuse, 0, err.Error()}
	}
	if err := n.stable.SetUint64([]byte(keyMoves), moves+1); err != nil {
		return result{doubt, 0, err.Error()}
	}
	return result{done, 0, address}
}

// errMoving ends the program of a node that was told to move; its supervisor
// starts it again.
var errMoving = errors.New("moving to another address")

// newcomer is a machine that is to be let in.
type newcomer struct {
	id, address string
	commit      uint64 // its commit index
}

func (c newcomer) String() string { return fmt.Sprintf("%s %s %d", c.id, c.address, c.commit) }

// hasCaughtUp says whether it has about as much as its leader.
func (c newcomer) hasCaughtUp(commit uint64) bool { return c.commit+caughtUp >= commit }

func parseNewcomer(text string) (newcomer, error) {
	words := strings.Split(text, " ")
	if len(words) != 3 {
		return newcomer{}, fmt.Errorf("%q does not say who wants to be let in", text)
	}
	commit, err := strconv.ParseUint(words[2], 10, 64)
	return newcomer{words[0], words[1], commit}, err
}

// comeBack gets this node into the cluster again if it is on its way there.
func (n *Node) comeBack() {
	defer n.ended.Done()
	coming, err := n.stable.GetUint64([]byte(keyComing))
	if err != nil || coming == 0 && (n.settings.Disk == 0 || n.raft.LastIndex() > 0) {
		return
	}
	if coming == 0 && n.stable.SetUint64([]byte(keyComing), 1) != nil {
		return
	}
	for try := 0; !n.isIn(); try++ {
		to := n.leaderOr(try)
		if to != "" {
			me := newcomer{n.self.ID, n.self.Raft, commitIndex(n.raft)}
			n.askAt(to, request(askJoin, []byte(me.String())), n.env.Now().Add(n.settings.OpTimeout))
		}
		select {
		case <-n.done:
			return
		case <-time.After(comePause):
		}
	}
	_ = n.stable.SetUint64([]byte(keyComing), 0) // it fails with the program
}

// isIn says whether this node is what it is meant to be, for certain: in the last
// configuration that it knows to be committed.
func (n *Node) isIn() bool {
	me := raft.Server{Suffrage: n.settings.suffrage(n.self.ID),
		ID: raft.ServerID(n.self.ID), Address: raft.ServerAddress(n.self.Raft)}
	n.fsm.conf.Lock()
	defer n.fsm.conf.Unlock()
	return slices.Contains(n.fsm.conf.last.Servers, me)
}

// letIn does as leader what a newcomer asks for.
func (n *Node) letIn(text string, deadline env.Instant) result {
	c, err := parseNewcomer(text)
	if err != nil {
		return result{refuse, 0, err.Error()}
	}
	if n.raft.State() != raft.Leader {
		return result{refuse, 0, raft.ErrNotLeader.Error()}
	}
	if !n.ordering.TryLock() {
		return result{refuse, 0, "an order is under way"}
	}
	defer n.ordering.Unlock()
	return n.orderEnded(n.admit(c, deadline))
}

// admit brings a machine a step closer to what it is meant to be.
func (n *Node) admit(c newcomer, deadline env.Instant) error {
	s, in := n.server(c.id)
	if in && string(s.Address) != c.address {
		// It is not there any more, and not who it was.
		if err := n.evict(c.id, deadline); err != nil {
			return err
		}
		in = false
	}
	meant := n.settings.suffrage(c.id)
	switch {
	case !in:
		return n.change(func(left time.Duration) raft.Future {
			return n.raft.AddNonvoter(raft.ServerID(c.id), raft.ServerAddress(c.address), 0, left)
		}, deadline)
	case s.Suffrage == meant:
		return nil
	case meant == raft.Voter && !c.hasCaughtUp(commitIndex(n.raft)):
		return refusal("it has not caught up yet")
	case meant == raft.Voter:
		return n.add(c.id, raft.Voter, deadline)
	}
	return n.demote(c.id, deadline)
}

// configuration is the latest one this node knows of, committed or not.
func (n *Node) configuration() raft.Configuration { return n.raft.GetConfiguration().Configuration() }

// first is the configuration that everyone begins with.
func (s *Settings) first() raft.Configuration {
	var c raft.Configuration
	for _, p := range s.Peers {
		if s.spare(p.ID) {
			continue
		}
		c.Servers = append(c.Servers, raft.Server{Suffrage: s.suffrage(p.ID),
			ID: raft.ServerID(p.ID), Address: raft.ServerAddress(p.Raft)})
	}
	return c
}

// server finds a server of the configuration.
func (n *Node) server(id string) (raft.Server, bool) {
	servers := n.configuration().Servers
	k := slices.IndexFunc(servers, func(s raft.Server) bool { return string(s.ID) == id })
	if k < 0 {
		return raft.Server{}, false
	}
	return servers[k], true
}

// apiOf is where a node answers requests: as the settings say or, for one they do
// not name, at the usual port of the host at which Raft reaches it. It is "" for
// one of whom nothing is known.
func (n *Node) apiOf(id, at string) string {
	if p, ok := n.settings.peer(id); ok {
		return p.API
	}
	if at == "" {
		if s, ok := n.server(id); ok {
			at = string(s.Address)
		}
	}
	if at == "" {
		return ""
	}
	return net.JoinHostPort(hostOf(at), apiPort)
}

// another is the API of one of the other peers, in turn; "" if there is none.
func (n *Node) another(turn int) string {
	var others []string
	for _, p := range n.settings.Peers {
		if p.ID != n.self.ID {
			others = append(others, p.API)
		}
	}
	if len(others) == 0 {
		return ""
	}
	return others[turn%len(others)]
}

// leaderOr is the API of the leader or, if none is known, of a peer in turn.
func (n *Node) leaderOr(turn int) string {
	if at, id := n.raft.LeaderWithID(); id != "" {
		return n.apiOf(string(id), string(at))
	}
	return n.another(turn)
}

// askAll asks peers for their commit index and address, all at once.
func (n *Node) askAll(ids []string, deadline env.Instant) []result {
	answers := make([]result, len(ids))
	var asking sync.WaitGroup
	for k, id := range ids {
		asking.Go(func() { answers[k] = n.ask(id, request(askWhere, nil), deadline) })
	}
	asking.Wait()
	return answers
}

// ask sends one request to a peer.
func (n *Node) ask(id string, data []byte, deadline env.Instant) result {
	if id == n.self.ID {
		return n.handle(data, deadline)
	}
	return n.askAt(n.apiOf(id, ""), data, deadline)
}

// askAt sends one request to an address. Nobody is waited for longer than a
// request of Raft's may take.
func (n *Node) askAt(api string, data []byte, deadline env.Instant) result {
	if api == "" {
		return result{refuse, 0, noWay}
	}
	c := client{n: n}
	defer c.hangUp()
	left := min(deadline.Sub(n.env.Now()), n.settings.RPCTimeout)
	if left <= 0 || c.connect(api, left) != nil || c.conn.SetDeadline(time.Now().Add(left)) != nil {
		return result{refuse, 0, noWay}
	}
	r, err := exchange(c.conn, data)
	if err != nil {
		return result{doubt, 0, "no answer from " + api}
	}
	return r
}
