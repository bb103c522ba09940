package node

import (
	"errors"
	"io"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hashicorp/raft"
)

// labServer is a server of the library, of which everything can be made to fail.
type labServer struct {
	*raft.Raft
	id      raft.ServerID
	log     *labLog
	stable  *raft.InmemStore
	snaps   *labSnapshots
	fsm     *labFSM
	trans   *labTransport
	running bool
}

func (s *labServer) end() {
	if s.running {
		s.running = false
		s.Shutdown()
	}
}

// lab is a cluster of such servers; the first one leads.
type lab struct {
	*testing.T
	servers []*labServer
}

// labOptions are how servers of a lab begin.
type labOptions struct {
	voters, others int // how many have a vote, and how many have none
	protocol       raft.ProtocolVersion
	hush           bool // do not wait for a leader
}

// inLab does something with a cluster on virtual time.
func inLab(t *testing.T, o labOptions, do func(*lab)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		l := &lab{T: t}
		defer l.end()
		var first raft.Configuration
		for k := range o.voters + o.others {
			s := &labServer{id: raft.ServerID("n" + string(rune('1'+k))), log: &labLog{InmemStore: raft.NewInmemStore()},
				stable: raft.NewInmemStore(), snaps: &labSnapshots{SnapshotStore: raft.NewInmemSnapshotStore()}, fsm: &labFSM{}}
			_, trans := raft.NewInmemTransport(raft.ServerAddress(s.id))
			s.trans = &labTransport{InmemTransport: trans}
			suffrage := raft.Voter
			if k >= o.voters {
				suffrage = raft.Nonvoter
			}
			first.Servers = append(first.Servers, raft.Server{Suffrage: suffrage, ID: s.id, Address: raft.ServerAddress(s.id)})
			l.servers = append(l.servers, s)
		}
		for k, s := range l.servers {
			for _, other := range l.servers {
				s.trans.Connect(raft.ServerAddress(other.id), other.trans.InmemTransport)
			}
			l.start(s, o, time.Duration(k)*time.Second, first)
		}
		if !o.hush {
			l.await("n1 leads", func() bool { return l.servers[0].State() == raft.Leader })
			l.must(l.servers[0].Barrier(0).Error())
		}
		do(l)
	})
}

// end ends all servers and what they started.
func (l *lab) end() {
	for _, s := range l.servers {
		s.log.hold(nil)
		s.end()
	}
	time.Sleep(time.Minute) // some of it waits a last time
	for _, s := range l.servers {
		s.trans.Close()
	}
	synctest.Wait()
}

// start starts a server, whose timeouts are later than those of the ones before it.
func (l *lab) start(s *labServer, o labOptions, later time.Duration, first raft.Configuration) {
	l.Helper()
	c := raft.DefaultConfig()
	c.LocalID, c.LogLevel = s.id, "off"
	c.HeartbeatTimeout, c.ElectionTimeout, c.LeaderLeaseTimeout = time.Second+4*later, time.Second+4*later, 500*time.Millisecond
	c.SnapshotInterval, c.TrailingLogs = time.Hour, 1
	if o.protocol > 0 {
		c.ProtocolVersion = o.protocol
	}
	l.must(raft.BootstrapCluster(c, s.log, s.stable, s.snaps, s.trans, first))
	r, err := raft.NewRaft(c, s.fsm, s.log, s.stable, s.snaps, s.trans)
	l.must(err)
	s.Raft, s.running = r, true
}

func (l *lab) must(err error) {
	l.Helper()
	if err != nil {
		l.Fatal(err)
	}
}

// await waits for up to a minute of virtual time.
func (l *lab) await(what string, holds func() bool) {
	l.Helper()
	for range 60_000 {
		if holds() {
			return
		}
		time.Sleep(time.Millisecond)
	}
	l.Fatalf("not within a minute: %s", what)
}

// cut takes a server from the network; join brings it back.
func (l *lab) cut(k int) {
	for _, other := range l.servers {
		l.servers[k].trans.Disconnect(raft.ServerAddress(other.id))
		other.trans.Disconnect(raft.ServerAddress(l.servers[k].id))
	}
	synctest.Wait() // for what is on its way
}

func (l *lab) join(k int) {
	for _, other := range l.servers {
		l.servers[k].trans.Connect(raft.ServerAddress(other.id), other.trans.InmemTransport)
		other.trans.Connect(raft.ServerAddress(l.servers[k].id), l.servers[k].trans.InmemTransport)
	}
}

// handing begins a transfer of leadership that goes no further than to its target, which
// does not act on it, and returns while it is under way.
func (l *lab) handing() raft.Future {
	s := l.servers[0]
	s.trans.deaf.Store(true)
	f := s.LeadershipTransferToServer("n2", "n2")
	synctest.Wait()
	return f
}

// labLog is a log store that can fail, and that can keep whoever writes waiting.
type labLog struct {
	*raft.InmemStore
	fails   error
	deletes error
	firsts  error
	holds   atomic.Pointer[chan struct{}]
}

// hold has writers wait until the channel is closed; nil is none.
func (l *labLog) hold(until chan struct{}) {
	if old := l.holds.Swap(nil); old != nil {
		close(*old)
	}
	if until != nil {
		l.holds.Store(&until)
	}
}

func (l *labLog) StoreLog(e *raft.Log) error { return l.StoreLogs([]*raft.Log{e}) }

func (l *labLog) StoreLogs(list []*raft.Log) error {
	if until := l.holds.Load(); until != nil {
		<-*until
	}
	if l.fails != nil {
		return l.fails
	}
	return l.InmemStore.StoreLogs(list)
}

func (l *labLog) DeleteRange(from, to uint64) error {
	if l.deletes != nil {
		return l.deletes
	}
	return l.InmemStore.DeleteRange(from, to)
}

func (l *labLog) FirstIndex() (uint64, error) {
	if l.firsts != nil {
		return 0, l.firsts
	}
	return l.InmemStore.FirstIndex()
}

// labSnapshots is a snapshot store that can fail.
type labSnapshots struct {
	raft.SnapshotStore
	creates, closes error
}

func (s *labSnapshots) Create(v raft.SnapshotVersion, index, term uint64, c raft.Configuration, ci uint64, trans raft.Transport) (raft.SnapshotSink, error) {
	if s.creates != nil {
		return nil, s.creates
	}
	sink, err := s.SnapshotStore.Create(v, index, term, c, ci, trans)
	return labSink{sink, s}, err
}

type labSink struct {
	raft.SnapshotSink
	s *labSnapshots
}

func (s labSink) Close() error { return errors.Join(s.SnapshotSink.Close(), s.s.closes) }

// labFSM counts what it has applied.
type labFSM struct {
	applied  atomic.Uint64
	gives    error
	persists error
	leaves   bool          // its snapshot does not close what it is written to
	holds    chan struct{} // whoever applies waits until it is closed; nil is never
}

func (f *labFSM) Apply(*raft.Log) any {
	if f.holds != nil {
		<-f.holds
	}
	return f.applied.Add(1)
}

func (f *labFSM) Snapshot() (raft.FSMSnapshot, error) { return f, f.gives }
func (f *labFSM) Restore(r io.ReadCloser) error       { return r.Close() }
func (f *labFSM) Release()                            {}
func (f *labFSM) Persist(sink raft.SnapshotSink) error {
	if f.persists != nil {
		return f.persists
	}
	if _, err := sink.Write([]byte("x")); err != nil {
		return err
	}
	if f.leaves {
		return nil
	}
	return sink.Close()
}

// labTransport is a transport that can lose what it is given.
type labTransport struct {
	*raft.InmemTransport
	deaf   atomic.Bool  // a TimeoutNow is not delivered, and answered
	mute   atomic.Bool  // a TimeoutNow is delivered later, and its answer lost
	drops  atomic.Bool  // entries of a pipeline are lost
	breaks atomic.Bool  // a pipeline fails
	told   atomic.Int32 // how many a TimeoutNow was sent to

	pipelines atomic.Int32 // opened
}

var errLost = errors.New("the answer is lost")

func (t *labTransport) TimeoutNow(id raft.ServerID, at raft.ServerAddress, a *raft.TimeoutNowRequest, r *raft.TimeoutNowResponse) error {
	t.told.Add(1)
	switch {
	case t.deaf.Load():
		return nil
	case t.mute.Load():
		time.AfterFunc(10*time.Millisecond, func() { _ = t.InmemTransport.TimeoutNow(id, at, a, &raft.TimeoutNowResponse{}) })
		return errLost
	}
	return t.InmemTransport.TimeoutNow(id, at, a, r)
}

func (t *labTransport) AppendEntriesPipeline(id raft.ServerID, at raft.ServerAddress) (raft.AppendPipeline, error) {
	p, err := t.InmemTransport.AppendEntriesPipeline(id, at)
	if err != nil {
		return nil, err
	}
	t.pipelines.Add(1)
	return labPipeline{p, t}, nil
}

type labPipeline struct {
	raft.AppendPipeline
	t *labTransport
}

func (p labPipeline) AppendEntries(a *raft.AppendEntriesRequest, r *raft.AppendEntriesResponse) (raft.AppendFuture, error) {
	switch {
	case p.t.breaks.Load():
		return nil, errLost
	case p.t.drops.Load():
		return nil, nil
	}
	return p.AppendPipeline.AppendEntries(a, r)
}
