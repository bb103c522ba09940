package api

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"connectrpc.com/connect"
	"google.golang.org/protobuf/types/known/durationpb"

	"raftian/game/rules"
	"raftian/netsim/env"
	apiv1 "raftian/raftian/api/v1"
	"raftian/raftian/command"
	"raftian/raftian/node"
)

// Attack implements the service.
func (s *Service) Attack(ctx context.Context, r *apiv1.AttackRequest) (*apiv1.AttackResponse, error) {
	effect, err := s.command(ctx, r.GetCommand(), rules.Input{Verb: rules.Attack, City: r.GetAttacker(), Target: r.GetTarget()})
	if err != nil {
		return nil, err
	}
	return &apiv1.AttackResponse{Effect: effect}, nil
}

// Join implements the service.
func (s *Service) Join(ctx context.Context, r *apiv1.JoinRequest) (*apiv1.JoinResponse, error) {
	effect, err := s.command(ctx, r.GetCommand(), rules.Input{Verb: rules.Add, City: r.GetCity()})
	if err != nil {
		return nil, err
	}
	return &apiv1.JoinResponse{Effect: effect}, nil
}

// Leave implements the service.
func (s *Service) Leave(ctx context.Context, r *apiv1.LeaveRequest) (*apiv1.LeaveResponse, error) {
	effect, err := s.command(ctx, r.GetCommand(), rules.Input{Verb: rules.Del, City: r.GetCity()})
	if err != nil {
		return nil, err
	}
	return &apiv1.LeaveResponse{Effect: effect}, nil
}

// command has a command take effect.
func (s *Service) command(ctx context.Context, c *apiv1.Command, in rules.Input) (*apiv1.Effect, error) {
	if err := enter(&s.calls, callsMax, "calls"); err != nil {
		return nil, err
	}
	defer s.calls.Add(-1)
	if _, err := rules.ParseInput(in.String()); err != nil {
		return nil, invalid("%w", err)
	}
	began := time.Now()
	left := timeout(ctx)
	a, committed, err := s.submit(c, in.String(), left)
	if err != nil {
		return nil, err
	}
	effect := &apiv1.Effect{Outcome: apiv1.Outcome_OUTCOME_DONE, Index: a.Index, Term: a.Term, Output: a.Text,
		Node: s.desk.ID(), CommittedAfter: durationpb.New(committed)}
	switch {
	case a.Stale():
		effect.Outcome = apiv1.Outcome_OUTCOME_SUPERSEDED
	case strings.HasPrefix(a.Text, "rejected: "):
		effect.Outcome = apiv1.Outcome_OUTCOME_REJECTED
	}
	left -= time.Since(began)
	if !c.GetWaitFrame() {
		left = 0
	}
	effect.Frame = s.desk.Frame(a.Index, max(0, left))
	effect.Took = durationpb.New(time.Since(began))
	return effect, nil
}

// submit makes a call that goes into the log, in the name of its client or in one
// that is given to it.
func (s *Service) submit(c *apiv1.Command, text string, timeout time.Duration) (node.Answer, time.Duration, error) {
	call := env.Call{Client: c.GetClient(), Seq: c.GetSequence(), Text: text}
	switch {
	case call.Client == "" && call.Seq != 0:
		return node.Answer{}, 0, invalid("a command with the number %d and no client", call.Seq)
	case call.Client == "":
		name := s.unnamed.take(s.desk.ID())
		defer s.unnamed.put(name)
		call.Client, call.Seq = name.client, name.last
	case call.Seq == 0:
		return node.Answer{}, 0, invalid("a command of client %q without a number; numbers begin at 1", call.Client)
	case call.Client == env.Operator || strings.HasPrefix(call.Client, unnamedPrefix) || strings.HasPrefix(call.Client, env.LeaderClient):
		return node.Answer{}, 0, invalid("no client may be called %q", call.Client)
	}
	if err := (command.Command{Client: call.Client, Seq: call.Seq, Payload: []byte(text)}).Check(); err != nil {
		return node.Answer{}, 0, invalid("%w", err)
	}
	a, took := s.desk.Ask(call, 0, timeout)
	return a, took, failure(a)
}

// failure is the error of an answer that is none.
func failure(a node.Answer) error {
	var err *connect.Error
	switch a.Outcome {
	case node.Done:
		return nil
	case node.Refused:
		err = connect.NewError(connect.CodeUnavailable, errors.New(a.Text))
	default:
		err = connect.NewError(connect.CodeDeadlineExceeded, fmt.Errorf("it is not known what came of the command: %s", a.Text))
	}
	if detail, e := connect.NewErrorDetail(&apiv1.Failure{WithoutEffect: a.Outcome == node.Refused}); e == nil {
		err.AddDetail(detail)
	}
	return err
}

// unnamed are the names of clients that have none. A name is one command's at a
// time, so that there are as few as possible: the state machine remembers each for
// ever. Their numbers are times, which rise when the node starts again, too; should
// the clock have been set back meanwhile, commands are refused as superseded.
type unnamed struct {
	mu   sync.Mutex
	idle []name
	made int
}

type name struct {
	client string
	last   uint64
}

// unnamedPrefix begins the names that nodes give.
const unnamedPrefix = "by "

func (u *unnamed) take(id string) name {
	u.mu.Lock()
	defer u.mu.Unlock()
	var n name
	if last := len(u.idle) - 1; last >= 0 {
		n, u.idle = u.idle[last], u.idle[:last]
	} else {
		u.made++
		n.client = fmt.Sprintf("%s%s %d", unnamedPrefix, id, u.made)
	}
	n.last = max(n.last+1, uint64(time.Now().UnixNano()))
	return n
}

func (u *unnamed) put(n name) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.idle = append(u.idle, n)
}
