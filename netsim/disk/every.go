package disk

import (
	"iter"
	"maps"
	"slices"
)

// lengthsMax bounds how many of the lengths that a file may have EveryPowerLoss
// tries, besides sector boundaries.
const lengthsMax = 8

// EveryPowerLoss yields each disk that PowerLoss may draw, once or more often.
// Its one bound: of a file that may have more than a few lengths it takes those
// of the disk and of the page cache, every sector boundary between, and one
// length in the midst of each sector. d is spent, as by PowerLoss.
//
// It is for small disks: there are 2^n outcomes of n things unsynced, and no
// fewer steps.
func (d *Disk) EveryPowerLoss() iter.Seq[*Disk] {
	d.spent = true
	return func(yield func(*Disk) bool) {
		options := make(map[*file][]image) // of files met before
		for _, kept := range d.everySurviving() {
			names := map[*node]map[string]*node{}
			namesOf := func(dir *node) map[string]*node {
				if names[dir] == nil {
					names[dir] = maps.Clone(dir.durable)
				}
				return names[dir]
			}
			for _, c := range kept {
				c.apply(namesOf)
			}
			var files []*file
			d.root.addFiles(namesOf, &files)
			for _, f := range files {
				if options[f] == nil {
					options[f] = f.everyImage()
				}
			}
			if !combine(files, options, func(choice map[*file]*image) bool {
				return yield(&Disk{root: d.root.chosen(namesOf, choice)})
			}) {
				return
			}
		}
	}
}

// everySurviving is every subset of the changes that may survive.
func (d *Disk) everySurviving() [][]change {
	var all [][]change
	for set := range 1 << len(d.changes) {
		var kept []change
		lost := newTies()
		legal := true
		for i, c := range d.changes {
			if set>>i&1 == 0 {
				lost.addAfter(&c)
				continue
			}
			legal = legal && !lost.holdLater(&c)
			kept = append(kept, c)
		}
		if legal {
			all = append(all, kept)
		}
	}
	return all
}

// addFiles adds every file below n, in the order of names.
func (n *node) addFiles(namesOf func(*node) map[string]*node, files *[]*file) {
	if !n.isDir() {
		*files = append(*files, n.file)
		return
	}
	names := namesOf(n)
	for _, name := range slices.Sorted(maps.Keys(names)) {
		names[name].addFiles(namesOf, files)
	}
}

// combine calls f with each combination of what the files may be, until it
// returns false, which it then reports.
func combine(files []*file, options map[*file][]image, f func(map[*file]*image) bool) bool {
	choice := make(map[*file]*image, len(files))
	var choose func(k int) bool
	choose = func(k int) bool {
		if k == len(files) {
			return f(choice)
		}
		list := options[files[k]]
		for i := range list {
			choice[files[k]] = &list[i]
			if !choose(k + 1) {
				return false
			}
		}
		return true
	}
	return choose(0)
}

// chosen is the tree after a power loss that left these files so.
func (n *node) chosen(namesOf func(*node) map[string]*node, choice map[*file]*image) *node {
	if !n.isDir() {
		left := *choice[n.file]
		left.sectors = slices.Clone(left.sectors)
		durable := left
		durable.sectors = slices.Clone(left.sectors)
		return &node{file: &file{cached: left, durable: durable, sizes: span{left.size, left.size}}}
	}
	dir := newDir()
	names := namesOf(n)
	for _, name := range slices.Sorted(maps.Keys(names)) {
		child := names[name].chosen(namesOf, choice)
		dir.cached[name], dir.durable[name] = child, child
	}
	return dir
}

// everyImage is all that a power loss may leave of a file.
func (f *file) everyImage() []image {
	var all []image
	seen := make(map[string]bool)
	var choose func(left image, unsynced []int)
	choose = func(left image, unsynced []int) {
		if len(unsynced) > 0 {
			for _, s := range f.everySector(unsynced[0]) {
				with := left
				with.sectors = slices.Clone(left.sectors)
				with.put(unsynced[0], s)
				choose(with, unsynced[1:])
			}
			return
		}
		for _, size := range f.everySize() {
			cut := left
			cut.sectors = slices.Clone(left.sectors)
			cut.resize(size)
			if bytes := cut.text(); !seen[bytes] {
				seen[bytes] = true
				all = append(all, cut)
			}
		}
	}
	choose(f.durable, f.unsynced)
	return all
}

// everySector is all that may be left of an unsynced sector.
func (f *file) everySector(i int) []*sector {
	all := []*sector{f.durable.at(i)}
	add := func(s *sector) {
		if !slices.Contains(all, s) {
			all = append(all, s)
		}
	}
	add(f.cached.at(i))
	for _, fl := range f.flushes {
		if s, found := fl.find(i); found {
			add(s)
		}
	}
	return all
}

// everySize is the lengths that EveryPowerLoss tries, ascending.
func (f *file) everySize() []int64 {
	low, high := f.sizes.low, f.sizes.high
	all := []int64{low, f.durable.size, f.cached.size, high}
	step := int64(sectorSize / 2)
	if high-low < lengthsMax {
		step = 1
	}
	for size := low/step*step + step; size < high; size += step {
		all = append(all, size)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// text is the bytes of an image.
func (m *image) text() string {
	b := make([]byte, m.size)
	m.readAt(b, 0)
	return string(b)
}
