package disk_test

import (
	"maps"
	"path"
	"slices"
	"strings"
)

// twin is the dumb twin of a Disk. Of every file it keeps every content the
// file ever had; of the names, what was durable and each change since. What a
// power loss may leave it finds by trying all subsets of those changes.
type twin struct {
	files   map[int]*twinFile // by node; other nodes are directories
	nodes   int               // made so far; 0 is the root
	durable twinNames
	changes []twinChange
	seq     int // of the newest change ever made
}

// twinNames is the whole tree: which node each name of each directory leads to.
type twinNames map[twinSlot]int

type twinSlot struct {
	dir  int
	name string
}

type twinChange struct {
	seq     int
	sets    []twinEntry
	removed int   // the directory that goes; 0 for none
	into    []int // of a rename to another directory: that and those above
	synced  bool
}

type twinEntry struct {
	twinSlot
	to int // 0 for nothing
}

func newTwin() *twin { return &twin{files: map[int]*twinFile{}, durable: twinNames{}} }

// twinFile holds every content of a file, oldest first.
type twinFile struct {
	history [][]byte
	durable int   // the one last made durable
	begun   []int // the ones that syncs began with
}

func (f *twinFile) now() []byte { return f.history[len(f.history)-1] }

func (f *twinFile) writeAt(p []byte, off int) {
	next := slices.Clone(f.now())
	if len(p) > 0 && len(next) < off+len(p) {
		next = append(next, make([]byte, off+len(p)-len(next))...)
	}
	copy(next[min(off, len(next)):], p)
	f.history = append(f.history, next)
}

func (f *twinFile) truncate(size int) {
	next := make([]byte, size)
	copy(next, f.now())
	f.history = append(f.history, next)
}

func (f *twinFile) begin() int {
	f.begun = append(f.begun, len(f.history)-1)
	return len(f.history) - 1
}

func (f *twinFile) complete(version int) { f.durable = max(f.durable, version) }

// mayBe says whether a power loss may leave content: each sector is one that
// may have survived, and the length one the file has passed.
func (f *twinFile) mayBe(content []byte) bool {
	low, high := len(f.now()), len(f.now())
	for _, v := range f.history[f.durable:] {
		low, high = min(low, len(v)), max(high, len(v))
	}
	if len(content) < low || len(content) > high {
		return false
	}
	versions := [][]byte{f.history[f.durable], f.now()}
	for _, v := range f.begun {
		if v > f.durable {
			versions = append(versions, f.history[v])
		}
	}
	for at := 0; at < len(content); at += 512 {
		end := min(at+512, len(content))
		if !slices.ContainsFunc(versions, func(v []byte) bool {
			padded := append(slices.Clone(v), make([]byte, end)...)
			return string(padded[at:end]) == string(content[at:end])
		}) {
			return false
		}
	}
	return true
}

// names applies the changes of a subset to what is durable.
func (w *twin) names(chosen func(i int) bool) twinNames {
	names := maps.Clone(w.durable)
	for i, c := range w.changes {
		for _, e := range c.sets {
			if !chosen(i) {
				continue
			}
			names[e.twinSlot] = e.to
			if e.to == 0 {
				delete(names, e.twinSlot)
			}
		}
	}
	return names
}

func (w *twin) cached() twinNames { return w.names(func(int) bool { return true }) }

// paths are the names that can be reached from the root, and their nodes.
func (w *twin) paths(names twinNames) map[string]int {
	paths := map[string]int{}
	var in func(dir int, prefix string)
	in = func(dir int, prefix string) {
		for s, node := range names {
			if s.dir != dir {
				continue
			}
			paths[prefix+s.name] = node
			if w.files[node] == nil {
				in(node, prefix+s.name+"/")
			}
		}
	}
	in(0, "")
	return paths
}

// holds says whether the later change cannot be there without the earlier one.
func (later *twinChange) holds(earlier *twinChange) bool {
	for _, e := range earlier.sets {
		if later.removed != 0 && e.dir == later.removed || e.to != 0 && slices.Contains(later.into, e.to) {
			return true
		}
		for _, l := range later.sets {
			if l.twinSlot == e.twinSlot {
				return true
			}
		}
	}
	return false
}

// legal says whether a power loss may leave just this subset of the changes.
func (w *twin) legal(chosen func(i int) bool) bool {
	for i := range w.changes {
		for j := range i {
			if chosen(i) && !chosen(j) && w.changes[i].holds(&w.changes[j]) {
				return false
			}
		}
		if w.changes[i].synced && !chosen(i) {
			return false
		}
	}
	return true
}

// mayLeave says whether a power loss may leave a disk with these contents, nil
// for a directory.
func (w *twin) mayLeave(found map[string][]byte) bool {
	for set := range 1 << len(w.changes) {
		chosen := func(i int) bool { return set>>i&1 == 1 }
		if !w.legal(chosen) {
			continue
		}
		paths := w.paths(w.names(chosen))
		matches := len(paths) == len(found) && w.hasWhatStayed(paths)
		for name, node := range paths {
			content, there := found[name]
			f := w.files[node]
			matches = matches && there && (f == nil) == (content == nil) && (f == nil || f.mayBe(content))
		}
		if matches {
			return true
		}
	}
	return false
}

// hasWhatStayed says whether all is there that was durable and is in the cache.
// It follows from the rules; this tests that they are enough.
func (w *twin) hasWhatStayed(paths map[string]int) bool {
	left, cached := map[int]bool{}, map[int]bool{}
	for _, node := range paths {
		left[node] = true
	}
	for _, node := range w.paths(w.cached()) {
		cached[node] = true
	}
	for _, node := range w.paths(w.durable) {
		if cached[node] && !left[node] {
			return false
		}
	}
	return true
}

// slot is the place a name stands for, if its directory exists.
func (w *twin) slot(name string) (twinSlot, bool) {
	dir := path.Dir(name)
	if dir == "." {
		return twinSlot{0, name}, true
	}
	node, there := w.paths(w.cached())[dir]
	return twinSlot{node, path.Base(name)}, there && w.files[node] == nil
}

func (w *twin) change(c twinChange) {
	w.seq++
	c.seq = w.seq
	w.changes = append(w.changes, c)
}

// create makes a file or directory where there is none and says whether it
// could.
func (w *twin) create(name string, isDir bool) bool {
	at, ok := w.slot(name)
	if !ok {
		return false
	}
	w.nodes++
	if !isDir {
		w.files[w.nodes] = &twinFile{history: [][]byte{{}}}
	}
	w.change(twinChange{sets: []twinEntry{{at, w.nodes}}})
	return true
}

func (w *twin) remove(name string) bool {
	paths := w.paths(w.cached())
	node := paths[name]
	for other := range paths {
		if strings.HasPrefix(other, name+"/") {
			return false
		}
	}
	if node == 0 {
		return false
	}
	at, _ := w.slot(name)
	c := twinChange{sets: []twinEntry{{at, 0}}}
	if w.files[node] == nil {
		c.removed = node
	}
	w.change(c)
	return true
}

func (w *twin) rename(from, to string) bool {
	paths := w.paths(w.cached())
	node, old := paths[from], paths[to]
	dst, ok := w.slot(to)
	isDir := w.files[node] == nil
	if node == 0 || !ok || old != 0 && (isDir || w.files[old] == nil) || isDir && strings.HasPrefix(to, from+"/") {
		return false
	}
	src, _ := w.slot(from)
	c := twinChange{sets: []twinEntry{{src, 0}, {dst, node}}}
	for dir := path.Dir(to); src.dir != dst.dir && dir != "."; dir = path.Dir(dir) {
		c.into = append(c.into, paths[dir])
	}
	w.change(c)
	return true
}

// syncDir marks the changes to a directory's names up to seq.
func (w *twin) syncDir(dir, seq int) {
	for i, c := range w.changes {
		for _, e := range c.sets {
			if e.dir == dir && c.seq <= seq {
				w.changes[i].synced = true
			}
		}
	}
}

// settle takes every change as durable: the disk was made to sync them all.
func (w *twin) settle() { w.durable, w.changes = w.cached(), nil }
