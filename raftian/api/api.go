// Package api is the players' service: what is asked of a node by those who play,
// in protobuf over Connect (players.proto), and a client that finds a node which
// answers.
//
//	players.proto  the schema; v1 is its Go code
//	api.go         Service: limits and wiring
//	command.go     commands and what comes of them
//	status.go      looking at the game
//	watch.go       telling of commands that take effect
//	cluster.go     telling of the cluster
//	origin.go      which web pages may ask
//	client.go      Client: repeating until some node has answered
//	generate       writes the Go code anew
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

// Version is the version of the service. It rises with every change of its schema.
const Version = 1

const (
	// messageMax bounds a request, in bytes. The longest that means something has
	// three names in it.
	messageMax = 16 << 10
	// callsMax and watchersMax bound what is under way at once; who comes on top is
	// told so at once (resource_exhausted).
	callsMax    = 1024
	watchersMax = 256

	timeoutDefault = 5 * time.Second // of a call whose sender sets none
	timeoutMax     = time.Minute
)

// Options describe a Service.
type Options struct {
	// Cluster is what the cluster is known by.
	Cluster string
	// Origins are those of web pages that may ask, beside local ones, such as
	// "https://play.example.org".
	Origins []string
	// Met lists the other nodes that have ever connected to this one or answered it;
	// nil for nobody.
	Met func() []string
	// Observe is told of each call that ended; nil for nobody. It may be called by
	// several goroutines at once.
	Observe func(procedure string, code string, took time.Duration)
}

// Service answers players.
type Service struct {
	o        Options
	desk     *node.Desk
	unnamed  unnamed
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

// View is what the node knows.
func (s *Service) View() node.View { return s.desk.View() }

// Close lets go of what the service holds, once nobody is answered any more.
func (s *Service) Close() { s.desk.Close() }

// Handler answers requests, at the paths of the service.
func (s *Service) Handler() http.Handler {
	_, h := apiv1connect.NewPlayersHandler(s,
		connect.WithReadMaxBytes(messageMax),
		connect.WithInterceptors(observer{s.o.Observe}),
		connect.WithRecover(func(_ context.Context, spec connect.Spec, _ http.Header, cause any) error {
			return connect.NewError(connect.CodeInternal, fmt.Errorf("%s failed: %v", spec.Procedure, cause))
		}))
	return origins(s.o.Origins).guard(h)
}

// enter lets one more in, unless there are so many.
func enter(count *atomic.Int64, most int64, what string) error {
	if count.Add(1) > most {
		count.Add(-1)
		return connect.NewError(connect.CodeResourceExhausted, fmt.Errorf("%d %s are under way at this node already", most, what))
	}
	return nil
}

// timeout is how long a call may take.
func timeout(ctx context.Context) time.Duration {
	deadline, ok := ctx.Deadline()
	if !ok {
		return timeoutDefault
	}
	return min(timeoutMax, time.Until(deadline))
}

// invalid says what is wrong with a request.
func invalid(format string, args ...any) error {
	return connect.NewError(connect.CodeInvalidArgument, fmt.Errorf(format, args...))
}

// observer tells how calls end.
type observer struct {
	tell func(procedure, code string, took time.Duration)
}

func (o observer) ended(spec connect.Spec, began time.Time, err error) {
	if o.tell == nil {
		return
	}
	code := "ok"
	if err != nil {
		code = connect.CodeOf(err).String()
	}
	o.tell(spec.Procedure, code, time.Since(began))
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

// errStopping is why a node that stops does not answer any more.
var errStopping = errors.New("the node stops")

// errSuperseded is why a look through the log was not answered.
var errSuperseded = errors.New("a later command of this client came first")
