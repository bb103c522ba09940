package known

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"raftian/linearizability/verdict"
	"raftian/netsim/env"
	"raftian/netsim/trace"
)

// Draft is a file with an entry for each violation of verdicts that is open, as its owner
// may begin with: of violations that are alike, for one. It has what the evidence names,
// with variables for machines, terms and indexes; the steps that led there are for the
// owner to add. open is as Explain's causes are; wire has the events.
func Draft(verdicts []verdict.Verdict, open [][]bool, wire []byte) string {
	var b strings.Builder
	fmt.Fprintln(&b, header)
	done := map[string]bool{}
	for k, v := range verdicts {
		count := 0
		for n, x := range v.Violations {
			alike := v.Judge + "\n" + x.Signature
			if !open[k][n] || done[alike] {
				continue
			}
			done[alike] = true
			count++
			draft(&b, fmt.Sprintf("%s-%d", v.Judge, count), v.Judge, &x, eventsOf(&x, wire))
		}
	}
	return b.String()
}

// eventsOf are the events that a violation's evidence names, in the trace's order.
func eventsOf(x *verdict.Violation, wire []byte) (events []trace.Event) {
	var named []uint64
	for _, fact := range x.Evidence {
		named = append(named, fact.Event)
	}
	d := trace.NewDecoder(bytes.NewReader(wire))
	var e trace.Event
	for d.Next(&e) == nil {
		if slices.Contains(named, e.N) {
			events = append(events, e)
		}
	}
	return events
}

// names gives variables to values, the same to the same.
type names map[string]string

func (n names) of(letters string, value string) string {
	key := letters + value
	if n[key] == "" {
		same := 0
		for k := range n {
			if strings.HasPrefix(k, letters) {
				same++
			}
		}
		n[key] = letters
		if same > 0 {
			n[key] = fmt.Sprintf("%s%d", letters, same+1)
		}
	}
	return n[key]
}

func draft(b *strings.Builder, name, judge string, x *verdict.Violation, events []trace.Event) {
	fmt.Fprintf(b, "\n# %s\nknown %s\njudge %s\nsignature %s\n", strings.Join(strings.Fields(x.Reason), " "), name, judge, x.Signature)
	vars := names{}
	if x.Machine != "" || x.Index != 0 {
		b.WriteString("on")
		if x.Machine != "" {
			fmt.Fprintf(b, " machine=%s", vars.of("M", x.Machine))
		}
		if x.Index != 0 {
			fmt.Fprintf(b, " index=%s", vars.of("I", fmt.Sprint(x.Index)))
		}
		b.WriteByte('\n')
	}
	b.WriteString("# Add what led there: step KIND FIELD=VALUE … above what the evidence shows.\n")
	for _, e := range events {
		fmt.Fprintf(b, "shows %s", e.Kind)
		for _, f := range []struct{ field, letter, value string }{
			{"machine", "M", e.Machine}, {"peer", "M", e.Peer}, {"client", "C", e.Client}, {"seq", "S", positive(e.Seq)}, {"term", "T", positive(e.Term)}, {"index", "I", positive(e.Index)},
		} {
			if f.value != "" {
				fmt.Fprintf(b, " %s=%s", f.field, vars.of(f.letter, f.value))
			}
		}
		if slices.Contains([]string{env.KindRole, env.KindRestore, env.KindTruncate, env.KindAppend, trace.KindCrash}, e.Kind) && e.Text != "" {
			fmt.Fprintf(b, " text=%q", e.Text)
		}
		b.WriteByte('\n')
	}
}

// positive is a number in words, unless it is 0.
func positive(n uint64) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprint(n)
}
