package foreign_test

import (
	"fmt"
	"strings"
	"testing"

	"raftian/linearizability"
	"raftian/linearizability/foreign"
	"raftian/linearizability/models"
)

// entries are lines such as "0 ok :add 3" in Jepsen's form.
func entries(text string) string {
	var b strings.Builder
	for line := range strings.Lines(strings.TrimSpace(text)) {
		words := strings.SplitN(strings.TrimSpace(line), " ", 4)
		value := "nil"
		if len(words) > 3 {
			value = words[3]
		}
		fmt.Fprintf(&b, "{:process %s, :type :%s, :f %s, :value %s}\n", words[0], words[1], words[2], value)
	}
	return b.String()
}

// judged is a history in Jepsen's words, and what is to be said of it.
type judged struct {
	words   func() foreign.Words
	model   func() linearizability.Model
	text    string
	outcome linearizability.Outcome
}

func jepsenHistories() map[string]judged {
	pass, fail := linearizability.Pass, linearizability.Fail
	return map[string]judged{
		"a set is read as a set, a vector or a list": {foreign.Set, models.Set, `
			0 invoke :add 1
			0 ok :add 1
			0 invoke :add 2
			0 ok :add 2
			0 invoke :read
			0 ok :read #{2 1}
			0 invoke :read
			0 ok :read [1 2]
			0 invoke :read
			0 ok :read (2 1)`, pass},
		"a read of nil tells nothing": {foreign.Set, models.Set, `
			0 invoke :add 1
			0 ok :add 1
			0 invoke :read
			0 ok :read nil`, pass},
		"an add is lost": {foreign.Set, models.Set, `
			0 invoke :add 1
			0 ok :add 1
			0 invoke :add 2
			0 ok :add 2
			0 invoke :read
			0 ok :read #{2}`, fail},
		"an add without an answer is found or not, one that failed is not": {foreign.Set, models.Set, `
			0 invoke :add 1
			0 info :add 1
			1 invoke :add 2
			1 fail :add 2
			1 invoke :read
			1 ok :read #{}
			1 invoke :read
			1 ok :read #{1}`, pass},
		"an add that failed is found": {foreign.Set, models.Set, `
			1 invoke :add 2
			1 fail :add 2
			1 invoke :read
			1 ok :read #{2}`, fail},
		"what was removed is gone": {foreign.Set, models.Set, `
			1 invoke :add 2
			1 ok :add 2
			1 invoke :remove 2
			1 ok :remove 2
			1 invoke :read
			1 ok :read #{2}`, fail},
		"a dequeue that failed tells nothing": {foreign.Queue, models.Queue, `
			0 invoke :enqueue 1
			0 ok :enqueue 1
			0 invoke :dequeue
			0 fail :dequeue
			0 invoke :dequeue
			0 ok :dequeue 1`, pass},
		"a dequeue found nothing where there was something": {foreign.Queue, models.Queue, `
			0 invoke :enqueue 1
			0 ok :enqueue 1
			0 invoke :dequeue
			0 ok :dequeue nil`, fail},
		"a dequeue without an answer took it": {foreign.Queue, models.Queue, `
			0 invoke :enqueue 1
			0 ok :enqueue 1
			1 invoke :dequeue
			1 info :dequeue
			0 invoke :enqueue 2
			0 ok :enqueue 2
			0 invoke :dequeue
			0 ok :dequeue 2`, pass},
		"a queue is no bag": {foreign.Queue, models.Queue, `
			0 invoke :enqueue 1
			0 ok :enqueue 1
			0 invoke :enqueue 2
			0 ok :enqueue 2
			0 invoke :dequeue
			0 ok :dequeue 2
			0 invoke :dequeue
			0 ok :dequeue 1`, fail},
		"a counter adds": {foreign.Counter, models.Counter, `
			0 invoke :add 5
			1 invoke :inc
			0 ok :add 5
			1 info :inc
			0 invoke :read
			0 ok :read 5
			0 invoke :read
			0 ok :read 6
			0 invoke :add 2
			0 fail :add 2
			0 invoke :read
			0 ok :read 6`, pass},
		"a counter goes back": {foreign.Counter, models.Counter, `
			0 invoke :add 5
			0 ok :add 5
			0 invoke :read
			0 ok :read 5
			0 invoke :read
			0 ok :read 0`, fail},
		"a mutex is acquired by one, another fails": {foreign.Mutex, models.Mutex, `
			0 invoke :acquire
			0 ok :acquire
			1 invoke :acquire
			1 fail :acquire
			0 invoke :release
			0 ok :release
			1 invoke :acquire
			1 ok :acquire`, pass},
		"a mutex is released by nobody knows whom": {foreign.Mutex, models.Mutex, `
			0 invoke :acquire
			0 ok :acquire
			0 invoke :release
			0 info :release
			1 invoke :acquire
			1 ok :acquire`, pass},
		"a mutex is acquired twice": {foreign.Mutex, models.Mutex, `
			0 invoke :acquire
			0 ok :acquire
			1 invoke :acquire
			1 ok :acquire`, fail},
		"lists by key": {foreign.ListAppend, models.ListAppend, `
			0 invoke :txn [[:append 8 1]]
			0 ok :txn [[:append 8 1]]
			0 invoke :txn [[:append 9 2]]
			0 info :txn [[:append 9 2]]
			1 invoke :txn [[:r 8 nil]]
			1 ok :txn [[:r 8 [1]]]
			1 invoke :txn [[:r 9 nil]]
			1 ok :txn [[:r 9 nil]]
			1 invoke :txn [[:r 9 nil]]
			1 ok :txn [[:r 9 [2]]]`, pass},
		"a list that reads found in two orders": {foreign.ListAppend, models.ListAppend, `
			0 invoke :txn [[:append 8 1]]
			1 invoke :txn [[:append 8 2]]
			0 ok :txn [[:append 8 1]]
			1 ok :txn [[:append 8 2]]
			1 invoke :txn [[:r 8 nil]]
			1 ok :txn [[:r 8 [1 2]]]
			1 invoke :txn [[:r 8 nil]]
			1 ok :txn [[:r 8 [2 1]]]`, fail},
	}
}

func TestJepsensWordsAreJudged(t *testing.T) {
	for name, j := range jepsenHistories() {
		t.Run(name, func(t *testing.T) {
			v := linearizability.Check(j.model(), read(t, entries(j.text), j.words()), linearizability.Search{})
			if v.Outcome != j.outcome {
				t.Errorf("%v: %s; want %v", v.Outcome, v.Reason, j.outcome)
			}
			if v.Outcome == linearizability.Fail && len(v.Evidence) < 2 {
				t.Errorf("a fail without evidence: %+v", v)
			}
		})
	}
}

func TestWordsThatAreNoneAreRefused(t *testing.T) {
	for _, c := range []struct {
		words            func() foreign.Words
		f, value, wanted string
	}{
		{foreign.Set, ":write", "1", "line 1: a set has no :write: :add, :remove or :read; --model register or kv knows :write"},
		{foreign.Queue, ":drain", "nil", "line 1: a :drain is no single call: a :dequeue for each value is wanted"},
		{foreign.Queue, ":enqueue", "nil", "line 1: nil is no value: it says that there is none"},
		{foreign.Set, ":read", "[7 nil]", "line 1: the :read is about one key of several: this model wants a history of each key alone"},
		{foreign.Counter, ":add", "1.5", `line 1: "1.5" is no whole number from -10^12 to 10^12`},
		{foreign.Counter, ":write", "1", "line 1: a counter has no :write: :add, :inc, :dec or :read; --model register or kv knows :write"},
		{foreign.Mutex, ":lock", "nil", "line 1: a mutex has no :lock: :acquire or :release; no model here knows :lock"},
		{foreign.ListAppend, ":txn", "[[:append 1 2] [:r 1 nil]]", "line 1: a transaction of 2 steps: one step over one key is wanted, [[:append k v]] or [[:r k nil]]"},
		{foreign.ListAppend, ":txn", "[[:w 1 2]]", "line 1: the step [:w 1 2]: one step over one key is wanted, [[:append k v]] or [[:r k nil]]"},
		{foreign.ListAppend, ":txn", "[]", "line 1: the :value of a :txn is []: one step over one key is wanted, [[:append k v]] or [[:r k nil]]"},
		{foreign.ListAppend, ":append", "[1 2]", "line 1: list-append has no :append, but :txn: one step over one key is wanted, [[:append k v]] or [[:r k nil]]; --model kv knows :append"},
	} {
		_, err := foreign.Read(strings.NewReader(entries("0 invoke "+c.f+" "+c.value)), c.words())
		if err == nil || err.Error() != c.wanted {
			t.Errorf("%s %s: %v; want %s", c.f, c.value, err, c.wanted)
		}
	}
}

func TestSetsInJSONLinesMayBeInAnyOrder(t *testing.T) {
	for _, output := range []string{"{2 10}", "{10 2}", "#{10 2}", "[10 2]", "(2 10)"} {
		ops := read(t, `{"client":"c","input":"add 10","output":"ok","outcome":"ok","call":1,"return":2}
{"client":"c","input":"add 2","output":"ok","outcome":"ok","call":3,"return":4}
{"client":"c","input":"read","output":"`+output+`","outcome":"ok","call":5,"return":6}`, foreign.Set())
		if v := linearizability.Check(models.Set(), ops, linearizability.Search{}); v.Outcome != linearizability.Pass {
			t.Errorf("%s: %v: %s", output, v.Outcome, v.Reason)
		}
	}
}
