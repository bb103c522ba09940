package export

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"raftian/linearizability/history"
	"raftian/linearizability/models"
	"raftian/netsim/env"
)

// Jepsen writes the operations and faults as a Jepsen history: a line of EDN for
// each call (:invoke) and each of its ends (:ok, :fail, :info), in their order,
// with :index from 0 and :time in nanoseconds since the run began.
//
// The first word of an input, if it is one of letters only, is :f and the rest
// is :value; for others :f is :call and :value all of it. The :value of an end is
// what came of the call. As in Jepsen, a process whose call ends in :info is over
// and its client goes on as another: the next of the numbers that are the
// client's modulo the number of clients. A call without an end gets its :info
// before its client's next call, or at the run's end. Faults are :info of the
// process :nemesis.
func Jepsen(w io.Writer, r *Record) error { return writeJepsen(w, r, texts) }

// JepsenValues is Jepsen for the words of models.Register and models.KV: their values
// stand there as such, and one with a key as [key value], so that checkers of registers
// take the history. An answer that is not known is nil, and so is one that was nil.
//
// Where instants are all that orders events, a call comes before the ends of its
// instant, as they are concurrent. One that touches its client's call before it is
// another process's, then, since no process calls twice at once; so their order is not
// in it.
func JepsenValues(w io.Writer, r *Record) error { return writeJepsen(w, r, values) }

func writeJepsen(w io.Writer, r *Record, say sayer) error {
	lines := jepsenLines(r, say)
	slices.SortStableFunc(lines, func(a, b jepsenLine) int {
		at := cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.event, b.event))
		if at != 0 || a.event != 0 || a.isEnd == b.isEnd {
			return at
		}
		if b.isEnd {
			return -1
		}
		return 1
	})
	out := bufio.NewWriter(w)
	for i, l := range lines {
		fmt.Fprintf(out, "{:index %d, :time %d, :process %s, :type %s, :f %s, :value %s}\n",
			i, int64(l.at), l.process, l.kind, l.f, l.value)
	}
	return out.Flush()
}

// jepsenLine is one line of a history: when it happened, and its fields in EDN.
type jepsenLine struct {
	at                      env.Instant
	event                   uint64 // 0 for what is before all others of its instant
	process, kind, f, value string
	isEnd                   bool // of a call
}

// sayer says an operation in EDN: its :f, the :value of its call, and, if it was
// answered, the :type and :value of its end.
type sayer func(op *history.Op) (f, call, kind, end string)

// texts says inputs and outputs as they are.
func texts(op *history.Op) (f, call, kind, end string) {
	f, value := split(op.Input)
	return f, edn(value), ":ok", edn(op.Output)
}

// values says the words of models.Register and models.KV.
func values(op *history.Op) (f, call, kind, end string) {
	c, err := models.ParseRegister(op.Input)
	keyed := func(v string) string { return v }
	if err != nil {
		if c, err = models.ParseKV(op.Input); err != nil {
			return texts(op)
		}
		keyed = func(v string) string { return "[" + c.Key + " " + v + "]" }
	}
	f, kind = ":"+c.Verb, ":ok"
	switch c.Verb {
	case "read":
		end = op.Output
		if call = models.None; op.OutputUnknown {
			end = models.None
		}
		return f, keyed(call), kind, keyed(end)
	case "cas":
		if call = "[" + c.A + " " + c.B + "]"; op.Output == models.No {
			kind = ":fail"
		}
	default:
		call = c.A
	}
	return f, keyed(call), kind, keyed(call)
}

func jepsenLines(r *Record, say sayer) (lines []jepsenLine) {
	clients := clientsOf(r.Ops)
	process := make(map[string]int, len(clients))
	for i, c := range clients {
		process[c] = i
	}
	last := make(map[string]*history.Op, len(clients))
	for i := range r.Ops {
		op := &r.Ops[i]
		f, value, kind, answer := say(op)
		if before := last[op.Client]; before != nil && touch(before, op) {
			process[op.Client] += len(clients)
		}
		last[op.Client] = op
		call := jepsenLine{op.Call, op.CallEvent, strconv.Itoa(process[op.Client]), ":invoke", f, value, false}
		end := call
		end.at, end.event, end.kind, end.value, end.isEnd = op.Return, op.ReturnEvent, kind, answer, true
		switch op.Outcome {
		case history.Fail:
			end.kind, end.value = ":fail", edn(op.Output)
			if op.Return < op.Call { // it is not known when
				end.at, end.event = op.Call, op.CallEvent
			}
		case history.Unknown:
			end.kind, end.value = ":info", edn(op.Output)
			process[op.Client] += len(clients)
		}
		if op.Outcome == history.Unknown && op.ReturnEvent == 0 && op.Return == 0 {
			end.at, end.event = before(r, i)
			end.value = edn("no answer")
		}
		lines = append(lines, call, end)
	}
	for _, m := range r.Marks {
		if m.Sort == Fault {
			kind, _ := split(m.Text)
			begin := jepsenLine{m.From, m.Event, ":nemesis", ":info", kind, edn(m.Text), false}
			end := begin
			end.at, end.event, end.value = m.To, math.MaxUint64, edn("over")
			lines = append(lines, begin, end)
		}
	}
	return lines
}

// touch says whether a call is made at the instant at which the one before returned,
// and nothing but that instant orders them.
func touch(before, op *history.Op) bool {
	return before.Outcome != history.Unknown && before.ReturnEvent == 0 && op.CallEvent == 0 && before.Return == op.Call
}

// before is when the client of the i-th operation makes its next call, or the
// end of the run.
func before(r *Record, i int) (at env.Instant, event uint64) {
	for _, next := range r.Ops[i+1:] {
		if next.Client == r.Ops[i].Client {
			return next.Call, next.CallEvent
		}
	}
	return max(r.End, r.Ops[i].Call), math.MaxUint64
}

// clientsOf lists the clients by name.
func clientsOf(ops []history.Op) (names []string) {
	for _, op := range ops {
		names = append(names, op.Client)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// split takes the first word of a text as an EDN keyword.
func split(text string) (f, value string) {
	word, rest, _ := strings.Cut(text, " ")
	notLetter := func(r rune) bool { return r != '-' && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') }
	if word == "" || word[0] == '-' || strings.ContainsFunc(word, notLetter) {
		return ":call", text
	}
	return ":" + word, rest
}

// edn is text as an EDN string, and nil for none.
func edn(text string) string {
	if text == "" {
		return "nil"
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`, "\r", `\r`, "\t", `\t`).Replace(text) + `"`
}
