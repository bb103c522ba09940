package plan

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"raftian/netsim/env"
)

// speak is a guest that draws its calls' texts.
func speak(rng *rand.Rand, client string, machines []string) string {
	return fmt.Sprintf("%s greets %s", client, machines[rng.IntN(len(machines))])
}

// look is a guest that draws what its calls read.
func look(rng *rand.Rand, _ string, machines []string) string {
	return "look at " + machines[rng.IntN(len(machines))]
}

// someMoments are events as a guest may name them.
func someMoments() []Moment {
	return []Moment{{What: "fsync", Most: 200, Often: true}, {What: "vote", Peer: true, Most: 6},
		{What: "write", Text: "raft/log", Most: 100}, {What: "rpc", Peer: true, Most: 500, Often: true}}
}

// full asks for whatever can be drawn.
func full() Options {
	return Options{Guest: "game", Faults: All, Call: speak, Read: look, Moments: someMoments()}
}

func mustGenerate(t interface{ Fatal(...any) }, seed uint64, o Options) Plan {
	p, err := Generate(seed, o)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestGeneratedPlansAreValidAndFunctionsOfTheirSeed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o := full()
		o.Machines = rapid.IntRange(0, 9).Draw(t, "machines")
		o.Length = lengthMin + time.Duration(rapid.Int64Range(0, int64(time.Minute)).Draw(t, "length"))
		o.Faults = Kinds(rapid.IntRange(int(Calm), int(All)).Draw(t, "faults"))
		o.Rate = rapid.Float64Range(0.1, 200).Draw(t, "rate")
		if rapid.Bool().Draw(t, "no moments") {
			o.Moments = nil
		}
		seed := rapid.Uint64().Draw(t, "seed")
		p := mustGenerate(t, seed, o)
		if again := mustGenerate(t, seed, o); !reflect.DeepEqual(p, again) {
			t.Fatal("the same seed gave another plan")
		}
		if parsed, err := Parse(p.String()); err != nil || !reflect.DeepEqual(parsed, p) {
			t.Fatalf("does not print and parse back: %v", err)
		}
		checkFaults(t, p, o)
		for _, s := range p.Script {
			if s.At < env.Instant(callsAfter) || s.At >= env.Instant(o.Length-callsBefore) {
				t.Fatalf("a call at %s", s.At)
			}
		}
	})
}

// checkFaults holds faults to what was asked for and to their times, and the
// machines that lose their disks to fewer than half.
func checkFaults(t *rapid.T, p Plan, o Options) {
	worn := make(map[string]bool)
	for i, f := range p.Faults {
		asked := slices.Contains(o.Faults.faults(), f.Kind)
		// A rotten disk brings a crash with it.
		if !asked && !(f.Kind == Kill && o.Faults&Disks != 0) {
			t.Fatalf("%s, but %s was asked for", f, o.Faults)
		}
		if f.At < env.Instant(faultsAfter) || f.At.Add(f.For) > p.Heal {
			t.Fatalf("from %s: %s, but the heal is at %s", f.At, f, p.Heal)
		}
		// Drills wait for writes and fsyncs, of which the World itself knows.
		if o.Moments == nil && !f.When.IsZero() && f.When.What != "write" && f.When.What != "sync" {
			t.Fatalf("%s waits for %s, of which nobody spoke", f, f.When)
		}
		if f.Kind == Rot && !slices.ContainsFunc(p.Faults[i:], func(g Fault) bool {
			return g.Kind == Replace && g.Groups[0][0] == f.Groups[0][0]
		}) {
			t.Fatalf("%s is never given a new disk", f.Groups[0][0])
		}
		if f.Kind == Rot || f.Kind == Replace {
			for _, name := range f.Groups[0] {
				worn[name] = true
			}
		}
	}
	if 2*len(worn) >= len(p.Machines) && len(worn) > 0 {
		t.Fatalf("%d of %d machines lose their disks", len(worn), len(p.Machines))
	}
}

func TestFewerThanHalfOfTheVotersMayLoseTheirDisks(t *testing.T) {
	for n := range 10 {
		voters := Options{Machines: n + 1}.Names(0)
		most := 0
		for seed := range uint64(50) {
			worn := drawWorn(Stream(seed, "test"), voters)
			if 2*len(worn) >= len(voters) || len(slices.Compact(worn)) != len(worn) {
				t.Fatalf("%v of %v", worn, voters)
			}
			most = max(most, len(worn))
		}
		if want := (len(voters) - 1) / 2; most != want {
			t.Errorf("of %d voters %d at most; want %d", len(voters), most, want)
		}
	}
}

// Whether a kind of fault is drawn shifts no fault of another kind.
func TestLeavingOutAKindOfFaultLeavesAllOthersInPlace(t *testing.T) {
	left := 0
	for seed := range uint64(60) {
		p := mustGenerate(t, seed, full())
		st := newStage(seed, &p, full())
		list := st.possible(All)
		for _, kind := range list {
			reduced := slices.DeleteFunc(slices.Clone(list), func(k FaultKind) bool { return k == kind })
			now := drawAmong(seed, reduced, st)
			for _, d := range drawEach(seed, list, st) {
				if d.name == kind {
					continue
				}
				for _, f := range d.faults {
					if !holds(now, f) || !holds(p.Faults, f) {
						t.Fatalf("seed %d: without %s, the fault at %s is gone: %s", seed, kind, f.At, f)
					}
					left++
				}
			}
		}
	}
	if left < 1000 {
		t.Errorf("only %d faults were compared", left)
	}
}

// holds reports whether a fault is among some.
func holds(faults []Fault, f Fault) bool {
	return slices.ContainsFunc(faults, func(g Fault) bool { return reflect.DeepEqual(f, g) })
}

// needs are the classes of fault that must be asked for to have what a draw has.
func (d draw) needs() Kinds {
	if drill, is := drillOf(d.name); is {
		return drill.classes
	}
	shape, _ := shapeOf(d.name)
	return shape.class
}

// Whether a class of faults is asked for shifts nothing of the other classes, and
// neither hardware nor calls.
func TestLeavingOutAClassOfFaultsLeavesAllElseInPlace(t *testing.T) {
	for seed := range uint64(60) {
		all := mustGenerate(t, seed, full())
		for _, class := range []Kinds{Network, Crash, Disks, Membership} {
			o := full()
			o.Faults = All &^ class
			p := mustGenerate(t, seed, o)
			if !reflect.DeepEqual(p.Script, all.Script) || p.Net != all.Net || p.Disk != all.Disk || !slices.Equal(p.Machines, all.Machines) {
				t.Fatalf("seed %d: without %s the rest of the plan is another", seed, class)
			}
			st := newStage(seed, &all, full())
			for _, d := range drawEach(seed, st.possible(All), st) {
				if d.needs()&class != 0 {
					continue
				}
				for _, f := range d.faults {
					if !holds(p.Faults, f) {
						t.Fatalf("seed %d: without %s, the fault at %s is gone: %s", seed, class, f.At, f)
					}
				}
			}
		}
	}
}

// Triggers come from streams of their own.
func TestWithoutMomentsTheOtherFaultsStay(t *testing.T) {
	triggered, kept := 0, 0
	for seed := range uint64(60) {
		o := full()
		with := mustGenerate(t, seed, o)
		o.Moments = nil
		without := mustGenerate(t, seed, o)
		st := newStage(seed, &with, full())
		for _, d := range drawEach(seed, st.possible(All), st) {
			if d.name == drillInterrupting { // of a moment
				continue
			}
			_, drilled := drillOf(d.name)
			for _, f := range d.faults {
				if !drilled && !f.When.IsZero() {
					triggered++
					continue
				}
				if !drilled {
					kept++
				}
				if !holds(without.Faults, f) {
					t.Fatalf("seed %d: the fault at %s is gone: %s", seed, f.At, f)
				}
			}
		}
	}
	if share := float64(triggered) / float64(triggered+kept); share < 0.2 || share > 0.45 {
		t.Errorf("%d of %d faults wait for an event; want about one in three", triggered, triggered+kept)
	}
}

func TestOneClientsTextsShiftNothingElse(t *testing.T) {
	greedy := func(rng *rand.Rand, client string, machines []string) string {
		if client == "p2" {
			for range rng.IntN(10) {
				rng.Uint64()
			}
		}
		return speak(rng, client, machines)
	}
	o := full()
	a := mustGenerate(t, 3, o)
	o.Call = greedy
	b := mustGenerate(t, 3, o)
	if !reflect.DeepEqual(a.Faults, b.Faults) {
		t.Error("the faults moved")
	}
	differ := 0
	for i, s := range a.Script {
		other := b.Script[i]
		if s != other && s.Client == "p2" {
			differ++
			s.Text, other.Text = "", ""
		}
		if s != other {
			t.Fatalf("call %d: %+v became %+v", i, s, other)
		}
	}
	if differ == 0 {
		t.Error("the test changed nothing")
	}
}

// A guest with reads makes the same calls, but for those that are reads.
func TestReadsStandInForOtherCallsAndShiftNone(t *testing.T) {
	shares := make(map[int]bool)
	for seed := range uint64(30) {
		o := full()
		with := mustGenerate(t, seed, o)
		o.Read = nil
		without := mustGenerate(t, seed, o)
		reads := 0
		for i, s := range with.Script {
			if strings.HasPrefix(s.Text, "look at ") {
				s.Text = without.Script[i].Text
				s.Client = strings.Replace(s.Client, "r", "p", 1)
				reads++
			}
			if s != without.Script[i] {
				t.Fatalf("seed %d, call %d: %+v became %+v", seed, i, without.Script[i], s)
			}
		}
		shares[(reads*10+len(with.Script)/2)/max(1, len(with.Script))] = true
	}
	for _, tenths := range []int{0, 1, 3, 6} {
		if !shares[tenths] {
			t.Errorf("no seed has %d0 %% reads; there are %v", tenths, shares)
		}
	}
}

func TestSeedsDifferInTheKindsOfFaultsTheyHave(t *testing.T) {
	with := make(map[FaultKind]int)
	shapes := make(map[string]bool)
	counts := make(map[int]int)
	const seeds = 400
	for seed := range uint64(seeds) {
		o := full()
		o.Machines = 5
		p := mustGenerate(t, seed, o)
		if n := len(p.Faults); n < 1 || n > 30 {
			t.Errorf("seed %d has %d faults in 30 s", seed, n)
		}
		has := make(map[FaultKind]bool)
		for _, f := range p.Faults {
			has[f.Kind] = true
			shapes[fmt.Sprintf("%s into %d", f.Kind, len(f.Groups))] = true
			shapes[fmt.Sprintf("%s of %d", f.Kind, len(f.Groups[0]))] = true
			shapes[fmt.Sprintf("%s of %s", f.Kind, f.Groups[0][0])] = true
			shapes["of "+f.Groups[0][0]] = true
			shapes["when "+f.When.Who] = true
			shapes["as "+f.When.As] = true
			if f.For > 8*time.Second {
				shapes["long"] = true
			}
			if f.When.Nth > 100 {
				shapes["late"] = true
			}
			if f.When.Wait > 0 {
				shapes["wait"] = true
			}
		}
		for kind := range has {
			with[kind]++
		}
		counts[len(has)]++
	}
	for _, kind := range kinds() {
		if n := with[kind]; n < seeds/20 || n > seeds*9/10 {
			t.Errorf("%d of %d seeds have %s", n, seeds, kind)
		}
	}
	if counts[1] == 0 || counts[6] == 0 {
		t.Errorf("seeds have so many kinds: %v", counts)
	}
	for _, want := range []string{"partition of leader", "partition into 3", "oneway of leader", "oneway of others", "kill of leader",
		"power of 5", "kill of 2", "power of it", "of peer", "partition of it", "reset of it", "replace of n3", "fsync-error of it",
		"when leader", "when n3", "when any", "as leader", "as follower", "long", "late", "wait"} {
		if !shapes[want] {
			t.Errorf("no seed drew %s", want)
		}
	}
}

func TestClientsCallAtTheRate(t *testing.T) {
	p := mustGenerate(t, 1, Options{Guest: "game", Length: 103 * time.Second, Rate: 60, Call: speak})
	if n := len(p.Script); n < 5500 || n > 6500 {
		t.Errorf("%d calls in 100 s at 60 per second", n)
	}
	if len(p.Faults) != 0 {
		t.Error("a calm plan has faults")
	}
}

// What measurements are made with is the same for every seed.
func TestCalmPlansDifferInTheirCallsOnly(t *testing.T) {
	o := full()
	o.Faults = Calm
	for seed := range uint64(20) {
		p := mustGenerate(t, seed, o)
		if len(p.Machines) != 5 || p.Net != usualNet || p.Disk != usualDisk || len(p.Faults) != 0 {
			t.Fatalf("seed %d: %d machines, %+v, %+v, %d faults", seed, len(p.Machines), p.Net, p.Disk, len(p.Faults))
		}
		if n := len(p.Script); n < 1400 || n > 1850 {
			t.Errorf("seed %d: %d calls in 27 s at 60 per second", seed, n)
		}
		for _, s := range p.Script {
			if strings.HasPrefix(s.Text, "look") {
				t.Fatalf("seed %d: a read", seed)
			}
		}
	}
}

func TestMachinesAreDrawnUnlessAskedFor(t *testing.T) {
	seen := make(map[int]int)
	const seeds = 400
	for seed := range uint64(seeds) {
		seen[len(mustGenerate(t, seed, full()).Machines)]++
		o := full()
		o.Machines = 4
		if n := len(mustGenerate(t, seed, o).Machines); n != 4 {
			t.Fatalf("%d machines; 4 were asked for", n)
		}
	}
	for n := 1; n <= 7; n++ {
		if seen[n] < seeds/100 {
			t.Errorf("%d of %d seeds have %d machines", seen[n], seeds, n)
		}
	}
	if len(seen) != 7 || seen[3]+seen[5] < seeds/2 {
		t.Errorf("seeds have so many machines: %v", seen)
	}
}

// A round, to another machine and back with an fsync at each end, stays within
// its bound, and links and disks differ all the same.
func TestDrawnHardwareKeepsToTheRound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o := full()
		o.Round = time.Duration(rapid.Int64Range(int64(8*time.Millisecond), int64(time.Second)).Draw(t, "round"))
		p := mustGenerate(t, rapid.Uint64().Draw(t, "seed"), o)
		if took := 2*(p.Net.Delay+p.Net.Jitter) + 2*(p.Disk.Sync+p.Disk.Jitter); took > o.Round {
			t.Fatalf("a round takes up to %s; want at most %s", took, o.Round)
		}
	})
	usual, far, slow := 0, 0, 0
	for seed := range uint64(100) {
		p := mustGenerate(t, seed, full())
		if p.Net == usualNet && p.Disk == usualDisk {
			usual++
		}
		if p.Net.Delay >= 4*time.Millisecond {
			far++
		}
		if p.Disk.Sync >= 4*time.Millisecond {
			slow++
		}
	}
	if usual < 10 || usual > 40 || far == 0 || slow == 0 {
		t.Errorf("of 100 seeds %d have the usual hardware, %d long ways, %d slow disks", usual, far, slow)
	}
}

// paceOf tells from its calls how those of a plan come.
func paceOf(p Plan) pace {
	clients := make(map[string]bool)
	together, closest := 0, time.Hour
	for i, s := range p.Script {
		if s.Client[0] == 'p' {
			clients[s.Client] = true
		}
		if i > 0 {
			gap := s.At.Sub(p.Script[i-1].At)
			closest = min(closest, gap)
			if gap == 0 {
				together++
			}
		}
	}
	switch {
	case len(clients) > len(p.Machines):
		return bursts
	case closest >= 100*time.Millisecond:
		return single
	case len(p.Script) < 300:
		return sparse
	}
	return steady
}

func TestCallsComeAtDifferentPaces(t *testing.T) {
	seen := make(map[pace]int)
	for seed := range uint64(100) {
		o := full()
		o.Machines = 3
		p := mustGenerate(t, seed, o)
		how := paceOf(p)
		seen[how]++
		if want := drawPace(Stream(seed, "plan pace")); how != want {
			t.Errorf("seed %d is of pace %d; want %d", seed, how, want)
		}
		if n := len(p.Script); (how == steady || how == bursts) && (n < 800 || n > 2600) || n < 50 {
			t.Errorf("seed %d, of pace %d, has %d calls", seed, how, n)
		}
	}
	for how := steady; how <= single; how++ {
		if seen[how] == 0 {
			t.Errorf("no seed of pace %d", how)
		}
	}
	if seen[steady] < 30 {
		t.Errorf("only %d of 100 seeds are steady", seen[steady])
	}
}

func TestGenerateRefusesWhatItCannotDraw(t *testing.T) {
	for want, o := range map[string]Options{
		"65 machines; ask for 1 to 64":     {Guest: "g", Machines: 65},
		"-1 machines; ask for 1 to 64":     {Guest: "g", Machines: -1},
		"a run of 4s; ask for 5s to 3600s": {Guest: "g", Length: 4 * time.Second},
		"-1 calls per second for 30s; ask for more than none and at most 131072 in all":                 {Guest: "g", Rate: -1},
		"1e+09 calls per second for 30s; ask for more than none and at most 131072 in all":              {Guest: "g", Rate: 1e9},
		"a round of -1s; it takes more than no time":                                                    {Guest: "g", Round: -time.Second},
		"the plan drawn for seed 1: plan: guest: a name is missing; use letters and digits, such as n1": {},
	} {
		if _, err := Generate(1, o); err == nil || err.Error() != want {
			t.Errorf("got  %v\nwant %s", err, want)
		}
	}
	mute := func(*rand.Rand, string, []string) string { return "\n" }
	if _, err := Generate(1, Options{Guest: "g", Call: mute}); err == nil || !strings.Contains(err.Error(), "call 1") {
		t.Errorf("a guest's unprintable call: %v", err)
	}
}

// A seed in a bug report must give the same plan tomorrow.
func TestGeneratedPlansStayWhatTheyAre(t *testing.T) {
	o := full()
	o.Machines, o.Rate, o.Settings = 5, 1, []Setting{{"heartbeat", "200ms"}}
	golden(t, "seed-1.plan", mustGenerate(t, 1, o).String())
}
