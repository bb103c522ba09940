package campaign

import (
	"context"
	"errors"
	"testing"

	"raftian/linearizability"
	"raftian/netsim/plan"
)

func TestAFailingPlanIsCutDownToWhatFails(t *testing.T) {
	p := faulty(t)
	pl := faultyPlan(t, append(adds(12), "panic")...)
	s, err := p.Shrink(t.Context(), pl, ShrinkOptions{Jobs: 2, Seeds: 1})
	if err != nil {
		t.Fatal(err)
	}
	small := s.Result.Plan
	if len(small.Script) != 1 || small.Script[0].Text != "panic" {
		t.Errorf("of thirteen calls it leaves %v; want the panic alone", small.Script)
	}
	if v := verdictOf(t, s.Result, "no-panic"); v.Outcome != linearizability.Fail {
		t.Errorf("the smallest plan does not fail alike: %v", s.Result.Verdicts)
	}
	// It is a plan like any other.
	if again, err := p.Run(t.Context(), small); err != nil || again.Digest != s.Result.Digest {
		t.Errorf("run again, the smallest plan gives %v", err)
	}
}

func TestAPlanThatPassesIsNotShrunk(t *testing.T) {
	if _, err := faulty(t).Shrink(t.Context(), faultyPlan(t, "add"), ShrinkOptions{}); !errors.Is(err, ErrPasses) {
		t.Errorf("the error is %v", err)
	}
}

func TestShrinkingThatIsStoppedKeepsTheBestSoFar(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	pl := faultyPlan(t, append(adds(12), "panic")...)
	tried := func(runs int, _ plan.Plan) {
		if runs == 3 {
			stop()
		}
	}
	s, err := faulty(t).Shrink(ctx, pl, ShrinkOptions{Jobs: 1, Seeds: 1, Tried: tried})
	if err != nil || s.Runs != 3 {
		t.Fatalf("shrunk %+v, error %v", s, err)
	}
	if v := verdictOf(t, s.Result, "no-panic"); v.Outcome != linearizability.Fail {
		t.Errorf("the best so far does not fail: %v", s.Result.Verdicts)
	}
}
