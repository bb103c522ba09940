// Package node is a participant: hashicorp/raft over its own NetworkTransport,
// on durable stores, with a guest's state machine, exactly-once commands, and a
// player whose game loop follows the committed log.
//
// It runs on any env.Env: a simulated machine or a real one. It knows no game;
// the guest is a raft.FSM (game.go has the game's).
//
//	node.go      Node: start, stop, and what is wired to what
//	settings.go  what a Node is told
//	session.go   exactly-once application around the guest's state machine
//	watch.go     seeing what the library does
//	local.go     the player's local log and what feeds it
//	player.go    the game loop and its clients
//	submit.go    getting a command to the leader, and an answer back
//	serve.go     answering commands of other players
//	game.go      the game's state machine
package node

import (
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/raft"

	"raftian/netsim/env"
	"raftian/raftian/store"
)

// Node is a running participant.
type Node struct {
	env      env.Env
	settings Settings
	self     Peer
	fsm      *sessions
	feed     *feed
	raft     *raft.Raft
	trans    *raft.NetworkTransport
	store    *store.Store
	api      net.Listener

	done  chan struct{} // closed by Stop
	once  sync.Once
	ended sync.WaitGroup // the game loop, the server and what they started

	mu    sync.Mutex
	conns []net.Conn // open connections of the API, oldest first
}

// NewFSM makes a guest's state machine, as it is before any command.
type NewFSM func(Settings) (raft.FSM, error)

// Program is a Node as a program of a machine: it runs until its machine
// crashes.
func Program(newFSM NewFSM) func(env.Env) error {
	return func(e env.Env) error {
		n, err := Start(e, newFSM)
		if err != nil {
			return err
		}
		<-n.done
		n.ended.Wait()
		return nil
	}
}

// Start boots a Node from what its disk holds, or bootstraps the first
// configuration on an empty one.
func Start(e env.Env, newFSM NewFSM) (*Node, error) {
	settings, err := ParseSettings(e.Args())
	if err != nil {
		return nil, err
	}
	self, ok := settings.peer(e.ID())
	if !ok {
		return nil, fmt.Errorf("setting peers does not name %s", e.ID())
	}
	n := &Node{
		env: e, settings: settings, self: self, feed: newFeed(),
		done: make(chan struct{}),
	}
	fsm, err := newFSM(settings)
	if err != nil {
		return nil, err
	}
	n.fsm = newSessions(e, n.feed, fsm)
	if err := n.startRaft(); err != nil {
		return nil, err
	}
	if n.api, err = e.Listen(self.API); err != nil {
		return nil, errors.Join(fmt.Errorf("listening for players: %w", err), n.raft.Shutdown().Error())
	}
	e.OnCrash(n.letGo)
	n.ended.Add(2)
	go n.serve()
	go n.play()
	e.Emit(env.Note{Kind: env.KindReady, Term: n.raft.CurrentTerm()})
	return n, nil
}

// startRaft wires up the library and starts it.
func (n *Node) startRaft() error {
	e := n.env
	var err error
	n.store, err = store.Open(e.FS(), "raft", store.Options{Report: func(what string) {
		e.Emit(env.Note{Kind: env.KindCorrupt, Text: what})
	}})
	if err != nil {
		return fmt.Errorf("opening the store: %w", err)
	}
	if err := reportLog(e, n.store.Log); err != nil {
		return fmt.Errorf("reading the log: %w", err)
	}
	listener, err := e.Listen(n.self.Raft)
	if err != nil {
		return fmt.Errorf("listening for Raft: %w", err)
	}
	logger := newLogger(e, n.settings.LogLevel)
	n.trans = raft.NewNetworkTransportWithConfig(&raft.NetworkTransportConfig{
		Stream:          stream{listener, e},
		MaxPool:         n.settings.Pool,
		MaxRPCsInFlight: n.settings.InFlight,
		Timeout:         n.settings.RPCTimeout,
		Logger:          logger,
	})
	conf := n.settings.config(n.self.ID)
	conf.Logger = logger
	var logs raft.LogStore = watchedLog{n.store.Log, e}
	if n.settings.LogCache > 0 {
		if logs, err = raft.NewLogCache(n.settings.LogCache, logs); err != nil {
			return fmt.Errorf("making the log cache: %w", err)
		}
	}
	stable := &watchedStable{StableStore: n.store.Stable, env: e, settings: &n.settings}
	trans := &watchedTransport{n.trans, e}
	if err := n.bootstrap(conf, logs, stable, trans); err != nil {
		return errors.Join(err, n.trans.Close())
	}
	n.raft, err = raft.NewRaft(conf, n.fsm, logs, stable, n.store.Snapshots, trans)
	if err != nil {
		return errors.Join(fmt.Errorf("starting Raft: %w", err), n.trans.Close())
	}
	n.fsm.run.Store(true)
	watchRole(e, n.raft)
	return nil
}

// bootstrap gives an empty store the first configuration. Everyone does so with
// the same one, which the library allows (BootstrapCluster).
func (n *Node) bootstrap(conf *raft.Config, logs raft.LogStore, stable raft.StableStore, trans raft.Transport) error {
	known, err := raft.HasExistingState(logs, stable, n.store.Snapshots)
	if err != nil {
		return fmt.Errorf("looking for earlier state: %w", err)
	}
	if known {
		return nil
	}
	var first raft.Configuration
	for _, p := range n.settings.Peers {
		first.Servers = append(first.Servers, raft.Server{
			Suffrage: raft.Voter, ID: raft.ServerID(p.ID), Address: raft.ServerAddress(p.Raft)})
	}
	if err := raft.BootstrapCluster(conf, logs, stable, n.store.Snapshots, trans, first); err != nil {
		return fmt.Errorf("bootstrapping: %w", err)
	}
	return nil
}

// Stop ends the Node cleanly and waits for it.
func (n *Node) Stop() error {
	var err error
	n.once.Do(func() {
		close(n.done)
		err = n.api.Close()
		n.closeConns()
		err = errors.Join(err, n.raft.Shutdown().Error())
		n.ended.Wait()
		err = errors.Join(err, n.store.Close())
	})
	return err
}

// letGo ends the goroutines of a Node whose machine has crashed: those of the
// library wait on channels that only its Shutdown closes.
func (n *Node) letGo() {
	n.once.Do(func() { close(n.done) })
	n.raft.Shutdown()
}

func (n *Node) closeConns() {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, c := range n.conns {
		c.Close()
	}
}

// stream is the transport's way to the network.
type stream struct {
	net.Listener
	env env.Env
}

func (s stream) Dial(address raft.ServerAddress, timeout time.Duration) (net.Conn, error) {
	return s.env.Dial(string(address), timeout)
}

// newLogger sends the library's diagnostics to the Env, one note a line. A
// logger of the Node's own also keeps machines from sharing its locks.
func newLogger(e env.Env, level string) hclog.Logger {
	return hclog.New(&hclog.LoggerOptions{
		Name:        "raft",
		Level:       hclog.LevelFromString(level),
		Output:      diagnostics{e},
		DisableTime: true,
	})
}

type diagnostics struct{ env env.Env }

func (d diagnostics) Write(p []byte) (int, error) {
	for line := range strings.Lines(string(p)) {
		d.env.Emit(env.Note{Kind: env.KindDiag, Text: strings.TrimRight(line, "\n")})
	}
	return len(p), nil
}
