package node

import (
	"errors"
	"net"
	"slices"
	"strconv"
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

// apiOf is where a node answers requests: as the settings or the directory say or,
// for one they do not name, at the usual port of the host at which Raft reaches it.
// It is "" for one of whom nothing is known.
func (n *Node) apiOf(id, at string) string {
	if p, ok := n.settings.peer(id); ok {
		return p.API
	}
	if m, ok := n.fsm.member(id); ok && m.API != "" {
		return m.API
	}
	if api := n.places.api(id); api != "" {
		return api
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

// another is the API of one of the others, in turn; "" if there is none: of the
// peers, of those in the directory, of whoever this node was told to ask, and of those
// whom its log names.
func (n *Node) another(turn int) string {
	var others []string
	for _, p := range n.settings.Peers {
		if p.ID != n.self.ID {
			others = append(others, p.API)
		}
	}
	if n.settings.Open {
		for _, m := range n.fsm.enrolled() {
			if m.ID != n.self.ID && m.API != "" {
				others = append(others, m.API)
			}
		}
		for _, api := range n.settings.Join {
			if api != n.self.API {
				others = append(others, api)
			}
		}
		for _, api := range n.places.others(n.self.ID) {
			if !slices.Contains(others, api) {
				others = append(others, api)
			}
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
