package linearizability

import (
	"strings"
	"testing"
	"time"

	"raftian/linearizability/history"
	"raftian/linearizability/internal/script"
	"raftian/netsim/env"
)

// weaker are what the calls of the scripts promise.
func weaker(input string) Promise {
	switch {
	case strings.HasPrefix(input, "local "):
		return Promise{Local: true}
	case strings.HasPrefix(input, "lease "):
		return Promise{Stale: 200 * time.Millisecond}
	}
	return Promise{}
}

// readable is the register with these reads.
func readable() Model {
	m := register
	m.Step = func(state any, input string) (any, string) {
		return register.Step(state, strings.TrimPrefix(strings.TrimPrefix(input, "local "), "lease "))
	}
	return m
}

func TestHandWrittenSessions(t *testing.T) {
	m := readable()
	script.Golden(t, "testdata/sessions.txt", func() script.Judge { return NewSessions(&m, weaker) }, *rewrite)
}

// A lease that is as old as the promise allows is no violation; one that is older
// is, and so is a stale read that promises to be fresh.
func TestAStaleReadIsHeldToItsPromise(t *testing.T) {
	ms := func(n int) env.Instant { return env.Instant(n) * env.Instant(time.Millisecond) }
	write := history.Op{Client: "c1", Seq: 1, Input: "set a", Outcome: history.OK, Call: ms(100), Return: ms(200)}
	for _, c := range []struct {
		input string
		call  int
		want  Outcome
	}{
		{"get", 201, Fail},
		{"lease get", 201, Pass},
		{"lease get", 399, Pass},
		{"lease get", 401, Fail},
		{"local get", 10_000, Pass}, // it is held to something else
	} {
		read := history.Op{Client: "c2", Seq: 1, Input: c.input, Outcome: history.OK, Call: ms(c.call), Return: ms(c.call + 1)}
		if v := Check(Promised(readable(), weaker), []history.Op{write, read}, Search{}); v.Outcome != c.want {
			t.Errorf("%q at %d ms: %v %s", c.input, c.call, v.Outcome, v.Reason)
		}
	}
}

// What comes from the future is no better for being on a lease.
func TestAStaleReadSeesNothingThatIsNotThereYet(t *testing.T) {
	ops := []history.Op{
		{Client: "c2", Seq: 1, Input: "lease get", Output: "a", Outcome: history.OK, Call: 10, Return: 20},
		{Client: "c1", Seq: 1, Input: "set a", Outcome: history.OK, Call: 30, Return: 40},
	}
	if v := Check(Promised(readable(), weaker), ops, Search{}); v.Outcome != Fail {
		t.Errorf("it is %v", v.Outcome)
	}
}
