// Package server runs one node as a deployment does: on a real machine, over TCP, with
// the players' service. A Server joins a node.Node (Raft), an api.Service (players) and
// the network that both listen on. It guards the data directory: a directory of another
// node or cluster, or one whose store lost entries, is refused by Start with a Refusal.
// It parses no flags, and handles no signals: its caller does.
//
//	server.go       Options, Start, Stop
//	address.go      which addresses may be bound without TLS
//	network.go      the node's network: admits connections of nodes and of players
//	handshake.go    the first bytes between nodes, which name the cluster
//	chanlistener.go a listener that is handed its connections
//	peerconns.go    connections to other nodes, which can be cut
//	tls.go          certificates
//	identity.go     which node and cluster a data directory belongs to
//	addressbook.go  addresses to ask for readmission after an eviction
//	seenpeers.go    which nodes have connected before
//	watermark.go    what the store must still hold after a restart
//	lock_*.go       one process per data directory
//	join.go         asking a member for the cluster's name
//	logs.go         notes of the node as log lines
//	events.go       notes as events, one JSON object a line
//	metrics.go      notes as Prometheus metrics
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
	Dir       string // the data directory; created if it does not exist
	Raft, API string // "host:port" at which other nodes and players reach the node
	// BindRaft and BindAPI are the addresses to listen at if they differ from Raft and
	// API, as behind a proxy; "" is the same.
	BindRaft, BindAPI string

	// How a node with an empty data directory finds its cluster; exactly one is set.
	Bootstrap bool   // it is the first node of a new cluster
	Join      string // API address of a member to ask for admission
	Peers     string // the initial members: "n1@host:port/host:port,…", the same on all

	FPS      int      // frames per second of the game loop; 0 is unlimited, LoopOff disables the loop
	Settings []string // further settings of the node, "key=value" each

	TLS      *Certificates // nil is plain TCP
	Insecure bool          // allows binding plain TCP to addresses that other machines can reach
	Origins  []string      // as in api.Options

	Log    *slog.Logger // nil discards
	Events io.Writer    // gets the node's events, a JSON object a line; nil discards
	// Observe, if not nil, gets the same events. It may be called concurrently.
	Observe func(trace.Event)
	// PeerConns, if not nil, can cut the node off from other nodes.
	PeerConns *PeerConns
}

// settings returns the settings of a deployed node that differ from those of a
// simulated one: a snapshot every few thousand entries, and commands kept for watchers.
//
// Entries are not pipelined (in-flight=1). A pipeline whose response has a newer term
// or refuses entries can deadlock its sender and its receiver (net_transport.go,
// decodeResponses; see hashicorp/raft issue 612). Then the node never shuts down, and
// if it still leads, the follower gets nothing but heartbeats.
func settings() []string {
	return []string{"keep=16384", "snapshot-threshold=8192", "snapshot-interval=10s", "trailing=4096", "log-level=info", "in-flight=1"}
}

// evictDefault is how long a member may be silent before it is evicted, in a cluster
// that nodes join.
const evictDefault = "30s"

// Server is a running node.
type Server struct {
	o              Options
	log            *slog.Logger
	identity       identity
	unlock         func() // releases the lock of the data directory
	env            *env.Real
	network        *network
	node           *node.Node
	service        *api.Service
	http           *http.Server
	metrics        *metrics
	events         *events
	watermarks     watermarkSource
	savedAddresses string             // content of the address book
	cancel         context.CancelFunc // ends all calls of players
	stopped        sync.Once
	failed         chan error     // has one value if the node ends by itself
	stopping       chan struct{}  // closed by Stop
	saver          sync.WaitGroup // runs saveWatermarks
}

// Refusal is the error of Start if the options or the data directory are invalid. It is
// one line.
type Refusal struct{ Err error }

func (r *Refusal) Error() string { return r.Err.Error() }
func (r *Refusal) Unwrap() error { return r.Err }

func refuse(format string, args ...any) error { return &Refusal{fmt.Errorf(format, args...)} }

// Start starts a node. It returns once the node runs, which is before it knows a
// leader.
func Start(ctx context.Context, o Options) (*Server, error) {
	s := &Server{o: o, log: o.Log, failed: make(chan error, 1), stopping: make(chan struct{}),
		watermarks: watermarkSource{changed: make(chan struct{}, 1)}}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	if err := s.o.check(s.o.recallPeers()); err != nil {
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
		return nil, errors.Join(err, s.release())
	}
	return s, nil
}

// claim creates and locks the data directory, and loads its identity.
func (s *Server) claim(ctx context.Context, secure *tlsConfigs) (err error) {
	if err := os.MkdirAll(s.o.Dir, 0o700); err != nil {
		return refuse("making the data directory: %w", err)
	}
	if s.unlock, err = lock(filepath.Join(s.o.Dir, "lock")); err != nil {
		return err
	}
	if s.identity, err = loadIdentity(ctx, s.o, secure); err != nil {
		s.unlock()
	}
	return err
}

// run starts the node and its service.
func (s *Server) run(secure *tlsConfigs) error {
	s.events = newEvents(&s.o, s.identity.Starts)
	s.metrics = newMetrics()
	var err error
	s.env, err = env.NewReal(env.RealOptions{ID: s.o.ID, Args: s.arguments(), Dir: s.o.Dir, Emit: s.emit})
	if err != nil {
		return err
	}
	if err := checkStore(s.env, s.o.Dir); err != nil {
		return err
	}
	s.network = newNetwork(s.env, s.o, s.identity.Cluster, secure, s.log)
	s.network.exit = s.fail
	s.events.boot()
	if s.node, err = node.Start(s.network, node.NewGame); err != nil {
		return fmt.Errorf("starting the node: %w", err)
	}
	if s.service, err = api.New(s.node, api.Options{Cluster: s.identity.Cluster, Origins: s.o.Origins,
		PeersSeen: s.network.seen.all, Observe: s.metrics.call}); err != nil {
		return errors.Join(err, s.node.Stop())
	}
	s.metrics.watch(s.service)
	s.serve()
	s.saver.Go(s.saveWatermarks)
	go func() {
		if err := s.node.Wait(); err != nil {
			s.fail(err)
		}
	}()
	s.log.Info("serving", "id", s.o.ID, "raft", s.o.Raft, "api", s.o.API, "cluster", s.identity.Cluster,
		"data", s.o.Dir, "start", s.identity.Starts, "go", runtime.Version(), "security", s.o.security())
	return nil
}

// arguments returns the settings of the node.
func (s *Server) arguments() []string {
	peers := s.o.Peers
	if peers == "" {
		peers = fmt.Sprintf("%s@%s/%s", s.o.ID, s.o.Raft, s.o.API)
	}
	args := append(settings(), "peers="+peers, "fps="+s.o.fpsSetting())
	if s.o.Peers == "" {
		args = append(args, "open=on", "evict="+evictDefault)
	}
	if addresses := s.knownAddresses(); len(addresses) > 0 {
		args = append(args, "join="+strings.Join(addresses, ","))
	}
	return append(args, s.o.Settings...)
}

// serve starts the HTTP server for players.
func (s *Server) serve() {
	mux := http.NewServeMux()
	mux.Handle("/"+apiv1connect.PlayersName+"/", s.service.Handler())
	reflector := grpcreflect.NewStaticReflector(apiv1connect.PlayersName) // for grpcurl
	mux.Handle(grpcreflect.NewHandlerV1(reflector))
	mux.Handle(grpcreflect.NewHandlerV1Alpha(reflector))
	mux.Handle("GET /metrics", s.metrics.handler())
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	protocols.SetUnencryptedHTTP2(true) // network terminates TLS
	var ctx context.Context
	ctx, s.cancel = context.WithCancel(context.Background())
	s.http = &http.Server{
		Handler:           mux,
		Protocols:         protocols,
		BaseContext:       func(net.Listener) context.Context { return ctx },
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    32 << 10,
		ErrorLog:          slog.NewLogLogger(s.log.Handler(), slog.LevelDebug),
	}
	go func() {
		if err := s.http.Serve(s.network.players); !errors.Is(err, http.ErrServerClosed) && !errors.Is(err, net.ErrClosed) {
			s.log.Error("serving players", "error", err)
		}
	}()
}

// emit passes a note of the node on to events, metrics, watermarks and the log.
func (s *Server) emit(_ env.Instant, n env.Note) {
	s.events.note(n)
	s.metrics.note(n)
	s.watermarks.note(n)
	if n.Kind == env.KindReply && !strings.Contains(n.Text, " ") { // a reply without an error
		s.network.seen.add(n.Peer)
	}
	logNote(s.log, n)
}

// fail reports that the node has ended by itself.
func (s *Server) fail(err error) {
	select {
	case s.failed <- err:
	default:
	}
}

// Failed has a value once the node has ended by itself, as after a disk error or when
// it was removed. The node cannot be restarted in this process: end the process and
// start it again.
func (s *Server) Failed() <-chan error { return s.failed }

// ID returns the node's ID.
func (s *Server) ID() string { return s.o.ID }

// API returns the address at which players reach the node.
func (s *Server) API() string { return s.o.API }

// View returns the node's present state.
func (s *Server) View() node.View { return s.service.View() }

// Leave has the node leave the cluster, before Stop. If it is started again, it asks
// for readmission.
func (s *Server) Leave(timeout time.Duration) error {
	return s.node.Leave(s.network.Now().Add(timeout))
}

// Stop shuts the node down cleanly: it ends players' calls, transfers leadership and
// closes files. Once ctx is done it stops waiting; then the process should end.
func (s *Server) Stop(ctx context.Context) error {
	var err error
	s.stopped.Do(func() {
		close(s.stopping)
		s.cancel()
		grace, cancel := context.WithTimeout(ctx, 2*time.Second)
		defer cancel()
		if e := s.http.Shutdown(grace); e != nil {
			s.http.Close()
		}
		ended := make(chan error, 1)
		go func() {
			if !s.o.PeerConns.isCut() {
				s.node.HandOver(time.Second)
			}
			ended <- s.node.Stop()
		}()
		select {
		case err = <-ended:
		case <-ctx.Done():
			// The disk is as after a kill.
			s.log.Warn("the node does not shut down in time")
		}
		s.service.Close()
		s.saver.Wait()
		err = errors.Join(err, s.release())
	})
	return err
}

// release frees what claim and run acquired before the node was started.
func (s *Server) release() error {
	var err error
	if s.network != nil {
		s.network.close()
	}
	if s.env != nil {
		err = s.env.Close()
	}
	s.unlock()
	return err
}

// LoopOff as Options.FPS disables the game loop: commands are applied as they are
// committed.
const LoopOff = node.LoopOff

// fpsSetting returns the value of the setting fps.
func (o *Options) fpsSetting() string {
	if o.FPS == LoopOff {
		return "off"
	}
	return strconv.Itoa(o.FPS)
}

// security describes for the log who is admitted.
func (o *Options) security() string {
	switch {
	case o.TLS != nil:
		return "TLS; clients need a certificate of the authority"
	case o.Insecure:
		return "none; everyone who reaches the addresses is admitted"
	}
	return "none; local addresses only"
}

// check refuses invalid options. recalled says that the data directory already knows
// how the node finds its cluster.
func (o *Options) check(recalled bool) error {
	chosen := 0
	for _, given := range []bool{o.Bootstrap, o.Join != "", o.Peers != ""} {
		if given {
			chosen++
		}
	}
	switch {
	case !rules.ValidName(o.ID):
		return refuse("%q is not a valid name for a node and its city: 1 to 16 letters a to z, digits and hyphens, a letter first", o.ID)
	case chosen > 1 || chosen == 0 && !recalled:
		return refuse("say how the node finds its cluster, with exactly one of: it is the first, it joins a member, it knows all peers")
	case !slices.Contains([]int{LoopOff, 0, 30, 60, 120, 240}, o.FPS):
		return refuse("%d frames per second; choose from 30, 60, 120, 240, 0 for unlimited, or off", o.FPS)
	}
	open := o.TLS != nil || o.Insecure
	if err := errors.Join(checkAddress(&o.Raft, o.BindRaft, open), checkAddress(&o.API, o.BindAPI, open)); err != nil {
		return &Refusal{err}
	}
	for _, origin := range o.Origins {
		if u, err := url.Parse(origin); err != nil || u.Host == "" || u.Scheme+"://"+u.Host != origin {
			return refuse("%q is not an origin such as https://example.org", origin)
		}
	}
	if o.Raft == o.API {
		return refuse("Raft and players cannot share the address %s", o.API)
	}
	return o.checkSettings()
}

// checkSettings refuses invalid settings before the data directory is touched.
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
