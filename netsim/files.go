package netsim

import (
	"os"
	"time"

	"raftian/netsim/disk"
	"raftian/netsim/env"
	"raftian/netsim/plan"
	"raftian/netsim/trace"
)

// files is the env.FS of one incarnation: its machine's disk behind the gate,
// with fsync taking time, and what faults add to all that.
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
	if err := f.i.mayOpen(name, flag); err != nil {
		return nil, err
	}
	isNew := f.i.world.watched() && flag&os.O_CREATE != 0 && !f.i.exists(name)
	h, err := f.i.disk.OpenFile(name, flag)
	if err != nil {
		return nil, err
	}
	if isNew {
		f.i.hint(hintCreate, name)
	}
	return &file{f.i, h}, nil
}

func (f files) Remove(name string) error {
	f.i.enter()
	defer f.i.leave()
	return f.i.changeNames(hintRemove, name, func() error { return f.i.disk.Remove(name) })
}

func (f files) Rename(from, to string) error {
	f.i.enter()
	defer f.i.leave()
	return f.i.changeNames(hintRename, from, func() error { return f.i.disk.Rename(from, to) })
}

func (f files) MkdirAll(name string) error {
	f.i.enter()
	defer f.i.leave()
	if (len(f.i.ails) > 0 || f.i.world.watched()) && !f.i.exists(name) {
		return f.i.changeNames(hintCreate, name, func() error { return f.i.disk.MkdirAll(name) })
	}
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
	began := i.world.now()
	s, err := begin()
	took := i.syncTime()
	fails := false
	if err == nil {
		i.syncing++
		i.hint(hintSync, name)
		took += i.slowness()
		fails = i.ailing(plan.FsyncError)
	}
	i.leave()
	if err != nil {
		return err
	}
	time.Sleep(took)
	i.enter()
	defer i.leave()
	i.awaitDisk()
	i.syncing--
	if i.ailing(plan.FsyncError) || fails {
		return s.Fail()
	}
	if err := s.Complete(); err != nil {
		return err
	}
	took = i.world.now().Sub(began)
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
	f.i.dawdle()
	return f.h.Read(p)
}

func (f *file) ReadAt(p []byte, off int64) (int, error) {
	f.i.enter()
	defer f.i.leave()
	f.i.dawdle()
	return f.h.ReadAt(p, off)
}

func (f *file) Write(p []byte) (int, error) {
	f.i.enter()
	defer f.i.leave()
	if f.i.sound() {
		return f.h.Write(p)
	}
	f.i.dawdle()
	return f.i.write(f.h, p, f.h.Offset(), func(p []byte, _ int64) (int, error) { return f.h.Write(p) })
}

func (f *file) WriteAt(p []byte, off int64) (int, error) {
	f.i.enter()
	defer f.i.leave()
	if f.i.sound() {
		return f.h.WriteAt(p, off)
	}
	f.i.dawdle()
	return f.i.write(f.h, p, off, f.h.WriteAt)
}

func (f *file) Seek(offset int64, whence int) (int64, error) {
	f.i.enter()
	defer f.i.leave()
	return f.h.Seek(offset, whence)
}

func (f *file) Truncate(size int64) error {
	f.i.enter()
	defer f.i.leave()
	f.i.dawdle()
	if err := f.i.broken("truncate", f.h.Name()); err != nil {
		return err
	}
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
