package cluster

import (
	"fmt"

	"raftian/netsim/env"
	"raftian/netsim/trace"
)

// client has at most one call open; what it gives up stays unknown.
type client struct {
	c     *cluster
	name  string
	seq   uint64
	open  bool
	input string
}

// step calls the leader, repeats the call there, or gives it up.
func (cl *client) step(leader *machine) {
	switch {
	case !cl.open:
		cl.call()
		cl.send(leader)
	case cl.c.draw(100) == 0:
		cl.giveUp()
	case cl.c.draw(20) == 0:
		cl.send(leader)
	}
}

func (cl *client) call() {
	cl.seq++
	cl.open = true
	cl.input = "read"
	if cl.c.draw(3) > 0 {
		cl.input = fmt.Sprintf("add %d", cl.c.draw(9)+1)
	}
	cl.emit(env.KindInvoke, cl.input, 0)
}

// send gives the call to the leader, if there is one.
func (cl *client) send(leader *machine) {
	if leader != nil {
		leader.add(entry{client: cl.name, seq: cl.seq, input: cl.input, kind: "command"})
	}
}

func (cl *client) giveUp() {
	if cl.open {
		cl.open = false
		cl.emit(env.KindReturn, "unknown timeout", 0)
	}
}

// answer ends the call, if it is still the one that seq names.
func (cl *client) answer(seq uint64, x session) {
	if cl.open && cl.seq == seq && x.seq == seq {
		cl.open = false
		cl.emit(env.KindReturn, "ok "+x.output, x.index)
	}
}

func (cl *client) emit(kind, text string, index uint64) {
	cl.c.emit(trace.Event{Note: env.Note{Kind: kind, Client: cl.name, Seq: cl.seq, Text: text, Index: index}})
}
