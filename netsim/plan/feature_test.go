package plan

import (
	"slices"
	"testing"
)

func drawnWithout(t *testing.T, seed uint64, f Features) (Plan, []draw) {
	t.Helper()
	o := full()
	o.Without = f
	p, err := Generate(seed, o)
	if err != nil {
		t.Fatal(err)
	}
	o.defaults()
	st := newStage(seed, &p, o)
	return p, drawEach(seed, st.possible(o.Faults), st)
}

// Each feature is there with it and gone without it, in a hundred plans.
func TestFeaturesCanBeLeftOut(t *testing.T) {
	count := func(f Features) (drilled, waits, kinds, unlike int) {
		for seed := range uint64(100) {
			p, draws := drawnWithout(t, seed, f)
			names := map[FaultKind]bool{}
			for _, d := range draws {
				if slices.Contains(drills(), d.name) {
					drilled++
					continue
				}
				names[d.name] = true
				for _, f := range d.faults {
					if !f.When.IsZero() {
						waits++
					}
				}
			}
			kinds += len(names)
			if len(p.Machines) != 5 || p.Net != usualNet || p.Disk != usualDisk {
				unlike++
			}
		}
		return drilled, waits, kinds, unlike
	}
	drilled, waits, kinds, unlike := count(0)
	if drilled < 50 || waits < 50 || unlike < 50 {
		t.Errorf("with everything: %d drills, %d faults that wait, %d plans that are not standard", drilled, waits, unlike)
	}
	if n, _, _, _ := count(Drills); n != 0 {
		t.Errorf("without drills there are %d", n)
	}
	if n, w, _, _ := count(EventTriggers); w != 0 || n == 0 {
		t.Errorf("without triggers %d faults wait, and there are %d drills", w, n)
	}
	if n, w, more, u := count(SwarmTesting); u != 0 || more <= kinds || n == 0 || w == 0 {
		t.Errorf("without swarms %d plans are not standard, %d kinds of fault are met, with them %d; %d drills, %d waits", u, more, kinds, n, w)
	}
}
