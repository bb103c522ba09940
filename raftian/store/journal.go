package store

import (
	"errors"
	"fmt"
	"os"
	"path"
)

// journal is an append-only sequence of numbered batches in a chain of segments, of
// which only the oldest are removed. It does no locking: its owner serialises calls.
// Batches may be read concurrently.
type journal struct {
	*volume
	dir         string
	limit       int64      // maximum size of a segment in bytes
	segments    []*segment // oldest first; the last one is appended to
	next        uint64     // number of the next batch
	sectors     []byte     // buffer for the batch being written
	pendingSync            // of a planted bug
}

// openJournal opens the journal in dir and calls replay for each batch, in order.
// replay must not keep the payload; its error ends the opening. On return all replayed
// batches are durable.
func openJournal(v *volume, dir string, limit int64, replay func(*batch, []byte) error) (*journal, error) {
	j := &journal{volume: v, dir: dir, limit: limit, next: 1}
	if err := j.open(replay); err != nil {
		j.close()
		return nil, err
	}
	return j, nil
}

func (j *journal) open(replay func(*batch, []byte) error) error {
	if err := j.find(); err != nil {
		return err
	}
	for i, s := range j.segments {
		image, err := s.load()
		if err != nil {
			return err
		}
		if i == 0 {
			j.next = s.first
		}
		if s.first != j.next {
			before := j.segments[i-1]
			return before.corrupt(before.size, fmt.Sprintf("batch %d should follow, but the next segment begins with batch %d", j.next, s.first))
		}
		found, err := s.scan(image, replay)
		if err != nil {
			return err
		}
		if i == len(j.segments)-1 {
			if image, found, err = j.acceptTornBatch(s, image, found, replay); err != nil {
				return err
			}
		}
		j.next += found.batches
		if i == len(j.segments)-1 {
			return j.repairTail(s, image, found)
		}
		if found.end < len(image) {
			return s.corrupt(int64(found.bad), "a sector does not verify")
		}
	}
	return nil
}

// find opens the segments in dir, in order.
func (j *journal) find() error {
	files, err := j.fs.ReadDir(j.dir)
	if err != nil {
		return err
	}
	for _, f := range files {
		first, ok := parseSegmentName(f.Name())
		if !ok {
			continue
		}
		name := path.Join(j.dir, f.Name())
		file, err := j.fs.OpenFile(name, os.O_RDWR)
		if err != nil {
			return err
		}
		j.segments = append(j.segments, &segment{name: name, first: first, file: file})
	}
	return nil
}

// repairTail makes the last segment end with a whole batch, and durable.
func (j *journal) repairTail(s *segment, image []byte, found extent) error {
	tail := image[found.end:]
	if len(tail) == 0 {
		// The process that wrote the last batch may have been killed before it
		// was synced, or its fsync may have failed and left the cache with
		// bytes that it takes for clean. Only what is written again, and
		// synced, is sure to be there after a power loss.
		if _, err := s.file.WriteAt(image[found.last:], int64(found.last)); err != nil {
			return fmt.Errorf("write %s: %w", s.name, err)
		}
	} else {
		if !torn(tail, j.next) && j.bug != BugDamageCutOff {
			return s.corrupt(int64(found.bad), "a sector does not verify")
		}
		if err := s.file.Truncate(int64(found.end)); err != nil {
			return fmt.Errorf("truncate %s: %w", s.name, err)
		}
		s.size = int64(found.end)
	}
	if err := s.file.Sync(); err != nil {
		return fmt.Errorf("sync %s: %w", s.name, err)
	}
	if err := j.fs.SyncDir(j.dir); err != nil {
		return fmt.Errorf("sync directory %s: %w", j.dir, err)
	}
	if len(tail) > 0 {
		j.report(fmt.Sprintf("%s was torn at byte %d: dropped %d bytes of batch %d, which was not acknowledged",
			s.name, found.end, len(tail), j.next))
	}
	return nil
}

// append makes payload durable as the next batch: one write and one fsync, and one of
// the directory if a segment begins. An error fails the volume.
func (j *journal) append(payload []byte) (*batch, error) {
	if err := j.usable(); err != nil {
		return nil, err
	}
	if len(payload) > lengthMax {
		return nil, fmt.Errorf("store: a batch of %d bytes is longer than %d", len(payload), lengthMax)
	}
	j.sectors = appendBatch(j.sectors[:0], j.next, payload)
	b, err := j.write(len(payload))
	if err != nil {
		return nil, j.fail(fmt.Errorf("append to %s: %w", j.dir, err))
	}
	j.next++
	return b, nil
}

// write writes j.sectors, a batch whose payload has the given length in bytes.
func (j *journal) write(length int) (*batch, error) {
	if err := j.syncPending(); err != nil {
		return nil, err
	}
	s := j.last()
	begin := s == nil || s.size > 0 && s.size+int64(len(j.sectors)) > j.limit
	if begin {
		name := path.Join(j.dir, segmentName(j.next))
		file, err := j.fs.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL)
		if err != nil {
			return nil, err
		}
		s = &segment{name: name, first: j.next, file: file}
		j.segments = append(j.segments, s)
	}
	if _, err := s.file.WriteAt(j.sectors, s.size); err != nil {
		return nil, err
	}
	if err := j.sync(s); err != nil {
		return nil, err
	}
	if begin {
		if err := j.fs.SyncDir(j.dir); err != nil {
			return nil, err
		}
	}
	b := &batch{segment: s, offset: s.size, seq: j.next, length: length}
	s.size += int64(len(j.sectors))
	return b, nil
}

// last returns the segment that is appended to, or nil.
func (j *journal) last() *segment {
	if len(j.segments) == 0 {
		return nil
	}
	return j.segments[len(j.segments)-1]
}

// dropBefore removes the segments before keep one by one, each durably before the next.
// Otherwise a power loss could restore some of them, and the chain with a gap would
// look damaged. An error fails the volume.
func (j *journal) dropBefore(keep *segment) error {
	for j.segments[0] != keep {
		s := j.segments[0]
		j.segments = j.segments[1:]
		err := errors.Join(s.file.Close(), j.fs.Remove(s.name))
		if err == nil {
			err = j.fs.SyncDir(j.dir)
		}
		if err != nil {
			return j.fail(fmt.Errorf("drop %s: %w", s.name, err))
		}
	}
	return nil
}

func (j *journal) close() error {
	var errs []error
	for _, s := range j.segments {
		errs = append(errs, s.file.Close())
	}
	return errors.Join(errs...)
}
