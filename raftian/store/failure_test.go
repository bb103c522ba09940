package store

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/hashicorp/raft"
)

var errDisk = errors.New("input/output error")

// failing makes the n-th of the following FS calls fail that start with one of the
// prefixes.
func failing(disk *memFS, n int, prefixes ...string) {
	disk.inject = func(call string) error {
		for _, prefix := range prefixes {
			if strings.HasPrefix(call, prefix) {
				if n--; n == 0 {
					return errDisk
				}
			}
		}
		return nil
	}
}

// everyCall calls each method of a store and returns the errors.
func everyCall(s *Store) map[string]error {
	said := map[string]error{}
	_, said["FirstIndex"] = s.Log.FirstIndex()
	_, said["LastIndex"] = s.Log.LastIndex()
	said["GetLog"] = s.Log.GetLog(1, newLog())
	said["StoreLog"] = s.Log.StoreLog(entries(6, 6, 1, 10)[0])
	said["StoreLogs"] = s.Log.StoreLogs(nil)
	said["DeleteRange"] = s.Log.DeleteRange(1, 2)
	said["Set"] = s.Stable.Set([]byte("k"), nil)
	_, said["Get"] = s.Stable.Get([]byte("k"))
	said["SetUint64"] = s.Stable.SetUint64([]byte("k"), 1)
	_, said["GetUint64"] = s.Stable.GetUint64([]byte("k"))
	_, said["Create"] = s.Snapshots.Create(1, 5, 1, raft.Configuration{}, 1, nil)
	_, said["List"] = s.Snapshots.List()
	_, _, said["Open"] = s.Snapshots.Open("1-5-1")
	said["Failed"] = s.Failed()
	return said
}

// After any failed write or fsync every call fails, although later ones would succeed,
// until the store is opened again.
func TestFailedStoreFailsEveryCall(t *testing.T) {
	steps := map[string]step{
		"log":       storing(6, 6, 1, 2000),
		"stable":    voting("n3:7000"),
		"snapshots": snapshotting(5, 1, 10),
	}
	for _, c := range []struct{ part, call string }{
		{"log", "create"}, {"log", "write"}, {"log", "sync"}, {"log", "syncdir"},
		{"stable", "write"}, {"stable", "sync"},
		{"snapshots", "rename"}, {"snapshots", "syncdir"},
	} {
		disk, s := opened(t, options())
		ok(t, s.Log.StoreLogs(entries(1, 5, 1, 10)))
		ok(t, s.Stable.SetUint64([]byte("k"), 1))
		before := show(t, s)
		failing(disk, 1, c.call+" raft/"+c.part)
		if err := steps[c.part].do(s); !errors.Is(err, errDisk) {
			t.Errorf("%s of %s failed, and the step says %v", c.call, c.part, err)
		}
		for call, err := range everyCall(s) {
			if !errors.Is(err, errDisk) {
				t.Errorf("%s of %s failed, and then %s says %v", c.call, c.part, call, err)
			}
		}
		_, s = reopened(t, disk, options())
		ok(t, s.Failed())
		if after := show(t, s); after.log != before.log && c.part != "log" || after.stable != before.stable && c.part != "stable" {
			t.Errorf("%s of %s failed, and another part changed: %v, %v", c.call, c.part, before, after)
		}
	}
}

// A store whose fsync failed is opened again without a crash. Some kernels drop the
// dirty pages, others mark them clean and never write them. Either way the view after
// opening survives a power loss.
func TestOpenAfterFailedSync(t *testing.T) {
	for lost, wantLast := range map[failedSync]uint64{pagesDropped: 1, pagesClean: 3} {
		for seed := range uint64(20) {
			disk, s := opened(t, Options{})
			ok(t, s.Log.StoreLogs(entries(1, 1, 1, 600)))
			disk.lost = lost
			failing(disk, 1, "sync")
			if err := s.Log.StoreLogs(entries(2, 3, 1, 600)); !errors.Is(err, errDisk) {
				t.Fatal(err)
			}
			disk, s = reopened(t, disk, Options{})
			first := show(t, s)
			if last, _ := s.Log.LastIndex(); last != wantLast {
				t.Fatalf("kernel %d: the log ends at %d", lost, last)
			}
			_, s = reopened(t, disk.powerLoss(rand.New(rand.NewPCG(seed, 5))), Options{})
			if second := show(t, s); second != first {
				t.Fatalf("kernel %d: showed %v, and after a power loss %v", lost, first, second)
			}
		}
	}
}

// Opening fails if any of its FS calls fails, and changes nothing then.
func TestOpenErrors(t *testing.T) {
	disk, s := opened(t, options())
	for _, step := range workload() {
		ok(t, step.do(s))
	}
	before := show(t, s)
	for n := 1; ; n++ {
		disk = disk.kill()
		failing(disk, n, "")
		s, err := Open(disk, "raft", options())
		if err == nil {
			if n < 5 {
				t.Errorf("opening made only %d calls", n-1)
			}
			break
		}
		if !errors.Is(err, errDisk) || s != nil {
			t.Errorf("call %d of opening failed: %v", n, err)
		}
	}
	_, s = reopened(t, disk, options())
	if after := show(t, s); after != before {
		t.Errorf("showed %v, then %v", before, after)
	}
}

// A snapshot that cannot be written does not fail the store.
func TestSnapshotWriteErrors(t *testing.T) {
	for _, call := range []string{"create", "write", "sync"} {
		disk, s := opened(t, options())
		failing(disk, 1, call+" raft/snapshots")
		if err := snapshot(s, 5, 1, "state"); !errors.Is(err, errDisk) {
			t.Errorf("%s: %v", call, err)
		}
		ok(t, s.Failed())
		if left := filesOf(disk, "raft/snapshots", ""); len(left) > 0 {
			t.Errorf("%s: left %q", call, left)
		}
		ok(t, snapshot(s, 5, 1, "state"))
	}
}

func TestClosedStore(t *testing.T) {
	_, s := opened(t, options())
	ok(t, snapshot(s, 5, 1, "state"))
	list, err := s.Snapshots.List()
	ok(t, err)
	_, state, err := s.Snapshots.Open(list[0].ID)
	ok(t, err)
	ok(t, s.Close())
	for call, err := range everyCall(s) {
		if !errors.Is(err, ErrClosed) {
			t.Errorf("%s says %v", call, err)
		}
	}
	if bytes, err := io.ReadAll(state); string(bytes) != "state" || err != nil {
		t.Errorf("the open snapshot is %q, %v", bytes, err)
	}
}

func TestOptionsChecked(t *testing.T) {
	for _, o := range []Options{{SegmentSize: -1}, {Retain: -1}} {
		if _, err := Open(newMemFS(), "raft", o); err == nil {
			t.Errorf("%s is accepted", fmt.Sprintf("%+v", o))
		}
	}
}
