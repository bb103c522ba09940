package campaign

import (
	"testing"
	"time"
)

func TestASpreadIsOfWhatThereIs(t *testing.T) {
	seconds := func(n int) (all []time.Duration) {
		for k := range n {
			all = append(all, time.Duration(k+1)*time.Second)
		}
		return all
	}
	for n, want := range map[int]Spread{
		0:   {},
		1:   {1, 1, 1, 1},
		2:   {2, 1, 2, 2},
		20:  {20, 10, 19, 20},
		100: {100, 50, 95, 100},
		101: {101, 51, 96, 101},
	} {
		if got := spread(seconds(n)); got != want {
			t.Errorf("of %d: %+v, want %+v", n, got, want)
		}
	}
}
