package disk

import (
	"math/rand/v2"
	"slices"
)

// changesMax bounds how many changes to names wait for a sync: they keep files
// alive that were removed. The oldest beyond it becomes durable by itself, as a
// kernel in time writes back everything.
const changesMax = 128

// change is one operation on names that is not durable yet: all that it sets
// becomes durable, or none of it.
type change struct {
	seq     uint64
	sets    []entry
	removed *node   // the directory that goes, if it is one
	into    []*node // of a rename to another directory: that one and those above
}

// in says whether the change is one to dir's names.
func (c *change) in(dir *node) bool {
	return slices.ContainsFunc(c.sets, func(e entry) bool { return e.dir == dir })
}

// entry sets what a name leads to; nil for nothing.
type entry struct {
	slot
	to *node
}

func (c *change) apply(names func(dir *node) map[string]*node) {
	for _, e := range c.sets {
		if e.to == nil {
			delete(names(e.dir), e.name)
		} else {
			names(e.dir)[e.name] = e.to
		}
	}
}

func cachedNames(dir *node) map[string]*node  { return dir.cached }
func durableNames(dir *node) map[string]*node { return dir.durable }

// change makes a change in the page cache.
func (d *Disk) change(c change) {
	d.seq++
	c.seq = d.seq
	c.apply(cachedNames)
	d.changes = append(d.changes, c)
	if len(d.changes) > changesMax {
		d.changes[0].apply(durableNames)
		d.changes = slices.Delete(d.changes, 0, 1)
	}
}

// ties say by what the changes added hold on to others.
type ties struct {
	slots  map[slot]bool  // both set the same name
	inside map[*node]bool // one emptied a directory, the other removed it
	placed map[*node]bool // one put a directory in its place, the other moved something below it
}

func newTies() ties {
	return ties{map[slot]bool{}, map[*node]bool{}, map[*node]bool{}}
}

// addBefore adds the ties by which c holds on to earlier changes.
func (t *ties) addBefore(c *change) {
	for _, e := range c.sets {
		t.slots[e.slot] = true
	}
	for _, dir := range c.into {
		t.placed[dir] = true
	}
	if c.removed != nil {
		t.inside[c.removed] = true
	}
}

// holdEarlier says whether a change already added cannot survive without c.
func (t *ties) holdEarlier(c *change) bool {
	return slices.ContainsFunc(c.sets, func(e entry) bool {
		return t.slots[e.slot] || t.inside[e.dir] || t.placed[e.to]
	})
}

// addAfter adds the ties by which later changes hold on to c.
func (t *ties) addAfter(c *change) {
	for _, e := range c.sets {
		t.slots[e.slot] = true
		t.inside[e.dir] = true
		t.placed[e.to] = true
	}
}

// holdLater says whether c cannot survive without a change already added.
func (t *ties) holdLater(c *change) bool {
	return t.inside[c.removed] ||
		slices.ContainsFunc(c.into, func(dir *node) bool { return t.placed[dir] }) ||
		slices.ContainsFunc(c.sets, func(e entry) bool { return t.slots[e.slot] })
}

// syncNames makes durable the changes to dir's names up to seq and, before
// each, the earlier ones it cannot survive without.
func (d *Disk) syncNames(dir *node, seq uint64) {
	synced := newTies()
	durable := map[uint64]bool{} // by seq
	for _, c := range slices.Backward(d.changes) {
		if c.seq <= seq && (c.in(dir) || synced.holdEarlier(&c)) {
			synced.addBefore(&c)
			durable[c.seq] = true
		}
	}
	d.changes = slices.DeleteFunc(d.changes, func(c change) bool {
		if durable[c.seq] {
			c.apply(durableNames)
		}
		return durable[c.seq]
	})
}

// surviving draws which of the changes a power loss leaves.
func (d *Disk) surviving(rng *rand.Rand) []change {
	var kept []change
	lost := newTies()
	fate := drawFate(rng)
	for _, c := range d.changes {
		if fate.keeps(rng) && !lost.holdLater(&c) {
			kept = append(kept, c)
		} else {
			lost.addAfter(&c)
		}
	}
	return kept
}
