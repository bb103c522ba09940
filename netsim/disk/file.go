package disk

import (
	"cmp"
	"slices"
)

// sizeMax bounds a file, so that a wild offset is an error (EFBIG) and not a
// huge allocation.
const sizeMax = 1 << 30

// file is the bytes of a file: as the page cache has them, and as the disk does.
type file struct {
	cached, durable image
	// unsynced are the sectors, ascending, that differ between cached and
	// durable, or may come to differ when a flush completes.
	unsynced []int
	sizes    span     // every length since the durable one, it included
	flushes  []*flush // under way, oldest first

	writes        uint64       // how many there have been, truncations too
	failures      uint64       // how many fsyncs have failed
	dropped       map[int]bool // unsynced sectors that no later fsync covers
	lengthDropped bool         // nor does one cover the length
}

// flush is what an fsync makes durable: the file as it was when it began. Of
// the sectors it holds those that were unsynced then; the rest were durable.
type flush struct {
	size   int64
	held   []held
	sizes  span   // every length since the flush began
	writes uint64 // how many there had been when it began
	length bool   // the length is among what it makes durable
}

// held is a sector as a flush found it.
type held struct {
	index  int
	sector *sector
}

// span is a range of lengths, both ends included.
type span struct{ low, high int64 }

func (s *span) add(size int64) { s.low, s.high = min(s.low, size), max(s.high, size) }

func (f *file) writeAt(p []byte, off int64) {
	if len(p) == 0 {
		return // not even the length changes
	}
	f.touch()
	end := off + int64(len(p))
	for len(p) > 0 {
		i, within := int(off/sectorSize), int(off%sectorSize)
		n := min(sectorSize-within, len(p))
		s := new(sector)
		if old := f.cached.at(i); old != nil && n < sectorSize {
			*s = *old
		}
		copy(s[within:], p[:n])
		f.cached.put(i, s)
		f.mark(i)
		p, off = p[n:], off+int64(n)
	}
	if end > f.cached.size {
		f.resize(end)
	}
}

// touch notes a write, which the next fsync covers, with the length.
func (f *file) touch() { f.writes, f.lengthDropped = f.writes+1, false }

func (f *file) truncate(size int64) {
	f.touch()
	// The sector the new end lies in changes, too: what was behind it is cut.
	for i := int(size / sectorSize); i < len(f.cached.sectors); i++ {
		f.mark(i)
	}
	f.resize(size)
}

func (f *file) resize(size int64) {
	f.cached.resize(size)
	f.sizes.add(size)
	for _, fl := range f.flushes {
		fl.sizes.add(size)
	}
}

// mark notes that sector i is unsynced.
func (f *file) mark(i int) {
	if len(f.dropped) > 0 {
		delete(f.dropped, i)
	}
	if n := len(f.unsynced); n == 0 || f.unsynced[n-1] < i {
		f.unsynced = append(f.unsynced, i)
		return
	}
	if k, found := slices.BinarySearch(f.unsynced, i); !found {
		f.unsynced = slices.Insert(f.unsynced, k, i)
	}
}

// begin starts a flush of all that is unsynced now.
func (f *file) begin() *flush {
	fl := &flush{
		size:   f.cached.size,
		held:   make([]held, 0, len(f.unsynced)),
		sizes:  span{f.cached.size, f.cached.size},
		writes: f.writes,
		length: !f.lengthDropped,
	}
	for _, i := range f.unsynced {
		if !f.dropped[i] {
			fl.held = append(fl.held, held{i, f.cached.at(i)})
		}
	}
	f.flushes = append(f.flushes, fl)
	return fl
}

// complete makes what the flush holds durable. It ends every older flush, too,
// whose sectors it covers; completing one that has ended changes nothing.
func (f *file) complete(fl *flush) {
	k := slices.Index(f.flushes, fl)
	if k < 0 {
		return
	}
	f.flushes = slices.Delete(f.flushes, 0, k+1)
	for _, h := range fl.held {
		f.durable.put(h.index, h.sector)
	}
	if fl.length {
		f.durable.resize(fl.size)
		f.sizes = fl.sizes
	}
	f.unsynced = slices.DeleteFunc(f.unsynced, func(i int) bool {
		return f.cached.at(i) == f.durable.at(i) && !slices.ContainsFunc(f.flushes, func(fl *flush) bool {
			_, found := fl.find(i)
			return found
		})
	})
}

// fail ends every flush that is under way. What they hold is dropped, unless it
// was written again since.
func (f *file) fail() {
	if f.dropped == nil {
		f.dropped = map[int]bool{}
	}
	for _, fl := range f.flushes {
		for _, h := range fl.held {
			if f.cached.at(h.index) == h.sector {
				f.dropped[h.index] = true
			}
		}
		f.lengthDropped = f.lengthDropped || fl.writes == f.writes
	}
	f.flushes = nil
	f.failures++
}

func (fl *flush) find(i int) (*sector, bool) {
	k, found := slices.BinarySearchFunc(fl.held, i, func(h held, i int) int { return cmp.Compare(h.index, i) })
	if !found {
		return nil, false
	}
	return fl.held[k].sector, true
}
