package bugs

import (
	"flag"
	"fmt"
	"runtime"
	"slices"
	"testing"
	"time"

	"raftian/netsim/plan"
	"raftian/netsim/toolchain"
	"raftian/raftian/campaign"
	"raftian/raftian/campaign/campaigntest"
	"raftian/raftian/defects"
	"raftian/raftian/guest"
)

var shrinkFor = flag.Duration("shrink", 0, "shrink the first plan that catches each bug, for so long at most, and print the zoo's table")

// The zoo's table: how soon each bug is caught, and what is left of the plan. It is
// no test of anything by itself, and takes as long as the flag says for each bug:
//
//	go test ./raftian/bugs -run TestTheZooShrinks -v -shrink 1m -timeout 1h
func TestTheZooShrinks(t *testing.T) {
	if *shrinkFor == 0 {
		t.Skip("it takes long; ask for it with -shrink 1m")
	}
	campaigntest.Sources(t)
	p, err := campaign.Build(t.Context(), toolchain.Options{Package: campaign.GameWorld})
	if err != nil {
		t.Fatal(err)
	}
	c := &catcher{program: p, known: defects.All(), sound: map[uint64]map[string]bool{}}
	fmt.Println("| bug | judge | seed | faults | calls | machines | faults left | calls left | machines left | runs | seconds |")
	fmt.Println("|---|---|---|---|---|---|---|---|---|---|---|")
	var faults, calls []int
	for _, b := range All() {
		after, err := c.shrunk(t, b)
		if err != nil {
			t.Errorf("%s: %v", b.Name, err)
			continue
		}
		faults, calls = append(faults, len(after.Faults)), append(calls, len(after.Script))
	}
	slices.Sort(faults)
	slices.Sort(calls)
	if len(faults) > 0 {
		fmt.Printf("\nmedian: %d faults, %d calls\n", faults[len(faults)/2], calls[len(calls)/2])
	}
}

// shrunk shrinks the plan of the first seed that catches a bug, and prints its row.
func (c *catcher) shrunk(t *testing.T, b Bug) (plan.Plan, error) {
	seed, err := c.seed(t.Context(), b)
	if err != nil {
		return plan.Plan{}, err
	}
	if seed == 0 {
		return plan.Plan{}, fmt.Errorf("not caught within %d seeds", seedsMost)
	}
	before, err := c.program.Draw(t.Context(), guest.Options{Seed: seed, Faults: plan.All, Bug: b.Name})
	if err != nil {
		return plan.Plan{}, err
	}
	began := time.Now()
	s, err := c.program.Shrink(t.Context(), before, campaign.ShrinkOptions{
		Jobs: runtime.NumCPU(), Judge: b.Judge, Seeds: 256, Limit: *shrinkFor})
	if err != nil {
		return plan.Plan{}, err
	}
	after := s.Result.Plan
	fmt.Printf("| %s | %s | %d | %d | %d | %d | %d | %d | %d | %d | %.0f |\n", b.Name, b.Judge, seed,
		len(before.Faults), len(before.Script), len(before.Machines),
		len(after.Faults), len(after.Script), len(after.Machines), s.Runs, time.Since(began).Seconds())
	return after, nil
}
