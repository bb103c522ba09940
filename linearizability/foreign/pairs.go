package foreign

import (
	"raftian/linearizability/history"
	"raftian/netsim/env"
)

// entry is an invocation or a completion.
type entry struct {
	line       int
	process    string
	kind       string // :invoke, :ok, :fail or :info
	f          string
	value, key value
	hasKey     bool
	time       int64 // nanoseconds; -1 if not known
}

// operations makes operations of entries.
func operations(entries []entry, w Words) (*History, error) {
	h := &History{Nil: NilUnknown}
	if w.keyed != nil {
		keys, err := keying(entries)
		if err != nil {
			return nil, err
		}
		h.Pairs = keys == pairsWritten
		if h.Keyed = keys == keyed; h.Keyed {
			w = w.keyed()
		}
	}
	p := newPairs(w)
	for _, e := range entries {
		if err := p.add(e); err != nil {
			return nil, err
		}
	}
	h.Ops, h.nils = p.ops, p.nils
	return h, nil
}

// pairs makes operations of entries. Their order is the order of the history:
// times are only told, for clocks may be read a little before or after.
type pairs struct {
	words Words
	ops   []history.Op
	nils  []int // of them, reads that were answered nil
	open  map[string]*pending
	over  map[string]int // the lines where processes ended
	now   env.Instant
	event uint64
	seq   map[string]uint64
}

// pending is a call that is under way.
type pending struct {
	entry
	op int
}

func newPairs(w Words) *pairs {
	return &pairs{words: w, open: make(map[string]*pending), over: make(map[string]int), seq: make(map[string]uint64)}
}

// add takes the next entry.
func (p *pairs) add(e entry) error {
	p.event = max(p.event+1, uint64(e.line))
	if e.time >= 0 {
		p.now = max(p.now, env.Instant(e.time))
	} else {
		p.now = max(p.now, env.Instant(p.event))
	}
	call := p.open[e.process]
	switch e.kind {
	case ":invoke":
		return p.invoke(e, call)
	case ":ok", ":fail", ":info":
	default:
		return wrong(e.line, "the :type %s is none of :invoke, :ok, :fail and :info", e.kind)
	}
	if call == nil {
		return wrong(e.line, "process %s has no call that could end", e.process)
	}
	if err := p.words.same(&call.entry, &e); err != nil {
		return wrong(e.line, "%v, since line %d", err, call.line)
	}
	delete(p.open, e.process)
	op := &p.ops[call.op]
	op.Return, op.ReturnEvent = p.now, p.event
	switch {
	case e.kind == ":info":
		op.Output = e.value.String()
		p.over[e.process] = e.line
	case e.kind == ":fail":
		op.Outcome, op.Output = history.Fail, e.value.String()
	default:
		op.Outcome, op.Output = history.OK, p.words.output(&e)
		if p.words.isNilRead(op, &e) {
			NilUnknown.say(op)
			p.nils = append(p.nils, call.op)
		}
	}
	return nil
}

func (p *pairs) invoke(e entry, call *pending) error {
	if call != nil {
		return wrong(e.line, "process %s makes a call while it is in that of line %d", e.process, call.line)
	}
	if line, is := p.over[e.process]; is {
		return wrong(e.line, "process %s ended with the :info of line %d and calls again", e.process, line)
	}
	input, err := p.words.input(&e)
	if err == nil {
		err = p.words.check(input)
	}
	if err != nil {
		return wrong(e.line, "%v", err)
	}
	p.open[e.process] = &pending{e, len(p.ops)}
	p.seq[e.process]++
	p.ops = append(p.ops, history.Op{Client: e.process, Seq: p.seq[e.process], Input: input, Call: p.now, CallEvent: p.event})
	return nil
}
