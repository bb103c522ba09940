package foreign

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"io"
	"slices"

	"raftian/linearizability/history"
	"raftian/netsim/env"
)

// line is an operation of package history, and tells what is missing.
type line struct {
	history.Op
	Client  *string          `json:"client"`
	Input   *string          `json:"input"`
	Call    *env.Instant     `json:"call"`
	Outcome *history.Outcome `json:"outcome"`
}

// readJSONL reads an operation a line, in the form of history.Op in JSON:
//
//	{"client":"c1","seq":1,"input":"write 3","output":"ok","outcome":"ok","call":5,"return":9}
//
// client, input, outcome and call must be there; of an ok also return. Times are
// nanoseconds. seq tells the operations of a client apart; it may be missing.
// Lines may be in any order; empty ones are passed over.
func readJSONL(text []byte, w Words) ([]history.Op, error) {
	type id struct {
		client string
		seq    uint64
	}
	known := make(map[id]int)
	var ops []history.Op
	numbered := 0 // how many give the numbers of their events
	n := 0
	for l := range bytes.Lines(text) {
		n++
		if len(bytes.TrimSpace(l)) == 0 {
			continue
		}
		op, err := readOp(l, w)
		if err != nil {
			return nil, wrong(n, "%v", err)
		}
		if other, is := known[id{op.Client, op.Seq}]; is && op.Seq != 0 {
			return nil, wrong(n, "operation %d of %s is also in line %d", op.Seq, op.Client, other)
		}
		known[id{op.Client, op.Seq}] = n
		if op.CallEvent != 0 {
			numbered++
		}
		ops = append(ops, op)
		if numbered != 0 && numbered != len(ops) {
			return nil, wrong(n, "some operations give the number of their events, and some do not")
		}
	}
	slices.SortStableFunc(ops, func(a, b history.Op) int {
		return cmp.Or(cmp.Compare(a.Call, b.Call), cmp.Compare(a.CallEvent, b.CallEvent))
	})
	number(ops)
	return ops, nil
}

// number gives operations that have none a seq of their own.
func number(ops []history.Op) {
	last := make(map[string]uint64)
	for i := range ops {
		last[ops[i].Client] = max(last[ops[i].Client], ops[i].Seq)
	}
	for i := range ops {
		if op := &ops[i]; op.Seq == 0 {
			last[op.Client]++
			op.Seq = last[op.Client]
		}
	}
}

func readOp(text []byte, w Words) (history.Op, error) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	var l line
	if err := d.Decode(&l); err != nil {
		if errors.Is(err, io.ErrUnexpectedEOF) {
			err = errors.New("it ends within the operation")
		}
		return history.Op{}, err
	}
	if _, err := d.Token(); err != io.EOF {
		return history.Op{}, errors.New("something follows the operation")
	}
	if l.Client == nil || l.Input == nil || l.Call == nil || l.Outcome == nil {
		return history.Op{}, errors.New("an operation has client, input, outcome and call")
	}
	op := l.Op
	op.Client, op.Input, op.Call, op.Outcome = *l.Client, *l.Input, *l.Call, *l.Outcome
	switch {
	case op.Call < 0 || op.Return < 0 || op.Applied < 0:
		return op, errors.New("a time lies before the beginning")
	case op.Outcome == history.OK && op.Return < op.Call:
		return op, errors.New("it returned before it was called")
	case op.Outcome == history.OK && (op.CallEvent != 0) != (op.ReturnEvent != 0):
		return op, errors.New("it gives the number of one of its events only")
	case op.Outcome == history.OK && op.ReturnEvent < op.CallEvent:
		return op, errors.New("its return_event comes before its call_event")
	}
	return op, w.check(op.Input)
}
