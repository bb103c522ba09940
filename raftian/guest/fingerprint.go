package guest

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
)

// Fingerprint is what a Guest's rules come to: a digest of how its Model answers
// some calls that the Guest draws, always the same ones. A command that was built
// from other sources than the world program that it starts would judge by rules that
// nobody plays by; it knows by this.
func (g Guest) Fingerprint() string {
	const machines, calls = 5, 400
	names := make([]string, machines)
	for k := range names {
		names[k] = fmt.Sprintf("n%d", k+1)
	}
	rng := rand.New(rand.NewPCG(1, 2))
	model, sum := g.Model(names), fnv.New64a()
	state := model.Init()
	for k := range calls {
		input := g.Call(rng, fmt.Sprintf("p%d", k%machines+1), names)
		if g.Read != nil && k%4 == 3 {
			input = g.Read(rng, fmt.Sprintf("p%d", k%machines+1), names)
		}
		next, output := model.Step(state, input)
		state = next
		fmt.Fprintf(sum, "%q %q\n", input, output)
	}
	return fmt.Sprintf("%016x", sum.Sum64())
}
