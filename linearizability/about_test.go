package linearizability

import "testing"

func TestEveryJudgeIsDescribed(t *testing.T) {
	about := Judges()
	judges := NewPanel(Options{}).judges
	if len(about) != len(judges) {
		t.Fatalf("%d are described; there are %d", len(about), len(judges))
	}
	for k, j := range judges {
		a := about[k]
		if a.Judge != j.Name() || a.Asserts == "" || a.Example == "" || a.Source == "" {
			t.Errorf("in the place of %s: %+v", j.Name(), a)
		}
		if len(a.Needs) != len(j.Needs()) {
			t.Errorf("%s needs %v", a.Judge, a.Needs)
		}
	}
}
