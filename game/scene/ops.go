package scene

import (
	"cmp"
	"fmt"
	"slices"

	"raftian/game/replay"
	"raftian/linearizability/history"
	"raftian/netsim/env"
	"raftian/netsim/trace"
)

// op shows details of a call.
func (p *page) op(i int) {
	op := &p.run.Ops[i]
	p.heading(fmt.Sprintf("CALL %s#%d", op.Client, op.Seq))
	p.field("asks", op.Input, false)
	switch {
	case op.Return == 0:
		p.field("answer", "none: it may take effect at any time", false)
	case op.Outcome == history.OK:
		p.field("answer", op.Output, false)
	default:
		p.field("answer", op.Outcome.String()+": "+op.Output, false)
	}
	if op.Machine != replay.World {
		p.field("called on", p.run.Machines[op.Machine], false)
	}
	p.field("called", op.Call.String(), false)
	if op.Return != 0 {
		p.field("answered", fmt.Sprintf("%s, after %s", op.Return, trace.Brief(op.Return.Sub(op.Call))), false)
	}
	if op.AppliedEvent != 0 {
		p.field("took effect", fmt.Sprintf("%s (witness: the log)", op.Applied), false)
	} else if op.Index == 0 {
		p.field("took effect", "not through the log, or never", false)
	}
	if op.Index != 0 {
		p.field("entry", fmt.Sprint(op.Index), false)
	}
	if op.Illegal {
		p.text(p.at.X+10, p.next(), p.smallBold(vermilion), "× a verdict that failed rests on it")
	}
	p.heading("ITS EVENTS")
	p.list(p.at, p.eventsOf(op, int(p.at.H/p.step())))
}

// eventsOf returns the events of a call: invocation, response, and those of each
// machine.
func (p *page) eventsOf(op *replay.Op, most int) []storyLine {
	if p.opEvents == nil || p.opOf != op.Number {
		p.opOf, p.opEvents = op.Number, p.run.EventsOf(op)
	}
	var all []storyLine
	for _, n := range p.opEvents {
		e := p.run.Event(n)
		if e.Kind != env.KindInvoke && e.Kind != env.KindReturn && e.Kind != env.KindApply && e.Kind != env.KindAppend {
			continue
		}
		l := storyLine{n: n, words: e.Machine + " " + e.Words(), color: dim}
		if n > p.c.N() {
			l.color = faint
		}
		all = append(all, l)
	}
	slices.SortStableFunc(all, func(a, b storyLine) int { return cmp.Compare(a.n, b.n) })
	return all[:min(len(all), most)]
}
