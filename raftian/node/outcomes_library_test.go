package node

import (
	"bytes"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hashicorp/raft"
)

// provocation has the library give an answer, which it returns.
type provocation struct {
	labOptions
	do func(l *lab) error
}

var errDisk = errors.New("the disk says no")

// three is a cluster of three.
func three(do func(*lab) error) provocation { return provocation{labOptions{voters: 3}, do} }

// one is a leader of itself.
func one(do func(*lab) error) provocation { return provocation{labOptions{voters: 1}, do} }

// ask is what is asked of a server.
type ask func(*labServer) error

func askApply(s *labServer) error  { return s.Apply([]byte("x"), time.Second).Error() }
func askChange(s *labServer) error { return s.AddNonvoter("n9", "n9", 0, time.Second).Error() }
func askVerify(s *labServer) error { return s.VerifyLeader().Error() }
func askTransfer(s *labServer) error {
	return s.LeadershipTransferToServer("n2", "n2").Error()
}
func askSnapshot(s *labServer) error { return s.Snapshot().Error() }

// ofTheFirst asks the first server, which leads.
func ofTheFirst(a ask) func(*lab) error { return func(l *lab) error { return a(l.servers[0]) } }

// ofAFollower asks the second server.
func ofAFollower(a ask) func(*lab) error { return func(l *lab) error { return a(l.servers[1]) } }

// afterShutdown asks a server that has shut down.
func afterShutdown(a ask) func(*lab) error {
	return func(l *lab) error {
		l.servers[0].end()
		time.Sleep(time.Second)
		return a(l.servers[0])
	}
}

// inVain asks a server that has shut down until it says so: what its main loop has a queue
// for may be taken, and is never answered.
func inVain(a func(*labServer) raft.Future) func(*lab) error {
	return func(l *lab) error {
		l.servers[0].end()
		for range 100 {
			// Only what is answered at once has a response.
			if f, ok := a(l.servers[0]).(raft.ApplyFuture); ok {
				return f.Error()
			}
		}
		return errNoAnswer
	}
}

// whileHanding asks a leader that hands on its office.
func whileHanding(a ask) func(*lab) error {
	return func(l *lab) error {
		l.handing()
		return a(l.servers[0])
	}
}

// whileCutOff asks a leader that cannot be heard.
func whileCutOff(a ask) func(*lab) error {
	return func(l *lab) error {
		l.cut(0)
		return a(l.servers[0])
	}
}

// whileBusy asks a leader whose main loop is kept by its log store.
func whileBusy(a ask) func(*lab) error {
	return func(l *lab) error {
		s := l.servers[0]
		s.log.hold(make(chan struct{}))
		s.Apply([]byte("x"), time.Second)
		synctest.Wait()
		return a(s)
	}
}

// onABadDisk asks a leader whose log store fails.
func onABadDisk(a ask) func(*lab) error {
	return func(l *lab) error {
		l.servers[0].log.fails = errDisk
		return a(l.servers[0])
	}
}

// provocations are the rows of OUTCOMES.md that can be had.
func provocations() map[string]provocation {
	all := map[string]provocation{
		"command nil":                                      one(ofTheFirst(askApply)),
		"command ErrNotLeader":                             three(ofAFollower(askApply)),
		"command ErrEnqueueTimeout":                        one(whileBusy(askApply)),
		"command ErrLeadershipTransferInProgress":          three(whileHanding(askApply)),
		"command ErrLeadershipLost":                        three(whileCutOff(askApply)),
		"command ErrAbortedByRestore":                      three(abortedAndCommitted),
		"command ErrRaftShutdown":                          one(shutDownAndCommitted),
		"command an error of the log store":                one(onABadDisk(askApply)),
		"change nil":                                       one(ofTheFirst(askChange)),
		"change ErrNotLeader":                              three(ofAFollower(askChange)),
		"change ErrEnqueueTimeout":                         three(secondChange),
		"change ErrLeadershipTransferInProgress":           three(whileHanding(askChange)),
		"change ErrUnsupportedProtocol":                    one(ofTheFirst(func(s *labServer) error { return s.AddPeer("n9").Error() })),
		"change ErrLeadershipLost":                         three(whileCutOff(askChange)),
		"change ErrRaftShutdown":                           one(afterShutdown(askChange)),
		"change an error of the log store":                 one(onABadDisk(askChange)),
		"transfer ErrNotLeader":                            three(ofAFollower(func(s *labServer) error { return s.LeadershipTransfer().Error() })),
		"transfer ErrEnqueueTimeout":                       three(fullQueue),
		"transfer ErrRaftShutdown":                         one(inVain(func(s *labServer) raft.Future { return s.LeadershipTransfer() })),
		"transfer ErrUnsupportedProtocol":                  {labOptions{voters: 1, protocol: 2, hush: true}, ofTheFirst(askTransfer)},
		"transfer ErrLeadershipTransferInProgress":         three(whileHanding(askTransfer)),
		"transfer nil":                                     {labOptions{voters: 1, others: 1}, toANonvoter},
		"transfer cannot transfer leadership to itself":    three(ofTheFirst(func(s *labServer) error { return s.LeadershipTransferToServer("n1", "n1").Error() })),
		"transfer cannot find peer":                        one(ofTheFirst(func(s *labServer) error { return s.LeadershipTransfer().Error() })),
		"transfer cannot find replication state for %v":    three(ofTheFirst(func(s *labServer) error { return s.LeadershipTransferToServer("n9", "n9").Error() })),
		"transfer replication failed":                      three(withoutItsEntries),
		"transfer leadership transfer timeout":             three(func(l *lab) error { return l.handing().Error() }),
		"transfer failed to make TimeoutNow RPC to %v: %v": three(answerLost),
		"snapshot nil":                                     one(applied(askSnapshot)),
		"snapshot ErrNothingNewToSnapshot":                 {labOptions{voters: 2, hush: true}, ofAFollower(askSnapshot)},
		"snapshot ErrRaftShutdown":                         one(afterShutdown(askSnapshot)),
		"snapshot ErrLeadershipTransferInProgress":         three(applied(whileHandingSnapshot)),
		"verify nil":                                       three(ofTheFirst(askVerify)),
		"verify ErrNotLeader":                              three(ofAFollower(askVerify)),
		"verify ErrLeadershipLost":                         three(whileCutOff(askVerify)),
		"verify ErrRaftShutdown":                           one(inVain(func(s *labServer) raft.Future { return s.VerifyLeader() })),
	}
	maps.Copy(all, badChanges())
	maps.Copy(all, badSnapshots())
	return all
}

// badChanges are changes to a configuration that there cannot be.
func badChanges() map[string]provocation {
	bad := func(f func(*labServer) raft.IndexFuture) provocation {
		return one(ofTheFirst(func(s *labServer) error { return f(s).Error() }))
	}
	return map[string]provocation{
		"change configuration changed since %v (latest is %v)": bad(func(s *labServer) raft.IndexFuture { return s.AddVoter("n9", "n9", 7, 0) }),
		"change empty ID in configuration: %v":                 bad(func(s *labServer) raft.IndexFuture { return s.AddVoter("", "n9", 0, 0) }),
		"change empty address in configuration: %v":            bad(func(s *labServer) raft.IndexFuture { return s.AddVoter("n9", "", 0, 0) }),
		"change found duplicate address in configuration: %v":  bad(func(s *labServer) raft.IndexFuture { return s.AddVoter("n9", "n1", 0, 0) }),
		"change need at least one voter in configuration: %v":  bad(func(s *labServer) raft.IndexFuture { return s.DemoteVoter("n1", 0, 0) }),
	}
}

// badSnapshots are snapshots that fail at each of their steps.
func badSnapshots() map[string]provocation {
	bad := func(spoil func(*labServer)) provocation {
		return one(applied(func(s *labServer) error {
			spoil(s)
			return askSnapshot(s)
		}))
	}
	return map[string]provocation{
		"snapshot failed to start snapshot: %v":      bad(func(s *labServer) { s.fsm.gives = errDisk }),
		"snapshot failed to create snapshot: %v":     bad(func(s *labServer) { s.snaps.creates = errDisk }),
		"snapshot failed to persist snapshot: %v":    bad(func(s *labServer) { s.fsm.persists = errDisk }),
		"snapshot failed to close snapshot: %v":      bad(func(s *labServer) { s.fsm.leaves, s.snaps.closes = true, errDisk }),
		"snapshot log compaction failed: %v":         bad(func(s *labServer) { s.log.deletes = errDisk }),
		"snapshot failed to get first log index: %v": bad(func(s *labServer) { s.log.firsts = errDisk }),
		// A state machine is not told of configurations, unless it wants to be.
		"snapshot cannot take snapshot now, wait until the configuration entry at %v has been applied (have applied %v)": bad(
			func(s *labServer) { _ = askChange(s) }),
	}
}

// applied asks a leader once so much is applied that there is something to compact.
func applied(a ask) func(*lab) error {
	return func(l *lab) error {
		for range 8 {
			l.must(askApply(l.servers[0]))
		}
		return a(l.servers[0])
	}
}

func whileHandingSnapshot(s *labServer) error {
	s.trans.deaf.Store(true)
	s.LeadershipTransferToServer("n2", "n2")
	synctest.Wait()
	return askSnapshot(s)
}

// secondChange asks for a change while another is not committed.
func secondChange(l *lab) error {
	l.servers[0].trans.drops.Store(true)
	l.servers[0].AddNonvoter("n8", "n8", 0, 0)
	synctest.Wait()
	return l.servers[0].AddNonvoter("n9", "n9", 0, 10*time.Millisecond).Error()
}

// fullQueue asks for one transfer more than the main loop's queue holds.
func fullQueue(l *lab) error {
	return whileBusy(func(s *labServer) error {
		s.LeadershipTransferToServer("n2", "n2")
		return s.LeadershipTransferToServer("n3", "n3").Error()
	})(l)
}

// abortedAndCommitted has an entry answered that is aborted, and committed all the same.
func abortedAndCommitted(l *lab) error {
	s := l.servers[0]
	l.cut(0)
	before := l.servers[1].fsm.applied.Load()
	f := s.Apply([]byte("x"), time.Second)
	synctest.Wait()
	meta := &raft.SnapshotMeta{Version: 1, Size: 7}
	if err := s.Restore(meta, bytes.NewReader([]byte("short")), time.Second); err == nil {
		l.Error("a snapshot that is too short is restored")
	}
	err := f.Error()
	l.join(0)
	l.await("the entry is applied by a follower", func() bool { return l.servers[1].fsm.applied.Load() > before })
	// The leader, which has given it up, applies it with the next one.
	l.must(askApply(s))
	if got := s.fsm.applied.Load(); got != before+2 {
		l.Errorf("the leader has applied %d commands; want %d", got, before+2)
	}
	return err
}

// shutDownAndCommitted asks for a command beside one that is applied when the library
// shuts down: the answer is that the library is shut down, and it is committed.
func shutDownAndCommitted(l *lab) error {
	s := l.servers[0]
	s.fsm.holds = make(chan struct{})
	var last raft.ApplyFuture
	for range 200 { // the queue of the state machine holds 128
		last = s.Apply([]byte("x"), time.Second)
		synctest.Wait()
		if s.CommitIndex() > s.AppliedIndex() {
			break
		}
	}
	commit := s.CommitIndex()
	s.end()
	err := last.Error()
	close(s.fsm.holds)
	if last.Index() == 0 || last.Index() > commit {
		l.Errorf("entry %d is answered, and %d is committed", last.Index(), commit)
	}
	return err
}

// toANonvoter has leadership transferred to a server without a vote.
func toANonvoter(l *lab) error {
	err := askTransfer(l.servers[0])
	if l.servers[0].State() == raft.Leader || l.servers[1].State() == raft.Leader {
		l.Error("somebody leads")
	}
	return err
}

// withoutItsEntries has leadership transferred to a server that entries do not come to.
func withoutItsEntries(l *lab) error {
	s := l.servers[0]
	l.await("a pipeline is up", func() bool { return s.trans.pipelines.Load() >= 2 })
	s.trans.drops.Store(true)
	s.Apply([]byte("x"), time.Second)
	synctest.Wait()
	s.trans.breaks.Store(true)
	err := askTransfer(s)
	if s.trans.told.Load() != 0 {
		l.Error("the server is told to stand")
	}
	return err
}

// answerLost has leadership transferred by a request whose answer is lost.
func answerLost(l *lab) error {
	l.servers[0].trans.mute.Store(true)
	err := askTransfer(l.servers[0])
	l.await("n2 leads", func() bool { return l.servers[1].State() == raft.Leader })
	return err
}

func TestTheLibraryAnswersAsTheTableSays(t *testing.T) {
	provoked := provocations()
	rows := map[string]outcomeRow{}
	for _, r := range outcomeRows(t) {
		rows[r.key()] = r
		if _, ok := provoked[r.key()]; ok != (r.provoked == "yes") {
			t.Errorf("%s: the table says of its provocation: %s; there is one: %v", r.key(), r.provoked, ok)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(provoked)) {
		r, ok := rows[key]
		if !ok {
			t.Errorf("%s is no row of the table", key)
			continue
		}
		t.Run(strings.ReplaceAll(key, " ", "-"), func(t *testing.T) {
			inLab(t, provoked[key].labOptions, func(l *lab) {
				err := provoked[key].do(l)
				var want bool
				switch known := libraryErrors()[r.answer]; {
				case known != nil:
					want = errors.Is(err, known)
				case r.answer == "nil":
					want = err == nil
				case r.answer == "an error of the log store":
					want = errors.Is(err, errDisk)
				default:
					beginning, _, _ := strings.Cut(r.answer, "%")
					want = err != nil && strings.HasPrefix(err.Error(), beginning)
				}
				if !want {
					l.Errorf("the answer is %v", err)
				}
			})
		})
	}
}
