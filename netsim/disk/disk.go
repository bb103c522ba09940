// Package disk is a simulated disk: files and directories as programs see them
// through the page cache, and beside that what the disk itself holds.
//
// It is pure: no I/O, no clock, no goroutines, no locks. An operation takes
// effect on the page cache at once; an fsync has a beginning and a completion,
// and how much time lies between them is for the caller to say. It injects no
// errors: which fsync fails (Sync.Fail), when a bit rots (Disk.Rot), and whether
// there is space for a write (Handle.Covered) is for the caller to say, too. A Disk must be used by one goroutine at a time.
//
// # What survives
//
// A process kill loses nothing that was written. After a power loss:
//
//   - What a completed fsync covered is there. It covers what the file, or the
//     directory's names, held when the fsync began; what was written since is
//     unsynced.
//   - Of the unsynced 512-byte sectors of a file any subset survives, so writes
//     tear. A sector never tears. A lost sector is as it was when last durable,
//     zeros if it never was. While an fsync is under way, a sector may also
//     survive as it was when that began.
//   - The file's length is anything from the shortest to the longest it has had
//     since it was last durable, whatever becomes of the sectors: a file may be
//     long and hold zeros.
//   - Of the unsynced changes to names (create, remove, rename, make a
//     directory) any subset survives that keeps to three rules. A rename is
//     there as a whole or not at all. A change survives only if every earlier
//     change to the same name did: changes to different names, even in one
//     directory, have no order. And nothing that was durable is lost on the way
//     from place to place: a directory is gone only if all that emptied it
//     survived, and a move to another directory survives only if every earlier
//     change did that put this directory, or one above it, in its place.
//   - What an fsync that failed was to make durable stays unsynced, also for all
//     later ones, until it is written again: a sector, or the length with any
//     write to the file, or a name's change with a later one to the same name.
//   - A file is as durable as its name: fsync of a file whose directory was not
//     synced makes its bytes durable but not the file.
//
// Journaling file systems promise more than this, POSIX promises less; it is
// what correct programs may rely on through env.FS. One outcome of real disks
// is left out: a lost sector never holds another file's old bytes.
//
//	disk.go     Disk and its operations on names
//	tree.go     paths and the nodes they lead to
//	handle.go   Handle: an open file
//	sync.go     Sync: an fsync under way
//	file.go     a file's cached and durable bytes
//	image.go    the bytes of a file as sectors that can be shared
//	changes.go  changes to names that are not durable yet
//	power.go    the disk after a power loss
//	every.go    every such disk
//	rot.go      a bit that flips
package disk

import (
	"io/fs"
	"maps"
	"os"
	"path"
	"slices"
	"strings"
	"syscall"
)

// Disk is a disk and its page cache. All errors are *fs.PathError.
//
// Names are slash-separated and relative to the disk's root, "."; a name that
// is absolute or leads out of the root is fs.ErrInvalid.
type Disk struct {
	root    *node
	changes []change // not durable yet, oldest first
	seq     uint64   // of the newest change ever made
	spent   bool     // a crash has put another Disk in this one's place
}

// New returns an empty disk.
func New() *Disk { return &Disk{root: newDir()} }

// Kill returns the disk as the next process finds it after this one was
// killed: all that was written is there, and as durable as it was. d is spent:
// its handles and every operation on it fail with fs.ErrClosed.
func (d *Disk) Kill() *Disk {
	d.spent = true
	return &Disk{root: d.root, changes: d.changes, seq: d.seq}
}

// OpenFile opens name with the flags of package os: O_RDONLY, O_WRONLY or
// O_RDWR, and O_CREATE, O_EXCL, O_TRUNC, O_APPEND; any other is EINVAL. Unlike
// Unix it opens no directory, not even for reading: EISDIR.
func (d *Disk) OpenFile(name string, flag int) (*Handle, error) {
	n, err := d.open(name, flag)
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: name, Err: err}
	}
	return &Handle{disk: d, file: n.file, name: name, flag: flag}, nil
}

func (d *Disk) open(name string, flag int) (*node, error) {
	const known = os.O_WRONLY | os.O_RDWR | os.O_CREATE | os.O_EXCL | os.O_TRUNC | os.O_APPEND
	if flag&^known != 0 || access(flag) == os.O_WRONLY|os.O_RDWR {
		return nil, syscall.EINVAL
	}
	n, err := d.find(name)
	switch {
	case err == syscall.ENOENT && flag&os.O_CREATE != 0:
		return d.create(name)
	case err != nil:
		return nil, err
	case flag&os.O_CREATE != 0 && flag&os.O_EXCL != 0:
		return nil, syscall.EEXIST
	case n.isDir():
		return nil, syscall.EISDIR
	}
	if flag&os.O_TRUNC != 0 {
		n.file.truncate(0)
	}
	return n, nil
}

func (d *Disk) create(name string) (*node, error) {
	at, err := d.findSlot(name)
	if err != nil {
		return nil, err
	}
	n := &node{file: new(file)}
	d.change(change{sets: []entry{{at, n}}})
	return n, nil
}

// Remove deletes a file or an empty directory. Open handles of a deleted file
// keep working.
func (d *Disk) Remove(name string) error {
	at, err := d.findSlot(name)
	if err != nil {
		return &fs.PathError{Op: "remove", Path: name, Err: err}
	}
	n := at.dir.cached[at.name]
	c := change{sets: []entry{{at, nil}}}
	switch {
	case n == nil:
		return &fs.PathError{Op: "remove", Path: name, Err: syscall.ENOENT}
	case n.isDir() && len(n.cached) > 0:
		return &fs.PathError{Op: "remove", Path: name, Err: syscall.ENOTEMPTY}
	case n.isDir():
		c.removed = n
	}
	d.change(c)
	return nil
}

// Rename moves a file or directory, replacing a file at the target. As with
// os.Rename, a directory at the target is EEXIST.
func (d *Disk) Rename(from, to string) error {
	if err := d.rename(from, to); err != nil {
		return &fs.PathError{Op: "rename", Path: from + " to " + to, Err: err}
	}
	return nil
}

func (d *Disk) rename(from, to string) error {
	src, err := d.findSlot(from)
	if err != nil {
		return err
	}
	n := src.dir.cached[src.name]
	if n == nil {
		return syscall.ENOENT
	}
	dst, err := d.findSlot(to)
	if err != nil {
		return err
	}
	old := dst.dir.cached[dst.name]
	switch {
	case old != nil && old.isDir():
		return syscall.EEXIST
	case old != nil && n.isDir():
		return syscall.ENOTDIR
	case n.isDir() && strings.HasPrefix(path.Clean(to), path.Clean(from)+"/"):
		return syscall.EINVAL
	}
	c := change{sets: []entry{{src, nil}, {dst, n}}}
	if src.dir != dst.dir {
		c.into = d.pathTo(path.Dir(path.Clean(to)))
	}
	d.change(c)
	return nil
}

// MkdirAll makes a directory and its parents; an existing one is no error.
// Each directory made is a change of its own to its parent's names.
func (d *Disk) MkdirAll(name string) error {
	clean, err := d.clean(name)
	if err != nil {
		return &fs.PathError{Op: "mkdir", Path: name, Err: err}
	}
	at := d.root
	for _, part := range parts(clean) {
		next := at.cached[part]
		if next == nil {
			next = newDir()
			d.change(change{sets: []entry{{slot{at, part}, next}}})
		}
		if !next.isDir() {
			return &fs.PathError{Op: "mkdir", Path: name, Err: syscall.ENOTDIR}
		}
		at = next
	}
	return nil
}

// ReadDir lists a directory, sorted by name.
func (d *Disk) ReadDir(name string) ([]fs.DirEntry, error) {
	n, err := d.find(name)
	if err == nil && !n.isDir() {
		err = syscall.ENOTDIR
	}
	if err != nil {
		return nil, &fs.PathError{Op: "readdir", Path: name, Err: err}
	}
	list := make([]fs.DirEntry, 0, len(n.cached))
	for _, name := range slices.Sorted(maps.Keys(n.cached)) {
		list = append(list, fs.FileInfoToDirEntry(n.cached[name].info(name)))
	}
	return list, nil
}

// Stat describes a file or directory. Modification times are not kept.
func (d *Disk) Stat(name string) (fs.FileInfo, error) {
	n, err := d.find(name)
	if err != nil {
		return nil, &fs.PathError{Op: "stat", Path: name, Err: err}
	}
	return n.info(base(name)), nil
}
