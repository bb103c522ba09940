package netsim

import (
	"os"
	"time"

	"raftian/netsim/disk"
	"raftian/netsim/env"
	"raftian/netsim/trace"
)

// files is the env.FS of one incarnation: its machine's disk behind the gate,
// with fsync taking time.
type files struct{ i *incarnation }

// file is an open file of one incarnation.
type file struct {
	i *incarnation
	h *disk.Handle
}

var (
	_ env.FS   = files{}
	_ env.File = (*file)(nil)
)

func (f files) OpenFile(name string, flag int) (env.File, error) {
	f.i.enter()
	defer f.i.leave()
	h, err := f.i.disk.OpenFile(name, flag)
	if err != nil {
		return nil, err
	}
	return &file{f.i, h}, nil
}

func (f files) Remove(name string) error {
	f.i.enter()
	defer f.i.leave()
	return f.i.disk.Remove(name)
}

func (f files) Rename(from, to string) error {
	f.i.enter()
	defer f.i.leave()
	return f.i.disk.Rename(from, to)
}

func (f files) MkdirAll(name string) error {
	f.i.enter()
	defer f.i.leave()
	return f.i.disk.MkdirAll(name)
}

func (f files) ReadDir(name string) ([]os.DirEntry, error) {
	f.i.enter()
	defer f.i.leave()
	return f.i.disk.ReadDir(name)
}

func (f files) Stat(name string) (os.FileInfo, error) {
	f.i.enter()
	defer f.i.leave()
	return f.i.disk.Stat(name)
}

func (f files) SyncDir(name string) error {
	return f.i.sync(name, func() (*disk.Sync, error) { return f.i.disk.BeginSyncDir(name) })
}

func (f *file) Sync() error { return f.i.sync(f.h.Name(), f.h.BeginSync) }

// sync makes something durable, which takes time. A crash meanwhile leaves it
// undone, and perhaps half done.
func (i *incarnation) sync(name string, begin func() (*disk.Sync, error)) error {
	i.enter()
	s, err := begin()
	took := i.syncTime()
	i.leave()
	if err != nil {
		return err
	}
	time.Sleep(took)
	i.enter()
	defer i.leave()
	if err := s.Complete(); err != nil {
		return err
	}
	i.emit(env.Note{Kind: trace.KindFsync, Text: name, Took: took})
	return nil
}

// syncTime draws how long an fsync takes.
func (m *Machine) syncTime() time.Duration {
	d := m.world.plan.Disk.Sync
	if jitter := m.world.plan.Disk.Jitter; jitter > 0 {
		d += time.Duration(m.syncs.Int64N(int64(jitter)))
	}
	return d
}

func (f *file) Name() string { return f.h.Name() }

func (f *file) Size() (int64, error) {
	f.i.enter()
	defer f.i.leave()
	return f.h.Size()
}

func (f *file) Read(p []byte) (int, error) {
	f.i.enter()
	defer f.i.leave()
	return f.h.Read(p)
}

func (f *file) ReadAt(p []byte, off int64) (int, error) {
	f.i.enter()
	defer f.i.leave()
	return f.h.ReadAt(p, off)
}

func (f *file) Write(p []byte) (int, error) {
	f.i.enter()
	defer f.i.leave()
	return f.h.Write(p)
}

func (f *file) WriteAt(p []byte, off int64) (int, error) {
	f.i.enter()
	defer f.i.leave()
	return f.h.WriteAt(p, off)
}

func (f *file) Seek(offset int64, whence int) (int64, error) {
	f.i.enter()
	defer f.i.leave()
	return f.h.Seek(offset, whence)
}

func (f *file) Truncate(size int64) error {
	f.i.enter()
	defer f.i.leave()
	return f.h.Truncate(size)
}

// Close implements env.File; on a dead Env it returns nil.
func (f *file) Close() error {
	f.i.world.mu.Lock()
	defer f.i.world.mu.Unlock()
	if f.i.dead {
		return nil
	}
	return f.h.Close()
}
