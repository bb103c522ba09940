package disk

import (
	"io/fs"
	"syscall"
)

// Sync is an fsync under way: it began at some instant and makes durable what
// there was then. Until Complete nothing is promised.
type Sync struct {
	disk *Disk
	name string

	file  *file // of a file
	flush *flush

	dir *node  // of a directory
	seq uint64 // of the newest change there was

	failures uint64 // how many there had been
}

// Complete makes durable what there was when the Sync began. On a spent Disk
// it is fs.ErrClosed and has no effect. Later Syncs of the same file may
// complete first. If another that was under way at the same time has failed, so
// does this one, with EIO.
func (s *Sync) Complete() error {
	switch {
	case s.disk.spent:
		return s.wrong(fs.ErrClosed)
	case s.failures != s.seen():
		return s.wrong(syscall.EIO)
	}
	if s.file != nil {
		s.file.complete(s.flush)
	} else {
		s.disk.syncNames(s.dir, s.seq)
	}
	return nil
}

// Fail ends the Sync without success: it returns EIO. The bytes it was to make
// durable stay in the page cache, as if they were clean, and no later Sync covers them
// unless they are written again; a power loss may leave them or not. So Linux does
// after a write to the disk has failed: to try the fsync again, as many programs do,
// gives success and makes nothing durable.
//
// Names are another matter. They are in a file system's journal, which forgets
// nothing: as long as it cannot be written every fsync fails, and the one that at last
// succeeds covers them.
func (s *Sync) Fail() error {
	if s.disk.spent {
		return s.wrong(fs.ErrClosed)
	}
	switch {
	case s.failures != s.seen(): // together with another
	case s.file != nil:
		s.file.fail()
	default:
		s.dir.failures++
	}
	return s.wrong(syscall.EIO)
}

// seen is how many Syncs of the same file or directory have failed by now.
func (s *Sync) seen() uint64 {
	if s.file != nil {
		return s.file.failures
	}
	return s.dir.failures
}

func (s *Sync) wrong(err error) error { return &fs.PathError{Op: "sync", Path: s.name, Err: err} }

// BeginSync begins to make the file's bytes and length durable. The handle may
// be closed before the Sync is completed.
func (h *Handle) BeginSync() (*Sync, error) {
	if err := h.usable("sync"); err != nil {
		return nil, err
	}
	return &Sync{disk: h.disk, name: h.name, file: h.file, flush: h.file.begin(), failures: h.file.failures}, nil
}

// Sync makes the file's bytes and length durable, at once.
func (h *Handle) Sync() error {
	s, err := h.BeginSync()
	if err != nil {
		return err
	}
	return s.Complete()
}

// BeginSyncDir begins to make the names in a directory durable.
func (d *Disk) BeginSyncDir(name string) (*Sync, error) {
	n, err := d.find(name)
	if err == nil && !n.isDir() {
		err = syscall.ENOTDIR
	}
	if err != nil {
		return nil, &fs.PathError{Op: "sync", Path: name, Err: err}
	}
	return &Sync{disk: d, name: name, dir: n, seq: d.seq, failures: n.failures}, nil
}

// SyncDir makes the names in a directory durable, at once. The directory's own
// name is its parent's.
func (d *Disk) SyncDir(name string) error {
	s, err := d.BeginSyncDir(name)
	if err != nil {
		return err
	}
	return s.Complete()
}
