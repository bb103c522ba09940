package node

import (
	"errors"
	"io"
	"net"
	"runtime"
	"strconv"
	"strings"

	"github.com/hashicorp/raft"

	"raftian/netsim/env"
	"raftian/raftian/store"
)

// What a Node does is seen by standing between the library and what it was
// given: its stores, its transport, its observers. The library itself is as it
// came.

// watchedLog reports what becomes durable in the log. It ends the program when
// the store fails.
type watchedLog struct {
	raft.LogStore
	env    env.Env
	terms  *termStart
	places *places
}

// IsMonotonic implements raft.MonotonicLogStore for the store beneath.
func (w watchedLog) IsMonotonic() bool {
	m, ok := w.LogStore.(raft.MonotonicLogStore)
	return ok && m.IsMonotonic()
}

func (w watchedLog) StoreLog(l *raft.Log) error { return w.StoreLogs([]*raft.Log{l}) }

func (w watchedLog) StoreLogs(logs []*raft.Log) error {
	if err := w.LogStore.StoreLogs(logs); err != nil {
		return failure(w.env, "writing the log", err)
	}
	for _, l := range logs {
		w.terms.note(l)
		w.places.learn(l)
		w.env.Emit(env.Note{Kind: env.KindAppend, Index: l.Index, Term: l.Term,
			Hash: hashOf(l.Data), Text: entryType(l.Type)})
	}
	return nil
}

func (w watchedLog) DeleteRange(low, high uint64) error {
	first, err := w.FirstIndex()
	if err != nil {
		return err
	}
	if err := w.LogStore.DeleteRange(low, high); err != nil {
		return failure(w.env, "deleting from the log", err)
	}
	how := "suffix"
	if low <= first {
		how = "prefix"
	}
	w.env.Emit(env.Note{Kind: env.KindTruncate, Index: low, Count: high - low + 1, Text: how})
	return nil
}

// FirstIndex implements raft.LogStore.
func (w watchedLog) FirstIndex() (uint64, error) {
	index, err := w.LogStore.FirstIndex()
	return index, failure(w.env, "reading the log", err)
}

// LastIndex implements raft.LogStore.
func (w watchedLog) LastIndex() (uint64, error) {
	index, err := w.LogStore.LastIndex()
	return index, failure(w.env, "reading the log", err)
}

// GetLog implements raft.LogStore.
func (w watchedLog) GetLog(index uint64, l *raft.Log) error {
	err := failure(w.env, "reading the log", w.LogStore.GetLog(index, l))
	if err == nil {
		w.places.learn(l)
	}
	return err
}

func entryType(t raft.LogType) string {
	switch t {
	case raft.LogCommand:
		return "command"
	case raft.LogNoop:
		return "noop"
	case raft.LogBarrier:
		return "barrier"
	case raft.LogConfiguration:
		return "configuration"
	}
	return "type " + strconv.Itoa(int(t))
}

// reportLog reports what a durable log holds at boot.
func reportLog(e env.Env, logs raft.LogStore) error {
	first, err := logs.FirstIndex()
	if err != nil {
		return err
	}
	last, err := logs.LastIndex()
	if err != nil {
		return err
	}
	n := env.Note{Kind: env.KindLog, Index: first}
	if last > 0 {
		n.Count = last - first + 1
		var l raft.Log
		if err := logs.GetLog(last, &l); err != nil {
			return err
		}
		n.Term = l.Term
	}
	e.Emit(n)
	return nil
}

// The keys under which the library keeps its term and its vote (raft.go).
const (
	keyCurrentTerm  = "CurrentTerm"
	keyLastVoteTerm = "LastVoteTerm"
	keyLastVoteCand = "LastVoteCand"
)

// watchedStable reports terms and votes once they are durable. A vote is a term and a
// candidate, which the library writes in this order; one that is mended writes them
// in the other.
type watchedStable struct {
	raft.StableStore
	env      env.Env
	settings *Settings
	places   *places
	voteTerm *uint64 // written without a candidate as yet
	voteCand *string // written without a term as yet
}

// SetUint64 implements raft.StableStore. After the store was closed it ends the
// goroutine: those that serve connections outlive Shutdown, which closes none, and take
// one more heartbeat; the library panics if it cannot save a term.
func (w *watchedStable) SetUint64(key []byte, value uint64) error {
	if err := w.StableStore.SetUint64(key, value); err != nil {
		if errors.Is(err, store.ErrClosed) {
			runtime.Goexit()
		}
		return failure(w.env, "writing "+string(key), err)
	}
	switch string(key) {
	case keyCurrentTerm:
		w.env.Emit(env.Note{Kind: env.KindTerm, Term: value})
	case keyLastVoteTerm:
		if w.voteTerm = &value; w.voteCand != nil {
			w.voted()
		}
	}
	return nil
}

func (w *watchedStable) Set(key, value []byte) error {
	if err := w.StableStore.Set(key, value); err != nil {
		return failure(w.env, "writing "+string(key), err)
	}
	if string(key) == keyLastVoteCand {
		candidate := string(value)
		if w.voteCand = &candidate; w.voteTerm != nil {
			w.voted()
		}
	}
	return nil
}

// voted reports a vote, both parts of which are durable.
func (w *watchedStable) voted() {
	who := w.places.name(*w.voteCand)
	if w.places == nil {
		who = w.settings.byAddress(*w.voteCand)
	}
	w.env.Emit(env.Note{Kind: env.KindVote, Term: *w.voteTerm, Peer: who})
	w.voteTerm, w.voteCand = nil, nil
}

// Get implements raft.StableStore.
func (w *watchedStable) Get(key []byte) ([]byte, error) {
	value, err := w.StableStore.Get(key)
	return value, failure(w.env, "reading "+string(key), err)
}

// GetUint64 implements raft.StableStore.
func (w *watchedStable) GetUint64(key []byte) (uint64, error) {
	value, err := w.StableStore.GetUint64(key)
	return value, failure(w.env, "reading "+string(key), err)
}

// byAddress is the name of the peer with that Raft address, now or after it has
// moved; or the address.
func (s *Settings) byAddress(address string) string {
	for _, p := range s.Peers {
		if p.Raft == address {
			return p.ID
		}
	}
	name, hosts := address, 0
	for _, p := range s.Peers {
		if hostOf(p.Raft) == hostOf(address) {
			name, hosts = p.ID, hosts+1
		}
	}
	if hosts != 1 {
		return address
	}
	return name
}

func hostOf(address string) string {
	host, _, _ := net.SplitHostPort(address)
	return host
}

// watchedTransport reports requests as they go out, and answers where the
// library waits for them one by one.
type watchedTransport struct {
	*raft.NetworkTransport
	env  env.Env
	acks *acks
}

func (w *watchedTransport) sent(kind string, to raft.ServerID, term, index uint64, entries int) {
	w.env.Emit(env.Note{Kind: env.KindRPC, Text: kind, Peer: string(to), Term: term, Index: index, Count: uint64(entries)})
}

func (w *watchedTransport) answered(kind string, from raft.ServerID, term uint64, granted bool, err error) {
	n := env.Note{Kind: env.KindReply, Text: kind, Peer: string(from), Term: term}
	switch {
	case err != nil:
		n.Text += " " + err.Error()
	case granted:
		n.Count = 1
	}
	w.env.Emit(n)
}

// appendKind tells a heartbeat from AppendEntries proper: it carries nothing but
// the term and the leader (replication.go, heartbeat).
func appendKind(a *raft.AppendEntriesRequest) string {
	if a.PrevLogEntry == 0 && a.PrevLogTerm == 0 && a.LeaderCommitIndex == 0 && len(a.Entries) == 0 {
		return "Heartbeat"
	}
	return "AppendEntries"
}

func (w *watchedTransport) AppendEntries(id raft.ServerID, at raft.ServerAddress, a *raft.AppendEntriesRequest, r *raft.AppendEntriesResponse) error {
	kind := appendKind(a)
	began := w.env.Now()
	w.sent(kind, id, a.Term, a.PrevLogEntry, len(a.Entries))
	err := w.NetworkTransport.AppendEntries(id, at, a, r)
	if err == nil && r.Success && r.Term == a.Term {
		w.acks.note(a.Term, id, began)
	}
	w.answered(kind, id, r.Term, r.Success, err)
	return err
}

func (w *watchedTransport) RequestVote(id raft.ServerID, at raft.ServerAddress, a *raft.RequestVoteRequest, r *raft.RequestVoteResponse) error {
	w.sent("RequestVote", id, a.Term, a.LastLogIndex, 0)
	err := w.NetworkTransport.RequestVote(id, at, a, r)
	w.answered("RequestVote", id, r.Term, r.Granted, err)
	return err
}

func (w *watchedTransport) InstallSnapshot(id raft.ServerID, at raft.ServerAddress, a *raft.InstallSnapshotRequest, r *raft.InstallSnapshotResponse, data io.Reader) error {
	w.sent("InstallSnapshot", id, a.Term, a.LastLogIndex, 0)
	err := w.NetworkTransport.InstallSnapshot(id, at, a, r, data)
	w.answered("InstallSnapshot", id, r.Term, r.Success, err)
	return err
}

func (w *watchedTransport) TimeoutNow(id raft.ServerID, at raft.ServerAddress, a *raft.TimeoutNowRequest, r *raft.TimeoutNowResponse) error {
	w.sent("TimeoutNow", id, 0, 0, 0)
	err := w.NetworkTransport.TimeoutNow(id, at, a, r)
	w.answered("TimeoutNow", id, 0, err == nil, err)
	return err
}

func (w *watchedTransport) AppendEntriesPipeline(id raft.ServerID, at raft.ServerAddress) (raft.AppendPipeline, error) {
	p, err := w.NetworkTransport.AppendEntriesPipeline(id, at)
	if err != nil {
		return nil, err
	}
	return &watchedPipeline{p, w, id}, nil
}

type watchedPipeline struct {
	raft.AppendPipeline
	w  *watchedTransport
	id raft.ServerID
}

func (p *watchedPipeline) AppendEntries(a *raft.AppendEntriesRequest, r *raft.AppendEntriesResponse) (raft.AppendFuture, error) {
	p.w.sent(appendKind(a), p.id, a.Term, a.PrevLogEntry, len(a.Entries))
	return p.AppendPipeline.AppendEntries(a, r)
}

// watchRole reports changes of role, and calls shut when the library is shut
// down. The filter of an observer is called where the change happens, before
// anything comes of it.
func watchRole(e env.Env, r *raft.Raft, shut func()) {
	e.Emit(env.Note{Kind: env.KindRole, Text: strings.ToLower(r.State().String()), Term: currentTerm(r)})
	r.RegisterObserver(raft.NewObserver(nil, false, func(o *raft.Observation) bool {
		if state, ok := o.Data.(raft.RaftState); ok {
			e.Emit(env.Note{Kind: env.KindRole, Text: strings.ToLower(state.String()), Term: currentTerm(o.Raft)})
			if state == raft.Shutdown {
				shut()
			}
		}
		return false
	}))
}

// describe lists a configuration: "n1 n2 n3 voters, n4 nonvoters".
func describe(c raft.Configuration) string {
	by := map[raft.ServerSuffrage][]string{}
	for _, s := range c.Servers {
		by[s.Suffrage] = append(by[s.Suffrage], string(s.ID))
	}
	var parts []string
	for _, suffrage := range []raft.ServerSuffrage{raft.Voter, raft.Nonvoter, raft.Staging} {
		if ids := by[suffrage]; len(ids) > 0 {
			parts = append(parts, strings.Join(ids, " ")+" "+strings.ToLower(suffrage.String())+"s")
		}
	}
	return strings.Join(parts, ", ")
}
