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
}

// Complete makes durable what there was when the Sync began. On a spent Disk
// it is fs.ErrClosed and has no effect. Later Syncs of the same file may
// complete first.
func (s *Sync) Complete() error {
	if s.disk.spent {
		return &fs.PathError{Op: "sync", Path: s.name, Err: fs.ErrClosed}
	}
	if s.file != nil {
		s.file.complete(s.flush)
	} else {
		s.disk.syncNames(s.dir, s.seq)
	}
	return nil
}

// BeginSync begins to make the file's bytes and length durable. The handle may
// be closed before the Sync is completed.
func (h *Handle) BeginSync() (*Sync, error) {
	if err := h.usable("sync"); err != nil {
		return nil, err
	}
	return &Sync{disk: h.disk, name: h.name, file: h.file, flush: h.file.begin()}, nil
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
	return &Sync{disk: d, name: name, dir: n, seq: d.seq}, nil
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
