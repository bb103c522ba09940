package disk_test

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"raftian/netsim/disk"
)

// changesMost bounds the twin, which tries all subsets of so many changes.
const changesMost = 8

// pair is a Disk and its twin, driven alike.
type pair struct {
	disk    *disk.Disk
	twin    *twin
	handles []*twinHandle
	syncs   []twinSync
	filler  byte
}

type twinHandle struct {
	*disk.Handle
	file     *twinFile
	off      int
	appender bool
}

// twinSync is an fsync under way, of a file's version or a directory's changes.
type twinSync struct {
	*disk.Sync
	complete func()
}

var (
	anyName = rapid.SampledFrom([]string{"f", "g", "d", "d/f", "d/g", "d/e", "d/e/f", "e", "e/f"})
	anyDir  = rapid.SampledFrom([]string{"d", "e", "d/e"})
	anyFile = rapid.SampledFrom([]string{"f", "g", "d/f", "d/g", "d/e/f", "e/f"})
	offset  = rapid.OneOf(rapid.IntRange(0, 20), rapid.IntRange(0, 1600), rapid.SampledFrom([]int{511, 512, 513, 1024}))
)

func TestADiskDoesAsItsTwin(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := newPair()
		t.Repeat(rapid.StateMachineActions(p))
	})
}

func TestTheBytesOfOneFileAreAsItsTwins(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := newPair()
		t.Repeat(map[string]func(*rapid.T){
			"": func(t *rapid.T) {
				if len(p.handles) == 0 {
					p.open(t, "f", os.O_RDWR|os.O_CREATE)
					p.syncAll(t, p.twin.paths(p.twin.cached()))
				}
				p.Check(t)
			},
			"write": p.WriteAt, "truncate": p.Truncate, "sync": p.Sync, "sync's end": p.CompleteSync,
			"kill": p.Kill, "power loss": p.PowerLoss,
		})
	})
}

func TestTheNamesOfATreeAreAsItsTwins(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := newPair()
		t.Repeat(map[string]func(*rapid.T){
			"": p.Check,
			"create": func(t *rapid.T) {
				p.open(t, anyFile.Draw(t, "name"), os.O_RDWR|os.O_CREATE)
				p.handles = nil
			},
			"mkdir": p.Mkdir, "remove": p.Remove, "rename": p.Rename, "move a directory": p.MoveDir,
			"sync": p.SyncDir, "sync's end": p.CompleteSync, "power loss": p.PowerLoss,
		})
	})
}

func newPair() *pair { return &pair{disk: disk.New(), twin: newTwin()} }

// same fails the test unless the disk did what the twin could.
func same(t *rapid.T, what string, err error, could bool) {
	if (err == nil) != could {
		t.Fatalf("%s: the disk says %v, the twin could do it: %v", what, err, could)
	}
}

func (p *pair) Open(t *rapid.T) {
	if len(p.handles) == 4 {
		t.Skip("enough handles")
	}
	name, flag := anyName.Draw(t, "name"), os.O_RDWR
	for _, f := range []int{os.O_CREATE, os.O_EXCL, os.O_TRUNC, os.O_APPEND} {
		if rapid.Bool().Draw(t, "flag") {
			flag |= f
		}
	}
	p.open(t, name, flag)
}

func (p *pair) open(t *rapid.T, name string, flag int) {
	node, there := p.twin.paths(p.twin.cached())[name]
	could := there && p.twin.files[node] != nil && flag&(os.O_CREATE|os.O_EXCL) != os.O_CREATE|os.O_EXCL
	if !there && flag&os.O_CREATE != 0 {
		could = p.twin.create(name, false)
		node = p.twin.nodes
	}
	h, err := p.disk.OpenFile(name, flag)
	same(t, "open", err, could)
	if could {
		f := p.twin.files[node]
		if flag&os.O_TRUNC != 0 {
			f.truncate(0)
		}
		p.handles = append(p.handles, &twinHandle{Handle: h, file: f, appender: flag&os.O_APPEND != 0})
	}
}

func (p *pair) handle(t *rapid.T) *twinHandle {
	if len(p.handles) == 0 {
		t.Skip("no handles")
	}
	return rapid.SampledFrom(p.handles).Draw(t, "handle")
}

// bytes are new bytes: a run of one that no other write has had lately.
func (p *pair) bytes(t *rapid.T) []byte {
	p.filler = p.filler%255 + 1
	return bytes.Repeat([]byte{p.filler}, rapid.OneOf(rapid.IntRange(0, 20), rapid.IntRange(0, 1100)).Draw(t, "length"))
}

func (p *pair) Write(t *rapid.T) {
	h, b := p.handle(t), p.bytes(t)
	if h.appender {
		h.off = len(h.file.now())
	}
	h.file.writeAt(b, h.off)
	h.off += len(b)
	_, err := h.Handle.Write(b)
	same(t, "write", err, true)
}

func (p *pair) WriteAt(t *rapid.T) {
	h, b, off := p.handle(t), p.bytes(t), offset.Draw(t, "offset")
	if !h.appender {
		h.file.writeAt(b, off)
	}
	_, err := h.Handle.WriteAt(b, int64(off))
	same(t, "write at", err, !h.appender)
}

func (p *pair) Read(t *rapid.T) {
	h := p.handle(t)
	got := make([]byte, rapid.IntRange(0, 1100).Draw(t, "length"))
	want := h.file.now()[min(h.off, len(h.file.now())):]
	want = want[:min(len(want), len(got))]
	n, err := h.Handle.Read(got)
	if !bytes.Equal(got[:n], want) || (err == io.EOF) != (n == 0 && len(got) > 0) {
		t.Fatalf("read %q, %v, want %q", got[:n], err, want)
	}
	h.off += n
}

func (p *pair) Seek(t *rapid.T) {
	h, to := p.handle(t), offset.Draw(t, "offset")
	whence := rapid.IntRange(io.SeekStart, io.SeekEnd).Draw(t, "whence")
	from := [...]int{0, h.off, len(h.file.now())}[whence]
	h.off = to
	at, err := h.Handle.Seek(int64(to-from), whence)
	same(t, "seek", err, at == int64(to))
}

func (p *pair) Truncate(t *rapid.T) {
	h, size := p.handle(t), offset.Draw(t, "size")
	h.file.truncate(size)
	same(t, "truncate", h.Handle.Truncate(int64(size)), true)
}

func (p *pair) Close(t *rapid.T) {
	h := p.handle(t)
	same(t, "close", h.Handle.Close(), true)
	p.handles = slices.DeleteFunc(p.handles, func(o *twinHandle) bool { return o == h })
}

func (p *pair) Remove(t *rapid.T) {
	name := anyName.Draw(t, "name")
	same(t, "remove", p.disk.Remove(name), p.twin.remove(name))
}

func (p *pair) Rename(t *rapid.T) {
	from, to := anyName.Draw(t, "from"), anyName.Draw(t, "to")
	same(t, "rename", p.disk.Rename(from, to), p.twin.rename(from, to))
}

func (p *pair) MoveDir(t *rapid.T) {
	from, to := anyDir.Draw(t, "from"), anyDir.Draw(t, "to")
	same(t, "move", p.disk.Rename(from, to), p.twin.rename(from, to))
}

func (p *pair) Mkdir(t *rapid.T) {
	name := anyDir.Draw(t, "name")
	could := true
	for i, c := range name + "/" {
		if c != '/' || !could {
			continue
		}
		node, there := p.twin.paths(p.twin.cached())[name[:i]]
		could = there && p.twin.files[node] == nil || !there && p.twin.create(name[:i], true)
	}
	same(t, "mkdir", p.disk.MkdirAll(name), could)
}

func (p *pair) Sync(t *rapid.T) {
	h := p.handle(t)
	s, err := h.BeginSync()
	same(t, "sync", err, true)
	file, version := h.file, h.file.begin()
	p.syncs = append(p.syncs, twinSync{s, func() { file.complete(version) }})
}

func (p *pair) SyncDir(t *rapid.T) {
	name := rapid.OneOf(rapid.Just("."), anyName).Draw(t, "name")
	node, there := p.twin.paths(p.twin.cached())[name]
	could := name == "." || there && p.twin.files[node] == nil
	s, err := p.disk.BeginSyncDir(name)
	same(t, "sync directory", err, could)
	if could {
		seq := p.twin.seq
		p.syncs = append(p.syncs, twinSync{s, func() { p.twin.syncDir(node, seq) }})
	}
}

func (p *pair) CompleteSync(t *rapid.T) {
	if len(p.syncs) == 0 {
		t.Skip("no syncs")
	}
	i := rapid.IntRange(0, len(p.syncs)-1).Draw(t, "sync")
	same(t, "sync's end", p.syncs[i].Sync.Complete(), true)
	p.syncs[i].complete()
	p.syncs = slices.Delete(p.syncs, i, i+1)
}

func (p *pair) Kill(t *rapid.T) {
	p.disk = p.disk.Kill()
	p.endHandles(t)
}

func (p *pair) endHandles(t *rapid.T) {
	for _, h := range p.handles {
		if _, err := h.Handle.Write([]byte("dead")); !errors.Is(err, fs.ErrClosed) {
			t.Fatalf("a handle of a dead process: %v", err)
		}
	}
	for _, s := range p.syncs {
		if err := s.Sync.Complete(); !errors.Is(err, fs.ErrClosed) {
			t.Fatalf("a sync of a dead process: %v", err)
		}
	}
	p.handles, p.syncs = nil, nil
}

func (p *pair) PowerLoss(t *rapid.T) {
	seed := rapid.Uint64().Draw(t, "seed")
	var next *disk.Disk
	for i := range uint64(4) {
		next = p.disk.PowerLoss(rand.New(rand.NewPCG(seed, i)))
		if !p.twin.mayLeave(found(t, next)) {
			t.Fatalf("a power loss left what it may not: %s", show(t, next))
		}
	}
	p.disk = next
	p.endHandles(t)
	p.twin = twinOf(found(t, next))
}

// found is all that is on a disk, nil for a directory.
func found(t rapid.TB, d *disk.Disk) map[string][]byte {
	all := map[string][]byte{}
	walk(t, d, func(name string) {
		if dir, is := strings.CutSuffix(name, "/"); is {
			all[dir] = nil
		} else {
			all[name] = append([]byte{}, content(t, d, name)...)
		}
	})
	return all
}

// twinOf is a twin for which all that was found is durable.
func twinOf(all map[string][]byte) *twin {
	w := newTwin()
	names := make([]string, 0, len(all))
	for name := range all {
		names = append(names, name)
	}
	slices.Sort(names) // parents first
	for _, name := range names {
		w.create(name, all[name] == nil)
		if all[name] != nil {
			w.files[w.nodes] = &twinFile{history: [][]byte{all[name]}}
		}
	}
	w.settle()
	return w
}

// Check compares all there is, and keeps the twin small.
func (p *pair) Check(t *rapid.T) {
	all := found(t, p.disk)
	paths := p.twin.paths(p.twin.cached())
	if len(paths) != len(all) {
		t.Fatalf("there is %s, the twin has %v", show(t, p.disk), paths)
	}
	for name, node := range paths {
		content, there := all[name]
		f := p.twin.files[node]
		if !there || (f == nil) != (content == nil) || f != nil && !bytes.Equal(content, f.now()) {
			t.Fatalf("there is %s, the twin has something else by the name %s", show(t, p.disk), name)
		}
	}
	for _, h := range p.handles {
		got := make([]byte, len(h.file.now())+1)
		n, err := h.ReadAt(got, 0)
		if err != io.EOF || !bytes.Equal(got[:n], h.file.now()) {
			t.Fatalf("an open file holds %q, %v, the twin's %q", got[:n], err, h.file.now())
		}
	}
	if len(p.twin.changes) > changesMost {
		p.syncAll(t, paths)
	}
}

func (p *pair) syncAll(t *rapid.T, paths map[string]int) {
	same(t, "sync root", p.disk.SyncDir("."), true)
	for name, node := range paths {
		if p.twin.files[node] == nil {
			same(t, "sync directory", p.disk.SyncDir(name), true)
		}
	}
	p.twin.settle()
}
