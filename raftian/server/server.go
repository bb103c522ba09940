// Package server is one node as a deployment runs it: on a real machine, over TCP,
// with its players' service.
//
//	server.go    Options, Start, Stop
//	address.go   which addresses may be bound without TLS
//	gate.go      the node's network: who may connect, and who is a player
//	greeting.go  what a node says first, so that no other cluster is listened to
//	hall.go      a listener that is given its connections
//	tls.go       certificates
//	identity.go  whose data directory it is, and of which cluster
//	known.go     whom to ask should the node have been put out
//	met.go       who was there before
//	mark.go      what the store must still hold
//	wires.go     cutting a node off, for play
//	lock_*.go    one process on a data directory
//	join.go      learning from a member which cluster it is
//	logs.go      what the node reports, as log lines
//	events.go    and as events, one JSON object a line
//	metrics.go   and as metrics
package server

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"connectrpc.com/grpcreflect"

	"raftian/game/rules"
	"raftian/netsim/env"
	"raftian/netsim/trace"
	"raftian/raftian/api"
	"raftian/raftian/api/v1/apiv1connect"
	"raftian/raftian/node"
)

// Options describe a Server.
type Options struct {
	ID        string
	Dir       string // the data directory; it is made if it does not exist
	Raft, API string // "host:port" at which other nodes and players reach it
	// Where it listens instead, if that is elsewhere, as behind a proxy; or "".
	BindRaft, BindAPI string

	// How a node with an empty data directory finds its cluster; one of the three.
	Bootstrap bool   // it is the first
	Join      string // it asks the member whose API is there to be let in
	Peers     string // all begin together: "n1@host:port/host:port,…", the same for all

	FPS      int      // frames per second of the game loop; 0 is as many as there can be, LoopOff no loop
	Settings []string // more settings of the node, "key=value" each

	TLS      *Certificates // nil is plain TCP
	Insecure bool          // plain TCP may be bound to addresses that are reached from elsewhere
	Origins  []string      // as in api.Options

	Log    *slog.Logger // nil is none
	Events io.Writer    // gets what the node reports, a JSON object a line; nil is nobody
	// Tell, if given, gets the same. It may be called by several goroutines at once.
	Tell func(trace.Event)
	// Wires, if given, can cut the node off from other nodes.
	Wires *Wires
}

// The settings of a deployed node that differ from those of a simulated one: a
// snapshot every few thousand entries, and commands kept for those who watch.
//
// Entries are not pipelined (in-flight=1). A pipeline whose answer says that there is a
// newer term, or that entries were refused, can be left with a sender and a receiver
// that wait for each other for ever (net_transport.go, decodeResponses; see
// hashicorp/raft issue 612): the node never shuts down, and if it still leads, the
// follower gets nothing but heartbeats.
func settings() []string {
	return []string{"keep=16384", "snapshot-threshold=8192", "snapshot-interval=10s", "trailing=4096", "log-level=info", "in-flight=1"}
}

// evictDefault is how long a node may be silent before the others put it out, in a
// cluster that nodes join.
const evictDefault = "30s"

// Server is a node that runs.
type Server struct {
	o       Options
	log     *slog.Logger
	who     identity
	release func() // of the lock
	env     *env.Real
	gate    *gate
	node    *node.Node
	service *api.Service
	web     *http.Server
	metrics *metrics
	events  *events
	marker  marker
	others  string             // as written down last
	cancel  context.CancelFunc // of everything that players still wait for
	stopped sync.Once
	failed  chan error    // has one value if the node ends by itself
	ending  chan struct{} // closed by Stop
	marking sync.WaitGroup
}

// Refusal is why a node was not started: what it was told or what its directory
// holds is wrong. It is one line.
type Refusal struct{ Err error }

func (r *Refusal) Error() string { return r.Err.Error() }
func (r *Refusal) Unwrap() error { return r.Err }

func refuse(format string, args ...any) error { return &Refusal{fmt.Errorf(format, args...)} }

// Start starts a node. It returns once the node runs; that it knows a leader takes
// longer.
func Start(ctx context.Context, o Options) (*Server, error) {
	s := &Server{o: o, log: o.Log, failed: make(chan error, 1), ending: make(chan struct{}),
		marker: marker{soon: make(chan struct{}, 1)}}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	if err := s.o.check(s.o.recall()); err != nil {
		return nil, err
	}
	secure, err := o.TLS.load()
	if err != nil {
		return nil, err
	}
	if err := s.claim(ctx, secure); err != nil {
		return nil, err
	}
	if err := s.run(secure); err != nil {
		return nil, errors.Join(err, s.letGo())
	}
	return s, nil
}

// claim makes the data directory this node's.
func (s *Server) claim(ctx context.Context, secure *secrets) (err error) {
	if err := os.MkdirAll(s.o.Dir, 0o700); err != nil {
		return refuse("making the data directory: %w", err)
	}
	if s.release, err = lock(filepath.Join(s.o.Dir, "lock")); err != nil {
		return err
	}
	if s.who, err = identify(ctx, s.o, secure); err != nil {
		s.release()
	}
	return err
}

// run starts the node and its service.
func (s *Server) run(secure *secrets) error {
	s.events = newEvents(&s.o, s.who.Starts)
	s.metrics = newMetrics()
	var err error
	s.env, err = env.NewReal(env.RealOptions{ID: s.o.ID, Args: s.arguments(), Dir: s.o.Dir, Emit: s.emit})
	if err != nil {
		return err
	}
	if err := checkStore(s.env, s.o.Dir); err != nil {
		return err
	}
	s.gate = newGate(s.env, s.o, s.who.Cluster, secure, s.log)
	s.gate.exit = s.fail
	s.events.boot()
	if s.node, err = node.Start(s.gate, node.NewGame); err != nil {
		return fmt.Errorf("starting the node: %w", err)
	}
	if s.service, err = api.New(s.node, api.Options{Cluster: s.who.Cluster, Origins: s.o.Origins,
		Met: s.gate.met.all, Observe: s.metrics.call}); err != nil {
		return errors.Join(err, s.node.Stop())
	}
	s.metrics.watch(s.service)
	s.serve()
	s.marking.Go(s.mark)
	go func() {
		if err := s.node.Wait(); err != nil {
			s.fail(err)
		}
	}()
	s.log.Info("serving", "id", s.o.ID, "raft", s.o.Raft, "api", s.o.API, "cluster", s.who.Cluster,
		"data", s.o.Dir, "start", s.who.Starts, "go", runtime.Version(), "security", s.o.security())
	return nil
}

// arguments are the node's settings.
func (s *Server) arguments() []string {
	peers := s.o.Peers
	if peers == "" {
		peers = fmt.Sprintf("%s@%s/%s", s.o.ID, s.o.Raft, s.o.API)
	}
	args := append(settings(), "peers="+peers, "fps="+s.o.rate())
	if s.o.Peers == "" {
		args = append(args, "open=on", "evict="+evictDefault)
	}
	if ask := s.acquainted(); len(ask) > 0 {
		args = append(args, "join="+strings.Join(ask, ","))
	}
	return append(args, s.o.Settings...)
}

// serve answers players.
func (s *Server) serve() {
	mux := http.NewServeMux()
	mux.Handle("/"+apiv1connect.PlayersName+"/", s.service.Handler())
	reflector := grpcreflect.NewStaticReflector(apiv1connect.PlayersName) // so that grpcurl knows the schema
	mux.Handle(grpcreflect.NewHandlerV1(reflector))
	mux.Handle(grpcreflect.NewHandlerV1Alpha(reflector))
	mux.Handle("GET /metrics", s.metrics.handler())
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	protocols.SetUnencryptedHTTP2(true) // what TLS there is has been taken off by the gate
	var ctx context.Context
	ctx, s.cancel = context.WithCancel(context.Background())
	s.web = &http.Server{
		Handler:           mux,
		Protocols:         protocols,
		BaseContext:       func(net.Listener) context.Context { return ctx },
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    32 << 10,
		ErrorLog:          slog.NewLogLogger(s.log.Handler(), slog.LevelDebug),
	}
	go func() {
		if err := s.web.Serve(s.gate.players); !errors.Is(err, http.ErrServerClosed) && !errors.Is(err, net.ErrClosed) {
			s.log.Error("serving players", "error", err)
		}
	}()
}

// emit takes what the node reports.
func (s *Server) emit(_ env.Instant, n env.Note) {
	s.events.note(n)
	s.metrics.note(n)
	s.marker.note(n)
	if n.Kind == env.KindReply && !strings.Contains(n.Text, " ") { // without an error
		s.gate.met.add(n.Peer)
	}
	logNote(s.log, n)
}

// fail is told that the node has ended by itself.
func (s *Server) fail(err error) {
	select {
	case s.failed <- err:
	default:
	}
}

// Failed has a value once the node has ended by itself, as when its disk failed or
// when it was removed. What it holds in this process is lost: the process is to end,
// and to be started again.
func (s *Server) Failed() <-chan error { return s.failed }

// ID is the node's name, and API where its players reach it.
func (s *Server) ID() string  { return s.o.ID }
func (s *Server) API() string { return s.o.API }

// View is what the node knows.
func (s *Server) View() node.View { return s.service.View() }

// Leave has the node leave the cluster, before it is stopped. Should it start again, it
// asks to be let in.
func (s *Server) Leave(timeout time.Duration) error {
	return s.node.Leave(s.gate.Now().Add(timeout))
}

// Stop ends the node cleanly: players are told to go elsewhere, the leader hands its
// office on, and files are closed. After ctx is done it waits for nobody: the process is
// to end.
func (s *Server) Stop(ctx context.Context) error {
	var err error
	s.stopped.Do(func() {
		close(s.ending)
		s.cancel()
		closing, cancel := context.WithTimeout(ctx, 2*time.Second)
		defer cancel()
		if e := s.web.Shutdown(closing); e != nil {
			s.web.Close()
		}
		ended := make(chan error, 1)
		go func() {
			if !s.o.Wires.isCut() {
				s.node.HandOver(time.Second)
			}
			ended <- s.node.Stop()
		}()
		select {
		case err = <-ended:
		case <-ctx.Done():
			// What is on its disk is what would be there had it been killed.
			s.log.Warn("the node does not shut down, and is left")
		}
		s.service.Close()
		s.marking.Wait()
		err = errors.Join(err, s.letGo())
	})
	return err
}

// letGo gives back what was taken before the node.
func (s *Server) letGo() error {
	var err error
	if s.gate != nil {
		s.gate.close()
	}
	if s.env != nil {
		err = s.env.Close()
	}
	s.release()
	return err
}

// LoopOff as frames per second has players take in commands as they are committed.
const LoopOff = node.LoopOff

// rate is the node's setting.
func (o *Options) rate() string {
	if o.FPS == LoopOff {
		return "off"
	}
	return strconv.Itoa(o.FPS)
}

// security says who is let in.
func (o *Options) security() string {
	switch {
	case o.TLS != nil:
		return "TLS, for those with a certificate of the authority"
	case o.Insecure:
		return "none: whoever reaches the addresses is let in"
	}
	return "none, and so local addresses only"
}

// check refuses what cannot be.
func (o *Options) check(known bool) error {
	ways := 0
	for _, given := range []bool{o.Bootstrap, o.Join != "", o.Peers != ""} {
		if given {
			ways++
		}
	}
	switch {
	case !rules.ValidName(o.ID):
		return refuse("%q is no name for a node, which is that of its city: 1 to 16 letters a to z, digits and hyphens, a letter first", o.ID)
	case ways > 1 || ways == 0 && !known:
		return refuse("say how the node finds its cluster, in one way: it is the first, it joins a member, or it knows all peers")
	case !slices.Contains([]int{LoopOff, 0, 30, 60, 120, 240}, o.FPS):
		return refuse("%d frames per second; choose from 30, 60, 120, 240, 0 for as many as there can be, or off", o.FPS)
	}
	open := o.TLS != nil || o.Insecure
	if err := errors.Join(place(&o.Raft, o.BindRaft, open), place(&o.API, o.BindAPI, open)); err != nil {
		return &Refusal{err}
	}
	for _, origin := range o.Origins {
		if u, err := url.Parse(origin); err != nil || u.Host == "" || u.Scheme+"://"+u.Host != origin {
			return refuse("%q is no origin of a page, such as https://example.org", origin)
		}
	}
	if o.Raft == o.API {
		return refuse("Raft and players cannot share the address %s", o.API)
	}
	return o.checkSettings()
}

// checkSettings refuses settings of the node that cannot be, before its directory is
// touched.
func (o *Options) checkSettings() error {
	settings, err := node.ParseSettings((&Server{o: *o}).arguments())
	if err != nil {
		return &Refusal{err}
	}
	for _, p := range settings.Peers {
		if p.ID != o.ID {
			continue
		}
		if p.Raft != o.Raft || p.API != o.API {
			return refuse("the peers have %s at %s and %s, not at %s and %s", o.ID, p.Raft, p.API, o.Raft, o.API)
		}
		return nil
	}
	return refuse("the list of peers does not name %s", o.ID)
}
