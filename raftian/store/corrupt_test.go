package store

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"path"
	"slices"
	"strings"
	"testing"
)

// stored returns the disk of a closed store: a log of several segments, of which the
// last has two batches, and the last batch three sectors; a stable store; one snapshot.
func stored(t *testing.T) *memFS {
	t.Helper()
	disk := newMemFS()
	s, err := Open(disk, "raft", options())
	ok(t, err)
	for _, step := range []step{
		setting("CurrentTerm", 7), voting("n2:7000"), snapshotting(1, 1, 100),
		storing(1, 1, 1, 10), storing(2, 2, 1, 600),
		storing(3, 3, 1, 10), storing(4, 4, 1, 10), storing(5, 5, 1, 10),
		storing(6, 6, 1, 10), storing(7, 8, 1, 10),
		deleting(8, 8),
		storing(8, 9, 1, 600),
	} {
		ok(t, step.do(s))
	}
	ok(t, s.Close())
	return disk
}

func copyOf(disk *memFS) *memFS { return disk.powerLoss(rand.New(rand.NewPCG(0, 0))) }

func filesOf(disk *memFS, dir, suffix string) []string {
	return slices.DeleteFunc(slices.Sorted(maps.Keys(disk.cached)), func(name string) bool {
		return !strings.HasPrefix(name, dir+"/") || !strings.HasSuffix(name, suffix)
	})
}

// A flipped bit is never taken for a torn write, nor overlooked, wherever it is: in the
// last batch, in padding, in a deleted entry, in a snapshot's state or metadata.
func TestEveryFlippedBitDetected(t *testing.T) {
	stride := 1
	if testing.Short() {
		stride = 37
	}
	disk := stored(t)
	for _, name := range filesOf(disk, "raft", "") {
		data := disk.cached[name].data
		for bit := 0; bit < 8*len(data); bit += stride {
			data[bit/8] ^= 1 << (bit % 8)
			var reports []string
			o := options()
			o.Report = func(what string) { reports = append(reports, what) }
			_, err := Open(disk, "raft", o)
			var damage *CorruptError
			if !errors.As(err, &damage) || damage.File != name {
				t.Fatalf("bit %d of %s flipped: Open says %v", bit, name, err)
			}
			at, sector := damage.Offset, int64(bit/8/sectorSize*sectorSize)
			if path.Ext(name) == segmentSuffix && at != sector {
				t.Fatalf("bit %d of %s flipped, which is in the sector at %d: Open says %v", bit, name, sector, err)
			}
			if len(reports) != 1 || !strings.Contains(reports[0], name) {
				t.Fatalf("bit %d of %s flipped: reported %q", bit, name, reports)
			}
			data[bit/8] ^= 1 << (bit % 8)
		}
	}
	s, err := Open(disk, "raft", options())
	ok(t, err)
	show(t, s)
}

// A sector of zeros is a torn write in the last batch of a journal, and damage in any
// other.
func TestZeroedSectors(t *testing.T) {
	whole := stored(t)
	torn := map[string]int{}
	for _, name := range append(filesOf(whole, "raft/log", ""), filesOf(whole, "raft/stable", "")...) {
		size := len(whole.cached[name].data)
		for at := 0; at < size; at += sectorSize {
			disk := copyOf(whole)
			clear(disk.cached[name].data[at : at+sectorSize])
			var report string
			o := options()
			o.Report = func(what string) { report = what }
			s, err := Open(disk, "raft", o)
			var damage *CorruptError
			switch {
			case errors.As(err, &damage):
				if damage.File != name || damage.Offset != int64(at) {
					t.Errorf("zeros at %d of %s: %v", at, name, err)
				}
			case err != nil:
				t.Errorf("zeros at %d of %s: %v", at, name, err)
			default:
				if !strings.Contains(report, "torn") || !strings.Contains(report, name) {
					t.Errorf("zeros at %d of %s: reported %q", at, name, report)
				}
				torn[path.Dir(name)]++
				show(t, s)
			}
		}
	}
	if torn["raft/log"] != 3 || torn["raft/stable"] != 1 {
		t.Errorf("took zeroed sectors for torn writes: %v; the last batches have 3 and 1", torn)
	}
}

// The rest of one torn batch is a torn tail only if it has no sector of another batch.
func TestHoleBeforeLaterBatchIsDamage(t *testing.T) {
	long := make([]byte, 2*sectorPayload)
	tail := func(parts ...[]byte) []byte { return slices.Concat(parts...) }
	a, b := appendBatch(nil, 7, long), appendBatch(nil, 8, long)
	hole := make([]byte, sectorSize)
	for _, c := range []struct {
		name string
		tail []byte
		torn bool
	}{
		{"nothing", nil, true},
		{"only zeros", tail(hole, hole, hole[:100]), true},
		{"the first sector", a[:sectorSize], true},
		{"the second sector", tail(hole, a[sectorSize:]), true},
		{"the second sector where the first should be", a[sectorSize:], false},
		{"the first sector and a cut one", a[:sectorSize+17], true},
		{"the first sector, zeros, and more than the batch is long", tail(a[:sectorSize], hole, hole), false},
		{"a later batch", tail(hole, hole, b), false},
		{"an earlier batch", appendBatch(nil, 6, long), false},
		{"a damaged sector", tail(hole, a[sectorSize:2*sectorSize-1], []byte{1}), false},
		{"sectors of two batches with one number", tail(a[:sectorSize], appendBatch(nil, 7, long[1:])[sectorSize:]), false},
	} {
		if torn(c.tail, 7) != c.torn {
			t.Errorf("%s: torn is %v", c.name, !c.torn)
		}
	}
}

// A missing segment is damage, except at the end, where it cannot be told from one that
// never existed.
func TestMissingSegments(t *testing.T) {
	whole := stored(t)
	segments := filesOf(whole, "raft/log", segmentSuffix)
	if len(segments) < 4 {
		t.Fatalf("only %d segments", len(segments))
	}
	for i, name := range segments {
		disk := copyOf(whole)
		delete(disk.cached, name)
		_, err := Open(disk, "raft", options())
		var damage *CorruptError
		if last := i == len(segments)-1; errors.As(err, &damage) == last {
			t.Errorf("without segment %d of %d: %v", i+1, len(segments), err)
		}
	}
}

// Valid bytes of another file are damage.
func TestSwappedFilesDetected(t *testing.T) {
	disk := stored(t)
	segments := filesOf(disk, "raft/log", segmentSuffix)
	disk.cached[segments[1]].data = slices.Clone(disk.cached[segments[0]].data)
	_, err := Open(disk, "raft", options())
	var damage *CorruptError
	if !errors.As(err, &damage) || damage.File != segments[1] || damage.Offset != 0 {
		t.Error(err)
	}
}

// Bits that rot while the store is open are found when they are read, and reported.
func TestDamageAfterOpen(t *testing.T) {
	disk := stored(t)
	var reports []string
	o := options()
	o.Report = func(what string) { reports = append(reports, what) }
	s, err := Open(disk, "raft", o)
	ok(t, err)
	for _, index := range []uint64{1, 2, 9} {
		place := s.Log.locations[index-1]
		name, at := place.batch.segment.name, place.batch.offset+headerSize+int64(place.offset)
		disk.cached[name].data[at] ^= 0x10
		err := s.Log.GetLog(index, newLog())
		var damage *CorruptError
		if !errors.As(err, &damage) || damage.File != name {
			t.Errorf("entry %d: %v", index, err)
		}
		disk.cached[name].data[at] ^= 0x10
		ok(t, s.Log.GetLog(index, newLog()))
	}
	if len(reports) != 3 {
		t.Errorf("reported %q", reports)
	}
}

// The last bytes of a damaged state are not returned, so an FSM that reads no more than
// it needs gets the error too.
func TestSnapshotDamagedDuringRead(t *testing.T) {
	disk := stored(t)
	var reports []string
	o := options()
	o.Report = func(what string) { reports = append(reports, what) }
	s, err := Open(disk, "raft", o)
	ok(t, err)
	list, err := s.Snapshots.List()
	ok(t, err)
	meta, state, err := s.Snapshots.Open(list[0].ID)
	ok(t, err)
	disk.cached[filesOf(disk, "raft/snapshots", "")[0]].data[3] ^= 1
	n, err := state.Read(make([]byte, meta.Size))
	var damage *CorruptError
	if n > 0 || !errors.As(err, &damage) || len(reports) != 1 {
		t.Errorf("read %d bytes, %v; reported %q", n, err, reports)
	}
	if _, _, err := s.Snapshots.Open(meta.ID); !errors.As(err, &damage) || len(reports) != 2 {
		t.Errorf("opened again: %v; reported %q", err, reports)
	}
}

// A journal that was truncated within its last batches is shorter, as if they had never
// been written, and that is reported. There are no other consequences.
func TestTruncatedFiles(t *testing.T) {
	whole := stored(t)
	segments := filesOf(whole, "raft/log", segmentSuffix)
	last := segments[len(segments)-1]
	s, err := Open(copyOf(whole), "raft", options())
	ok(t, err)
	before := showLog(t, s.Log)
	for size := range len(whole.cached[last].data) {
		disk := copyOf(whole)
		disk.cached[last].data = disk.cached[last].data[:size]
		s, err := Open(disk, "raft", options())
		if err != nil {
			t.Fatalf("cut to %d bytes: %v", size, err)
		}
		entries := strings.Fields(showLog(t, s.Log))[1:]
		if got := " " + strings.Join(entries, " "); !strings.Contains(before, got) {
			t.Fatalf("cut to %d bytes: %s", size, fmt.Sprint(entries))
		}
	}
}
