package disk

import (
	"io/fs"
	"path"
	"strings"
	"syscall"
	"time"
)

// node is a file or a directory. It has no name of its own: names lead to it,
// and the cached and the durable tree may do so by different ones.
type node struct {
	file            *file            // nil for a directory
	cached, durable map[string]*node // of a directory
	failures        uint64           // how many fsyncs of the directory have failed
}

func newDir() *node {
	return &node{cached: map[string]*node{}, durable: map[string]*node{}}
}

func (n *node) isDir() bool { return n.file == nil }

// slot is a place in a directory for a node.
type slot struct {
	dir  *node
	name string
}

// clean checks a name and returns its canonical form, "." for the root.
func (d *Disk) clean(name string) (string, error) {
	if d.spent {
		return "", fs.ErrClosed
	}
	if name == "" {
		return "", syscall.ENOENT
	}
	name = path.Clean(name)
	if !fs.ValidPath(name) {
		return "", fs.ErrInvalid
	}
	return name, nil
}

// find returns what name leads to in the page cache.
func (d *Disk) find(name string) (*node, error) {
	name, err := d.clean(name)
	if err != nil {
		return nil, err
	}
	n := d.root
	for _, part := range parts(name) {
		if !n.isDir() {
			return nil, syscall.ENOTDIR
		}
		if n = n.cached[part]; n == nil {
			return nil, syscall.ENOENT
		}
	}
	return n, nil
}

// parts are the elements of a clean name; the root has none.
func parts(clean string) []string {
	if clean == "." {
		return nil
	}
	return strings.Split(clean, "/")
}

// pathTo returns the directories on the way from the root to an existing
// directory, which comes last. The root, always there, is not among them.
func (d *Disk) pathTo(clean string) []*node {
	var way []*node
	n := d.root
	for _, part := range parts(clean) {
		n = n.cached[part]
		way = append(way, n)
	}
	return way
}

// findSlot returns the place name stands for, in a directory that exists. The
// root is in no directory and is fs.ErrInvalid.
func (d *Disk) findSlot(name string) (slot, error) {
	clean, err := d.clean(name)
	if err != nil {
		return slot{}, err
	}
	if clean == "." {
		return slot{}, fs.ErrInvalid
	}
	dir, err := d.find(path.Dir(clean))
	if err != nil {
		return slot{}, err
	}
	if !dir.isDir() {
		return slot{}, syscall.ENOTDIR
	}
	return slot{dir, path.Base(clean)}, nil
}

// base is the last element of a name, as fs.FileInfo has it.
func base(name string) string { return path.Base(path.Clean(name)) }

// info describes a node at this moment.
func (n *node) info(name string) fs.FileInfo {
	if n.isDir() {
		return info{name: name, mode: fs.ModeDir | 0o700}
	}
	return info{name: name, size: n.file.cached.size, mode: 0o600}
}

type info struct {
	name string
	size int64
	mode fs.FileMode
}

func (i info) Name() string       { return i.name }
func (i info) Size() int64        { return i.size }
func (i info) Mode() fs.FileMode  { return i.mode }
func (i info) ModTime() time.Time { return time.Time{} }
func (i info) IsDir() bool        { return i.mode.IsDir() }
func (i info) Sys() any           { return nil }
