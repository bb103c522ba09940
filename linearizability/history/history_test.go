package history

import (
	"encoding/json"
	"testing"
)

func TestAnOpReadsBackFromItsJSONForm(t *testing.T) {
	for _, outcome := range []Outcome{Unknown, OK, Fail} {
		op := Op{Client: "p1", Seq: 7, Input: "n1 attack n2", Output: "hit n2 90", Outcome: outcome,
			Call: 5, Return: 9, CallEvent: 11, ReturnEvent: 12, Index: 3, Applied: 8, AppliedEvent: 10}
		b, err := json.Marshal(op)
		if err != nil {
			t.Fatal(err)
		}
		var back Op
		if err := json.Unmarshal(b, &back); err != nil {
			t.Fatalf("%s: %v", b, err)
		}
		if back != op {
			t.Errorf("%s reads back as %+v", b, back)
		}
	}
}

func TestTheJSONFormIsForPeople(t *testing.T) {
	b, err := json.Marshal(Op{Client: "p1", Seq: 1, Input: "look", Outcome: Unknown, Call: 5})
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"client":"p1","seq":1,"input":"look","output":"","outcome":"unknown","call":5}`
	if string(b) != want {
		t.Errorf("an operation without an answer is\n%s, not\n%s", b, want)
	}
}

func TestAWordThatIsNoOutcomeIsRefused(t *testing.T) {
	var o Outcome
	if err := o.UnmarshalText([]byte("maybe")); err == nil {
		t.Error("maybe is taken for an outcome")
	}
	if _, err := Outcome(3).MarshalText(); err == nil {
		t.Error("outcome 3 has a name")
	}
}
