package campaign_test

import (
	"path/filepath"
	"strings"
	"testing"

	"raftian/linearizability"
	"raftian/raftian/campaign"
)

// kind is a history in testdata/histories and what is to be said of it.
type kind struct {
	file, model  string
	nil, initial string // as the flags of check
	want         linearizability.Outcome
	reason       string // in its reason, or in the error if it cannot be read (NotRun)
	hints        string // in all of its hints; "" if there are none
	left         int
}

const (
	pass   = linearizability.Pass
	fail   = linearizability.Fail
	open   = linearizability.Inconclusive
	refuse = linearizability.NotRun
	perKey = "each key was judged alone"
)

func kinds() []kind {
	return []kind{
		// What a read says that was answered nil.
		{file: "nil-read.edn", want: pass, hints: "1 read was answered nil, which was taken as --nil unknown; with --nil absent the verdict is fail"},
		{file: "nil-read.edn", nil: "absent", want: fail, reason: `was answered "nil"`, hints: "with --nil unknown the verdict is pass"},
		{file: "nil-read.log", want: pass, hints: "with --nil absent the verdict is fail"},
		{file: "nil-read.json", want: pass, hints: "with --nil absent the verdict is fail"},
		{file: "nil-read.jsonl", want: fail, reason: `was answered "nil"`, hints: "with --nil unknown the verdict is pass"},
		{file: "nil-read.jsonl", nil: "unknown", want: pass, hints: "with --nil absent the verdict is fail"},
		{file: "nil-key.edn", model: "kv", want: pass, hints: "with --nil absent the verdict is fail"},
		{file: "nil-key.edn", want: pass, hints: "with --nil absent the verdict is fail"},
		{file: "keyed.edn", nil: "absent", want: pass, hints: perKey}, // no read in it was answered nil

		// What was there at first.
		{file: "initial.edn", want: fail, reason: "operation 1", hints: "it is linearizable if what was there at first is 0: --initial 0"},
		{file: "initial.edn", initial: "0", want: pass},
		{file: "initial.edn", initial: "0N", want: pass},
		{file: "initial.edn", initial: `"0"`, want: fail, reason: "operation 1", hints: "--initial 0"},
		{file: "initial-keys.edn", model: "kv", want: fail, reason: "get x", hints: "x begins with 1, y begins with 2"},
		{file: "initial-no-help.edn", want: fail, reason: "read"},

		// Lines of logs.
		{file: "log-today.log", want: pass, left: 6},
		{file: "log-between.log", want: pass, left: 6},
		{file: "log-bracketed.log", want: pass, left: 6},
		{file: "log-bare.txt", want: pass, left: 6},
		{file: "log-old.log", want: pass, left: 6},
		{file: "log-nemesis.log", want: pass, left: 6},
		{file: "log-stale.log", want: fail, reason: `was answered "5"`, left: 6},
		{file: "log-typo.log", want: refuse, reason: "log-typo.log: line 4: the :type :okay"},
		{file: "log-cut.log", want: refuse, reason: "log-cut.log: line 6: an entry is"},
		{file: "cas-refused.log", want: pass},

		// Values in EDN.
		{file: "time-unknown.edn", want: pass},
		{file: "tagged.edn", want: pass},
		{file: "inf.edn", want: pass},
		{file: "bigint.edn", want: pass, hints: perKey},
		{file: "bigint.edn", model: "kv", want: pass},
		{file: "uuid-not-text.edn", want: fail, reason: "7c8b6e1e"},

		// Keys.
		{file: "keyed.edn", want: pass, hints: perKey},
		{file: "keyed.edn", model: "kv", want: pass},
		{file: "keyed-bad.edn", want: fail, reason: `"get 1"`, hints: perKey},
		{file: "keyed-tuples.edn", want: pass, hints: perKey},
		{file: "keyed-mixed.edn", want: refuse, reason: "line 1: the :value 3 is no key with a value, but that of line 3 is: [1 nil]"},
		{file: "pairs-pass.edn", want: pass},
		{file: "pairs-open.edn", want: open, reason: "--model kv judges them"},
		{file: "cas-pairs.edn", want: fail, reason: `"read"`},
		{file: "unknown-f.edn", want: refuse, reason: "a register has no :append: :read, :write or :cas; --model kv knows :append"},
		{file: "other.edn", want: refuse, reason: "line 1: a register has no :enqueue"},

		// JSON.
		{file: "no-output.jsonl", want: pass},
		{file: "empty-output.jsonl", want: pass},
		{file: "no-output-stale.jsonl", want: fail, reason: "read", hints: "--nil unknown"},
		{file: "wrong-output.jsonl", want: refuse, reason: `line 1: the output "done" of a write is not ok`},
		{file: "twice-at-once.jsonl", want: refuse, reason: "line 2: client a makes a call at 0.000000004s while it is in that of line 1"},
		{file: "goes-on.jsonl", want: pass},
		{file: "numbers.jsonl", model: "kv", want: pass},
		{file: "numbers.jsonl", want: refuse, reason: "--model kv judges each key alone"},
		{file: "foreign-object.jsonl", want: refuse, reason: `an operation is such as {"client":`},
		{file: "list.json", want: pass},
		{file: "lines.json", want: pass},
		{file: "list-stale.json", want: fail, reason: `was answered "4"`},

		// Calls of one client that touch.
		{file: "touching.jsonl", want: fail, reason: "a's", hints: "--nil unknown"},
		{file: "touching-others.jsonl", want: pass},
	}
}

func TestEachKindOfHistoryHasItsVerdict(t *testing.T) {
	for _, k := range kinds() {
		name := strings.Trim(strings.Join([]string{k.file, k.model, k.nil, k.initial}, " "), " ")
		t.Run(name, func(t *testing.T) { k.check(t) })
	}
}

func (k kind) check(t *testing.T) {
	if k.model == "" {
		k.model = "register"
	}
	m, err := campaign.NewHistoryModel(k.model, nil)
	if err == nil && k.nil != "" {
		err = m.SetNil(k.nil)
	}
	if err == nil && k.initial != "" {
		err = m.SetInitial(k.initial)
	}
	if err != nil {
		t.Fatal(err)
	}
	j := campaign.CheckHistory(filepath.Join("testdata", "histories", k.file), m)
	reason, hints := j.Verdict.Reason, strings.Join(j.Hints, "\n")
	if j.Err != nil {
		reason = j.Err.Error()
	}
	switch {
	case j.Verdict.Outcome != k.want || (j.Err != nil) != (k.want == refuse) || !strings.Contains(reason, k.reason):
		t.Errorf("%v: %s; want %v: %s", j.Verdict.Outcome, reason, k.want, k.reason)
	case !strings.Contains(hints, k.hints) || (hints == "") != (k.hints == ""):
		t.Errorf("it hints %q; want %q", hints, k.hints)
	case j.Left != k.left:
		t.Errorf("%d lines were left out, want %d", j.Left, k.left)
	}
}

func TestOptionsThatMakeNoSenseAreRefused(t *testing.T) {
	game, err := campaign.NewHistoryModel("game", []string{"n1"})
	if err != nil {
		t.Fatal(err)
	}
	register, err := campaign.NewHistoryModel("register", nil)
	if err != nil {
		t.Fatal(err)
	}
	for want, err := range map[string]error{
		"not for game":                   game.SetNil("absent"),
		"begin with a value":             game.SetInitial("0"),
		"neither unknown nor absent":     register.SetNil("perhaps"),
		`--initial "3 4" is no value`:    register.SetInitial("3 4"),
		`--initial "" is no value`:       register.SetInitial(""),
		`--initial "{:a}" is no value: `: register.SetInitial("{:a}"),
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v; want %s", err, want)
		}
	}
}
