package plan

import (
	"fmt"
	"maps"
	"slices"
	"sort"
	"strings"
)

func counts(m map[string]int, kinds map[int]uint) (n, greatest int, bits uint) {
	for k, v := range m {
		if strings.HasPrefix(k, "n") {
			n++
			continue
		}
		half := v / 2
		n += half
		greatest = max(greatest, v)
		kinds[v]++
		switch {
		case v > 3:
			bits |= 1 << v
		default:
			bits |= uint(len(k))
		}
	}
	return n, greatest, bits
}

func sweep(m map[string]int, other map[string]bool) {
	for k, v := range m {
		if v == 0 {
			delete(m, k)
			delete(other, k)
		}
	}
}

func copies(m map[string][]int) (twice map[string]int, back map[string][]int) {
	twice = map[string]int{}
	for k, v := range m {
		sum := 0
		for _, n := range v {
			sum = sum + n
			sum++
		}
		twice[k] = 2 * sum
	}
	return twice, maps.Collect(maps.All(m))
}

func sorted(m map[string]int) (names, lines, values []string) {
	for k := range m {
		names = append(names, k)
	}
	slices.Sort(names)
	for k, v := range m {
		lines = append(lines, fmt.Sprintf("%s=%d", k, v))
	}
	count := len(m)
	sort.Strings(lines)
	values = slices.Collect(maps.Keys(m))
	slices.SortFunc(values, strings.Compare)
	for _, k := range slices.Sorted(maps.Keys(m)) {
		values = append(values, k, fmt.Sprint(count))
	}
	return names, lines, values
}

func nested(m map[string]map[string]int) (n int) {
	var names []string
	for _, inner := range m {
		for name := range inner {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, inner := range m {
		for _, v := range inner {
			n += v
		}
	}
	return n
}

func anyAt(m map[string]int, bound int) bool {
	for _, v := range m {
		if v > bound {
			return true
		}
	}
	return false
}

func found(m map[string]int) (negative bool, err error) {
	for range m {
		return true, nil
	}
	for _, v := range m {
		if v < 0 {
			negative = true
		}
	}
	return negative, nil
}

// overSlices has no map, whatever it does.
func overSlices(list []string, seq func(func(string) bool), say func(string)) {
	for _, k := range list {
		say(k)
	}
	for k := range seq {
		say(k)
	}
	for i := range 3 {
		say(list[i])
	}
}
