package replay

import (
	"cmp"
	"slices"

	"raftian/game/rules"
	"raftian/linearizability/history"
	"raftian/linearizability/verdict"
	"raftian/netsim/env"
	"raftian/netsim/plan"
	"raftian/netsim/trace"
)

// Builder makes a Run from its events, which are passed in order.
type Builder struct {
	run            *Run
	machines       map[string]int8
	recorder       *history.Recorder
	messages       *messageBuilder
	landmarks      *landmarkBuilder
	lastEntries    []int32             // last log entry of each machine
	calls          map[callID]int32    // index in r.Ops
	operatorOps    []history.Op        // calls of the operator, which are not in the history
	opsByHash      map[uint64]int32    // ops by the hash of their commands
	snapshotStates map[uint64]struct{} // hashes of states held by snapshots
}

type callID struct {
	client string
	seq    uint64
}

// NewBuilder starts a Run.
func NewBuilder(h trace.Header, p plan.Plan) *Builder {
	r := &Run{Header: h, Plan: p, Machines: p.Machines, hasGame: p.Guest == "game"}
	if r.hasGame {
		r.initialGame, _ = rules.New(p.Beginners())
	}
	b := &Builder{run: r, machines: map[string]int8{"": World}, recorder: history.NewRecorder(),
		messages: newMessageBuilder(r), landmarks: newLandmarkBuilder(r),
		calls: map[callID]int32{}, opsByHash: map[uint64]int32{}, snapshotStates: map[uint64]struct{}{}}
	for i, name := range p.Machines {
		b.machines[name] = int8(i)
		b.lastEntries = append(b.lastEntries, none)
	}
	r.machineEvents = make([][]int32, len(p.Machines))
	r.printed = make([][]trace.Line, len(p.Machines))
	return b
}

// Event adds the next event.
func (b *Builder) Event(e *trace.Event) {
	r := b.run
	r.events = append(r.events, *e)
	n := len(r.events)
	m, known := b.machines[e.Machine]
	if !known {
		m = World
	}
	r.at, r.machine = append(r.at, e.At), append(r.machine, m)
	if m != World {
		r.machineEvents[m] = append(r.machineEvents[m], int32(n))
	}
	peer := World
	if p, known := b.machines[e.Peer]; known {
		peer = int(p)
	}
	b.recorder.Event(e)
	aux := int32(none)
	if b.messages.event(n, e, int(m), peer) {
		aux = int32(peer)
	}
	b.landmarks.event(n, e, int(m))
	switch e.Kind {
	case env.KindAppend, env.KindLog, env.KindTruncate:
		if m != World {
			aux = b.log(n, e, m)
		}
	case env.KindInvoke:
		b.invoke(e)
	case env.KindReturn:
		b.complete(e)
	case env.KindRestore:
		b.snapshotStates[e.State] = struct{}{}
	}
	r.aux = append(r.aux, aux)
}

// log updates a machine's log and returns its last entry.
func (b *Builder) log(n int, e *trace.Event, m int8) int32 {
	r, tip := b.run, b.lastEntries[m]
	switch {
	case e.Kind == env.KindAppend:
		below := r.descend(tip, e.Index-1)
		tip = r.addEntry(Entry{e.Index, e.Term, e.Hash, e.Text, int32(n), none, below})
	case e.Kind == env.KindTruncate && e.Text == "suffix":
		tip = r.descend(tip, e.Index-1)
	case e.Kind == env.KindTruncate:
		if last := e.Index + e.Count; tip != none && r.entries[tip].Index < last {
			tip = none
		}
	case e.Count == 0:
		tip = none
	default: // the log found on its disk
		last := e.Index + e.Count - 1
		if tip = r.descend(tip, last); tip == none || r.entries[tip].Index < last || r.entries[tip].Term != e.Term {
			tip = r.addEntry(Entry{last, e.Term, 0, "", 0, none, r.descend(tip, last-1)})
		}
	}
	b.lastEntries[m] = tip
	return tip
}

// invoke records an invocation by the operator.
func (b *Builder) invoke(e *trace.Event) {
	id := callID{e.Client, e.Seq}
	if _, again := b.calls[id]; again || e.Client != env.Operator {
		return
	}
	b.calls[id] = int32(len(b.operatorOps))
	b.operatorOps = append(b.operatorOps, history.Op{Client: e.Client, Seq: e.Seq, Input: e.Text, Call: e.At, CallEvent: e.N})
}

func (b *Builder) complete(e *trace.Event) {
	if e.Client != env.Operator {
		return
	}
	k, ok := b.calls[callID{e.Client, e.Seq}]
	if !ok || b.operatorOps[k].ReturnEvent != 0 {
		return
	}
	op := &b.operatorOps[k]
	op.Return, op.ReturnEvent = e.At, e.N
	op.Outcome, op.Output = history.ParseReturn(e.Text)
}

// Printed adds the next line that a program printed.
func (b *Builder) Printed(line trace.Line) {
	if m, known := b.machines[line.Machine]; known && m != World {
		b.run.printed[m] = append(b.run.printed[m], line)
	}
}

// Build completes the Run with the verdicts, the error of the world program if it died,
// and the error of the file if it was truncated. The Builder must not be used
// afterwards.
func (b *Builder) Build(verdicts []verdict.Verdict, exit string, broken error) *Run {
	r := b.run
	r.Verdicts, r.Exit, r.Broken = verdicts, exit, broken
	b.landmarks.close()
	b.messages.close()
	b.gatherOps()
	b.joinEvents()
	r.indexOps()
	r.gatherPins()
	r.markCitedOps()
	b.buildKeyframes()
	return r
}

// gatherOps numbers the calls and their clients.
func (b *Builder) gatherOps() {
	r := b.run
	clear(b.calls)
	numbers := map[string]int{}
	for _, ops := range [][]history.Op{b.recorder.Ops(), b.operatorOps} {
		for _, op := range ops {
			k, known := numbers[op.Client]
			if !known {
				k = len(r.Clients)
				numbers[op.Client] = k
				r.Clients = append(r.Clients, op.Client)
			}
			b.calls[callID{op.Client, op.Seq}] = int32(len(r.Ops))
			r.Ops = append(r.Ops, Op{Op: op, Number: len(r.Ops), ClientNumber: k, Machine: r.MachineOf(int(op.CallEvent))})
		}
	}
	b.sortClients()
}

// sortClients orders p2 before p10, and the operator last.
func (b *Builder) sortClients() {
	r := b.run
	order := make([]int, len(r.Clients))
	for i := range order {
		order[i] = i
	}
	key := func(name string) (int, int, string) { return btoi(name == env.Operator), len(name), name }
	slices.SortFunc(order, func(i, j int) int {
		a1, a2, a3 := key(r.Clients[i])
		b1, b2, b3 := key(r.Clients[j])
		return cmp.Or(cmp.Compare(a1, b1), cmp.Compare(a2, b2), cmp.Compare(a3, b3))
	})
	names, place := make([]string, len(order)), make([]int, len(order))
	for now, was := range order {
		names[now], place[was] = r.Clients[was], now
	}
	r.Clients = names
	for i := range r.Ops {
		r.Ops[i].ClientNumber = place[r.Ops[i].ClientNumber]
	}
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// joinEvents links events to their ops, and log entries to their commands.
func (b *Builder) joinEvents() {
	r := b.run
	for i := range r.events {
		e := &r.events[i]
		switch e.Kind {
		case env.KindInvoke, env.KindReturn, env.KindApply:
			k, known := b.calls[callID{e.Client, e.Seq}]
			if !known {
				continue
			}
			r.aux[i] = k
			if e.Kind == env.KindApply {
				b.opsByHash[e.Hash] = k
			}
		}
	}
	for i := range r.entries {
		if e := &r.entries[i]; e.Text == "command" {
			if k, known := b.opsByHash[e.Hash]; known {
				e.Op = k
			}
		}
	}
}

// indexOps orders and indexes each client's ops by their ends.
func (r *Run) indexOps() {
	r.opIndex, r.opsOfClient = make([]intervalIndex, len(r.Clients)), make([][]int32, len(r.Clients))
	for i := range r.Ops {
		of := r.Ops[i].ClientNumber
		r.opsOfClient[of] = append(r.opsOfClient[of], int32(i))
	}
	for k, ops := range r.opsOfClient {
		slices.SortStableFunc(ops, func(i, j int32) int { return cmp.Compare(r.Ops[i].End(r), r.Ops[j].End(r)) })
		r.opIndex[k] = newIntervalIndex(len(ops), func(i int) (env.Instant, env.Instant) {
			return r.Ops[ops[i]].Call, r.Ops[ops[i]].End(r)
		})
	}
}

// buildKeyframes goes through the run once and keeps the State every keyframeInterval
// events, and the games held by snapshots.
func (b *Builder) buildKeyframes() {
	r := b.run
	s := r.initialState()
	gamesByState := map[uint64]int32{}
	for n := 1; n <= len(r.events); n++ {
		if (n-1)%keyframeInterval == 0 {
			r.keyframes = append(r.keyframes, s.clone())
		}
		e := r.Event(n)
		if k, known := gamesByState[e.State]; known && e.Kind == env.KindRestore {
			r.aux[n-1] = k
		}
		r.step(&s, n)
		if m := r.machine[n-1]; m != World && e.Kind == env.KindApply && r.hasGame {
			_, inSnapshot := b.snapshotStates[e.State]
			if _, has := gamesByState[e.State]; inSnapshot && !has && s.Nodes[m].GameKnown {
				gamesByState[e.State] = int32(len(r.games))
				r.games = append(r.games, s.Nodes[m].Game)
			}
		}
	}
	if len(r.keyframes) == 0 {
		r.keyframes = append(r.keyframes, s)
	}
}
