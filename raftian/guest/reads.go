package guest

import (
	"math/rand/v2"

	"raftian/netsim/plan"
)

// What stands before reads that promise less than verified ones.
const (
	lease = "lease "
	local = "local "
)

// reader draws reads. In half of the seeds all are verified; in the others some
// are on a lease and some local. The kinds come from streams of their own.
func reader(seed uint64, read func(rng *rand.Rand, client string, machines []string) string) func(*rand.Rand, string, []string) string {
	mixed := plan.Stream(seed, "read kinds").IntN(2) == 0
	kinds := map[string]*rand.Rand{}
	return func(rng *rand.Rand, client string, machines []string) string {
		text := read(rng, client, machines)
		if !mixed {
			return verified + text
		}
		if kinds[client] == nil {
			kinds[client] = plan.Stream(seed, "read kinds of "+client)
		}
		return []string{verified, verified, verified, lease, local, local}[kinds[client].IntN(6)] + text
	}
}
