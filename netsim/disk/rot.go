package disk

import (
	"maps"
	"math/rand/v2"
	"path"
	"slices"
)

// Rot flips one bit of what the disk holds: of a file drawn among those that are
// durable and not empty, with each bit as likely. Programs see it where the page
// cache holds the same; what was written since hides it, and mends it when it is
// synced. Rot reports the file's durable name and the number of the bit, from 0;
// not ok if the disk holds nothing.
func (d *Disk) Rot(rng *rand.Rand) (name string, bit int64, ok bool) {
	var names []string
	var files []*file
	d.root.durableFiles("", func(name string, f *file) {
		if f.durable.size > 0 {
			names, files = append(names, name), append(files, f)
		}
	})
	if len(files) == 0 {
		return "", 0, false
	}
	k := rng.IntN(len(files))
	bit = rng.Int64N(8 * files[k].durable.size)
	files[k].flip(bit)
	return names[k], bit, true
}

// durableFiles calls f for each file that names lead to durably, sorted by name.
func (n *node) durableFiles(prefix string, f func(name string, file *file)) {
	if !n.isDir() {
		f(prefix, n.file)
		return
	}
	for _, name := range slices.Sorted(maps.Keys(n.durable)) {
		n.durable[name].durableFiles(path.Join(prefix, name), f)
	}
}

// flip flips a bit of the durable image, and of the cached one where that has the
// same sector.
func (f *file) flip(bit int64) {
	i := int(bit / 8 / sectorSize)
	old, flipped := f.durable.at(i), new(sector)
	if old != nil {
		*flipped = *old
	}
	flipped[bit/8%sectorSize] ^= 1 << (bit % 8)
	shared := f.cached.at(i) == old && bit/8 < f.cached.size
	f.durable.put(i, flipped)
	if shared {
		f.cached.put(i, flipped)
	} else if !f.dropped[i] {
		f.mark(i)
	}
}
