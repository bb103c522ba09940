package campaign

import (
	"context"
	"flag"
	"os"
	"slices"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"raftian/netsim/plan"
	"raftian/netsim/plan/plantest"
	"raftian/netsim/toolchain"
	"raftian/raftian/campaign/campaigntest"
	"raftian/raftian/defects"
	"raftian/raftian/guest"
)

// buildGame builds the world program of the game, once.
var buildGame = sync.OnceValues(func() (*Program, error) {
	return Build(context.Background(), toolchain.Options{Package: GameWorld})
})

// TestAnyPlanOfTheGamePassesAndRepeats has rapid draw whole Plans, run in
// processes of their own, and holds every judge to Pass and a second run to the
// digest of the first. By default it is the same few Plans each time; more, and
// others each time, come with
//
//	go test ./raftian/campaign -run AnyPlan -rapid.checks 500
//
// A Plan that fails is shrunk call by call and fault by fault, printed as text
// that `raftian run` takes, and kept in a file under testdata/rapid/ and this
// test's name, which is tried first from then on. To see that once, plant a bug,
// with "set bug NAME" among the settings below (`raftian bugs` lists them), or by
// breaking the rules: in game/rules, have attack hit nobody whose health is 50.
// Then the plan that is left has six calls or so, no faults, and no more than one
// machine that they are made on.
func TestAnyPlanOfTheGamePassesAndRepeats(t *testing.T) {
	campaigntest.Sources(t)
	p, err := buildGame()
	if err != nil {
		t.Fatal(err)
	}
	fewChecks(t, "8")
	plans := gameBounds(t, p).Plans()
	rapid.Check(t, func(rt *rapid.T) {
		pl := plans.Draw(rt, "plan")
		first := passes(t.Context(), rt, p, pl)
		if again := passes(t.Context(), rt, p, pl); again.Digest != first.Digest {
			rt.Fatalf("digest %s, and again %s:\n%s", first.Digest, again.Digest, pl)
		}
	})
}

// passes runs a Plan and returns what came of it, if every judge passes or fails
// for what is known of the library.
func passes(ctx context.Context, t *rapid.T, p *Program, pl plan.Plan) *Result {
	r, err := p.Run(ctx, pl)
	if err != nil {
		t.Fatalf("%v\n%s", err, pl)
	}
	known := defects.Names(defects.Explain(defects.All(), defects.Run{Plan: pl, Raft: p.Raft, Verdicts: r.Verdicts, Wire: r.Wire}))
	for _, s := range SortOut(r.Verdicts, known) {
		if v := s.Unknown; s.Fails() {
			t.Fatalf("%s: %s: %s\n%s", v.Judge, v.Outcome, v.Reason, pl)
		}
	}
	return r
}

// gameBounds are three machines and eight seconds, of which the first is for the
// election and the last four for recovery. A disk that rots or is replaced is left
// out: Raft promises nothing to a cluster in which what was synced gets lost.
func gameBounds(t *testing.T, p *Program) plantest.Bounds {
	t.Helper()
	standard, err := guest.Game().Plan(guest.Options{Seed: 1, Machines: 3, Length: 8 * time.Second, Faults: plan.Calm})
	if err != nil {
		t.Fatal(err)
	}
	return plantest.Bounds{
		Guest:    standard.Guest,
		Machines: standard.Machines,
		Settings: standard.Settings,
		Length:   standard.Length,
		From:     time.Second,
		Heal:     4 * time.Second,
		ForMax:   time.Second,
		Kinds: slices.DeleteFunc(plantest.Kinds(), func(kind plan.FaultKind) bool {
			return kind == plan.Rot || kind == plan.Replace
		}),
		Events:    p.Events,
		FaultsMax: 4,
		Calls: rapid.SampledFrom([]string{
			"look", "look n1", "add n2", "n1 attack n2", "n2 attack n3", "n3 attack n2", "del n3", "verified look n2",
		}),
		CallsMax:    60,
		ReadyBefore: 2500 * time.Millisecond,
	}
}

// fewChecks has rapid do so many checks with seeds that are always the same,
// unless the command line or the environment asks for a number of them.
func fewChecks(t *testing.T, checks string) {
	t.Helper()
	asked := os.Getenv("RAPID_CHECKS") != ""
	flag.Visit(func(f *flag.Flag) { asked = asked || f.Name == "rapid.checks" || f.Name == "rapid.seed" })
	if asked {
		return
	}
	for name, value := range map[string]string{"rapid.checks": checks, "rapid.seed": "1"} {
		before := flag.Lookup(name).Value.String()
		if err := flag.Set(name, value); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := flag.Set(name, before); err != nil {
				t.Error(err)
			}
		})
	}
}
