// Package observe reports what a raft.Raft does, as the judges read it: it stands between
// hashicorp/raft and what that is given, its stores, its transport and its state machine.
// The library itself is as it came.
//
// A program that sets up hashicorp/raft by itself changes one call:
//
//	r, err := observe.New(e).NewRaft(conf, fsm, logs, stable, snapshots, transport)
//
// The parts of NewRaft can be had alone, as raftian/node has them. Optional interfaces of
// what is wrapped are kept: raft.BatchingFSM, raft.ConfigurationStore, raft.MonotonicLogStore,
// raft.CommitTrackingLogStore, raft.WithPreVote, raft.WithClose, raft.ReadCloserWrapper.
//
// It is no part of the library's work: nothing here is stored, sent or waited for.
//
//	observe.go    Observer, and NewRaft
//	logs.go       the log
//	stable.go     terms and votes
//	snapshots.go  snapshots as files
//	transport.go  requests and answers; prevote.go has those that older versions lack
//	fsm.go        the state machine
//	apply.go      what it applies, one at a time or in batches
//	state.go      the hash of its state
//	role.go       roles
//	members.go    configurations, and who is at an address
//	failure.go    stores that fail
//	calls.go      the calls of the machine's clients
//	network.go    the library's way to the network and its diagnostic log, for an Env
//	version.go    what older versions of the library lack
package observe

import (
	"fmt"
	"sync"

	"github.com/hashicorp/raft"

	"raftian/netsim/env"
)

// Observer wraps what one raft.Raft is given, and reports to an Env. Its fields may be set
// before the first wrapper is made.
type Observer struct {
	// Env is told.
	Env env.Env
	// Members are the configurations and addresses that are known.
	Members *Members
	// Name says which machine is at an address of Raft's. New sets it to Members.Name.
	Name func(address string) string
	// Hasher says what state the state machine is in. Without one that is the state machine
	// itself, if it is a Hasher; else states are not compared.
	Hasher Hasher
	// Caller says whose call an entry is: the client and its sequence number. Without it no
	// judge looks for a call that took effect twice, or not at all.
	Caller func(*raft.Log) (client string, seq uint64)

	// Stored is told of each entry of the log that has become durable, before that is
	// reported; Read of each that was read. Both may be nil.
	Stored, Read func(*raft.Log)
	// Configured is told of each configuration that a finished snapshot holds. New sets it
	// to Members.Configured.
	Configured func(index uint64, c raft.Configuration)
	// Broken is the error that failed the store as a whole; nil as long as there is none.
	// New sets it to a function that knows of none: errors of the log and of terms and votes
	// are failures of their own.
	Broken func() error
	// Followed is told that a peer has answered AppendEntries of a term with success, and
	// when the request went out. It may be nil.
	Followed func(term uint64, peer raft.ServerID, sent env.Instant)

	running bool // a state that the state machine is given now is the leader's
}

// New returns an Observer that reports to e.
func New(e env.Env) *Observer {
	m := NewMembers(e)
	return &Observer{Env: e, Members: m, Name: m.Name, Configured: m.Configured, Broken: func() error { return nil }}
}

// NewRaft is raft.NewRaft, observed: its parameters are that function's. The server's ID has
// to be the machine's name. Without a logger of its own, conf gets one that reports lines of
// its level. A first configuration is best given to the raft.Raft that is returned, by its
// method BootstrapCluster, so that this is observed, too.
//
// A store that fails ends the program (see failure.go).
func (o *Observer) NewRaft(conf *raft.Config, fsm raft.FSM, logs raft.LogStore, stable raft.StableStore,
	snapshots raft.SnapshotStore, trans raft.Transport) (*raft.Raft, error) {
	if string(conf.LocalID) != o.Env.ID() {
		return nil, fmt.Errorf("the server's ID is %q; judges know the machine as %q", conf.LocalID, o.Env.ID())
	}
	own := *conf
	if own.Logger == nil && own.LogOutput == nil {
		own.Logger = Logger(o.Env, own.LogLevel)
	}
	if err := o.Boot(logs, snapshots); err != nil {
		return nil, err
	}
	stable = o.Stable(stable)
	r, err := raft.NewRaft(&own, o.FSM(fsm), o.Logs(logs), stable, o.Snapshots(snapshots), o.Transport(trans))
	if err != nil {
		return nil, err
	}
	o.running = true
	down := make(chan struct{})
	o.Watch(r, sync.OnceFunc(func() { close(down) }))
	go o.follow(r, down)
	voted, err := stable.GetUint64([]byte(KeyLastVoteTerm))
	if err != nil && !absent(err) {
		return nil, fmt.Errorf("reading the last vote: %w", err)
	}
	o.Env.Emit(env.Note{Kind: env.KindReady, Term: CurrentTerm(r), Count: voted})
	return r, nil
}

// Boot reports what the stores hold when the program begins.
func (o *Observer) Boot(logs raft.LogStore, snapshots raft.SnapshotStore) error {
	if err := o.Log(logs); err != nil {
		return fmt.Errorf("reading the log: %w", err)
	}
	list, err := snapshots.List()
	if err != nil {
		return fmt.Errorf("listing snapshots: %w", err)
	}
	if len(list) > 0 {
		o.Configured(list[0].ConfigurationIndex, list[0].Configuration)
	}
	return nil
}
