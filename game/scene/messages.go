package scene

import (
	"fmt"
	"math"

	"raftian/game/replay"
	"raftian/netsim/trace"
)

// inFlightMax is the number of messages drawn individually; of more only the number per
// link is drawn.
const inFlightMax = 200

// messagesInFlight draws the messages in flight.
func (f *drawing) messagesInFlight(k *ring) {
	var all []*replay.Message
	f.run.MessagesAt(f.at, func(m *replay.Message) {
		if m.Kind == replay.Heartbeat && !f.v.Heartbeats && m.Lost == "" {
			return
		}
		all = append(all, m)
	})
	if len(all) > inFlightMax {
		f.messageCounts(k, all)
		return
	}
	// Of messages held on a link only the last is drawn.
	last := map[[2]int]*replay.Message{}
	for _, m := range all {
		if link := [2]int{m.From, m.To}; m.Lost != "" && (last[link] == nil || last[link].Sent <= m.Sent) {
			last[link] = m
		}
	}
	for _, m := range all {
		if m.Lost == "" || last[[2]int{m.From, m.To}] == m {
			f.message(k, m)
		}
	}
}

// messagePath returns the line of messages between two nodes, beside that of the other
// direction.
func (f *drawing) messagePath(k *ring, from, to int) (a, b point) {
	n := len(f.run.Machines)
	x1, y1 := k.position(from, n)
	x2, y2 := k.position(to, n)
	dx, dy := x2-x1, y2-y1
	length := max(1, float32(math.Hypot(float64(dx), float64(dy))))
	dx, dy = dx/length, dy/length
	aside := float32(5)
	r := k.node + 3
	return point{x1 + dx*r - dy*aside, y1 + dy*r + dx*aside}, point{x2 - dx*r - dy*aside, y2 - dy*r + dx*aside}
}

// message draws a message: its kind by shape and colour, hollow if it is a response,
// crossed where it is held.
func (f *drawing) message(k *ring, m *replay.Message) {
	if m.From == m.To {
		return
	}
	a, b := f.messagePath(k, m.From, m.To)
	part := float32(1)
	if whole := m.Arrived.Sub(m.Sent); whole > 0 {
		part = float32(f.at.Sub(m.Sent)) / float32(whole)
	}
	if m.Lost != "" {
		part = min(part*2, 1) * 0.3
	}
	x, y := a.x+(b.x-a.x)*part, a.y+(b.y-a.y)*part
	color := kindColor(m.Kind)
	f.line(a.x, a.y, x, y, 1, color.Fade(0.35))
	f.shape(m.Kind, m.Reply, x, y, color)
	if m.Lost != "" {
		f.cross(x, y, 6, 2, white)
	}
	if f.v.Chosen == (Target{Action: Message, N: m.Event}) {
		f.halo(x, y, 9, white)
	}
	f.hit(Box{x - 6, y - 6, 12, 12}, Target{Action: Message, N: m.Event}, f.messageTip(m))
}

// shape draws the symbol of a kind of message.
func (f *drawing) shape(kind replay.MessageKind, hollow bool, x, y float32, color Color) {
	inner := func(draw func(r float32, c Color), r float32) {
		draw(r, color)
		if hollow {
			draw(r-2, panel)
		}
	}
	switch kind {
	case replay.Append:
		inner(func(r float32, c Color) { f.rect(x-r, y-r, 2*r, 2*r, c) }, 4)
	case replay.Vote, replay.Timeout:
		inner(func(r float32, c Color) { f.triangle(x-r, y+r*0.8, x+r, y+r*0.8, x, y-r*1.1, c) }, 6)
	case replay.Snapshot:
		inner(func(r float32, c Color) { f.rect(x-r, y-r, 2*r, 2*r, c) }, 7)
	case replay.Call:
		inner(func(r float32, c Color) { f.diamond(x, y, r, c) }, 4.5)
	default:
		inner(func(r float32, c Color) { f.disc(x, y, r, c) }, 3)
	}
}

// messageTip returns the tooltip of a message.
func (f *drawing) messageTip(m *replay.Message) string {
	what := m.Kind.String()
	if m.Reply {
		what = "answer to " + what
		if m.Granted {
			what += ": yes"
		}
	}
	tip := fmt.Sprintf("%s, %s to %s, %d bytes\nsent at %s", what, f.run.Machines[m.From], f.run.Machines[m.To], m.Bytes, m.Sent)
	if m.Lost != "" {
		return tip + "\ncould not leave: " + m.Lost + "; it is sent again later"
	}
	return tip + fmt.Sprintf("\narrives after %s", trace.Brief(m.Arrived.Sub(m.Sent)))
}

// messageCounts draws the number of messages on each link.
func (f *drawing) messageCounts(k *ring, all []*replay.Message) {
	counts := map[[2]int]int{}
	for _, m := range all {
		counts[[2]int{m.From, m.To}]++
	}
	n := len(f.run.Machines)
	for from := range n {
		for to := range n {
			count := counts[[2]int{from, to}]
			if count == 0 || from == to {
				continue
			}
			a, b := f.messagePath(k, from, to)
			f.line(a.x, a.y, b.x, b.y, min(8, 1+float32(math.Log2(float64(count)))), sky.Fade(0.5))
			x, y := a.x+(b.x-a.x)*0.3, a.y+(b.y-a.y)*0.3
			f.middle(x, base(y, f.small), f.smallBold(white), fmt.Sprint(count))
		}
	}
}

// legend explains the symbols of messages.
func (f *drawing) legend() {
	b := f.lay.Cluster
	st := f.smallPlain(dim)
	x, y := b.X+12, b.Bottom()-float32(f.small)*0.95
	for _, k := range []struct {
		kind  replay.MessageKind
		reply bool
		words string
	}{{replay.Append, false, "entries"}, {replay.Vote, false, "vote"}, {replay.Snapshot, false, "snapshot"},
		{replay.Call, false, "call"}, {replay.Heartbeat, false, "heartbeat"}, {replay.Append, true, "answer"}} {
		if k.kind == replay.Heartbeat && !f.v.Heartbeats {
			continue
		}
		f.shape(k.kind, k.reply, x, y, kindColor(k.kind))
		x = f.text(x+9, base(y, st.px), st, k.words) + 16
	}
	f.cross(x, y, 4, 2, white)
	f.text(x+8, base(y, st.px), st, "held")
}
