package api

import (
	"context"
	"time"

	"connectrpc.com/connect"
	"google.golang.org/protobuf/types/known/timestamppb"

	apiv1 "raftian/raftian/api/v1"
	"raftian/raftian/node"
)

const (
	watchBatch = 256              // commands per read of the local log
	watchIdle  = 10 * time.Second // after which a watcher gets a Position
)

// Watch implements apiv1connect.PlayersHandler. A slow watcher blocks nobody: entries
// that it has not read in time are compacted, and it gets a Compacted.
func (s *Service) Watch(ctx context.Context, r *apiv1.WatchRequest, to *connect.ServerStream[apiv1.WatchResponse]) error {
	if err := acquire(&s.watchers, watchersMax, "watches"); err != nil {
		return err
	}
	defer s.watchers.Add(-1)
	end := s.desk.End()
	next := r.GetFrom()
	if next == 0 {
		next = end + 1
	}
	if err := to.Send(position(end)); err != nil {
		return err
	}
	idle := time.NewTimer(watchIdle)
	defer idle.Stop()
	for {
		list, through, more, ended := s.desk.Watch(next, watchBatch)
		if next <= through {
			next = through + 1
			if err := to.Send(&apiv1.WatchResponse{What: &apiv1.WatchResponse_Compacted{Compacted: &apiv1.Compacted{Through: through}}}); err != nil {
				return err
			}
		}
		for k := range list {
			if err := to.Send(committed(&list[k])); err != nil {
				return err
			}
			next = list[k].Index + 1
		}
		if len(list) > 0 {
			idle.Reset(watchIdle)
			continue
		}
		select {
		case <-more:
		case <-idle.C:
			idle.Reset(watchIdle)
			if err := to.Send(position(s.desk.End())); err != nil {
				return err
			}
		case <-ended:
			return connect.NewError(connect.CodeUnavailable, errStopping)
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func position(index uint64) *apiv1.WatchResponse {
	return &apiv1.WatchResponse{What: &apiv1.WatchResponse_Position{Position: &apiv1.Position{Index: index}}}
}

func committed(c *node.Seen) *apiv1.WatchResponse {
	return &apiv1.WatchResponse{What: &apiv1.WatchResponse_Committed{Committed: &apiv1.Committed{
		Index: c.Index, Term: c.Term, Client: c.Client, Sequence: c.Seq, Input: c.Text, Output: c.Output,
		Frame: c.Frame, At: timestamppb.New(time.Now().Add(-c.Age))}}}
}
