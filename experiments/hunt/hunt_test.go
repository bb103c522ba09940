package hunt

import (
	"testing"

	"raftian/experiments/lab"
	"raftian/netsim/toolchain"
	"raftian/raftian/bugs"
	"raftian/raftian/campaign"
	"raftian/raftian/campaign/campaigntest"
	"raftian/raftian/defects"
)

func TestBugFoundFromAnySeed(t *testing.T) {
	campaigntest.Sources(t)
	p, err := campaign.Build(t.Context(), toolchain.Options{Package: campaign.GameWorld})
	if err != nil {
		t.Fatal(err)
	}
	b, _ := bugs.Find("map-order-fsm")
	se := &searcher{program: p, known: defects.All(), baselines: map[baselineKey]map[string]bool{}}
	m, err := se.search(t.Context(), b, variants(lab.Setup{})[0], 777)
	if err != nil || m.Seeds < 1 || m.Seeds > 8 || m.Virtual != 30*float64(m.Seeds) || m.First != 777 || m.CPU <= 0 {
		t.Errorf("%+v, %v", m, err)
	}
}

// Generators are compared by the searches that all of them have made.
func TestComparisonUsesSameSearches(t *testing.T) {
	s := lab.Setup{Quick: true}
	var records []lab.Record[Measure]
	add := func(variant string, first uint64, seeds int) {
		records = append(records, lab.Record[Measure]{Case: caseName("map-order-fsm", variant),
			Value: Measure{Bug: "map-order-fsm", Variant: variant, First: first, Seeds: seeds, Virtual: 30, CPU: 1}})
	}
	both := variants(s)
	add(both[0].name, 3, 9)
	add(both[0].name, 1, 1)
	add(both[0].name, 2, 2)
	add(both[1].name, 2, 0)
	add(both[1].name, 1, 4)
	same := commonSearches(s, records)
	if len(same) != 4 {
		t.Fatalf("%d are compared: %+v", len(same), same)
	}
	usual, _ := searches(same, "map-order-fsm", both[0].name)
	other, virtual := searches(same, "map-order-fsm", both[1].name)
	if usual[0] != 1 || usual[1] != 2 || other[0] != 4 || other[1] != never || virtual[1] != never || found(other) != 1 || mean(other) != (4+seedsMax)/2 {
		t.Errorf("%v and %v, %v", usual, other, virtual)
	}
	if got := number(never, "32"); got != "> 32" {
		t.Errorf("nothing found is %q", got)
	}
	if err := check(records); err != nil {
		t.Error(err)
	}
	records[0].Value.Seeds = seedsMax + 1
	if check(records) == nil {
		t.Error("more seeds than the limit are accepted")
	}
}
