package guest

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"raftian/netsim/env"
	"raftian/netsim/plan"
)

// asker is the echo guest with reads.
func asker() Guest {
	g := echo()
	g.Read = func(rng *rand.Rand, client string, _ []string) string { return "ask" }
	return g
}

func mustPlan(t *testing.T, g Guest, o Options) plan.Plan {
	t.Helper()
	p, err := g.Plan(o)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// operators are the orders of a plan.
func operators(p plan.Plan) []plan.Step {
	return slices.DeleteFunc(slices.Clone(p.Script), func(s plan.Step) bool { return s.Client != env.Operator })
}

func duration(t *testing.T, p plan.Plan, key string) time.Duration {
	t.Helper()
	d, err := time.ParseDuration(value(p, key))
	if err != nil {
		t.Fatalf("setting %s: %v", key, err)
	}
	return d
}

// Measurements are made with calm plans: all but the calls is as it always is.
func TestACalmPlanIsStandardAndHasNoOrders(t *testing.T) {
	for seed := range uint64(10) {
		p := mustPlan(t, asker(), Options{Seed: seed})
		if len(p.Machines) != 5 || !slices.Equal(p.Settings, standard(p.Machines)) {
			t.Errorf("seed %d: machines %v, settings %v", seed, p.Machines, p.Settings)
		}
		if n := len(operators(p)); n != 0 || len(p.Faults) != 0 {
			t.Errorf("seed %d: %d orders, %d faults", seed, n, len(p.Faults))
		}
	}
}

// Of each setting, about half of the seeds have what is usual; of the commit
// timeout, which small requests quicken, fewer.
func TestSettingsAreDrawnSeedBySeed(t *testing.T) {
	const seeds = 300
	changed := map[string]int{}
	values := map[string]bool{}
	usual := standard([]string{"n1", "n2", "n3", "n4", "n5"})
	for seed := range uint64(seeds) {
		p := mustPlan(t, echo(), Options{Seed: seed, Machines: 5, Faults: plan.All})
		for _, s := range p.Settings {
			values[s.Key+" "+s.Value] = true
			if valueOf(usual, s.Key, "") != s.Value {
				changed[s.Key]++
			}
		}
	}
	for _, c := range choices() {
		most := seeds * 2 / 3
		if strings.HasPrefix(c.key, "snapshot-") || c.key == "trailing" {
			most = seeds * 3 / 4 // of a third of the rest as well: see compaction
		}
		if n := changed[c.key]; n < seeds*2/5 || n > most {
			t.Errorf("%d of %d seeds have another %s", n, seeds, c.key)
		}
		for _, v := range c.values {
			if !values[c.key+" "+v] {
				t.Errorf("no seed has %s %s", c.key, v)
			}
		}
	}
	if n := changed["nonvoters"]; n < seeds/8 || n > seeds/2 {
		t.Errorf("%d of %d seeds have non-voters", n, seeds)
	}
	if n := changed["spares"]; n < seeds/8 || n > seeds/3 {
		t.Errorf("%d of %d seeds have spares", n, seeds)
	}
	for _, want := range []string{"snapshot-interval 50ms", "trailing 2", "heartbeat 500ms", "heartbeat 100ms", "election 400ms", "lease 200ms", "lease 150ms"} {
		if !values[want] {
			t.Errorf("no seed has %s", want)
		}
	}
}

func TestLeavingOutASettingLeavesAllOthersInPlace(t *testing.T) {
	for seed := range uint64(30) {
		all := chosen(seed, choices())
		for k, c := range choices() {
			without := chosen(seed, slices.Delete(choices(), k, k+1))
			want := slices.DeleteFunc(slices.Clone(all), func(s plan.Setting) bool { return s.Key == c.key })
			if !slices.Equal(without, want) {
				t.Fatalf("seed %d: without %s: %v, want %v", seed, c.key, without, want)
			}
		}
	}
}

// The library refuses other timeouts, and a system that takes longer to elect a
// leader than it is given fails without fault of its own.
func TestDrawnTimeoutsAreInOrderAndLeaveTimeToRecover(t *testing.T) {
	for seed := range uint64(200) {
		for _, length := range []time.Duration{5 * time.Second, 30 * time.Second, 10 * time.Minute} {
			p := mustPlan(t, echo(), Options{Seed: seed, Length: length, Faults: plan.Crash, Rate: 1})
			heartbeat, election, lease := duration(t, p, "heartbeat"), duration(t, p, "election"), duration(t, p, "lease")
			if lease > heartbeat || heartbeat > election {
				t.Fatalf("seed %d: heartbeat %v, election %v, lease %v", seed, heartbeat, election, lease)
			}
			recovery := length - time.Duration(p.Heal)
			if bound := max(200*time.Millisecond, recovery/30); heartbeat > bound || election > 2*bound {
				t.Fatalf("seed %d: heartbeat %v, election %v; there are %v to recover", seed, heartbeat, election, recovery)
			}
		}
	}
}

// Whatever is drawn, a leader hears of its followers within its lease, and the
// calls of a second take less than a second.
func TestSmallRequestsGoOutOften(t *testing.T) {
	small := 0
	for seed := range uint64(200) {
		p, err := Game().Plan(Options{Seed: seed, Faults: plan.All})
		if err != nil {
			t.Fatal(err)
		}
		commit, err := time.ParseDuration(value(p, "commit"))
		if err != nil {
			t.Fatal(err)
		}
		switch value(p, "max-append") {
		case "1":
			small++
			if commit > 5*time.Millisecond {
				t.Errorf("seed %d: one entry in a request, and the next after %s", seed, commit)
			}
		case "512":
			if commit < 10*time.Millisecond {
				t.Errorf("seed %d: 512 entries in a request, and the next after %s", seed, commit)
			}
		}
	}
	if small == 0 {
		t.Error("no plan has one entry in a request")
	}
}

func TestDrawnHardwareSuitsTheSettings(t *testing.T) {
	for seed := range uint64(500) {
		p := mustPlan(t, echo(), Options{Seed: seed, Faults: plan.Network})
		trip := 2 * (p.Net.Delay + p.Net.Jitter)
		if worst := duration(t, p, "heartbeat")/5 + trip; worst >= duration(t, p, "lease") {
			t.Errorf("seed %d: a leader hears of followers after %v; its lease is %v", seed, worst, duration(t, p, "lease"))
		}
		took := trip + 2*(p.Disk.Sync+p.Disk.Jitter)
		if value(p, "max-append") == "1" && took > time.Second/60/2 {
			t.Errorf("seed %d: one entry takes %v, and there are 60 a second", seed, took)
		}
	}
}

func TestAGuestsOwnSettingsStandAboveDrawnOnes(t *testing.T) {
	g := echo()
	g.Settings = []plan.Setting{{Key: "heartbeat", Value: "50ms"}, {Key: "lease", Value: "20ms"}, {Key: "max-append", Value: "1"}, {Key: "nonvoters", Value: "n1"}}
	for seed := range uint64(50) {
		p := mustPlan(t, g, Options{Seed: seed, Faults: plan.All, Machines: 3})
		for _, s := range g.Settings {
			if value(p, s.Key) != s.Value {
				t.Fatalf("seed %d: %s is %q", seed, s.Key, value(p, s.Key))
			}
		}
		if trip := 2 * (p.Net.Delay + p.Net.Jitter); trip > 10*time.Millisecond && p.Net.Delay > 500*time.Microsecond {
			t.Fatalf("seed %d: %v there and back, with a lease of 20ms", seed, trip)
		}
		for _, f := range p.Faults {
			if f.Kind == plan.Rot || f.Kind == plan.Replace {
				t.Fatalf("seed %d: %s, and of two voters none can be spared", seed, f)
			}
		}
	}
	g.Settings = []plan.Setting{{Key: "lease", Value: "soon"}}
	if _, err := g.Plan(Options{Seed: 1, Faults: plan.All}); err == nil || !strings.Contains(err.Error(), `"soon"`) {
		t.Errorf("a setting that is no time: %v", err)
	}
}

func TestVerifiedReadsAreMixedIn(t *testing.T) {
	verifiedIn := func(g Guest, faults plan.Kinds) int {
		n := 0
		for seed := range uint64(10) {
			for _, s := range mustPlan(t, g, Options{Seed: seed, Faults: faults}).Script {
				if s.Text == "verified ask" {
					n++
				}
			}
		}
		return n
	}
	if verifiedIn(asker(), plan.Crash) == 0 {
		t.Error("there are none")
	}
	if n := verifiedIn(echo(), plan.Crash); n != 0 {
		t.Errorf("%d of a guest that has none", n)
	}
	if n := verifiedIn(asker(), plan.Calm); n != 0 {
		t.Errorf("%d in calm plans", n)
	}
}

func TestReadsThatPromiseLessAreMixedInWithoutShiftingAnythingElse(t *testing.T) {
	kinds := map[string]int{}
	mixed := 0
	for seed := range uint64(40) {
		p := mustPlan(t, asker(), Options{Seed: seed, Faults: plan.Crash})
		some := false
		for k, s := range p.Script {
			kind, is := strings.CutSuffix(s.Text, "ask")
			if is {
				kinds[kind]++
				p.Script[k].Text = "ask"
			}
			some = some || is && kind != "verified "
		}
		if some {
			mixed++
		}
	}
	if kinds["verified "] < kinds["local "] || kinds["local "] < kinds["lease "] || kinds["lease "] == 0 || len(kinds) != 3 {
		t.Errorf("the reads are %v", kinds)
	}
	if mixed < 8 || mixed > 25 {
		t.Errorf("%d of 40 seeds have reads that promise less", mixed)
	}
}

// Operators put the cluster in order until the end, if they or new disks have
// brought it out of order.
func TestOrdersEndWithTheClusterBeingHealed(t *testing.T) {
	kinds := map[string]bool{}
	for seed := range uint64(100) {
		p := mustPlan(t, echo(), Options{Seed: seed, Faults: plan.All})
		before, after := 0, 0
		last := env.Instant(0)
		on := map[string]bool{}
		for k, s := range operators(p) {
			if s.Seq != uint64(k+1) || s.At < last {
				t.Fatalf("seed %d: order %d at %v has number %d", seed, k, s.At, s.Seq)
			}
			last = s.At
			if s.At < p.Heal {
				before++
				kinds[strings.Fields(s.Text)[0]] = true
				if s.At < env.Instant(ordersAfter) || s.Text == "heal" {
					t.Fatalf("seed %d: at %v: %s", seed, s.At, s.Text)
				}
				continue
			}
			after++
			on[s.Machine] = true
			if s.Text != "heal" {
				t.Fatalf("seed %d: at %v, after the heal: %s", seed, s.At, s.Text)
			}
		}
		if before < 1 || before > 9 || after < 10 || len(on) != len(p.Machines) || last < env.Instant(p.Length-4*time.Second) {
			t.Fatalf("seed %d: %d orders before the heal and %d after, the last at %v", seed, before, after, last)
		}
		spares := len(listed(p.Settings, "spares")) > 0
		q := mustPlan(t, echo(), Options{Seed: seed, Faults: plan.Network | plan.Crash})
		if asked := len(operators(q)) > 0; asked != spares {
			t.Fatalf("seed %d: there are spares is %v, the cluster put in order %v", seed, spares, asked)
		}
		q = mustPlan(t, echo(), Options{Seed: seed, Faults: plan.Disks})
		replaced := slices.ContainsFunc(q.Faults, func(f plan.Fault) bool { return f.Kind == plan.Replace })
		if healed := len(operators(q)) > 0; healed != (replaced || spares) {
			t.Fatalf("seed %d: a disk was replaced is %v, there are spares is %v, the cluster put in order %v",
				seed, replaced, spares, healed)
		}
	}
	for _, kind := range []order{transfer, addVoter, addNonvoter, promote, demote, remove, readd, snapshot, restore} {
		if !kinds[string(kind)] {
			t.Errorf("no order to %s", kind)
		}
	}
}

// Of those who are left to vote, fewer than half lose what is on their disks.
func TestOrdersLeaveEnoughDisks(t *testing.T) {
	both := 0
	for seed := range uint64(500) {
		p := mustPlan(t, echo(), Options{Seed: seed, Faults: plan.All})
		names := voters(p.Settings, p.Machines)
		gone, worn, leaders := map[string]bool{}, map[string]bool{}, false
		for _, s := range operators(p) {
			words := strings.Fields(s.Text)
			switch {
			case len(words) == 2 && words[1] == theLeader:
				leaders = true
			case slices.Contains([]order{demote, remove, readd}, order(words[0])):
				gone[words[1]] = true
			}
		}
		for _, f := range p.Faults {
			if f.Kind == plan.Rot || f.Kind == plan.Replace {
				worn[f.Groups[0][0]] = true
			}
		}
		if leaders && len(worn) > 0 {
			t.Fatalf("seed %d: any leader may go, and disks are lost", seed)
		}
		for name := range gone {
			if !slices.Contains(names, name) {
				t.Fatalf("seed %d: %s loses a vote it does not have", seed, name)
			}
		}
		if left := len(names) - len(gone); left < 1 || left < 2*len(worn)+1 {
			t.Fatalf("seed %d: of %d voters %d may go, and %d lose their disks", seed, len(names), len(gone), len(worn))
		}
		if len(gone) > 0 && len(worn) > 0 {
			both++
		}
	}
	if both == 0 {
		t.Error("no seed has voters that go and disks that are lost")
	}
}

// Leaving out the orders, or anything else, shifts no call.
func TestLeavingOutOrdersLeavesAllElseInPlace(t *testing.T) {
	for seed := range uint64(30) {
		with := mustPlan(t, asker(), Options{Seed: seed, Faults: plan.All})
		without := mustPlan(t, asker(), Options{Seed: seed, Faults: plan.All &^ plan.Membership})
		others := func(p plan.Plan) string {
			p.Script = slices.DeleteFunc(slices.Clone(p.Script), func(s plan.Step) bool { return s.Client == env.Operator })
			return p.String()
		}
		if others(with) != others(without) {
			t.Fatalf("seed %d: without orders the plan is another", seed)
		}
	}
}

// A plan stays about as large as one without all this.
func TestPlansStayOfOneSize(t *testing.T) {
	calls, faults := 0, 0
	const seeds = 100
	for seed := range uint64(seeds) {
		p := mustPlan(t, asker(), Options{Seed: seed, Faults: plan.All})
		calls += len(p.Script)
		faults += len(p.Faults)
	}
	if calls > 1800*seeds || calls < 900*seeds || faults > 12*seeds || faults < 4*seeds {
		t.Errorf("on average %d calls and %d faults", calls/seeds, faults/seeds)
	}
}

// Where a majority of those who are left could lose what is committed, nobody is put
// out for being silent.
func TestEvictionLeavesEnoughDisks(t *testing.T) {
	g := echo()
	g.Roster = true
	evicts, both := 0, 0
	for seed := range uint64(500) {
		p := mustPlan(t, g, Options{Seed: seed, Faults: plan.All})
		if after := value(p, "evict"); after == "" || after == "off" {
			continue
		}
		evicts++
		least := len(voters(p.Settings, p.Machines))/2 + 1 // that remain
		lost := len(worn(p))
		if lost == 0 {
			continue
		}
		both++
		if lost > (least-1)/2 {
			t.Fatalf("seed %d: of %d voters that may remain %d lose their disks", seed, least, lost)
		}
		for _, s := range operators(p) {
			if verb, _, _ := strings.Cut(s.Text, " "); slices.Contains([]order{demote, remove, readd, leave}, order(verb)) {
				t.Fatalf("seed %d: disks are lost, silent machines put out, and an operator says %s", seed, s.Text)
			}
		}
	}
	if evicts < 25 || both == 0 {
		t.Errorf("of 500 seeds %d put silent machines out, %d of these lose disks", evicts, both)
	}
}
