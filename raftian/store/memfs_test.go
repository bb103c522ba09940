package store

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"path"
	"slices"
	"sync"
	"time"

	"raftian/netsim/env"
)

// errPower is returned by every call once the power is off.
var errPower = errors.New("the power is off")

// memFS is an env.FS in memory that tells durable data from cached data. powerLoss
// returns what a power loss may leave.
type memFS struct {
	mu       sync.Mutex
	cached   map[string]*memFile
	durable  map[string]*memFile
	unsynced []nameChange

	calls      []string // that changed something, or made it durable
	powerOffAt int      // number of the call before which the power goes off; 0 is never
	inject     func(call string) error
	lost       failedSync
}

// failedSync is the fate of a file's dirty pages after a failed fsync.
type failedSync int

const (
	pagesDropped failedSync = iota // the cache shows what is on the disk
	pagesClean                     // the cache shows what was written, and never writes it back
)

// nameChange sets names atomically.
type nameChange map[string]*memFile

type memFile struct {
	dir       bool
	data      []byte // in the page cache
	disk      []byte
	dirty     map[int]bool // sectors written since the last fsync
	low, high int          // range of the sizes since the last fsync
}

func newMemFS() *memFS {
	root := &memFile{dir: true}
	return &memFS{cached: map[string]*memFile{".": root}, durable: map[string]*memFile{".": root}}
}

// call records a call that changes something, and fails it if that is due.
func (m *memFS) call(format string, args ...any) error {
	if m.off() {
		return errPower
	}
	what := fmt.Sprintf(format, args...)
	m.calls = append(m.calls, what)
	if m.inject != nil {
		return m.inject(what)
	}
	return nil
}

func (m *memFS) off() bool { return m.powerOffAt > 0 && len(m.calls) >= m.powerOffAt-1 }

func (m *memFS) change(c nameChange) {
	setNames(m.cached, c)
	m.unsynced = append(m.unsynced, c)
}

func setNames(names map[string]*memFile, c nameChange) {
	for name, to := range c {
		if names[name] = to; to == nil {
			delete(names, name)
		}
	}
}

func (m *memFS) OpenFile(name string, flag int) (env.File, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	f := m.cached[name]
	switch {
	case m.off():
		return nil, errPower
	case f == nil && flag&os.O_CREATE == 0:
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	case f == nil && m.cached[path.Dir(name)] == nil:
		return nil, &fs.PathError{Op: "open", Path: path.Dir(name), Err: fs.ErrNotExist}
	case f != nil && flag&os.O_EXCL != 0:
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrExist}
	case f == nil:
		if err := m.call("create %s", name); err != nil {
			return nil, err
		}
		f = &memFile{dirty: map[int]bool{}}
		m.change(nameChange{name: f})
	}
	return &memHandle{fs: m, file: f, name: name}, nil
}

func (m *memFS) Remove(name string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.call("remove %s", name); err != nil {
		return err
	}
	if m.cached[name] == nil {
		return &fs.PathError{Op: "remove", Path: name, Err: fs.ErrNotExist}
	}
	m.change(nameChange{name: nil})
	return nil
}

func (m *memFS) Rename(from, to string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.call("rename %s %s", from, to); err != nil {
		return err
	}
	m.change(nameChange{from: nil, to: m.cached[from]})
	return nil
}

func (m *memFS) MkdirAll(name string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.cached[name] != nil {
		return nil
	}
	var missing []string
	for ; m.cached[name] == nil; name = path.Dir(name) {
		missing = append(missing, name)
	}
	for _, name := range slices.Backward(missing) {
		if err := m.call("mkdir %s", name); err != nil {
			return err
		}
		m.change(nameChange{name: &memFile{dir: true}})
	}
	return nil
}

func (m *memFS) ReadDir(name string) ([]os.DirEntry, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.off() {
		return nil, errPower
	}
	var list []os.DirEntry
	for _, child := range slices.Sorted(maps.Keys(m.cached)) {
		if path.Dir(child) == name && child != "." {
			list = append(list, fs.FileInfoToDirEntry(memInfo{path.Base(child), m.cached[child]}))
		}
	}
	return list, nil
}

func (m *memFS) Stat(name string) (os.FileInfo, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if f := m.cached[name]; f != nil {
		return memInfo{path.Base(name), f}, nil
	}
	return nil, &fs.PathError{Op: "stat", Path: name, Err: fs.ErrNotExist}
}

func (m *memFS) SyncDir(name string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.call("syncdir %s", name); err != nil {
		return err
	}
	m.unsynced = slices.DeleteFunc(m.unsynced, func(c nameChange) bool {
		for child := range c {
			if path.Dir(child) == name {
				setNames(m.durable, c)
				return true
			}
		}
		return false
	})
	return nil
}

// kill returns what the next process finds: all that was written.
func (m *memFS) kill() *memFS {
	return &memFS{cached: m.cached, durable: m.durable, unsynced: m.unsynced}
}

// powerLoss returns a possible disk after a power loss: the durable names and sectors,
// and a random subset of the others. m does not change.
func (m *memFS) powerLoss(rng *rand.Rand) *memFS {
	left := newMemFS()
	names := maps.Clone(m.durable)
	lost := map[string]bool{}
	keeps := fate(rng)
	for _, c := range m.unsynced {
		keep := keeps()
		for name := range c {
			keep = keep && !lost[name]
		}
		if keep {
			setNames(names, c)
			continue
		}
		for name := range c {
			lost[name] = true
		}
	}
	for _, name := range slices.Sorted(maps.Keys(names)) {
		if name != "." && left.cached[path.Dir(name)] != nil {
			f := names[name].powerLoss(rng)
			left.cached[name], left.durable[name] = f, f
		}
	}
	return left
}

// fate draws which unsynced things survive: often all or none.
func fate(rng *rand.Rand) (keeps func() bool) {
	switch rng.IntN(4) {
	case 0:
		return func() bool { return false }
	case 1:
		return func() bool { return true }
	default:
		return func() bool { return rng.IntN(2) == 0 }
	}
}

func (f *memFile) powerLoss(rng *rand.Rand) *memFile {
	if f.dir {
		return f
	}
	image := slices.Clone(f.disk)
	keeps := fate(rng)
	for _, i := range slices.Sorted(maps.Keys(f.dirty)) {
		if keeps() {
			image = putSector(image, f.data, i)
		}
	}
	size := [...]int{len(f.disk), len(f.data), f.low + rng.IntN(f.high-f.low+1)}[rng.IntN(3)]
	return durableFile(resize(image, size))
}

func durableFile(data []byte) *memFile {
	return &memFile{data: data, disk: slices.Clone(data), dirty: map[int]bool{}, low: len(data), high: len(data)}
}

// putSector copies sector i, padded with zeros behind the end of from.
func putSector(to, from []byte, i int) []byte {
	to = resize(to, max(len(to), (i+1)*sectorSize))
	clear(to[i*sectorSize : (i+1)*sectorSize])
	if i*sectorSize < len(from) {
		copy(to[i*sectorSize:(i+1)*sectorSize], from[i*sectorSize:])
	}
	return to
}

func resize(data []byte, size int) []byte {
	if size <= len(data) {
		return data[:size]
	}
	return append(data, make([]byte, size-len(data))...)
}

type memHandle struct {
	fs   *memFS
	file *memFile
	name string
	off  int64
}

func (h *memHandle) Name() string { return h.name }
func (h *memHandle) Close() error { return nil }

func (h *memHandle) Size() (int64, error) {
	h.fs.mu.Lock()
	defer h.fs.mu.Unlock()
	return int64(len(h.file.data)), nil
}

func (h *memHandle) Seek(int64, int) (int64, error) { return 0, errors.ErrUnsupported }
func (h *memHandle) Read([]byte) (int, error)       { return 0, errors.ErrUnsupported }

func (h *memHandle) ReadAt(p []byte, off int64) (int, error) {
	h.fs.mu.Lock()
	defer h.fs.mu.Unlock()
	if h.fs.off() {
		return 0, errPower
	}
	if off >= int64(len(h.file.data)) {
		return 0, io.EOF
	}
	n := copy(p, h.file.data[off:])
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

func (h *memHandle) Write(p []byte) (int, error) {
	n, err := h.WriteAt(p, h.off)
	h.off += int64(n)
	return n, err
}

func (h *memHandle) WriteAt(p []byte, off int64) (int, error) {
	h.fs.mu.Lock()
	defer h.fs.mu.Unlock()
	if err := h.fs.call("write %s %d+%d", h.name, off, len(p)); err != nil {
		return 0, err
	}
	if len(p) == 0 {
		return 0, nil
	}
	end := int(off) + len(p)
	h.file.data = resize(h.file.data, max(len(h.file.data), end))
	copy(h.file.data[off:], p)
	for i := int(off) / sectorSize; i*sectorSize < end; i++ {
		h.file.dirty[i] = true
	}
	h.file.high = max(h.file.high, len(h.file.data))
	return len(p), nil
}

func (h *memHandle) Truncate(size int64) error {
	h.fs.mu.Lock()
	defer h.fs.mu.Unlock()
	if err := h.fs.call("truncate %s %d", h.name, size); err != nil {
		return err
	}
	for i := int(size) / sectorSize; i*sectorSize < len(h.file.data); i++ {
		h.file.dirty[i] = true
	}
	h.file.data = slices.Clone(resize(h.file.data, int(size)))
	h.file.low, h.file.high = min(h.file.low, int(size)), max(h.file.high, int(size))
	return nil
}

func (h *memHandle) Sync() error {
	h.fs.mu.Lock()
	defer h.fs.mu.Unlock()
	err := h.fs.call("sync %s", h.name)
	f := h.file
	switch {
	case errors.Is(err, errPower):
		return err
	case err != nil && h.fs.lost == pagesDropped:
		f.data = slices.Clone(f.disk)
	case err == nil:
		for i := range f.dirty {
			f.disk = putSector(f.disk, f.data, i)
		}
		f.disk = resize(f.disk, len(f.data))
		f.low, f.high = len(f.data), len(f.data)
	}
	clear(f.dirty)
	return err
}

type memInfo struct {
	name string
	file *memFile
}

func (i memInfo) Name() string       { return i.name }
func (i memInfo) Size() int64        { return int64(len(i.file.data)) }
func (i memInfo) ModTime() time.Time { return time.Time{} }
func (i memInfo) IsDir() bool        { return i.file.dir }
func (i memInfo) Sys() any           { return nil }
func (i memInfo) Mode() fs.FileMode {
	if i.file.dir {
		return fs.ModeDir | 0o700
	}
	return 0o600
}
