package node

import (
	"slices"
	"testing"
	"time"
)

// indexes are those that a tape lists, and up to where it keeps none.
func indexes(r *tape, from uint64, most int) (list []uint64, through uint64) {
	seen, through, _ := r.from(from, most)
	for _, s := range seen {
		list = append(list, s.Index)
	}
	return list, through
}

func TestATapeKeepsTheLastCommandsOfTheLocalLog(t *testing.T) {
	r := newTape(3)
	for k, index := range []uint64{2, 5, 6, 9, 11} {
		r.add([]Entry{{Index: index, Term: 7}}, uint64(k+1), 0, tip{index, 0})
	}
	r.add([]Entry{{Index: 9}}, 6, 0, tip{11, 0}) // again, as after a snapshot that reaches less far
	for from, want := range map[uint64][]uint64{0: {6, 9, 11}, 6: {6, 9, 11}, 7: {9, 11}, 11: {11}, 12: nil} {
		if list, through := indexes(r, from, 10); !slices.Equal(list, want) || through != 5 {
			t.Errorf("from %d it lists %v, and none up to %d; want %v and 5", from, list, through, want)
		}
	}
	if list, _ := indexes(r, 0, 2); !slices.Equal(list, []uint64{6, 9}) {
		t.Errorf("at most two are %v; want 6 and 9", list)
	}
	if s, ok := r.find(9); !ok || s.Frame != 4 || s.Term != 7 {
		t.Errorf("at 9 it finds %+v, %v; want frame 4 of term 7", s, ok)
	}
	if _, ok := r.find(5); ok {
		t.Error("it finds an entry that it does not keep any more")
	}
}

func TestAJumpLeavesOutWhatWasCompacted(t *testing.T) {
	r := newTape(2)
	r.add([]Entry{{Index: 2}, {Index: 3}, {Index: 4}}, 1, 0, tip{4, 0})
	_, more := r.end()
	r.add([]Entry{{Index: 40, Jump: true}, {Index: 41}}, 2, 0, tip{41, 99})
	select {
	case <-more:
	default:
		t.Error("it does not tell that the local log has grown")
	}
	if list, through := indexes(r, 0, 10); !slices.Equal(list, []uint64{41}) || through != 40 {
		t.Errorf("it lists %v, and none up to %d; want 41 and 40", list, through)
	}
	if to, _ := r.end(); to != (tip{41, 99}) {
		t.Errorf("it ends at %v", to)
	}
}

func TestANodeWithoutPlayersKeepsNothing(t *testing.T) {
	r := newTape(0)
	r.add([]Entry{{Index: 2}}, 1, 0, tip{2, 0})
	r.frame(time.Second, true)
	if r != nil {
		t.Error("it keeps something")
	}
}
