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
	tryMax   = 2 * time.Second // that one node is given to answer
	tryPause = 50 * time.Millisecond
)

// Client makes calls, one at a time, at whichever of some nodes answers. Its commands
// take effect once, however often they have to be sent.
type Client struct {
	name  string
	frame bool // wait for it
	nodes []apiv1connect.PlayersClient
	addrs []string

	mu      sync.Mutex    // held during a call
	turn    atomic.Int64  // of the node that is asked; only a call changes it
	numbers atomic.Uint64 // the last that was given out
}

// ClientOptions describe a Client.
type ClientOptions struct {
	Name  string   // unlike every other client's; "" has nodes give it one, and commands are not repeated
	Nodes []string // addresses of nodes' players' service, "host:port"
	// HTTP makes the requests; nil is a client of HTTP/2 without TLS.
	HTTP *http.Client
	TLS  bool // whether nodes are asked by https
	// WaitFrame has nodes answer commands once their game loop has seen them.
	WaitFrame bool
	Last      uint64 // the number of the last command that went out under this name before
}

// NewClient returns a client of some nodes, the first of which it asks first.
func NewClient(o ClientOptions) *Client {
	c := &Client{name: o.Name, frame: o.WaitFrame, addrs: o.Nodes}
	c.numbers.Store(o.Last)
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

// PlainHTTP is an HTTP client for nodes without TLS: HTTP/2 from the first byte.
func PlainHTTP() *http.Client {
	protocols := new(http.Protocols)
	protocols.SetUnencryptedHTTP2(true)
	return &http.Client{Transport: &http.Transport{Protocols: protocols,
		DialContext: (&net.Dialer{Timeout: time.Second}).DialContext,
		// A node that was stopped, or a connection that was cut, is found out.
		HTTP2: &http.HTTP2Config{SendPingTimeout: tryMax, PingTimeout: tryMax},
	}}
}

// Unanswered is the error of a call that no node answered in time.
type Unanswered struct {
	// WithoutEffect says that it certainly had none and will have none.
	WithoutEffect bool
	Last          error // why the last try failed
}

// Error says which of both it is, and why.
func (e *Unanswered) Error() string {
	if e.WithoutEffect {
		return fmt.Sprintf("it was not done: %v", e.Last)
	}
	return fmt.Sprintf("it is not known whether it was done: %v", e.Last)
}

func (e *Unanswered) Unwrap() error { return e.Last }

// Node is the address of the node that is asked at the moment.
func (c *Client) Node() string { return c.addrs[c.turn.Load()] }

// Players is the service at the node that is asked at the moment, for calls that are
// not repeated.
func (c *Client) Players() apiv1connect.PlayersClient { return c.nodes[c.turn.Load()] }

// Number is that of the client's next command.
func (c *Client) Number() uint64 { return c.numbers.Add(1) }

// Do has a command take effect, until ctx is done: "n1 attack n2", "add n1" or "del
// n1". Its number is one of Number's, higher than that of any command before. If no
// node answers the error is *Unanswered.
func (c *Client) Do(ctx context.Context, number uint64, text string) (*apiv1.Effect, error) {
	in, err := rules.ParseInput(text)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	command := c.command(number)
	var effect *apiv1.Effect
	err = c.try(ctx, func(ctx context.Context, p apiv1connect.PlayersClient) (err error) {
		effect, err = send(ctx, p, command, in)
		return err
	})
	return effect, err
}

func (c *Client) command(number uint64) *apiv1.Command {
	if c.name == "" {
		return &apiv1.Command{WaitFrame: c.frame}
	}
	return &apiv1.Command{Client: c.name, Sequence: number, WaitFrame: c.frame}
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

// Look asks for the status, until ctx is done. The number is that of a command, if the
// look is one.
func (c *Client) Look(ctx context.Context, number uint64, r *apiv1.StatusRequest) (*apiv1.StatusResponse, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if r.GetRead() == apiv1.Read_READ_LOG {
		r = proto.Clone(r).(*apiv1.StatusRequest)
		r.Command = c.command(number)
	}
	var answer *apiv1.StatusResponse
	err := c.try(ctx, func(ctx context.Context, p apiv1connect.PlayersClient) (err error) {
		answer, err = p.Status(ctx, r)
		return err
	})
	return answer, err
}

// try asks one node after the other until one has answered.
func (c *Client) try(ctx context.Context, do func(context.Context, apiv1connect.PlayersClient) error) error {
	harmless := true
	for {
		one, cancel := context.WithTimeout(ctx, tryMax)
		err := do(one, c.Players())
		cancel()
		if err == nil || !again(err) {
			return err
		}
		harmless = harmless && withoutEffect(err)
		if c.name == "" && !harmless { // repeated, it would be another command
			return &Unanswered{harmless, err}
		}
		c.turn.Store((c.turn.Load() + 1) % int64(len(c.nodes)))
		select {
		case <-ctx.Done():
			return &Unanswered{harmless, err}
		case <-time.After(tryPause):
		}
		if ctx.Err() != nil {
			return &Unanswered{harmless, err}
		}
	}
}

// again says whether another node, or the same one later, may do better.
func again(err error) bool {
	switch connect.CodeOf(err) {
	case connect.CodeInvalidArgument, connect.CodeUnimplemented, connect.CodeFailedPrecondition,
		connect.CodePermissionDenied, connect.CodeUnauthenticated:
		return false
	}
	return true
}

// withoutEffect says of a failed try that it certainly had no effect: the node says
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

// Cluster asks how a node sees the cluster, until ctx is done.
func (c *Client) Cluster(ctx context.Context) (*apiv1.ClusterResponse, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	var answer *apiv1.ClusterResponse
	err := c.try(ctx, func(ctx context.Context, p apiv1connect.PlayersClient) (err error) {
		answer, err = p.Cluster(ctx, &apiv1.ClusterRequest{})
		return err
	})
	return answer, err
}
