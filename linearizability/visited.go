package linearizability

import (
	"slices"
)

// visited remembers where a walk has been. A position is covered by one that was
// there before and used no more of any class of open calls. That one was either
// given up, and so is this; or the walk is still below it, and will try there all
// that could be tried here.
//
// Nothing is lost by that: of all positions remembered from which an order can
// be completed, take one that needs the fewest calls for it. The position after
// the first of them needs fewer. So it is not remembered; so it was covered; but
// then the one that covers it needs no more calls than it does, and is
// remembered: a contradiction, unless the order was found.
//
// A position right after an open call (see cell.go and trail.go) covers only those
// that are right after the same.
type visited struct {
	model   Model
	classes []class
	at      map[uint64][]position
}

// covers says whether an earlier position covers this one, and remembers it if
// not; and how many it had to be compared with.
func (v *visited) covers(pos *position, equal func(a, b any) bool) (covered bool, compared int) {
	if v.at == nil {
		v.at = make(map[uint64][]position)
	}
	key := v.hash(pos)
	same := v.at[key]
	alike := func(p *position) bool {
		return p.at == pos.at && slices.Equal(p.done, pos.done) && equal(p.state, pos.state)
	}
	for i := range same {
		if p := &same[i]; alike(p) && p.owesAtMost(pos, equal) && v.atMost(p.used, pos.used) {
			return true, i
		}
	}
	compared = len(same)
	// Those that it covers in turn are of no use any more.
	same = slices.DeleteFunc(same, func(p position) bool {
		return v.atMost(pos.used, p.used) && pos.owesAtMost(&p, equal) && alike(&p)
	})
	v.at[key] = append(same, *pos)
	return false, compared
}

// atMost says whether a has used no more of any class than b; of one with another
// that can stand instead, no more than b has used more of that.
func (v *visited) atMost(a, b []use) bool {
	var more []use // by the class that could stand instead
	k := 0
	for _, u := range a {
		for k < len(b) && b[k].class < u.class {
			k++
		}
		excess := u.count
		if k < len(b) && b[k].class == u.class {
			excess -= b[k].count
		}
		if excess <= 0 {
			continue
		}
		instead := v.classes[u.class].instead
		if instead < 0 {
			return false
		}
		more = append(more, use{instead, excess})
	}
	for _, u := range more {
		// All classes with the same one share what is spare of it.
		total := 0
		for _, other := range more {
			if other.class == u.class {
				total += other.count
			}
		}
		if total > count(b, u.class)-count(a, u.class) {
			return false
		}
	}
	return true
}

// hash is the same for positions that may cover each other.
func (v *visited) hash(pos *position) uint64 {
	h := mix(offset, uint64(pos.at))
	for _, word := range pos.done {
		h = mix(h, word)
	}
	return mix(h, v.model.hash(pos.state))
}

// hash is Hash, or does what can be done without it.
func (m *Model) hash(state any) uint64 {
	if m.Hash != nil {
		return m.Hash(state)
	}
	h := uint64(offset)
	if text, is := state.(string); is && m.Equal == nil {
		for i := range len(text) {
			h = (h ^ uint64(text[i])) * prime
		}
	}
	return h
}

// FNV-1a's constants; mix is one step of it over a word, with the high bits
// brought down, where a map looks.
const offset, prime = 14695981039346656037, 1099511628211

func mix(h, word uint64) uint64 {
	h = (h ^ word) * prime
	return h ^ h>>29
}

// bitset is a set of small numbers.
type bitset []uint64

func newBitset(n int) bitset { return make(bitset, (n+63)/64) }

func (b bitset) has(k int) bool { return b[k/64]&(1<<(k%64)) != 0 }
func (b bitset) set(k int)      { b[k/64] |= 1 << (k % 64) }
func (b bitset) clear(k int)    { b[k/64] &^= 1 << (k % 64) }
