package plan

import (
	"math/rand/v2"
	"slices"
)

// drawGroups draws who a fault of a kind is about.
func drawGroups(rng *rand.Rand, kind FaultKind, st stage) [][]string {
	switch kind {
	case Partition, Flap:
		return drawPartition(rng, st.machines)
	case Replace:
		return [][]string{some(rng, st.worn, 1)}
	}
	if shape, _ := shapeOf(kind); shape.groupsMin == 2 {
		return drawSides(rng, st.machines)
	}
	return [][]string{drawVictims(rng, st.machines)}
}

// drawPartition draws who is cut off from whom.
func drawPartition(rng *rand.Rand, machines []string) [][]string {
	switch rng.IntN(4) {
	case 0:
		return [][]string{{Leader}, {Others}}
	case 1: // two machines that everyone else still reaches
		pair := some(rng, machines, 2)
		return [][]string{pair[:1], pair[1:]}
	case 2: // one machine that reaches both sides, if there are enough
		if len(machines) > 2 {
			machines = some(rng, machines, len(machines)-1)
		}
		return split(rng, machines, 2)
	}
	return split(rng, machines, min(2+rng.IntN(2), len(machines)))
}

// drawSides draws the two sides of a fault between machines.
func drawSides(rng *rand.Rand, machines []string) [][]string {
	switch rng.IntN(4) {
	case 0:
		return [][]string{{Leader}, {Others}}
	case 1:
		return [][]string{{Others}, {Leader}}
	case 2:
		return [][]string{some(rng, machines, 1), {Others}}
	}
	return split(rng, machines, 2)
}

// drawVictims draws to whom something happens: mostly so few that a majority is
// left, sometimes everyone at once.
func drawVictims(rng *rand.Rand, machines []string) []string {
	switch n := rng.IntN(8); {
	case n == 0:
		return slices.Clone(machines)
	case n < 3:
		return []string{Leader}
	}
	minority := max(1, (len(machines)-1)/2)
	return some(rng, machines, 1+rng.IntN(minority))
}

// split deals machines into n groups, none of them empty.
func split(rng *rand.Rand, machines []string, n int) [][]string {
	cuts := choose(rng, len(machines)-1, n-1)
	dealt := rng.Perm(len(machines))
	var groups [][]string
	from := 0
	for _, cut := range append(cuts, len(machines)-1) {
		slices.Sort(dealt[from : cut+1])
		var group []string
		for _, i := range dealt[from : cut+1] {
			group = append(group, machines[i])
		}
		groups = append(groups, group)
		from = cut + 1
	}
	return groups
}

// some draws n of the machines, in their order.
func some(rng *rand.Rand, machines []string, n int) []string {
	var chosen []string
	for _, i := range choose(rng, len(machines), n) {
		chosen = append(chosen, machines[i])
	}
	return chosen
}

// choose draws k of the numbers below n, in ascending order.
func choose(rng *rand.Rand, n, k int) []int {
	chosen := rng.Perm(n)[:k]
	slices.Sort(chosen)
	return chosen
}
