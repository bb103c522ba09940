package api

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"connectrpc.com/connect"
	"google.golang.org/protobuf/proto"

	"raftian/game/rules"
	apiv1 "raftian/raftian/api/v1"
	"raftian/raftian/api/v1/apiv1connect"
)

const (
	attemptTimeout = 2 * time.Second // of one call at one node
	retryInterval  = 50 * time.Millisecond
)

// Client makes calls, one at a time, at whichever of its nodes answers. A command takes
// effect once, however often it is retried. It may be used by several goroutines at
// once.
type Client struct {
	name      string
	waitFrame bool // wait for it
	nodes     []apiv1connect.PlayersClient
	addrs     []string

	mu         sync.Mutex    // held during a call
	current    atomic.Int64  // index of the node that is asked; only a call changes it
	lastNumber atomic.Uint64 // the last sequence number given out
}

// ClientOptions describe a Client.
type ClientOptions struct {
	Name  string   // unique per client; "" lets nodes assign one, and commands are not retried
	Nodes []string // API addresses, "host:port"
	// HTTP makes the requests; nil is PlainHTTP().
	HTTP *http.Client
	TLS  bool // use https
	// WaitFrame has nodes answer a command once their game loop has applied it.
	WaitFrame bool
	Last      uint64 // the last sequence number that was used under this name
}

// NewClient returns a client of some nodes. It asks the first one first.
func NewClient(o ClientOptions) *Client {
	c := &Client{name: o.Name, waitFrame: o.WaitFrame, addrs: o.Nodes}
	c.lastNumber.Store(o.Last)
	if o.HTTP == nil {
		o.HTTP = PlainHTTP()
	}
	scheme := "http://"
	if o.TLS {
		scheme = "https://"
	}
	for _, address := range o.Nodes {
		c.nodes = append(c.nodes, apiv1connect.NewPlayersClient(o.HTTP, scheme+address, connect.WithReadMaxBytes(1<<20)))
	}
	return c
}

// PlainHTTP returns an HTTP client for nodes without TLS: HTTP/2 with prior knowledge.
func PlainHTTP() *http.Client {
	protocols := new(http.Protocols)
	protocols.SetUnencryptedHTTP2(true)
	return &http.Client{Transport: &http.Transport{Protocols: protocols,
		DialContext: (&net.Dialer{Timeout: time.Second}).DialContext,
		// Pings detect a node that was stopped or a connection that was cut.
		HTTP2: &http.HTTP2Config{SendPingTimeout: attemptTimeout, PingTimeout: attemptTimeout},
	}}
}

// Unanswered is the error of a call that no node answered in time.
type Unanswered struct {
	// WithoutEffect is true if the call certainly had no effect and never will.
	WithoutEffect bool
	Last          error // error of the last attempt
}

// Error implements error.
func (e *Unanswered) Error() string {
	if e.WithoutEffect {
		return fmt.Sprintf("it was not done: %v", e.Last)
	}
	return fmt.Sprintf("it is not known whether it was done: %v", e.Last)
}

func (e *Unanswered) Unwrap() error { return e.Last }

// Node returns the address of the node that is asked at present.
func (c *Client) Node() string { return c.addrs[c.current.Load()] }

// Players returns the service at the node that is asked at present, for calls without
// retries.
func (c *Client) Players() apiv1connect.PlayersClient { return c.nodes[c.current.Load()] }

// Number returns the next sequence number.
func (c *Client) Number() uint64 { return c.lastNumber.Add(1) }

// Do sends a command, "n1 attack n2", "add n1" or "del n1", and retries until it is
// answered or ctx is done. number comes from Number and is higher than that of any
// command before. If no node answers, the error is an *Unanswered.
func (c *Client) Do(ctx context.Context, number uint64, text string) (*apiv1.Effect, error) {
	in, err := rules.ParseInput(text)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	command := c.command(number)
	var effect *apiv1.Effect
	err = c.retry(ctx, func(ctx context.Context, p apiv1connect.PlayersClient) (err error) {
		effect, err = send(ctx, p, command, in)
		return err
	})
	return effect, err
}

func (c *Client) command(number uint64) *apiv1.Command {
	if c.name == "" {
		return &apiv1.Command{WaitFrame: c.waitFrame}
	}
	return &apiv1.Command{Client: c.name, Sequence: number, WaitFrame: c.waitFrame}
}

func send(ctx context.Context, p apiv1connect.PlayersClient, command *apiv1.Command, in rules.Input) (*apiv1.Effect, error) {
	switch in.Verb {
	case rules.Attack:
		r, err := p.Attack(ctx, &apiv1.AttackRequest{Command: command, Attacker: in.City, Target: in.Target})
		return r.GetEffect(), err
	case rules.Add:
		r, err := p.Join(ctx, &apiv1.JoinRequest{Command: command, City: in.City})
		return r.GetEffect(), err
	case rules.Del:
		r, err := p.Leave(ctx, &apiv1.LeaveRequest{Command: command, City: in.City})
		return r.GetEffect(), err
	}
	return nil, fmt.Errorf("%q changes nothing; ask for the status", in)
}

// Look reads the state, and retries until it is answered or ctx is done. number is the
// sequence number of a read through the log; other reads ignore it.
func (c *Client) Look(ctx context.Context, number uint64, r *apiv1.StatusRequest) (*apiv1.StatusResponse, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if r.GetRead() == apiv1.Read_READ_LOG {
		r = proto.Clone(r).(*apiv1.StatusRequest)
		r.Command = c.command(number)
	}
	var answer *apiv1.StatusResponse
	err := c.retry(ctx, func(ctx context.Context, p apiv1connect.PlayersClient) (err error) {
		answer, err = p.Status(ctx, r)
		return err
	})
	return answer, err
}

// retry asks one node after the other until one has answered.
func (c *Client) retry(ctx context.Context, do func(context.Context, apiv1connect.PlayersClient) error) error {
	noEffect := true
	for {
		attempt, cancel := context.WithTimeout(ctx, attemptTimeout)
		err := do(attempt, c.Players())
		cancel()
		if err == nil || !retryable(err) {
			return err
		}
		noEffect = noEffect && withoutEffect(err)
		if c.name == "" && !noEffect { // without a name, a retry would be another command
			return &Unanswered{noEffect, err}
		}
		c.current.Store((c.current.Load() + 1) % int64(len(c.nodes)))
		select {
		case <-ctx.Done():
			return &Unanswered{noEffect, err}
		case <-time.After(retryInterval):
		}
		if ctx.Err() != nil {
			return &Unanswered{noEffect, err}
		}
	}
}

// retryable reports whether another attempt may succeed.
func retryable(err error) bool {
	switch connect.CodeOf(err) {
	case connect.CodeInvalidArgument, connect.CodeUnimplemented, connect.CodeFailedPrecondition,
		connect.CodePermissionDenied, connect.CodeUnauthenticated:
		return false
	}
	return true
}

// withoutEffect reports whether a failed attempt certainly had no effect: the node says
// so, or was never reached.
func withoutEffect(err error) bool {
	if e := (*connect.Error)(nil); errors.As(err, &e) {
		for _, detail := range e.Details() {
			if v, err := detail.Value(); err == nil {
				if f, is := v.(*apiv1.Failure); is {
					return f.GetWithoutEffect()
				}
			}
		}
	}
	if connect.CodeOf(err) == connect.CodeResourceExhausted {
		return true
	}
	e := (*net.OpError)(nil)
	return errors.As(err, &e) && e.Op == "dial"
}

// Cluster returns how a node sees the cluster, and retries until ctx is done.
func (c *Client) Cluster(ctx context.Context) (*apiv1.ClusterResponse, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	var answer *apiv1.ClusterResponse
	err := c.retry(ctx, func(ctx context.Context, p apiv1connect.PlayersClient) (err error) {
		answer, err = p.Cluster(ctx, &apiv1.ClusterRequest{})
		return err
	})
	return answer, err
}
