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
func Jepsen(w io.Writer, r *Record) error {
	lines := jepsenLines(r)
	slices.SortStableFunc(lines, func(a, b jepsenLine) int {
		return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.event, b.event))
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
}

func jepsenLines(r *Record) (lines []jepsenLine) {
	clients := clientsOf(r.Ops)
	process := make(map[string]int, len(clients))
	for i, c := range clients {
		process[c] = i
	}
	for i := range r.Ops {
		op := &r.Ops[i]
		f, value := split(op.Input)
		call := jepsenLine{op.Call, op.CallEvent, strconv.Itoa(process[op.Client]), ":invoke", f, edn(value)}
		end := call
		end.at, end.event, end.kind, end.value = op.Return, op.ReturnEvent, ":"+op.Outcome.String(), edn(op.Output)
		if op.Outcome == history.Unknown {
			end.kind = ":info"
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
			begin := jepsenLine{m.From, m.Event, ":nemesis", ":info", kind, edn(m.Text)}
			end := begin
			end.at, end.event, end.value = m.To, math.MaxUint64, edn("over")
			lines = append(lines, begin, end)
		}
	}
	return lines
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
