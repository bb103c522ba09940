package models_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"raftian/linearizability"
	"raftian/linearizability/history"
	"raftian/linearizability/models"
	"raftian/netsim/env"
)

func TestWhatCallsAnswer(t *testing.T) {
	for name, c := range map[string]struct {
		model linearizability.Model
		calls string
	}{
		"a register": {models.Register(),
			"read => nil, write 3 => ok, read => 3, cas 4 5 => fail, cas 3 5 => ok, read => 5, cas nil 1 => fail, read x => no such call"},
		"a key": {models.KV(),
			`get k => nil, append k a => ok, append k b => ok, get k => ab, put k "x 1" => ok, append k y => ok, get k => "x 1y", cas k "x 1y" 7 => ok, get k => 7`},
		"a set": {models.Set(),
			`read => {}, add 10 => ok, add 9 => ok, add "a b" => ok, read => {9 10 "a b"}, add 9 => ok, remove 10 => ok, remove 7 => ok, read => {9 "a b"}, add => no such call`},
		"a queue": {models.Queue(),
			`dequeue => nil, enqueue 3 => ok, enqueue "a b" => ok, enqueue 1 => ok, dequeue => 3, dequeue => "a b", dequeue => 1, dequeue => nil, enqueue nil => no such call`},
		"a counter": {models.Counter(),
			"read => 0, add 5 => ok, add -7 => ok, read => -2, inc => ok, read => -1, dec => ok, read => -2, add x => no such call"},
		"a mutex": {models.Mutex(),
			"release => fail, acquire => ok, acquire => fail, release => ok, acquire => ok, lock => no such call"},
		"a list": {models.ListAppend(),
			`read k => nil, append k 1 => ok, append k "a b" => ok, read k => [1 "a b"], read => no such call`},
	} {
		t.Run(name, func(t *testing.T) {
			state := c.model.Init()
			for call := range strings.SplitSeq(c.calls, ", ") {
				input, want, _ := strings.Cut(call, " => ")
				next, got := c.model.Step(state, input)
				if got != want {
					t.Fatalf("%s in state %s is answered %s; want %s", input, c.model.Describe(state), got, want)
				}
				state = next
			}
		})
	}
}

func TestWordsReadBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := rapid.SliceOf(rapid.OneOf(rapid.StringMatching(`[a-z0-9:\[\]]+`),
			rapid.Map(rapid.String(), models.Quote))).Draw(t, "words")
		got, err := models.Split(strings.Join(want, " "))
		if err != nil || !slices.Equal(got, want) {
			t.Fatalf("%q reads back as %q, %v", want, got, err)
		}
	})
	for _, bad := range []string{`a  b`, ` a`, `"a`, `"a"b`} {
		if words, err := models.Split(bad); err == nil {
			t.Errorf("%s is split into %q", bad, words)
		}
	}
}

func TestWhatIsNoCallIsRefused(t *testing.T) {
	for _, bad := range []string{"", "write", "write 1 2", "cas 1", "read 1", "get k", `write "x`} {
		if c, err := models.ParseRegister(bad); err == nil {
			t.Errorf("a register takes %q for %+v", bad, c)
		}
	}
	for name, bad := range map[string][]string{
		"set": {"add", "read 1", "remove"}, "queue": {"enqueue", "enqueue nil", "dequeue 1"}, "mutex": {"acquire 1", "lock"},
		"counter":     {"add", "add 1.5", "add 1000000000001", "inc 2", "read 1"},
		"list-append": {"append k", "read", "get k"},
	} {
		parse := map[string]func(string) (models.Call, error){"set": models.ParseSet, "queue": models.ParseQueue,
			"mutex": models.ParseMutex, "counter": models.ParseCounter, "list-append": models.ParseListAppend}[name]
		for _, input := range bad {
			if c, err := parse(input); err == nil {
				t.Errorf("a %s takes %q for %+v", name, input, c)
			}
		}
	}
	for _, bad := range []string{"get", "put k", "read", "cas k 1", "get k 1"} {
		if c, err := models.ParseKV(bad); err == nil {
			t.Errorf("a KV takes %q for %+v", bad, c)
		}
	}
}

func TestKeysAreJudgedApart(t *testing.T) {
	var ops []history.Op
	for k := range 9 {
		ops = append(ops, history.Op{Seq: uint64(k), Input: fmt.Sprintf("get k%d", (7-k%3)%3)})
	}
	parts := models.KV().Partition(ops)
	if len(parts) != 3 {
		t.Fatalf("split into %v", parts)
	}
	for k, part := range parts {
		want := slices.DeleteFunc(slices.Clone(ops), func(op history.Op) bool { return op.Input != fmt.Sprintf("get k%d", k) })
		if !slices.Equal(part, want) {
			t.Errorf("key %d has %v", k, part)
		}
	}
}

// kind is a model and inputs for it, in which %d is a small number.
type kind struct {
	model  linearizability.Model
	inputs []string
}

func promising() []kind {
	return []kind{
		{models.Register(), []string{"read", "read", "write %d", "write %d", "cas %d %d", "cas %d %d"}},
		{models.KV(), []string{"get k", "get k", "put k %d", "append k %d", "cas k %d %d", "cas k %d %d"}},
		{models.KV(), []string{"get k", "get k", "append k %d", "append k %d"}},
		{models.KV(), []string{"get k", "get k", "get k", "append k %d", "append k %d", `append k "%d"`, "put k %d"}},
		{models.Set(), []string{"read", "read", "add %d", "add %d", "remove %d"}},
		{models.Queue(), []string{"enqueue %d", "enqueue %d", "dequeue", "dequeue"}},
		{models.Counter(), []string{"read", "read", "add %d", "inc", "dec"}},
		{models.Mutex(), []string{"acquire", "release"}},
		{models.ListAppend(), []string{"read k", "append k %d"}},
	}
}

// What a model says of its calls to make searches quicker changes no verdict.
func TestWhatModelsPromiseOfTheirCallsIsSo(t *testing.T) {
	count := make(map[linearizability.Outcome]int)
	rapid.Check(t, func(t *rapid.T) {
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		kinds := promising()
		kind := kinds[rapid.IntRange(0, len(kinds)-1).Draw(t, "model")]
		clever, inputs := kind.model, kind.inputs
		plain := clever
		plain.Cell, plain.Reads, plain.Quick, plain.Hash = nil, nil, nil, nil
		for range 30 {
			ops := anyHistory(rng, clever, inputs)
			want := linearizability.Check(plain, ops, linearizability.Search{})
			count[want.Outcome]++
			if got := linearizability.Check(clever, ops, linearizability.Search{}); got.Outcome != want.Outcome {
				t.Fatalf("%s: %v, without promises %v: %+v", got.Reason, got.Outcome, want.Outcome, ops)
			}
		}
	})
	if count[linearizability.Pass] < 300 || count[linearizability.Fail] < 300 {
		t.Errorf("too few histories of one kind: %v", count)
	}
}

// anyHistory is eight calls at random, one in four without an answer.
func anyHistory(rng *rand.Rand, m linearizability.Model, inputs []string) []history.Op {
	var ops []history.Op
	state := m.Init()
	for i := range 8 {
		input := inputs[rng.IntN(len(inputs))]
		for strings.Contains(input, "%d") {
			input = strings.Replace(input, "%d", fmt.Sprint(rng.IntN(3)), 1)
		}
		call := env.Instant(10*i + rng.IntN(10))
		op := history.Op{Client: fmt.Sprint(i), Input: input, Call: call, Return: call + env.Instant(rng.IntN(50)), Outcome: history.OK}
		if rng.IntN(5) > 1 {
			state, op.Output = m.Step(state, input)
		}
		if rng.IntN(4) < 1 {
			op.Outcome, op.Return, op.Output = history.Unknown, 0, ""
		} else if op.Output == "" {
			_, op.Output = m.Step(state, input)
		}
		ops = append(ops, op)
	}
	return ops
}
