package history_test

import (
	"reflect"
	"testing"
	"time"

	"raftian/linearizability/history"
	"raftian/linearizability/internal/script"
	"raftian/netsim/env"
)

func record(t *testing.T, text string) []history.Op {
	t.Helper()
	events, err := script.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	r := history.NewRecorder()
	for i := range events {
		r.Event(&events[i])
	}
	return r.Ops()
}

func ms(n int) env.Instant { return env.Instant(time.Duration(n) * time.Millisecond) }

func TestTheRecorderPairsCallsWithReturns(t *testing.T) {
	tests := []struct {
		name, trace string
		want        []history.Op
	}{{
		"an answer with an output",
		`0.1 n1 invoke client=c1 seq=1 set x
		 0.2 n1 return client=c1 seq=1 index=7 ok old value`,
		[]history.Op{{Client: "c1", Seq: 1, Input: "set x", Output: "old value", Outcome: history.OK,
			Call: ms(100), Return: ms(200), CallEvent: 1, ReturnEvent: 2, Index: 7}},
	}, {
		"an answer without an output",
		`0.1 n1 invoke client=c1 seq=1 set x
		 0.2 n1 return client=c1 seq=1 ok`,
		[]history.Op{{Client: "c1", Seq: 1, Input: "set x", Outcome: history.OK,
			Call: ms(100), Return: ms(200), CallEvent: 1, ReturnEvent: 2}},
	}, {
		"a failure with its reason",
		`0.1 n1 invoke client=c1 seq=1 set x
		 0.2 n1 return client=c1 seq=1 fail not leader`,
		[]history.Op{{Client: "c1", Seq: 1, Input: "set x", Output: "not leader", Outcome: history.Fail,
			Call: ms(100), Return: ms(200), CallEvent: 1, ReturnEvent: 2}},
	}, {
		"no answer, though the entry was applied",
		`0.1 n1 invoke client=c1 seq=1 set x
		 0.2 n1 apply client=c1 seq=1 index=5
		 0.3 n2 apply client=c1 seq=1 index=5`,
		[]history.Op{{Client: "c1", Seq: 1, Input: "set x",
			Call: ms(100), CallEvent: 1, Index: 5, Applied: ms(200), AppliedEvent: 2}},
	}, {
		"an uncertain answer, and the client goes on",
		`0.1 n1 invoke client=c1 seq=1 set x
		 0.2 n1 return client=c1 seq=1 unknown timeout
		 0.3 n1 invoke client=c1 seq=2 get
		 0.4 n2 apply client=c1 seq=1 index=5
		 0.5 n1 return client=c1 seq=2 ok x`,
		[]history.Op{
			{Client: "c1", Seq: 1, Input: "set x", Output: "timeout", Call: ms(100), Return: ms(200),
				CallEvent: 1, ReturnEvent: 2, Index: 5, Applied: ms(400), AppliedEvent: 4},
			{Client: "c1", Seq: 2, Input: "get", Output: "x", Outcome: history.OK, Call: ms(300), Return: ms(500),
				CallEvent: 3, ReturnEvent: 5},
		},
	}, {
		"a repeated call that is answered by its duplicate",
		`0.1 n1 invoke client=c1 seq=1 set x
		 0.2 n1 apply client=c1 seq=1 index=5
		 0.3 n1 apply client=c1 seq=1 index=6 duplicate
		 0.4 n1 return client=c1 seq=1 index=6 ok`,
		[]history.Op{{Client: "c1", Seq: 1, Input: "set x", Outcome: history.OK, Call: ms(100), Return: ms(400),
			CallEvent: 1, ReturnEvent: 4, Index: 5, Applied: ms(200), AppliedEvent: 2}},
	}, {
		"a call repeated after a crash begins where it began, and a certain answer stands",
		`0.1 n1   invoke client=c1 seq=1 set x
		 0.2 n1   return client=c1 seq=1 unknown timeout
		 0.3 n1/2 invoke client=c1 seq=1 set x
		 0.4 n1/2 return client=c1 seq=1 ok
		 0.5 n1/2 return client=c1 seq=1 fail late`,
		[]history.Op{{Client: "c1", Seq: 1, Input: "set x", Outcome: history.OK, Call: ms(100), Return: ms(400),
			CallEvent: 1, ReturnEvent: 4}},
	}, {
		"words that are no answer leave open what happened",
		`0.1 n1 invoke client=c1 seq=1 set x
		 0.2 n1 return client=c1 seq=1 okay then`,
		[]history.Op{{Client: "c1", Seq: 1, Input: "set x", Output: "okay then", Call: ms(100), Return: ms(200),
			CallEvent: 1, ReturnEvent: 2}},
	}, {
		"the operator's orders are no operations",
		`0.1 n1 invoke client=operator seq=1 remove n2
		 0.2 n1 return client=operator seq=1 ok n1 n3 voters
		 0.3 n1 apply client=operator seq=1 index=3`,
		nil,
	}, {
		"a return and an application without a call are no operation",
		`0.1 n1 return client=c1 seq=1 ok
		 0.2 n1 apply client=c2 seq=1 index=3`,
		nil,
	}}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := record(t, test.trace); !reflect.DeepEqual(got, test.want) {
				t.Errorf("got\n%+v\nwant\n%+v", got, test.want)
			}
		})
	}
}

func TestOpsDoNotChangeWithWhatFollows(t *testing.T) {
	events, err := script.Parse("0.1 n1 invoke client=c1 seq=1 x\n0.2 n1 return client=c1 seq=1 ok")
	if err != nil {
		t.Fatal(err)
	}
	r := history.NewRecorder()
	r.Event(&events[0])
	before := r.Ops()
	r.Event(&events[1])
	if before[0].Outcome != history.Unknown {
		t.Error("the operation was answered after it was handed out")
	}
}
