package invariant

import (
	"testing"

	"pgregory.net/rapid"
)

// plainLog is the dumb twin of termLog: a map from index to term.
type plainLog struct {
	terms    map[uint64]uint64 // 0: not known
	snapshot uint64
}

func (l *plainLog) bounds() (first, last uint64) {
	for i := range l.terms {
		if first == 0 || i < first {
			first = i
		}
		last = max(last, i)
	}
	return first, last
}

func (l *plainLog) append(index, term uint64) {
	if old, is := l.terms[index]; is && old == term {
		return
	}
	l.keep(func(i uint64) bool { return i < index })
	if _, last := l.bounds(); last != index-1 {
		clear(l.terms)
	}
	l.terms[index] = term
}

func (l *plainLog) keep(these func(index uint64) bool) {
	for i := range l.terms {
		if !these(i) {
			delete(l.terms, i)
		}
	}
}

func (l *plainLog) boot(first, count, term uint64) {
	l.keep(func(i uint64) bool { return i >= first && i < first+count })
	if count == 0 {
		return
	}
	// Entries that no event told of can only lie after those that are known.
	_, known := l.bounds()
	for i := max(first, known+1); i < first+count; i++ {
		l.terms[i] = 0
	}
	l.terms[first+count-1] = term
}

func (l *plainLog) term(index uint64) (uint64, presence) {
	term, is := l.terms[index]
	switch {
	case is && term != 0:
		return term, present
	case is || index <= l.snapshot:
		return 0, veiled
	}
	return 0, absent
}

func TestALogOfRunsIsALogOfEntries(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		runs, plain := new(termLog), &plainLog{terms: make(map[uint64]uint64)}
		index := rapid.Uint64Range(1, 20)
		term := rapid.Uint64Range(1, 4)
		for range rapid.IntRange(1, 40).Draw(t, "steps") {
			switch rapid.IntRange(0, 6).Draw(t, "what") {
			case 0, 1, 2:
				next := index.Draw(t, "index")
				if _, last := plain.bounds(); last > 0 && rapid.Bool().Draw(t, "next") {
					next = last + 1
				}
				x := term.Draw(t, "term")
				runs.append(next, x)
				plain.append(next, x)
			case 3:
				from := index.Draw(t, "from")
				runs.cutFrom(from)
				plain.keep(func(i uint64) bool { return i < from })
			case 4:
				through := index.Draw(t, "through")
				runs.cutThrough(through)
				plain.keep(func(i uint64) bool { return i > through })
			case 5:
				through := index.Draw(t, "snapshot")
				runs.restore(through, 0, "install")
				plain.snapshot = through
				plain.keep(func(i uint64) bool { return i > through })
			case 6:
				first, count, x := index.Draw(t, "first"), rapid.Uint64Range(0, 9).Draw(t, "count"), term.Draw(t, "last")
				runs.boot(first, count, x)
				plain.boot(first, count, x)
			}
			for i := uint64(1); i < 40; i++ {
				gotTerm, got := runs.term(i)
				wantTerm, want := plain.term(i)
				if got != want || gotTerm != wantTerm {
					t.Fatalf("entry %d: term %d, presence %d; want %d, %d (%+v)", i, gotTerm, got, wantTerm, want, *runs)
				}
			}
		}
	})
}

func TestACloneOfALogStaysAsItWas(t *testing.T) {
	l := new(termLog)
	l.append(1, 1)
	l.append(2, 2)
	c := l.clone()
	l.cutFrom(2)
	l.append(2, 3)
	if term, _ := c.term(2); term != 2 {
		t.Errorf("entry 2 of the clone has term %d", term)
	}
}
