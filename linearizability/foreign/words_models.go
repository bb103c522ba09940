package foreign

import (
	"errors"
	"fmt"
	"strconv"

	"raftian/linearizability/models"
)

// Set is the words of models.Set: :add and :remove with a value, and :read with all
// that is in the set, as a set, a vector or a list.
func Set() Words {
	return Words{
		input: func(e *entry) (string, error) {
			switch e.f {
			case ":add", ":remove":
				return e.f[1:] + " " + word(e.value), nil
			case ":read":
				return "read", e.noKey()
			}
			return "", fmt.Errorf("a set has no %s: :add, :remove or :read; %s", e.f, knowers(e.f))
		},
		output: func(e *entry) string {
			if e.f == ":read" && (e.value.kind == list || e.value.kind == set) {
				return models.SetOf(words(e.value.items))
			}
			return answerOr(e, ":read")
		},
		check:   checked(models.ParseSet, "add", "remove", "read"),
		reads:   func(input string) bool { return verb(input) == "read" },
		answers: outputs("read", "a set such as {1 2}", models.IsSet),
	}
}

// Queue is the words of models.Queue: :enqueue with a value, and :dequeue with the
// value that came out, or nil. A :dequeue that is a :fail had no effect, as Jepsen
// has it, and tells nothing; nil in an :ok is that the queue was empty, which
// Jepsen's own queues do not allow. A :drain is many dequeues, and no call.
func Queue() Words {
	return Words{
		input: func(e *entry) (string, error) {
			switch e.f {
			case ":enqueue":
				return "enqueue " + word(e.value), nil
			case ":dequeue":
				return "dequeue", e.noKey()
			case ":drain":
				return "", errors.New("a :drain is no single call: a :dequeue for each value is wanted")
			}
			return "", fmt.Errorf("a queue has no %s: :enqueue or :dequeue; %s", e.f, knowers(e.f))
		},
		output:  func(e *entry) string { return answerOr(e, ":dequeue") },
		check:   checked(models.ParseQueue, "enqueue", "dequeue"),
		answers: outputs("dequeue", "one word, or nil", models.IsWord),
	}
}

// Counter is the words of models.Counter: :add with a number, :inc (or :increment)
// and :dec (or :decrement) with one or none, and :read with the sum.
func Counter() Words {
	return Words{
		input: func(e *entry) (string, error) {
			verb, is := map[string]string{":add": "add", ":read": "read", ":inc": "inc", ":increment": "inc", ":dec": "dec", ":decrement": "dec"}[e.f]
			switch {
			case !is:
				return "", fmt.Errorf("a counter has no %s: :add, :inc, :dec or :read; %s", e.f, knowers(e.f))
			case verb == "read" || verb != "add" && e.value.isNil():
				return verb, e.noKey()
			case verb == "dec":
				return "", errors.New("a :dec has no :value: a negative :add is wanted")
			}
			return "add " + word(e.value), nil
		},
		output: func(e *entry) string { return answerOr(e, ":read") },
		check:  checked(models.ParseCounter, "add", "inc", "dec", "read"),
		reads:  func(input string) bool { return verb(input) == "read" },
		answers: outputs("read", "a whole number", func(output string) bool {
			_, err := strconv.ParseInt(output, 10, 64)
			return err == nil
		}),
	}
}

// Mutex is the words of models.Mutex: :acquire and :release, whose values tell
// nothing.
func Mutex() Words {
	return Words{
		input: func(e *entry) (string, error) {
			switch e.f {
			case ":acquire", ":release":
				return e.f[1:], e.noKey()
			}
			return "", fmt.Errorf("a mutex has no %s: :acquire or :release; %s", e.f, knowers(e.f))
		},
		output: func(*entry) string { return models.Done },
		check:  checked(models.ParseMutex, "acquire", "release"),
		answers: func(input, output string) error {
			if output != models.Done && output != models.No {
				return fmt.Errorf("the output %q of a %s is neither ok nor fail", output, verb(input))
			}
			return nil
		},
	}
}

// ListAppend is the words of models.ListAppend: :txn with a single step, which is
// [:append k v] or [:r k nil]; of an :ok, a :r has the list that was read, where nil
// is one with nothing in it.
func ListAppend() Words {
	return Words{
		input: step,
		output: func(e *entry) string {
			if s := e.value.items; len(s) == 1 && len(s[0].items) == 3 && s[0].items[0].text == ":r" {
				return models.ListOf(words(s[0].items[2].items))
			}
			return models.Done
		},
		check:   checked(models.ParseListAppend, "append", "read"),
		answers: outputs("read", "nil, nor a list such as [1 2]", models.IsList),
	}
}

// step is the single step of a transaction in words.
func step(e *entry) (string, error) {
	const wanted = "one step over one key is wanted, [[:append k v]] or [[:r k nil]]"
	switch {
	case e.f != ":txn":
		return "", fmt.Errorf("list-append has no %s, but :txn: %s; %s", e.f, wanted, knowers(e.f))
	case e.value.kind == list && len(e.value.items) > 1:
		return "", fmt.Errorf("a transaction of %d steps: %s", len(e.value.items), wanted)
	case e.value.kind != list || len(e.value.items) == 0:
		return "", fmt.Errorf("the :value of a :txn is %.40s: %s", e.value, wanted)
	}
	s := e.value.items[0]
	if s.kind != list || len(s.items) != 3 || s.items[0].kind != keyword {
		return "", fmt.Errorf("the step %.40s: %s", s, wanted)
	}
	switch s.items[0].text {
	case ":append":
		return "append " + word(s.items[1]) + " " + word(s.items[2]), nil
	case ":r":
		return "read " + word(s.items[1]), nil
	}
	return "", fmt.Errorf("the step %.40s: %s", s, wanted)
}

// answerOr is the value of an :ok of one :f, and of others that they were done.
func answerOr(e *entry, f string) string {
	if e.f == f {
		return word(e.value)
	}
	return models.Done
}

// words are values as words.
func words(values []value) []string {
	all := make([]string, len(values))
	for i, v := range values {
		all[i] = word(v)
	}
	return all
}

// outputs fails on what no call answers: all say that they are done, but for those
// with one verb, which answer what is said.
func outputs(of, what string, is func(output string) bool) func(input, output string) error {
	return func(input, output string) error {
		switch v := verb(input); {
		case v != of && output != models.Done:
			return fmt.Errorf("the output %q of a %s is not ok", output, v)
		case v == of && !is(output):
			return fmt.Errorf("the output %q of a %s is not %s", output, v, what)
		}
		return nil
	}
}

// noKey fails if a call that is made with no value has two, as in Jepsen's independent
// histories.
func (e *entry) noKey() error {
	if e.hasKey || e.value.isPair() {
		return fmt.Errorf("the %s is about one key of several: this model wants a history of each key alone", e.f)
	}
	return nil
}
