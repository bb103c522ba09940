package campaign

import (
	"testing"
	"time"
)

// A run that is only measured is the run that is judged, with its events or without.
func TestACostIsThatOfTheSameRun(t *testing.T) {
	p := faulty(t)
	pl := faultyPlan(t, "one", "two", "three")
	r, err := p.Run(t.Context(), pl)
	if err != nil {
		t.Fatal(err)
	}
	c, err := p.Cost(t.Context(), pl, Gathered)
	if err != nil || c.Digest != r.Digest || c.Events != r.Events || c.Bytes != int64(len(r.Wire)) || c.Exit != r.Exit {
		t.Errorf("%+v, %v; the run has digest %s, %d events in %d bytes", c, err, r.Digest, r.Events, len(r.Wire))
	}
	if c.CPU <= 0 || c.Wall <= 0 || c.Virtual != 5*time.Second {
		t.Errorf("it took %+v", c)
	}
	if c, err := p.Cost(t.Context(), pl, Unseen); err != nil || c.Digest != "" || c.Events != 0 || c.Bytes != 0 {
		t.Errorf("without events: %+v, %v", c, err)
	}
}

func TestAProgramThatDiesHasItsCostToo(t *testing.T) {
	p := faulty(t)
	pl := faultyPlan(t, "one", "panic", "three")
	if c, err := p.Cost(t.Context(), pl, Gathered); err != nil || c.Exit == "" {
		t.Errorf("%+v, %v", c, err)
	}
}
