package plan

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestParseFaultsReadsACommaList(t *testing.T) {
	for list, want := range map[string]Kinds{
		"calm": Calm, "network": Network, "crash": Crash, "disk": Disks, "membership": Membership, "all": All,
		"crash,network": Network | Crash, "calm,crash": Crash, "membership,disk": Disks | Membership, "all,calm": All,
	} {
		got, err := ParseFaults(list)
		if err != nil || got != want {
			t.Errorf("%s: %v, %v", list, got, err)
		}
		if again, err := ParseFaults(got.String()); err != nil || again != got {
			t.Errorf("%v prints as %s, which parses as %v, %v", list, got, again, err)
		}
	}
}

func TestParseFaultsSaysWhatThereIs(t *testing.T) {
	for list, want := range map[string]string{
		"":               `unknown faults ""; choose from calm, network, crash, disk, membership, all`,
		"gremlins":       `unknown faults "gremlins"; choose from calm, network, crash, disk, membership, all`,
		"network,disks":  `unknown faults "disks"; choose from calm, network, crash, disk, membership, all`,
		"network, crash": `unknown faults " crash"; choose from calm, network, crash, disk, membership, all`,
	} {
		if _, err := ParseFaults(list); err == nil || err.Error() != want {
			t.Errorf("%q: %v", list, err)
		}
	}
}

func TestParseSeedsReadsRanges(t *testing.T) {
	for list, want := range map[string][]uint64{
		"5":         {5},
		"0":         {0},
		"1-3,9":     {1, 2, 3, 9},
		"9,2-3,3-4": {2, 3, 4, 9},
		"18446744073709551614-18446744073709551615": {1<<64 - 2, 1<<64 - 1},
	} {
		if got, err := ParseSeeds(list); err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: %v, %v", list, got, err)
		}
	}
	for list, want := range map[string]string{
		"":                       `"" are no seeds; write them as 5, 1-32 or 1-3,9`,
		"1-":                     `"1-" are no seeds; write them as 5, 1-32 or 1-3,9`,
		"3-1":                    `seeds 3-1 run backwards; write 1-3`,
		"1-1000001":              `seeds "1-1000001" are more than 1000000; ask for fewer at a time`,
		"0-18446744073709551615": `seeds "0-18446744073709551615" are more than 1000000; ask for fewer at a time`,
		"1-1000000,7":            `seeds "1-1000000,7" are more than 1000000; ask for fewer at a time`,
	} {
		if _, err := ParseSeeds(list); err == nil || err.Error() != want {
			t.Errorf("%q: %v", list, err)
		}
	}
}

func TestStreamsBelongToTheirNames(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		seed := rapid.Uint64().Draw(t, "seed")
		name := rapid.String().Draw(t, "name")
		first := Stream(seed, name).Uint64()
		if Stream(seed, name).Uint64() != first {
			t.Fatal("the same stream drew differently")
		}
		if Stream(seed+1, name).Uint64() == first || Stream(seed, name+"'").Uint64() == first {
			t.Fatal("different streams drew the same")
		}
	})
}

// A seed is worth keeping only as long as it draws the same.
func TestStreamsStayWhatTheyAre(t *testing.T) {
	if got, want := Stream(1, "fault 1").Uint64(), uint64(0x9f892c95e56ea62f); got != want {
		t.Errorf("the stream now begins with %#x, it used to with %#x", got, want)
	}
}

func TestSeedsFromTheTimeAreOthersEachTime(t *testing.T) {
	now := time.Date(2026, 11, 30, 3, 0, 0, 0, time.UTC)
	const first = 1796007600000000
	for list, want := range map[string]struct {
		first, last uint64
		n           int
	}{
		"from-time":         {first, first + 31, 32},
		"from-time+1":       {first, first, 1},
		"from-time+1000000": {first, first + 999_999, 1_000_000},
		"1-8,from-time+2":   {1, first + 1, 10},
	} {
		got, err := ParseSeedsAt(list, now)
		if err != nil || len(got) != want.n || got[0] != want.first || got[len(got)-1] != want.last {
			t.Errorf("%s: %d seeds, %v", list, len(got), err)
		}
	}
	a, _ := ParseSeedsAt("from-time+1000000", now)
	b, _ := ParseSeedsAt("from-time", now.Add(time.Second))
	if a[len(a)-1] >= b[0] {
		t.Errorf("a second later %d comes again", b[0])
	}
	if end, _ := ParseSeedsAt("from-time", time.Date(2255, 1, 1, 0, 0, 0, 0, time.UTC)); end[0] >= 1<<53 {
		t.Errorf("%d is more than a JSON number holds", end[0])
	}
	for list, want := range map[string]string{
		"from-time+":                     `"from-time+" are no seeds; write from-time+1000 for so many`,
		"from-time+0":                    `"from-time+0" are no seeds; write from-time+1000 for so many`,
		"from-time9":                     `"from-time9" are no seeds; write from-time+1000 for so many`,
		"from-time+1000001":              `seeds "from-time+1000001" are more than 1000000; ask for fewer at a time`,
		"from-time+18446744073709551615": `seeds "from-time+18446744073709551615" are more than 1000000; ask for fewer at a time`,
	} {
		if _, err := ParseSeedsAt(list, now); err == nil || err.Error() != want {
			t.Errorf("%q: %v", list, err)
		}
	}
	if _, err := ParseSeeds("from-time"); err == nil {
		t.Error("without a time there are seeds from it")
	}
}
