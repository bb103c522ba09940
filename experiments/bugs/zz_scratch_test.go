package bugs

import (
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"

	"raftian/experiments/campaign"
	"raftian/experiments/findings"
	"raftian/netsim/toolchain"
)

func TestZZScratch(t *testing.T) {
	list := os.Getenv("ZOO")
	if list == "" {
		t.Skip()
	}
	p, err := campaign.Build(t.Context(), toolchain.Options{Package: campaign.GameWorld})
	if err != nil {
		t.Fatal(err)
	}
	c := &catcher{program: p, known: findings.All(), sound: map[uint64]map[string]bool{}}
	type job struct{ bug string; seed uint64 }
	jobs := make(chan job)
	var w sync.WaitGroup
	var mu sync.Mutex
	count := map[string]int{}
	for range 2 {
		w.Go(func() {
			for j := range jobs {
				f, err := c.fails(t.Context(), j.seed, j.bug)
				if err != nil {
					fmt.Println(j, err)
					continue
				}
				without, _ := c.without(t.Context(), j.seed)
				mu.Lock()
				for k := range f {
					if !without[k] {
						key := j.bug + " " + k
						count[key]++
						fmt.Println(j.bug, j.seed, k)
					}
				}
				mu.Unlock()
			}
		})
	}
	for seed := uint64(1); seed <= 64; seed++ {
		for _, b := range strings.Split(list, ",") {
			jobs <- job{b, seed}
		}
	}
	close(jobs)
	w.Wait()
	fmt.Println(count)
	for s, f := range c.sound {
		if len(f) > 0 {
			fmt.Println("without a bug: seed", s, f)
		}
	}
}
