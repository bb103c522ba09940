package foreign

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"raftian/linearizability/history"
	"raftian/linearizability/models"
	"raftian/netsim/env"
)

// What an object is that is one of a history.
const (
	ownInJSON    = `{"client":"c1","input":"write 3","output":"ok","outcome":"ok","call":5,"return":9}`
	jepsenInJSON = `{"process":0,"type":"invoke","f":"write","value":3}`
)

// line is an operation of package history, and tells what is missing.
type line struct {
	history.Op
	Client  json.RawMessage  `json:"client"`
	Key     json.RawMessage  `json:"key"` // of models.KV, where the input has none
	Input   *string          `json:"input"`
	Output  json.RawMessage  `json:"output"`
	Call    *env.Instant     `json:"call"`
	Outcome *history.Outcome `json:"outcome"`
}

// readJSONL reads operations in the form of history.Op in JSON:
//
//	{"client":"c1","seq":1,"input":"write 3","output":"ok","outcome":"ok","call":5,"return":9}
//
// client, input, outcome and call must be there; of an ok also return. Times are
// nanoseconds. seq tells the operations of a client apart; it may be missing. If
// output is missing, or of a call that has no value to tell is empty, what was answered
// is not known. client, key and output may be numbers. A null that was read says what
// a nil says. Operations may be in any order; a client makes one at a time.
func readJSONL(all []object, w Words) (*History, error) {
	type id struct {
		client string
		seq    uint64
	}
	known := make(map[id]int)
	var ops []placed
	numbered := 0 // how many give the numbers of their events
	for _, o := range all {
		op, err := readOp(o.text, w)
		if err != nil {
			return nil, wrong(o.line, "%v", err)
		}
		if other, is := known[id{op.Client, op.Seq}]; is && op.Seq != 0 {
			return nil, wrong(o.line, "operation %d of %s is also in line %d", op.Seq, op.Client, other)
		}
		known[id{op.Client, op.Seq}] = o.line
		if op.CallEvent != 0 {
			numbered++
		}
		op.line = o.line
		ops = append(ops, op)
		if numbered != 0 && numbered != len(ops) {
			return nil, wrong(o.line, "some operations give the number of their events, and some do not")
		}
	}
	inOrder(ops)
	if err := oneAtATime(ops); err != nil {
		return nil, err
	}
	h := &History{Nil: NilAbsent}
	for i, op := range ops {
		h.Ops = append(h.Ops, op.Op)
		if op.isNil {
			h.nils = append(h.nils, i)
		}
	}
	number(h.Ops)
	return h, nil
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

func readOp(text []byte, w Words) (placed, error) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	var l line
	if err := d.Decode(&l); err != nil {
		return placed{}, foreignObject(err)
	}
	if _, err := d.Token(); err != io.EOF {
		return placed{}, errors.New("something follows the operation")
	}
	if l.Client == nil || l.Input == nil || l.Call == nil || l.Outcome == nil {
		return placed{}, fmt.Errorf("an operation has client, input, outcome and call, such as %s", ownInJSON)
	}
	op := l.Op
	op.Input, op.Call, op.Outcome = *l.Input, *l.Call, *l.Outcome
	var err error
	if op.Client, err = scalar("client", l.Client); err != nil {
		return placed{}, err
	}
	if err := l.putKey(&op, w); err != nil {
		return placed{}, err
	}
	if err := w.check(op.Input); err != nil {
		return placed{}, err
	}
	p := placed{Op: op}
	if err := l.putOutput(&p, w); err != nil {
		return placed{}, err
	}
	return p, possible(&p.Op)
}

// foreignObject says what is wrong with an object that is no operation.
func foreignObject(err error) error {
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &kind) && kind.Field == "":
		return fmt.Errorf("a %s is no operation such as %s", kind.Value, ownInJSON)
	case errors.As(err, &kind):
		return fmt.Errorf("the %s is a %s; an operation is such as %s", strings.TrimPrefix(kind.Field, "Op."), kind.Value, ownInJSON)
	case strings.Contains(err.Error(), "unknown field"):
		return fmt.Errorf("%w; an operation is such as %s, or the entry of a history of Jepsen's such as %s", err, ownInJSON, jepsenInJSON)
	}
	return cutOff(err)
}

// putKey puts the key into the input.
func (l *line) putKey(op *history.Op, w Words) error {
	if l.Key == nil {
		return nil
	}
	if w.withKey == nil {
		return errors.New(`it has a "key", and this model has none; --model kv judges each key alone`)
	}
	key, err := scalar("key", l.Key)
	if err != nil {
		return err
	}
	if words, err := models.Split(key); err != nil || len(words) != 1 {
		key = models.Quote(key)
	}
	op.Input, err = w.withKey(op.Input, key)
	return err
}

// putOutput says what an operation was answered, if that is known.
func (l *line) putOutput(p *placed, w Words) error {
	isRead := w.reads != nil && w.reads(p.Input)
	null := string(l.Output) == "null"
	if l.Output != nil && !null {
		var err error
		if p.Output, err = scalar("output", l.Output); err != nil {
			return err
		}
	}
	if p.Outcome != history.OK {
		p.OutputUnknown = false
		return nil
	}
	switch {
	case null && isRead:
		p.Output = models.None
	case l.Output == nil || null || p.Output == "" && w.answers != nil && !isRead:
		p.OutputUnknown = true
	}
	if p.OutputUnknown {
		return nil
	}
	p.isNil = isRead && p.Output == models.None
	if w.answers != nil {
		return w.answers(p.Input, p.Output)
	}
	return nil
}

// scalar is a text, or a number or truth value as a text.
func scalar(name string, raw json.RawMessage) (string, error) {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return "", err
	}
	switch v := v.(type) {
	case string:
		return v, nil
	case json.Number:
		return canonical(v.String()), nil
	case bool:
		return fmt.Sprint(v), nil
	}
	return "", fmt.Errorf("the %s %.40s is neither a text nor a number", name, raw)
}

// possible fails on an operation that cannot have been.
func possible(op *history.Op) error {
	switch {
	case op.Call < 0 || op.Return < 0 || op.Applied < 0:
		return errors.New("a time lies before the beginning")
	case (op.Outcome == history.OK || op.Return != 0) && op.Return < op.Call:
		return errors.New("it returned before it was called")
	case op.Outcome == history.OK && (op.CallEvent != 0) != (op.ReturnEvent != 0):
		return errors.New("it gives the number of one of its events only")
	case op.Outcome == history.OK && op.ReturnEvent < op.CallEvent:
		return errors.New("its return_event comes before its call_event")
	}
	return nil
}
