package export

import (
	"encoding/csv"
	"io"
	"strconv"

	"raftian/linearizability/history"
	"raftian/netsim/env"
)

// columns are the names in the first row of a table of operations.
func columns() []string {
	return []string{"client", "seq", "machine", "input", "call_s", "return_s", "outcome", "output",
		"index", "applied_s", "call_event", "return_event", "applied_event"}
}

// CSV writes the operations in the order of their calls as a table (RFC 4180)
// with a row of names first. Times are seconds since the run began, exact to the
// nanosecond; what is not known is empty.
func CSV(w io.Writer, r *Record) error {
	table := csv.NewWriter(w)
	if err := table.Write(columns()); err != nil {
		return err
	}
	for i := range r.Ops {
		if err := table.Write(row(&r.Ops[i], r.Where[i])); err != nil {
			return err
		}
	}
	table.Flush()
	return table.Error()
}

func row(op *history.Op, machine string) []string {
	when := func(at env.Instant, known bool) string {
		if !known {
			return ""
		}
		s := at.String() // "3.214000000s"
		return s[:len(s)-1]
	}
	number := func(n uint64) string {
		if n == 0 {
			return ""
		}
		return strconv.FormatUint(n, 10)
	}
	return []string{
		op.Client, strconv.FormatUint(op.Seq, 10), machine, op.Input,
		when(op.Call, true), when(op.Return, op.Return != 0 || op.ReturnEvent != 0), op.Outcome.String(), op.Output,
		number(op.Index), when(op.Applied, op.AppliedEvent != 0),
		number(op.CallEvent), number(op.ReturnEvent), number(op.AppliedEvent),
	}
}
