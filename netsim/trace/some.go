package trace

import (
	"fmt"
	"strings"
)

// Some is how many there are of a thing, in words: "1 run", "2 runs", "1 entry",
// "0 entries". what names one of them.
func Some[N int | int64 | uint64](n N, what string) string {
	if n != 1 {
		if stem, ok := strings.CutSuffix(what, "ry"); ok {
			what = stem + "rie"
		}
		what += "s"
	}
	return fmt.Sprintf("%d %s", n, what)
}
