package foreign

// keys says how the entries of a register are to be read.
type keys int

const (
	plain        keys = iota // one register
	pairsWritten             // one register, but all that is written are pairs
	keyed                    // many registers, one a key
)

// keying says whether the entries of a register are of many, one a key. A tuple of
// Jepsen's independent tests, and :key, say so. But Jepsen prints a tuple as it prints
// any vector, and a register may hold vectors. So the invocations tell: a register is
// read with nil and with a key it is read with [key nil], and a cas has two values or
// a key and two.
//
//   - All invocations are pairs, one is a read or a cas: keyed.
//   - All writes are pairs, but something else is none: they may be keys or not, and
//     who judges must not be sure of a violation.
//   - Some are [key nil] and some are no pairs: an error.
func keying(entries []entry) (keys, error) {
	var writes, pairs, others int
	var sure, tell, odd, none *entry
	for i := range entries {
		e := &entries[i]
		if e.hasKey || e.value.isTuple() {
			sure = e
		}
		if e.kind != ":invoke" {
			continue
		}
		is := e.value.isPair()
		switch e.f {
		case ":read", ":r":
			if is {
				tell = e
				if e.value.items[1].isNil() && odd == nil {
					odd = e
				}
			}
		case ":write", ":w":
			writes++
			if is {
				pairs++
			}
		case ":cas":
			if is = is && e.value.items[1].isPair(); is {
				tell = e
			}
		default:
			continue // no call of a register, which is said when it is read
		}
		if !is {
			others++
			if none == nil {
				none = e
			}
		}
	}
	switch {
	case sure != nil:
		return keyed, nil // of one without a key it is said when it is read
	case others == 0 && tell != nil:
		return keyed, nil
	case odd != nil:
		return plain, wrong(none.line, "the :value %.40s is no key with a value, but that of line %d is: %.40s", none.value, odd.line, odd.value)
	case writes > 0 && writes == pairs:
		return pairsWritten, nil
	}
	return plain, nil
}
