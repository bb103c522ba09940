package disktest

import (
	"errors"
	"os"

	"raftian/netsim/disk"
	"raftian/netsim/env"
)

// ErrDown is what every call returns once the machine is down, apart from those
// that only read an open file.
var ErrDown = errors.New("the machine is down")

// Files is a disk as an env.FS, for one goroutine, whose machine goes down at a
// point of choice. There is a point before each call that changes something or
// makes it durable, one within it for each sector boundary that a write crosses,
// and one in the midst of each sector it writes; a part of the write has then
// reached the page cache. A point during an fsync would add nothing, as long as
// nobody writes during it: what is under way may survive as before it began.
type Files struct {
	Disk   *disk.Disk
	Down   int // the machine goes down at this point, from 1; 0 for never
	Points int // how many points were passed
}

// sectorSize is what a disk writes as a whole, in bytes.
const sectorSize = 512

var _ env.FS = (*Files)(nil)

// point passes a point, unless the machine is down.
func (f *Files) point() error {
	if f.IsDown() {
		return ErrDown
	}
	f.Points++
	if f.IsDown() {
		return ErrDown
	}
	return nil
}

// IsDown reports whether the machine went down.
func (f *Files) IsDown() bool { return f.Down > 0 && f.Points >= f.Down }

// OpenFile implements env.FS.
func (f *Files) OpenFile(name string, flag int) (env.File, error) {
	_, err := f.Disk.Stat(name)
	if creates := err != nil && flag&os.O_CREATE != 0; creates || flag&os.O_TRUNC != 0 {
		if err := f.point(); err != nil {
			return nil, err
		}
	}
	if f.IsDown() {
		return nil, ErrDown
	}
	h, err := f.Disk.OpenFile(name, flag)
	if err != nil {
		return nil, err
	}
	return &file{h, f}, nil
}

// Remove implements env.FS.
func (f *Files) Remove(name string) error {
	if err := f.point(); err != nil {
		return err
	}
	return f.Disk.Remove(name)
}

// Rename implements env.FS.
func (f *Files) Rename(from, to string) error {
	if err := f.point(); err != nil {
		return err
	}
	return f.Disk.Rename(from, to)
}

// MkdirAll implements env.FS.
func (f *Files) MkdirAll(name string) error {
	if err := f.point(); err != nil {
		return err
	}
	return f.Disk.MkdirAll(name)
}

// SyncDir implements env.FS.
func (f *Files) SyncDir(name string) error {
	if err := f.point(); err != nil {
		return err
	}
	return f.Disk.SyncDir(name)
}

// ReadDir implements env.FS.
func (f *Files) ReadDir(name string) ([]os.DirEntry, error) {
	if f.IsDown() {
		return nil, ErrDown
	}
	return f.Disk.ReadDir(name)
}

// Stat implements env.FS.
func (f *Files) Stat(name string) (os.FileInfo, error) {
	if f.IsDown() {
		return nil, ErrDown
	}
	return f.Disk.Stat(name)
}

// file is an open file of Files.
type file struct {
	*disk.Handle
	files *Files
}

// Write implements env.File.
func (h *file) Write(p []byte) (int, error) {
	at, err := h.Handle.Seek(0, 1)
	if err != nil {
		return 0, err
	}
	return h.inParts(p, at, h.Handle.Write)
}

// WriteAt implements env.File.
func (h *file) WriteAt(p []byte, off int64) (int, error) {
	at := off
	return h.inParts(p, off, func(part []byte) (int, error) {
		n, err := h.Handle.WriteAt(part, at)
		at += int64(n)
		return n, err
	})
}

// inParts writes from an offset on in parts of half a sector at most, with a
// point before each.
func (h *file) inParts(p []byte, off int64, write func([]byte) (int, error)) (written int, err error) {
	const step = sectorSize / 2
	for first := true; first || len(p) > 0; first = false {
		if err := h.files.point(); err != nil {
			return written, err
		}
		part := p[:min(len(p), step-int(off%step))]
		n, err := write(part)
		written, off, p = written+n, off+int64(n), p[n:]
		if err != nil {
			return written, err
		}
	}
	return written, nil
}

// Truncate implements env.File.
func (h *file) Truncate(size int64) error {
	if err := h.files.point(); err != nil {
		return err
	}
	return h.Handle.Truncate(size)
}

// Sync implements env.File.
func (h *file) Sync() error {
	if err := h.files.point(); err != nil {
		return err
	}
	return h.Handle.Sync()
}
