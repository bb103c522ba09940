package verdict_test

import (
	"encoding/json"
	"testing"

	"raftian/linearizability/verdict"
)

func TestTheZeroVerdictIsNotGreen(t *testing.T) {
	if v := (verdict.Verdict{}); v.Outcome == verdict.Pass || v.Outcome.String() != "not-run" {
		t.Fatalf("the zero verdict says %v", v.Outcome)
	}
}

func TestOutcomesAreNamesInJSON(t *testing.T) {
	names := map[verdict.Outcome]string{
		verdict.NotRun:       `"not-run"`,
		verdict.Pass:         `"pass"`,
		verdict.Fail:         `"fail"`,
		verdict.Inconclusive: `"inconclusive"`,
	}
	for outcome, want := range names {
		got, err := json.Marshal(outcome)
		if err != nil || string(got) != want {
			t.Errorf("%v is %s in JSON (%v), want %s", outcome, got, err, want)
		}
		var back verdict.Outcome
		if err := json.Unmarshal(got, &back); err != nil || back != outcome {
			t.Errorf("%s reads back as %v (%v)", got, back, err)
		}
	}
}

func TestWhatIsNoOutcomeIsAnError(t *testing.T) {
	if _, err := json.Marshal(verdict.Outcome(9)); err == nil {
		t.Error("outcome 9 has a JSON form")
	}
	for _, bad := range []string{`"passed"`, `""`, `1`} {
		var o verdict.Outcome
		if err := json.Unmarshal([]byte(bad), &o); err == nil {
			t.Errorf("%s reads as %v", bad, o)
		}
	}
}
