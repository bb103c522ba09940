package guest

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"raftian/linearizability"
	"raftian/netsim/plan"
)

// echo is a guest whose clients say who they are; it answers what it is asked.
func echo() Guest {
	return Guest{
		Name: "echo",
		Call: func(rng *rand.Rand, client string, machines []string) string {
			return client + " of " + strings.Join(machines, "+")
		},
		Model: func([]string) linearizability.Model {
			return linearizability.Model{
				Init: func() any { return 0 },
				Step: func(state any, input string) (any, string) { return state, input },
			}
		},
	}
}

func TestAPlanIsTheStandardClusterWithTheGuestsCalls(t *testing.T) {
	p, err := echo().Plan(Options{Seed: 4, Machines: 3, Length: 10 * time.Second, Rate: 30})
	if err != nil {
		t.Fatal(err)
	}
	if p.Seed != 4 || p.Guest != "echo" || len(p.Machines) != 3 || p.Length != 10*time.Second || len(p.Faults) != 0 {
		t.Errorf("the plan is of seed %d, guest %s, %v, %s, %d faults", p.Seed, p.Guest, p.Machines, p.Length, len(p.Faults))
	}
	if len(p.Script) == 0 {
		t.Fatal("nobody calls")
	}
	for _, step := range p.Script {
		if want := step.Client + " of n1+n2+n3"; step.Text != want {
			t.Fatalf("%s calls %q; want %q", step.Client, step.Text, want)
		}
	}
	if got := value(p, "peers"); got != "n1,n2,n3" {
		t.Errorf("the machines are told of peers %q", got)
	}
}

func TestAGuestsSettingsReplaceTheStandardOnesOrAreAdded(t *testing.T) {
	g := echo()
	g.Settings = []plan.Setting{{Key: "snapshot-threshold", Value: "8"}, {Key: "motto", Value: "sink or swim"}}
	p, err := g.Plan(Options{Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	standard, err := echo().Plan(Options{Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	if value(p, "snapshot-threshold") != "8" || value(p, "motto") != "sink or swim" {
		t.Errorf("the settings are %v", p.Settings)
	}
	if len(p.Settings) != len(standard.Settings)+1 || value(p, "heartbeat") != value(standard, "heartbeat") {
		t.Errorf("the settings are %v; the others should be as in %v", p.Settings, standard.Settings)
	}
	p.Settings, standard.Settings = nil, nil
	if p.String() != standard.String() {
		t.Error("another setting changes more of the plan than the settings")
	}
}

// value is a setting's value; a key that is there twice has none.
func value(p plan.Plan, key string) string {
	k := slices.IndexFunc(p.Settings, func(s plan.Setting) bool { return s.Key == key })
	if k < 0 || slices.ContainsFunc(p.Settings[k+1:], func(s plan.Setting) bool { return s.Key == key }) {
		return ""
	}
	return p.Settings[k].Value
}

func TestThePlansOfTheGamePrintAndParseBack(t *testing.T) {
	for seed := range uint64(20) {
		p, err := Game().Plan(Options{Seed: seed, Faults: plan.All})
		if err != nil {
			t.Fatal(err)
		}
		back, err := plan.Parse(p.String())
		if err != nil || back.String() != p.String() {
			t.Fatalf("seed %d does not parse back: %v", seed, err)
		}
	}
}

func TestWhatCannotBeDrawnIsAnError(t *testing.T) {
	for _, o := range []Options{{Machines: 1000}, {Length: time.Hour * 100}, {Rate: -1}, {Machines: -1}} {
		if p, err := echo().Plan(o); err == nil {
			t.Errorf("%+v gives a plan of %d machines", o, len(p.Machines))
		}
	}
}

// The game's model is its rules: whom it knows is who is in the cluster.
func TestTheModelOfTheGame(t *testing.T) {
	m := Game().Model([]string{"n1", "n2"})
	next, output := m.Step(m.Init(), "n1 attack n2")
	if output != "hit n2 90" {
		t.Errorf("an attack comes to %q", output)
	}
	if _, output := m.Step(next, "n3 attack n1"); !strings.HasPrefix(output, "rejected: ") {
		t.Errorf("an attack by a stranger comes to %q", output)
	}
	if m.Equal(next, m.Init()) || !m.Equal(m.Init(), m.Init()) || !strings.Contains(m.Describe(next), "n2") {
		t.Errorf("states are not told apart, or not described: %q", m.Describe(next))
	}
}
