package invariant

import (
	"testing"

	"pgregory.net/rapid"
)

func TestATableIsAMap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var paged table[int]
		plain := make(map[uint64]int)
		index := rapid.OneOf(rapid.Uint64Range(0, 3*pageSize), rapid.Uint64())
		for range rapid.IntRange(1, 50).Draw(t, "steps") {
			i := index.Draw(t, "index")
			if rapid.Bool().Draw(t, "put") {
				v := rapid.Int().Draw(t, "value")
				*paged.put(i), plain[i] = v, v
			}
			if got := paged.get(i); got != plain[i] {
				t.Fatalf("%d holds %d, want %d", i, got, plain[i])
			}
		}
	})
}
