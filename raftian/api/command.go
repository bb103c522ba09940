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

// Attack implements apiv1connect.PlayersHandler.
func (s *Service) Attack(ctx context.Context, r *apiv1.AttackRequest) (*apiv1.AttackResponse, error) {
	effect, err := s.command(ctx, r.GetCommand(), rules.Input{Verb: rules.Attack, City: r.GetAttacker(), Target: r.GetTarget()})
	if err != nil {
		return nil, err
	}
	return &apiv1.AttackResponse{Effect: effect}, nil
}

// Join implements apiv1connect.PlayersHandler.
func (s *Service) Join(ctx context.Context, r *apiv1.JoinRequest) (*apiv1.JoinResponse, error) {
	effect, err := s.command(ctx, r.GetCommand(), rules.Input{Verb: rules.Add, City: r.GetCity()})
	if err != nil {
		return nil, err
	}
	return &apiv1.JoinResponse{Effect: effect}, nil
}

// Leave implements apiv1connect.PlayersHandler.
func (s *Service) Leave(ctx context.Context, r *apiv1.LeaveRequest) (*apiv1.LeaveResponse, error) {
	effect, err := s.command(ctx, r.GetCommand(), rules.Input{Verb: rules.Del, City: r.GetCity()})
	if err != nil {
		return nil, err
	}
	return &apiv1.LeaveResponse{Effect: effect}, nil
}

// command submits a command and describes its effect.
func (s *Service) command(ctx context.Context, c *apiv1.Command, in rules.Input) (*apiv1.Effect, error) {
	if err := acquire(&s.calls, callsMax, "calls"); err != nil {
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

// submit makes a call that goes through the log, under its client's name or one of the
// pool. It returns the answer and the time until it was committed.
func (s *Service) submit(c *apiv1.Command, text string, timeout time.Duration) (node.Answer, time.Duration, error) {
	call := env.Call{Client: c.GetClient(), Seq: c.GetSequence(), Text: text}
	switch {
	case call.Client == "" && call.Seq != 0:
		return node.Answer{}, 0, invalid("a command with the number %d and no client", call.Seq)
	case call.Client == "":
		name := s.names.take(s.desk.ID())
		defer s.names.put(name)
		call.Client, call.Seq = name.client, name.sequence
	case call.Seq == 0:
		return node.Answer{}, 0, invalid("a command of client %q without a number; numbers begin at 1", call.Client)
	case call.Client == env.Operator || strings.HasPrefix(call.Client, poolPrefix) || strings.HasPrefix(call.Client, env.LeaderClient):
		return node.Answer{}, 0, invalid("no client may be called %q", call.Client)
	}
	if err := (command.Command{Client: call.Client, Seq: call.Seq, Payload: []byte(text)}).Check(); err != nil {
		return node.Answer{}, 0, invalid("%w", err)
	}
	a, took := s.desk.Ask(call, 0, timeout)
	return a, took, failure(a)
}

// failure returns the error of an answer without a result; nil if it has one.
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

// namePool holds client names for commands without one. A name is used by one command
// at a time, which keeps their number small: the state machine remembers each forever.
// Sequence numbers are clock readings in nanoseconds, which also rise across restarts.
// If the clock was set back, commands are refused as superseded.
type namePool struct {
	mu      sync.Mutex
	idle    []pooledName
	created int
}

type pooledName struct {
	client   string
	sequence uint64
}

// poolPrefix begins the names of the pool.
const poolPrefix = "by "

func (p *namePool) take(id string) pooledName {
	p.mu.Lock()
	defer p.mu.Unlock()
	var n pooledName
	if last := len(p.idle) - 1; last >= 0 {
		n, p.idle = p.idle[last], p.idle[:last]
	} else {
		p.created++
		n.client = fmt.Sprintf("%s%s %d", poolPrefix, id, p.created)
	}
	n.sequence = max(n.sequence+1, uint64(time.Now().UnixNano()))
	return n
}

func (p *namePool) put(n pooledName) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.idle = append(p.idle, n)
}
