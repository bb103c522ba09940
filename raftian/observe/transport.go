package observe

import (
	"io"

	"github.com/hashicorp/raft"

	"raftian/netsim/env"
)

// Transport reports requests as they go out, and answers where the library waits for them
// one by one.
func (o *Observer) Transport(t raft.Transport) raft.Transport {
	return preVoting(&observedTransport{t, o})
}

type observedTransport struct {
	raft.Transport
	o *Observer
}

// Close implements raft.WithClose for the transport beneath.
func (t *observedTransport) Close() error {
	if c, ok := t.Transport.(raft.WithClose); ok {
		return c.Close()
	}
	return nil
}

func (t *observedTransport) sent(kind string, to raft.ServerID, term, index uint64, entries int) {
	t.o.Env.Emit(env.Note{Kind: env.KindRPC, Text: kind, Peer: string(to), Term: term, Index: index, Count: uint64(entries)})
}

func (t *observedTransport) answered(kind string, from raft.ServerID, term uint64, granted bool, err error) {
	n := env.Note{Kind: env.KindReply, Text: kind, Peer: string(from), Term: term}
	switch {
	case err != nil:
		n.Text += " " + err.Error()
	case granted:
		n.Count = 1
	}
	t.o.Env.Emit(n)
}

// appendKind tells a heartbeat from AppendEntries proper: it carries nothing but
// the term and the leader (replication.go, heartbeat).
func appendKind(a *raft.AppendEntriesRequest) string {
	if a.PrevLogEntry == 0 && a.PrevLogTerm == 0 && a.LeaderCommitIndex == 0 && len(a.Entries) == 0 {
		return "Heartbeat"
	}
	return "AppendEntries"
}

// AppendEntries implements raft.Transport.
func (t *observedTransport) AppendEntries(id raft.ServerID, at raft.ServerAddress, a *raft.AppendEntriesRequest, r *raft.AppendEntriesResponse) error {
	kind := appendKind(a)
	began := t.o.Env.Now()
	t.sent(kind, id, a.Term, a.PrevLogEntry, len(a.Entries))
	err := t.Transport.AppendEntries(id, at, a, r)
	if err == nil && r.Success && r.Term == a.Term && t.o.Followed != nil {
		t.o.Followed(a.Term, id, began)
	}
	t.answered(kind, id, r.Term, r.Success, err)
	return err
}

// RequestVote implements raft.Transport.
func (t *observedTransport) RequestVote(id raft.ServerID, at raft.ServerAddress, a *raft.RequestVoteRequest, r *raft.RequestVoteResponse) error {
	t.sent("RequestVote", id, a.Term, a.LastLogIndex, 0)
	err := t.Transport.RequestVote(id, at, a, r)
	t.answered("RequestVote", id, r.Term, r.Granted, err)
	return err
}

// InstallSnapshot implements raft.Transport.
func (t *observedTransport) InstallSnapshot(id raft.ServerID, at raft.ServerAddress, a *raft.InstallSnapshotRequest, r *raft.InstallSnapshotResponse, data io.Reader) error {
	t.sent("InstallSnapshot", id, a.Term, a.LastLogIndex, 0)
	err := t.Transport.InstallSnapshot(id, at, a, r, data)
	t.answered("InstallSnapshot", id, r.Term, r.Success, err)
	return err
}

// TimeoutNow implements raft.Transport.
func (t *observedTransport) TimeoutNow(id raft.ServerID, at raft.ServerAddress, a *raft.TimeoutNowRequest, r *raft.TimeoutNowResponse) error {
	t.sent("TimeoutNow", id, 0, 0, 0)
	err := t.Transport.TimeoutNow(id, at, a, r)
	t.answered("TimeoutNow", id, 0, err == nil, err)
	return err
}

// AppendEntriesPipeline implements raft.Transport.
func (t *observedTransport) AppendEntriesPipeline(id raft.ServerID, at raft.ServerAddress) (raft.AppendPipeline, error) {
	p, err := t.Transport.AppendEntriesPipeline(id, at)
	if err != nil {
		return nil, err
	}
	return &observedPipeline{p, t, id}, nil
}

type observedPipeline struct {
	raft.AppendPipeline
	t  *observedTransport
	to raft.ServerID
}

// AppendEntries implements raft.AppendPipeline.
func (p *observedPipeline) AppendEntries(a *raft.AppendEntriesRequest, r *raft.AppendEntriesResponse) (raft.AppendFuture, error) {
	p.t.sent(appendKind(a), p.to, a.Term, a.PrevLogEntry, len(a.Entries))
	return p.AppendPipeline.AppendEntries(a, r)
}
