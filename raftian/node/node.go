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
//	places.go    who is where in an open cluster
//	prevote.go   pre-votes, which older versions do not have
//	local.go     the player's local log and what feeds it
//	player.go    the game loop and its clients
//	follow.go    a player without a game loop, and the work of frames
//	submit.go    getting a command to the leader, and an answer back
//	players.go   the same for players who are no part of the machine's script
//	tape.go      the last commands of the local log, for those who watch
//	serve.go     answering requests of other nodes: the API
//	read.go      verified reads: answered by the leader without a log entry
//	operate.go   the operator's orders
//	certain.go   what an answer of the library says of what was asked (OUTCOMES.md);
//	             transfers of leadership
//	members.go   where everyone is, and who is in the cluster
//	directory.go what the replicated state says of that
//	join.go      being let in, and letting in
//	guard.go     putting out who is silent; leaving
//	restore.go   taking a snapshot and making it the state again
//	failure.go   what a Node does when its store fails
//	commits.go   remembering in the log what is committed
//	version.go   what older versions of the library lack
//	game.go      the game's state machine
//	bugs.go      the mistakes that can be planted
//	planted.go   what those of the state machine do
//	plantedcall.go  what those around calls and requests do
//	plantedread.go  what those of reads and the log do
//	plantedmember.go  what those of membership do
package node

import (
	"errors"
	"fmt"
	"net"
	"sync"
	"sync/atomic"

	"github.com/hashicorp/raft"

	"raftian/netsim/env"
	"raftian/raftian/observe"
	"raftian/raftian/store"
)

// Node is a running participant.
type Node struct {
	env      env.Env
	settings Settings
	self     Peer
	fsm      *sessions
	feed     *feed
	places   *places       // of an open cluster
	turn     atomic.Uint32 // in asking one after the other
	tape     *tape         // for players who watch
	raft     *raft.Raft
	logs     raft.LogStore // as the library has it
	stable   raft.StableStore
	trans    *raft.NetworkTransport
	store    *store.Store
	api      net.Listener
	terms    termStart
	acks     acks

	done  chan struct{} // closed by Stop
	shut  chan struct{} // has a value once the library has shut itself down
	once  sync.Once
	ended sync.WaitGroup // the game loop, the server and what they started

	mu    sync.Mutex
	conns []net.Conn // open connections of the API, oldest first

	ordering sync.Mutex // held while an order changes the cluster
	acted    bool       // the order under way has changed something, or may have; ordering is held
	freeze   freeze     // of commands, while the state is restored
	// restoring is held while the library restores a state that it was given. One
	// that is shut down meanwhile panics (raft.go, restoreUserSnapshot).
	restoring sync.Mutex

	verifying chan struct{} // has an element for each verification under way

	recorded uint64      // the last sequence number of record; ordering is held
	left     atomic.Bool // it is leaving, or has left, and wants to stay out

	flights flights     // of planted bugs
	alone   env.Instant // since when it has heard of no leader, of a planted bug
}

// NewFSM makes a guest's state machine, as it is before any command.
type NewFSM func(Settings) (raft.FSM, error)

// Program is a Node as a program of a machine: it runs until its machine
// crashes, its store fails, or it is shut down by what the cluster decides.
func Program(newFSM NewFSM) func(env.Env) error {
	return func(e env.Env) error {
		n, err := Start(e, newFSM)
		if err != nil {
			return err
		}
		select {
		case <-n.done:
		case <-n.shut:
			return errors.Join(errShutDown, n.Stop())
		case <-e.Stopping():
			return n.Stop()
		}
		n.ended.Wait()
		return nil
	}
}

// Start boots a Node from what its disk holds, or bootstraps the first
// configuration on an empty one.
func Start(e env.Env, newFSM NewFSM) (*Node, error) {
	settings, err := ParseSettings(e.Args())
	if err == nil {
		err = raft.ValidateConfig(settings.Config(e.ID()))
	}
	if err != nil {
		return nil, &env.ArgsError{Err: err}
	}
	settings.forgetDisk()
	self, ok := settings.peer(e.ID())
	if !ok {
		return nil, &env.ArgsError{Err: fmt.Errorf("setting peers does not name %s", e.ID())}
	}
	n := &Node{
		env: e, settings: settings, self: self, feed: newFeed(),
		done: make(chan struct{}), shut: make(chan struct{}, 1), verifying: make(chan struct{}, verifyMax),
	}
	fsm, err := newFSM(settings)
	if err != nil {
		return nil, err
	}
	if _, ok := fsm.(Roster); !ok && (settings.Evict > 0 || settings.Open) {
		return nil, errNoRoster
	}
	n.fsm = newSessions(e, n.feed, fsm)
	n.fsm.bug, n.feed.most = settings.Bug, plantedFeed(settings.Bug)
	n.tape = newTape(settings.Keep)
	if settings.Open {
		n.places = new(places)
	}
	if settings.FPS == LoopOff {
		n.feed.news = make(chan struct{}, 1)
	}
	if err := n.startRaft(); err != nil {
		return nil, err
	}
	if n.api, err = e.Listen(self.API); err != nil {
		return nil, errors.Join(fmt.Errorf("listening for players: %w", err), n.raft.Shutdown().Error())
	}
	e.OnCrash(n.letGo)
	n.ended.Add(4)
	go n.serve()
	go n.play()
	go n.comeBack()
	go n.guard()
	term := observe.CurrentTerm(n.raft)
	voted, err := n.stable.GetUint64([]byte(observe.KeyLastVoteTerm))
	if err != nil {
		return nil, errors.Join(fmt.Errorf("reading the last vote: %w", err), n.Stop())
	}
	e.Emit(env.Note{Kind: env.KindReady, Term: term, Count: voted})
	return n, nil
}

// startRaft wires up the library and starts it.
func (n *Node) startRaft() error {
	e := n.env
	var err error
	n.store, err = store.Open(e.FS(), "raft", store.Options{
		Monotonic: n.settings.Monotonic,
		Bug:       n.settings.storeBug(),
		Report:    func(what string) { e.Emit(env.Note{Kind: env.KindCorrupt, Text: what}) },
	})
	if err != nil {
		return fmt.Errorf("opening the store: %w", err)
	}
	o := n.observer()
	if err := o.Log(n.store.Log); err != nil {
		return fmt.Errorf("reading the log: %w", err)
	}
	n.stable = o.Stable(n.store.Stable)
	if err := n.findAddress(); err != nil {
		return fmt.Errorf("finding the own address: %w", err)
	}
	stream, err := observe.Stream(e, n.self.Raft)
	if err != nil {
		return fmt.Errorf("listening for Raft: %w", err)
	}
	logger := observe.Logger(e, n.settings.LogLevel)
	n.trans = raft.NewNetworkTransportWithConfig(n.settings.transport(stream, logger))
	conf := n.settings.Config(n.self.ID)
	conf.Logger = logger
	if n.logs, err = n.logStore(o); err != nil {
		return errors.Join(fmt.Errorf("making the log cache: %w", err), n.trans.Close())
	}
	trans := o.Transport(n.trans)
	snapshots := o.Snapshots(plantedSnapshots(n.store.Snapshots, n.settings.Bug))
	if err := n.forceCluster(conf, snapshots, trans); err != nil {
		return errors.Join(err, n.trans.Close())
	}
	if err := n.prepare(conf, snapshots, trans); err != nil {
		return errors.Join(err, n.trans.Close())
	}
	n.raft, err = raft.NewRaft(conf, n.fsm, plantedLogs(n.logs, n.settings.Bug), n.stable, snapshots, n.plantedTransport(trans))
	if err != nil {
		return errors.Join(fmt.Errorf("starting Raft: %w", err), n.trans.Close())
	}
	n.fsm.run.Store(true)
	o.Watch(n.raft, n.shutDown)
	return nil
}

// observer reports what the library does.
func (n *Node) observer() *observe.Observer {
	o := observe.New(n.env)
	o.Members, o.Name, o.Configured = n.fsm.members, n.nameAt, n.configured
	o.Broken, o.Followed = n.store.Failed, n.acks.note
	o.Stored = func(l *raft.Log) {
		n.terms.note(l)
		n.places.learn(l)
	}
	o.Read = n.places.learn
	return o
}

// logStore is the log as the library gets it.
func (n *Node) logStore(o *observe.Observer) (raft.LogStore, error) {
	logs := o.Logs(n.store.Log)
	if n.settings.LogCache > 0 {
		cache, err := raft.NewLogCache(n.settings.LogCache, logs)
		if err != nil {
			return nil, err
		}
		logs = cache
	}
	if n.settings.RestoreCommitted {
		logs = &committedLog{LogStore: logs}
	}
	return logs, nil
}

// prepare sees to the state that the library starts from.
func (n *Node) prepare(conf *raft.Config, snapshots raft.SnapshotStore, trans raft.Transport) error {
	if err := n.bootstrap(conf, snapshots, trans); err != nil {
		return err
	}
	list, err := snapshots.List()
	if err != nil || len(list) == 0 {
		return err
	}
	n.configured(list[0].ConfigurationIndex, list[0].Configuration)
	if n.settings.RestoreOnStart {
		return nil
	}
	_, state, err := snapshots.Open(list[0].ID)
	if err != nil {
		return fmt.Errorf("opening the newest snapshot: %w", err)
	}
	return n.fsm.Restore(state)
}

// shutDown is told that the library has shut down.
func (n *Node) shutDown() {
	select {
	case <-n.done: // by the Node
	default:
		n.shut <- struct{}{}
	}
}

// bootstrap gives an empty store the first configuration. Everyone does so with
// the same one, which the library allows (BootstrapCluster). Who has to wait to be
// let in does not: a spare, or a machine whose disk was replaced, which has
// forgotten its votes.
func (n *Node) bootstrap(conf *raft.Config, snapshots raft.SnapshotStore, trans raft.Transport) error {
	if n.settings.Disk > 0 || len(n.settings.Join) > 0 || n.settings.spare(n.self.ID) {
		return nil
	}
	known, err := raft.HasExistingState(n.logs, n.stable, snapshots)
	if err != nil {
		return fmt.Errorf("looking for earlier state: %w", err)
	}
	first := n.settings.first()
	if known {
		return n.finishBootstrap(snapshots, first)
	}
	if err := raft.BootstrapCluster(conf, n.logs, n.stable, snapshots, trans, first); err != nil {
		return fmt.Errorf("bootstrapping: %w", err)
	}
	return nil
}

// finishBootstrap writes the first entry, as BootstrapCluster does, if a crash
// came between the first term and that. A machine that has a term and neither a
// log nor a snapshot can have come to it in no other way.
func (n *Node) finishBootstrap(snapshots raft.SnapshotStore, first raft.Configuration) error {
	last, err := n.logs.LastIndex()
	if err != nil || last > 0 {
		return err
	}
	if list, err := snapshots.List(); err != nil || len(list) > 0 {
		return err
	}
	entry := &raft.Log{Index: 1, Term: 1, Type: raft.LogConfiguration, Data: raft.EncodeConfiguration(first)}
	if err := n.logs.StoreLog(entry); err != nil {
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
		n.restoring.Lock()
		defer n.restoring.Unlock()
		err = errors.Join(err, n.raft.Shutdown().Error())
		n.ended.Wait()
		err = errors.Join(err, n.store.Close())
	})
	return err
}

// letGo ends the goroutines of a Node whose machine has crashed: those of the
// library wait on channels that only its Shutdown closes. In the midst of a
// restoration, which now never ends, they are left waiting.
func (n *Node) letGo() {
	n.once.Do(func() { close(n.done) })
	if n.restoring.TryLock() {
		n.raft.Shutdown()
	}
}

func (n *Node) closeConns() {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, c := range n.conns {
		c.Close()
	}
}
