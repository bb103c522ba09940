package api

import (
	"context"

	"google.golang.org/protobuf/types/known/durationpb"

	apiv1 "raftian/raftian/api/v1"
)

// Cluster implements apiv1connect.PlayersHandler.
func (s *Service) Cluster(context.Context, *apiv1.ClusterRequest) (*apiv1.ClusterResponse, error) {
	v := s.desk.View()
	answer := &apiv1.ClusterResponse{
		Node: v.ID, Version: Version, Cluster: s.o.Cluster, Role: v.Role, Term: v.Term, Leader: v.Leader,
		FirstIndex: v.First, LastIndex: v.Last, SnapshotIndex: v.Snapshot,
		CommitIndex: v.Commit, AppliedIndex: v.Applied, LocalIndex: v.Local, LocalHash: v.Hash,
		ConfigurationIndex: v.Configuration,
		Frames: &apiv1.Frames{Fps: uint32(v.Frames.PerSecond), Total: v.Frames.Total, Late: v.Frames.Late,
			Worst: durationpb.New(v.Frames.Worst)},
	}
	for _, m := range v.Members {
		answer.Members = append(answer.Members, &apiv1.Member{Id: m.ID, Raft: m.Raft, Api: m.API, Suffrage: m.Suffrage})
	}
	if s.o.PeersSeen != nil {
		answer.Met = s.o.PeersSeen()
	}
	return answer, nil
}
