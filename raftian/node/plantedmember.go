package node

import (
	"errors"
	"strings"

	"github.com/hashicorp/raft"

	"raftian/netsim/env"
)

// What bugs planted in membership do: see bugs.go.

// forgetDisk has a machine whose disk was replaced go on as who it was.
func (s *Settings) forgetDisk() {
	if s.Bug == BugReadmitEarly {
		s.Disk = 0
	}
}

// keyForced is the key of the stable store under which evict-unreachable keeps who is
// left, until it has started with them.
const keyForced = "Forced"

// forcePatience is how many times as long as others it hears of no leader.
const forcePatience = 2

// errForced ends the program of a node that goes on with others; its supervisor
// starts it again.
var errForced = errors.New("going on with those who are left")

// goOnWithout has a node that hears of no leader for long take those it cannot reach
// for gone.
func (n *Node) goOnWithout() {
	if n.settings.Bug != BugEvictUnreachable {
		return
	}
	now := n.env.Now()
	if _, leader := n.raft.LeaderWithID(); leader != "" || n.alone == 0 {
		n.alone = now
	}
	if now.Sub(n.alone) < forcePatience*n.patience() {
		return
	}
	n.alone = now
	var ids, left []string
	for _, s := range n.configuration().Servers {
		ids = append(ids, string(s.ID))
	}
	for k, r := range n.askAll(ids, now.Add(n.settings.RPCTimeout)) {
		if r.outcome == done {
			left = append(left, ids[k]+"@"+r.text)
		}
	}
	if len(left) == 0 || len(left) > len(ids)/2 {
		return
	}
	if n.stable.Set([]byte(keyForced), []byte(strings.Join(left, ","))) == nil {
		n.env.Exit(errForced)
	}
}

// forceCluster has the library go on with those who are left.
func (n *Node) forceCluster(conf *raft.Config, snapshots raft.SnapshotStore, trans raft.Transport) error {
	if n.settings.Bug != BugEvictUnreachable {
		return nil
	}
	list, err := n.stable.Get([]byte(keyForced))
	if err != nil || len(list) == 0 {
		return nil // there is none
	}
	var c raft.Configuration
	for word := range strings.SplitSeq(string(list), ",") {
		id, address, _ := strings.Cut(word, "@")
		c.Servers = append(c.Servers, raft.Server{Suffrage: n.settings.suffrage(id),
			ID: raft.ServerID(id), Address: raft.ServerAddress(address)})
	}
	fsm, err := NewGame(n.settings)
	if err != nil {
		return err
	}
	silent := newSessions(mute{n.env}, newFeed(), fsm) // the library wants one to throw away
	if err := raft.RecoverCluster(conf, silent, n.logs, n.stable, snapshots, trans, c); err != nil {
		return err
	}
	return n.stable.Set([]byte(keyForced), nil)
}

// mute reports nothing.
type mute struct{ env.Env }

// Emit implements env.Env.
func (mute) Emit(env.Note) {}
