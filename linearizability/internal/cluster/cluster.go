// Package cluster makes traces of clusters that work, for the tests of the
// judges: no judge may find fault with any of them. It is Raft on paper — each
// step of a machine is one step, messages are instantaneous or lost — with
// elections, conflicts, snapshots, compaction, crashes, retries and lost answers.
// What the machines replicate is a running total, see model.go.
//
//	cluster.go   Trace: which steps happen, and the quiet end
//	raft.go      the steps of a machine
//	client.go    calls, answers and retries
//	model.go     the total as a state machine
package cluster

import (
	"fmt"
	"hash/fnv"
	"time"

	"raftian/netsim/env"
	"raftian/netsim/trace"
)

// Bound is how soon the clusters recover once their faults are over.
const Bound = time.Second

// Draw returns a number from 0 to n-1.
type Draw func(n int) int

type cluster struct {
	draw     Draw
	calm     bool // nothing is lost any more
	now      env.Instant
	events   []trace.Event
	machines []*machine
	clients  []*client
}

// Trace makes the trace of a run with so many machines, clients and steps.
func Trace(draw Draw, machines, clients, steps int) []trace.Event {
	c := &cluster{draw: draw}
	for i := range machines {
		c.machines = append(c.machines, &machine{c: c, name: fmt.Sprintf("n%d", i+1)})
	}
	for i := range clients {
		c.clients = append(c.clients, &client{c: c, name: fmt.Sprintf("c%d", i+1)})
	}
	for _, m := range c.machines {
		m.boot()
	}
	for range steps {
		c.step()
	}
	c.recover()
	return c.events
}

// step lets something happen.
func (c *cluster) step() {
	c.now += env.Instant(c.draw(5)) * env.Instant(time.Millisecond)
	m := c.machines[c.draw(len(c.machines))]
	if !m.up {
		m.boot()
		return
	}
	leader := c.leader()
	switch pick := c.draw(200); {
	case pick == 0:
		m.crash()
	case pick <= 3 || leader == nil && pick <= 50:
		m.elect(c.reachable(m))
	case pick <= 7:
		m.snapshot()
	case pick <= 60 && leader != nil:
		leader.replicate(c.machines[c.draw(len(c.machines))])
	case pick <= 120:
		m.apply()
	case pick <= 150:
		m.show()
	default:
		c.clients[c.draw(len(c.clients))].step(leader)
	}
}

// leader draws one of the machines that think they lead; nil if none does.
func (c *cluster) leader() *machine {
	var leaders []*machine
	for _, m := range c.machines {
		if m.role == "leader" {
			leaders = append(leaders, m)
		}
	}
	if len(leaders) == 0 {
		return nil
	}
	return leaders[c.draw(len(leaders))]
}

// reachable draws the machines that m can talk to.
func (c *cluster) reachable(m *machine) (peers []*machine) {
	for _, p := range c.machines {
		if p != m && p.up && c.draw(4) > 0 {
			peers = append(peers, p)
		}
	}
	return peers
}

// loses draws, with odds of one in n, whether a message is lost.
func (c *cluster) loses(n int) bool { return !c.calm && c.draw(n) == 0 }

// recover ends every fault, lets everybody catch up, has one fresh call
// answered, and ends the run after a quiet time.
func (c *cluster) recover() {
	c.calm = true
	c.emit(trace.Event{Note: env.Note{Kind: trace.KindHeal}})
	leader := c.machines[0]
	for _, m := range c.machines {
		if !m.up {
			m.boot()
		}
		if m.atLeastAsFull(leader) {
			leader = m
		}
	}
	for _, m := range c.machines {
		leader.enter(m.term)
	}
	leader.elect(c.machines)
	c.settle(leader)
	c.now += env.Instant(2 * Bound)
	for _, client := range c.clients {
		client.giveUp()
	}
	c.clients[0].call()
	c.clients[0].send(leader)
	c.settle(leader)
	c.now += env.Instant(2 * Bound)
	c.emit(trace.Event{Note: env.Note{Kind: trace.KindEnd}})
}

// settle has every machine learn, apply and show all that the leader has.
func (c *cluster) settle(leader *machine) {
	for range 2 { // once for the entries, once for the news that they are committed
		for _, m := range c.machines {
			leader.replicate(m)
		}
	}
	for _, m := range c.machines {
		for m.applied < m.commit {
			m.apply()
		}
		for m.shown < m.applied {
			m.show()
		}
	}
}

func (c *cluster) emit(e trace.Event) {
	e.N, e.At = uint64(len(c.events)+1), c.now
	c.events = append(c.events, e)
}

// hash is a hash over words and numbers.
func hash(parts ...any) uint64 {
	h := fnv.New64a()
	fmt.Fprint(h, parts...)
	return h.Sum64()
}
