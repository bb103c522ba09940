//go:build !raft_before_1_7

package node

import "github.com/hashicorp/raft"

func (w *watchedTransport) RequestPreVote(id raft.ServerID, at raft.ServerAddress, a *raft.RequestPreVoteRequest, r *raft.RequestPreVoteResponse) error {
	w.sent("RequestPreVote", id, a.Term, a.LastLogIndex, 0)
	err := w.NetworkTransport.RequestPreVote(id, at, a, r)
	w.answered("RequestPreVote", id, r.Term, r.Granted, err)
	return err
}
