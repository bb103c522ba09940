package scene

import (
	"fmt"

	"raftian/game/replay"
	"raftian/netsim/trace"
)

// field adds a name and a value, marked if the last event changed it.
func (p *page) field(name, value string, changed bool) {
	if p.at.H < p.step() {
		return
	}
	y := p.next()
	if changed {
		p.rect(p.at.X-4, p.at.Y-p.step(), p.at.W+8, p.step(), raised)
	}
	p.text(p.at.X+10, y, p.smallPlain(dim), name)
	st := p.smallMono(text)
	if changed {
		p.disc(p.at.X+2, y-float32(p.small)*0.35, 3, yellow)
		st.color = white
	}
	x := p.at.X + float32(p.small)*8.2
	p.fit(x, y, p.at.Right()-x, st, value)
}

// node shows details of a machine.
func (p *page) node(i int) {
	now, was := &p.state.Nodes[i], &p.stateBefore().Nodes[i]
	if p.output(i) {
		return
	}
	p.heading("NODE " + p.run.Machines[i] + "   (a dot: changed by this event)")
	p.outputToggle(i, "what it printed")
	facts := p.facts(now, i)
	old := p.facts(was, i)
	for k := range facts {
		p.field(facts[k][0], facts[k][1], facts[k][1] != old[k][1])
	}
	if n := p.c.Printed(i); n > 0 {
		last := &p.run.Printed(i)[n-1]
		p.field("printed", withoutTime(last.Words()), int(last.After) >= p.c.N()-1)
	}
	p.heading("EVENTS ON " + p.run.Machines[i])
	p.list(p.at, p.around(p.run.EventsOn(i), int(p.at.H/p.step())))
}

// facts returns the fields of a node as text.
func (p *page) facts(n *replay.Node, i int) [][2]string {
	vote := "none"
	if n.VoteFor != replay.World {
		vote = fmt.Sprintf("%s in term %d", p.run.Machines[n.VoteFor], n.VoteTerm)
	}
	index, term := p.run.Last(n)
	log := "empty"
	if index > 0 {
		log = fmt.Sprintf("%d to %d, the last of term %d", n.First, index, term)
	}
	role := fmt.Sprintf("%s since %s", n.Status, clock(n.Since, 1000))
	if n.Status == replay.Down && n.DownReason != "" {
		role = fmt.Sprintf("down since %s: %s", clock(n.Since, 1000), n.DownReason)
	}
	facts := [][2]string{
		{"role", role},
		{"term", fmt.Sprint(n.Term)},
		{"last vote", vote},
		{"log", log},
		{"committed", fmt.Sprint(n.Commit)},
		{"applied", fmt.Sprintf("%d, state %016x", n.Applied, n.StateHash)},
		{"local log", fmt.Sprintf("%d, chain %016x", n.Local, n.LocalHash)},
		{"snapshot", fmt.Sprintf("through %d", n.Snapshot)},
		{"members", orWord(n.Config, "not known")},
		{"incarnation", fmt.Sprint(n.Boot)},
	}
	if p.run.HasGame() && n.GameKnown {
		if c, ok := n.Game.City(p.run.Machines[i]); ok {
			facts = append(facts, [2]string{"its city", c.String()})
		}
	}
	return facts
}

// message shows details of a message.
func (p *page) message(n int) {
	e := p.run.Event(n)
	p.heading("MESSAGE")
	for i := range p.run.Messages {
		m := &p.run.Messages[i]
		if m.Event != n {
			continue
		}
		what := m.Kind.String()
		if m.Reply {
			what = "answer to " + what
		}
		p.field("what", what, false)
		p.field("from", p.run.Machines[m.From], false)
		p.field("to", p.run.Machines[m.To], false)
		if m.Estimated {
			p.field("sent", m.Sent.String(), false)
			p.wrapped(p.smallPlain(dim), "of a live session only when a request was sent and when its answer came are known; it is drawn as if it had arrived half way between", 10, 3)
			break
		}
		p.field("bytes", fmt.Sprint(m.Bytes), false)
		p.field("sent", m.Sent.String(), false)
		if m.Lost != "" {
			p.field("held", m.Lost+"; sent again later", false)
		} else {
			p.field("arrives", fmt.Sprintf("%s, %s later", m.Arrived, trace.Brief(m.Arrived.Sub(m.Sent))), false)
		}
		p.field("connection", fmt.Sprint(e.Conn), false)
		break
	}
	p.heading("EVENT")
	p.list(p.at, []storyLine{{n: n, words: e.Machine + " " + e.Words(), color: text}})
}

// fault shows details of a fault.
func (p *page) fault(i int) {
	k := &p.run.Faults[i]
	p.heading(fmt.Sprintf("FAULT %d", k.Number))
	p.wrapped(p.smallPlain(text), k.Text, 0, 3)
	p.field("begins", k.From.String(), false)
	p.field("ends", k.To.String(), false)
	p.field("lasts", trace.Brief(k.To.Sub(k.From)), false)
	if k.Idle != "" {
		p.field("effect", "none: "+k.Idle, false)
	}
	p.heading("STORY")
	p.list(p.at, p.story(int(p.at.H/p.step())))
}
