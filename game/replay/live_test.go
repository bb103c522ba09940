package replay

import (
	"testing"

	"raftian/netsim/env"
	"raftian/netsim/trace"
)

// In a live session segments are not traced. Request and response are estimated to meet
// half way in time, and the responder has heard from the leader.
func TestLiveSessionMessages(t *testing.T) {
	p := threeMachines()
	b := NewBuilder(trace.Header{Guest: "game", Live: true, Plan: p.String()}, p)
	n := uint64(0)
	put := func(at env.Instant, machine, peer, kind, text string, count uint64) {
		n++
		b.Event(&trace.Event{N: n, At: at, Machine: machine, Boot: 1, Note: env.Note{Kind: kind, Peer: peer, Text: text, Count: count, Term: 2}})
	}
	for _, m := range p.Machines {
		put(10, m, "", trace.KindBoot, "", 0)
	}
	put(100, "n1", "n2", env.KindRPC, "AppendEntries", 1)
	put(110, "n1", "n3", env.KindRPC, "AppendEntries", 1)
	put(140, "n1", "n2", env.KindReply, "AppendEntries", 1)
	put(150, "n1", "n3", env.KindReply, "AppendEntries connection refused", 0)
	n++
	b.Event(&trace.Event{N: n, At: 200, Note: env.Note{Kind: env.KindInvoke, Client: "you", Seq: 1, Text: "n1 attack n2"}})
	r := b.Build(nil, "", nil)
	if len(r.Messages) != 2 {
		t.Fatalf("%d messages: %+v", len(r.Messages), r.Messages)
	}
	request, answer := r.Messages[0], r.Messages[1]
	if request.From != 0 || request.To != 1 || request.Sent != 100 || request.Arrived != 120 || request.Reply || !request.Estimated {
		t.Errorf("the request is %+v", request)
	}
	if answer.From != 1 || answer.To != 0 || answer.Sent != 120 || answer.Arrived != 140 || !answer.Reply || !answer.Granted {
		t.Errorf("the answer is %+v", answer)
	}
	c := NewCursor(r)
	c.Seek(200)
	s := c.State()
	if s.Nodes[1].LeaderContact != 140 || s.Nodes[2].LeaderContact != 10 {
		t.Errorf("n2 has heard at %v, n3 at %v", s.Nodes[1].LeaderContact, s.Nodes[2].LeaderContact)
	}
	if len(s.Clients) != 1 || !s.Clients[0].Waiting {
		t.Errorf("a client on no machine is %+v", s.Clients)
	}
}
