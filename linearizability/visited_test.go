package linearizability

import "testing"

func TestAPositionCoversThoseThatUsedNoLess(t *testing.T) {
	// Class 0 makes a whatever was there; 1 and 2 make it only of b, and of c. Class
	// 3 has nothing to do with them.
	v := visited{classes: []class{{instead: -1}, {instead: 0}, {instead: 0}, {instead: -1}}}
	for _, c := range []struct {
		a, b []use
		want bool
	}{
		{nil, nil, true},
		{nil, []use{{3, 1}}, true},
		{[]use{{3, 1}}, nil, false},
		{[]use{{0, 1}, {3, 2}}, []use{{0, 1}, {3, 2}}, true},
		{[]use{{0, 2}}, []use{{0, 1}, {3, 2}}, false},
		{[]use{{1, 1}}, []use{{0, 1}}, true},
		{[]use{{0, 1}}, []use{{1, 1}}, false},
		{[]use{{1, 1}, {2, 1}}, []use{{0, 1}}, false},
		{[]use{{1, 1}, {2, 1}}, []use{{0, 2}}, true},
		{[]use{{0, 1}, {1, 1}}, []use{{0, 1}}, false},
		{[]use{{1, 2}}, []use{{0, 1}, {1, 1}}, true},
		{[]use{{1, 1}, {3, 1}}, []use{{0, 1}}, false},
	} {
		if got := v.atMost(c.a, c.b); got != c.want {
			t.Errorf("%v at most %v: %v", c.a, c.b, got)
		}
	}
}
