//go:build !raft_before_1_7

package observe

import "github.com/hashicorp/raft"

// preVoting is the transport with pre-votes, if the one beneath has them.
func preVoting(t *observedTransport) raft.Transport {
	if beneath, ok := t.Transport.(raft.WithPreVote); ok {
		return &preVotingTransport{t, beneath}
	}
	return t
}

type preVotingTransport struct {
	*observedTransport
	beneath raft.WithPreVote
}

// RequestPreVote implements raft.WithPreVote.
func (t *preVotingTransport) RequestPreVote(id raft.ServerID, at raft.ServerAddress, a *raft.RequestPreVoteRequest, r *raft.RequestPreVoteResponse) error {
	t.sent("RequestPreVote", id, a.Term, a.LastLogIndex, 0)
	err := t.beneath.RequestPreVote(id, at, a, r)
	t.answered("RequestPreVote", id, r.Term, r.Granted, err)
	return err
}
