package disk

import (
	"maps"
	"math/rand/v2"
	"slices"
)

// fate is what becomes of unsynced things as a whole. Tossing a coin for each
// of many would hardly ever keep or lose them all, and those two outcomes find
// bugs of their own.
type fate int

const (
	loseAll fate = iota
	keepAll
	mixed
)

func drawFate(rng *rand.Rand) fate { return min(fate(rng.IntN(4)), mixed) }

// keeps draws whether one of the things is kept.
func (f fate) keeps(rng *rand.Rand) bool {
	return f == keepAll || f == mixed && rng.IntN(2) == 0
}

// PowerLoss returns the disk as it may be found after a power loss, by the
// rules at the top of this package; every outcome they allow can be drawn. All
// of the new disk is durable. d is spent: its handles and every operation on
// it fail with fs.ErrClosed, except that PowerLoss may be called again, for
// another outcome of the same loss.
func (d *Disk) PowerLoss(rng *rand.Rand) *Disk {
	d.spent = true
	names := map[*node]map[string]*node{} // of directories that differ from durable
	namesOf := func(dir *node) map[string]*node {
		if names[dir] == nil {
			names[dir] = maps.Clone(dir.durable)
		}
		return names[dir]
	}
	for _, c := range d.surviving(rng) {
		c.apply(namesOf)
	}
	return &Disk{root: d.root.afterPowerLoss(namesOf, rng)}
}

func (n *node) afterPowerLoss(namesOf func(*node) map[string]*node, rng *rand.Rand) *node {
	if !n.isDir() {
		return &node{file: n.file.afterPowerLoss(rng)}
	}
	dir := newDir()
	names := namesOf(n)
	for _, name := range slices.Sorted(maps.Keys(names)) {
		child := names[name].afterPowerLoss(namesOf, rng)
		dir.cached[name], dir.durable[name] = child, child
	}
	return dir
}

func (f *file) afterPowerLoss(rng *rand.Rand) *file {
	left := f.durable
	left.sectors = slices.Clone(left.sectors)
	switch drawFate(rng) {
	case loseAll:
	case keepAll:
		for _, i := range f.unsynced {
			left.put(i, f.cached.at(i))
		}
		left.resize(f.cached.size)
	case mixed:
		for _, i := range f.unsynced {
			left.put(i, f.drawSector(i, rng))
		}
		left.resize(f.drawSize(rng))
	}
	durable := left
	durable.sectors = slices.Clone(left.sectors)
	return &file{cached: left, durable: durable, sizes: span{left.size, left.size}}
}

// drawSector draws what is left of an unsynced sector: what the disk had, what
// the page cache has, or what a flush under way holds.
func (f *file) drawSector(i int, rng *rand.Rand) *sector {
	switch k := rng.IntN(2 + len(f.flushes)); k {
	case 0:
		return f.durable.at(i)
	case 1:
		return f.cached.at(i)
	default:
		if s, found := f.flushes[k-2].find(i); found {
			return s
		}
		return f.durable.at(i)
	}
}

// drawSize draws the length: the durable one, the cached one, or any that the
// file may have had between.
func (f *file) drawSize(rng *rand.Rand) int64 {
	switch rng.IntN(3) {
	case 0:
		return f.durable.size
	case 1:
		return f.cached.size
	default:
		return f.sizes.low + rng.Int64N(f.sizes.high-f.sizes.low+1)
	}
}
