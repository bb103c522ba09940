//go:build !raft_before_1_7

package node

import "github.com/hashicorp/raft"

// RequestPreVote implements raft.WithPreVote.
func (s *storm) RequestPreVote(id raft.ServerID, at raft.ServerAddress, a *raft.RequestPreVoteRequest, r *raft.RequestPreVoteResponse) error {
	return s.Transport.(raft.WithPreVote).RequestPreVote(id, at, a, r)
}
