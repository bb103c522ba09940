// Package api is the players' service: a protobuf schema over Connect (players.proto),
// its server and a client. A Service answers the calls of players at one node; commands
// and linearizable reads that only the leader can serve are forwarded by node.Desk. A
// Client retries a call until one of its nodes has answered. The package neither
// listens nor authenticates: raftian/server does.
//
//	players.proto  the schema; v1 is its Go code
//	api.go         Service: limits and wiring
//	command.go     commands and their effects
//	status.go      reads
//	watch.go       streams of committed commands
//	cluster.go     the node's view of the cluster
//	origin.go      which web pages may call
//	client.go      Client: retries until a node has answered
//	generate       regenerates the Go code
package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync/atomic"
	"time"

	"connectrpc.com/connect"

	"raftian/raftian/api/v1/apiv1connect"
	"raftian/raftian/node"
)

//go:generate go run ./generate

// Version is the version of the service. It is incremented with every change of the
// schema.
const Version = 1

const (
	// messageMax limits a request, in bytes. The longest valid one has three names in
	// it.
	messageMax = 16 << 10
	// callsMax and watchersMax limit concurrent calls and watches; those beyond are
	// refused with resource_exhausted.
	callsMax    = 1024
	watchersMax = 256

	timeoutDefault = 5 * time.Second // of a call without a deadline
	timeoutMax     = time.Minute
)

// Options describe a Service.
type Options struct {
	// Cluster is the name of the cluster.
	Cluster string
	// Origins are the origins of web pages that may call, besides local ones, such as
	// "https://play.example.org".
	Origins []string
	// PeersSeen returns the IDs of the nodes that have ever connected to this one or
	// answered it; nil returns none.
	PeersSeen func() []string
	// Observe, if not nil, is called for each call that has ended. It may be called
	// concurrently.
	Observe func(procedure string, code string, took time.Duration)
}

// Service answers players' calls at one node.
type Service struct {
	o        Options
	desk     *node.Desk
	names    namePool
	calls    atomic.Int64
	watchers atomic.Int64
}

var _ apiv1connect.PlayersHandler = (*Service)(nil)

// New returns the service of a node.
func New(n *node.Node, o Options) (*Service, error) {
	desk, err := n.Desk()
	if err != nil {
		return nil, err
	}
	return &Service{o: o, desk: desk}, nil
}

// View returns the node's present state.
func (s *Service) View() node.View { return s.desk.View() }

// Close releases the node, once no call is under way.
func (s *Service) Close() { s.desk.Close() }

// Handler serves the paths of the service.
func (s *Service) Handler() http.Handler {
	_, h := apiv1connect.NewPlayersHandler(s,
		connect.WithReadMaxBytes(messageMax),
		connect.WithInterceptors(observer{s.o.Observe}),
		connect.WithRecover(func(_ context.Context, spec connect.Spec, _ http.Header, cause any) error {
			return connect.NewError(connect.CodeInternal, fmt.Errorf("%s failed: %v", spec.Procedure, cause))
		}))
	return origins(s.o.Origins).guard(h)
}

// acquire counts a call, or refuses it if limit are under way. The caller decrements
// count when the call ends.
func acquire(count *atomic.Int64, limit int64, what string) error {
	if count.Add(1) > limit {
		count.Add(-1)
		return connect.NewError(connect.CodeResourceExhausted, fmt.Errorf("%d %s are pending at this node already", limit, what))
	}
	return nil
}

// timeout returns how long a call may take.
func timeout(ctx context.Context) time.Duration {
	deadline, ok := ctx.Deadline()
	if !ok {
		return timeoutDefault
	}
	return min(timeoutMax, time.Until(deadline))
}

// invalid returns an error that a request is invalid.
func invalid(format string, args ...any) error {
	return connect.NewError(connect.CodeInvalidArgument, fmt.Errorf(format, args...))
}

// observer is a connect.Interceptor that reports calls that have ended.
type observer struct {
	observe func(procedure, code string, took time.Duration)
}

func (o observer) ended(spec connect.Spec, began time.Time, err error) {
	if o.observe == nil {
		return
	}
	code := "ok"
	if err != nil {
		code = connect.CodeOf(err).String()
	}
	o.observe(spec.Procedure, code, time.Since(began))
}

// WrapUnary implements connect.Interceptor.
func (o observer) WrapUnary(next connect.UnaryFunc) connect.UnaryFunc {
	return func(ctx context.Context, r connect.AnyRequest) (connect.AnyResponse, error) {
		began := time.Now()
		answer, err := next(ctx, r)
		o.ended(r.Spec(), began, err)
		return answer, err
	}
}

// WrapStreamingClient implements connect.Interceptor.
func (o observer) WrapStreamingClient(next connect.StreamingClientFunc) connect.StreamingClientFunc {
	return next
}

// WrapStreamingHandler implements connect.Interceptor.
func (o observer) WrapStreamingHandler(next connect.StreamingHandlerFunc) connect.StreamingHandlerFunc {
	return func(ctx context.Context, c connect.StreamingHandlerConn) error {
		began := time.Now()
		err := next(ctx, c)
		o.ended(c.Spec(), began, err)
		return err
	}
}

// errStopping ends the watches of a node that shuts down.
var errStopping = errors.New("the node stops")

// errSuperseded is the error of a read through the log that was superseded.
var errSuperseded = errors.New("a later command of this client came first")
