package invariant

// table maps log indexes to values. Indexes come in runs, so values lie in
// pages; a damaged trace with a huge index costs one page, not the memory up to
// it.
type table[T any] struct {
	pages map[uint64]*[pageSize]T
	last  *[pageSize]T // the page used last, which is mostly the next one too
	lastN uint64
}

const pageSize = 256

// at returns the value's place, which is made if create is true and there is
// none; otherwise it is nil.
func (t *table[T]) at(index uint64, create bool) *T {
	n := index / pageSize
	if t.last == nil || t.lastN != n {
		page := t.pages[n]
		if page == nil {
			if !create {
				return nil
			}
			if t.pages == nil {
				t.pages = make(map[uint64]*[pageSize]T)
			}
			page = new([pageSize]T)
			t.pages[n] = page
		}
		t.last, t.lastN = page, n
	}
	return &t.last[index%pageSize]
}

// get returns the value at index, which is zero if none was put there.
func (t *table[T]) get(index uint64) (v T) {
	if p := t.at(index, false); p != nil {
		v = *p
	}
	return v
}

// put returns the place of the value at index, for writing.
func (t *table[T]) put(index uint64) *T { return t.at(index, true) }
