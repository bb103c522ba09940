package plantest_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"raftian/netsim/plan"
	"raftian/netsim/plan/plantest"
)

func TestAnyPlanIsValidAndParsesBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) { sound(t, plantest.Any().Draw(t, "plan")) })
}

// sound requires that a Plan is valid, and that its text form means it.
func sound(t *rapid.T, p plan.Plan) {
	if err := p.Validate(); err != nil {
		t.Fatalf("%v\n%s", err, p)
	}
	back, err := plan.Parse(p.String())
	if err != nil {
		t.Fatalf("%v\n%s", err, p)
	}
	if !reflect.DeepEqual(back, p) {
		t.Fatalf("parsed back as\n%+v\nof\n%+v\n%s", back, p, p)
	}
}

func TestPlansKeepWithinTheirBounds(t *testing.T) {
	b := plantest.Bounds{
		Guest: "g", Machines: []string{"n1", "n2", "n3"},
		Length: 6 * time.Second, From: time.Second, Heal: 3 * time.Second, ForMax: time.Second,
		Kinds:     []plan.FaultKind{plan.Kill, plan.Slow, plan.Rot},
		FaultsMax: 3, Calls: rapid.Just("hello"), CallsMax: 9, ReadyBefore: 2 * time.Second,
	}
	rapid.Check(t, func(t *rapid.T) {
		p := b.Plans().Draw(t, "plan")
		sound(t, p)
		if len(p.Faults) > 3 || len(p.Script) > 9 {
			t.Fatalf("%d faults, %d calls", len(p.Faults), len(p.Script))
		}
		for _, f := range p.Faults {
			if !slices.Contains(b.Kinds, f.Kind) || time.Duration(f.At) < b.From || time.Duration(f.At) >= b.Heal || f.For > b.ForMax {
				t.Fatalf("%s at %v", f, f.At)
			}
		}
		for _, s := range p.Script {
			if at := time.Duration(s.At); at < b.From || at >= 4*time.Second || at%time.Millisecond != 0 || s.Text != "hello" {
				t.Fatalf("%+v", s)
			}
		}
	})
}

// TestEverythingIsDrawn: a thousand Plans hold each kind of fault, with a trigger
// and without, and each part of a trigger.
func TestEverythingIsDrawn(t *testing.T) {
	drawn := map[string]bool{}
	plans := plantest.Any()
	for seed := range 1000 {
		p := plans.Example(seed)
		if len(p.Script) > 0 && len(p.Settings) > 0 && p.Shuffle {
			drawn["a script"] = true
		}
		for _, f := range p.Faults {
			w := f.When
			how := " at once"
			if !w.IsZero() {
				how = " when"
				drawn["to"] = drawn["to"] || w.Peer != ""
				drawn["as"] = drawn["as"] || w.As != ""
				drawn["of"] = drawn["of"] || w.Text != ""
				drawn["wait"] = drawn["wait"] || w.Wait > 0
				drawn["it"] = drawn["it"] || slices.ContainsFunc(f.Groups, func(g []string) bool { return slices.Contains(g, plan.It) })
				drawn["peer"] = drawn["peer"] || slices.ContainsFunc(f.Groups, func(g []string) bool { return slices.Contains(g, plan.Peer) })
			}
			drawn[string(f.Kind)+how] = true
		}
	}
	want := []string{"a script", "to", "as", "of", "wait", "it", "peer"}
	for _, kind := range plantest.Kinds() {
		want = append(want, string(kind)+" at once", string(kind)+" when")
	}
	for _, what := range want {
		if !drawn[what] {
			t.Errorf("never drawn: %s", what)
		}
	}
}

// TestKindsAreThoseOfTheParser, which lists them when it meets another.
func TestKindsAreThoseOfTheParser(t *testing.T) {
	p := plantest.Any().Example(1)
	p.Length, p.Heal, p.Script = time.Second, 1, nil
	p.Faults = []plan.Fault{{Kind: "unheard-of"}}
	_, list, found := strings.Cut(p.Validate().Error(), "choose from ")
	if !found {
		t.Fatal(p.Validate())
	}
	var want []string
	for _, kind := range plantest.Kinds() {
		want = append(want, string(kind))
	}
	if got := strings.Split(list, ", "); !slices.Equal(got, want) {
		t.Errorf("the parser knows %q; drawn are %q", got, want)
	}
}

// TestAnEditedTextMeansWhatItSays: a line, or a word of a line, that is left out,
// doubled or swapped gives an error of one line with its number, or a Plan that is
// as sound as any.
func TestAnEditedTextMeansWhatItSays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		lines := strings.Split(strings.TrimSuffix(plantest.Any().Draw(t, "plan").String(), "\n"), "\n")
		if rapid.Bool().Draw(t, "edit a word") {
			k := rapid.IntRange(0, len(lines)-1).Draw(t, "line")
			lines[k] = strings.Join(edited(t, strings.Split(lines[k], " ")), " ")
		} else {
			lines = edited(t, lines)
		}
		text := strings.Join(lines, "\n")
		p, err := plan.Parse(text)
		if err == nil {
			sound(t, p)
			return
		}
		if said := err.Error(); !strings.HasPrefix(said, "line ") || strings.ContainsAny(said, "\r\n") {
			t.Fatalf("%q\n%s", said, text)
		}
	})
}

// edited is a list with one change.
func edited(t *rapid.T, list []string) []string {
	i := rapid.IntRange(0, len(list)-1).Draw(t, "where")
	j := rapid.IntRange(0, len(list)-1).Draw(t, "other")
	list = slices.Clone(list)
	switch rapid.IntRange(0, 2).Draw(t, "edit") {
	case 0:
		return slices.Delete(list, i, i+1)
	case 1:
		return slices.Insert(list, i, list[j])
	}
	list[i], list[j] = list[j], list[i]
	return list
}
