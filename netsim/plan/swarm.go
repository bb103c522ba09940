package plan

import "fmt"

// Swarm keeps some of the words, few under one seed and most under another, but
// at least one if there are any. Whether a word is kept hangs on no other word.
//
// It is swarm testing (Groce et al., ISSTA 2012): what is always there hides what
// its absence would show.
func Swarm[T ~string](seed uint64, name string, words []T) []T {
	eighths := 1 + Stream(seed, name).IntN(8)
	var kept []T
	for _, word := range words {
		if Stream(seed, name+" "+string(word)).IntN(8) < eighths {
			kept = append(kept, word)
		}
	}
	if kept == nil && len(words) > 0 {
		return []T{Prefer(seed, name, words, func(T) int { return 1 })}
	}
	return kept
}

// Prefer draws one of the words, of which there must be one: each has so many
// tickets, from a stream of its own, and the lowest ticket wins. So leaving out a
// word changes those draws alone that had come to it.
func Prefer[T ~string](seed uint64, name string, words []T, tickets func(T) int) T {
	var first T
	least := ^uint64(0)
	for _, word := range words {
		rng := Stream(seed, fmt.Sprintf("%s ticket of %s", name, word))
		for range tickets(word) {
			if t := rng.Uint64(); t <= least {
				first, least = word, t
			}
		}
	}
	return first
}
