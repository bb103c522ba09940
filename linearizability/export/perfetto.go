package export

import (
	"fmt"
	"io"
	"strings"

	"raftian/linearizability/verdict"
	"raftian/netsim/env"
	"raftian/netsim/trace"
)

// Cast says what a trace is about, beside the events.
type Cast struct {
	Name     string   // of the run
	Machines []string // in the order in which to show them; others come after
	Verdicts []verdict.Verdict
	Printed  []trace.Line // what programs printed
}

// Perfetto writes a run as a trace for the Perfetto UI (ui.perfetto.dev) or
// chrome://tracing: a process for each machine with its incarnations, roles, what
// Raft did, messages sent and received with an arrow from one to the other,
// fsyncs and how far its log is; the calls of each client; the faults; and the
// events that verdicts rest on. Its memory does not grow with the run.
func Perfetto(w io.Writer, from Source, cast Cast) error {
	out := newRecords(w)
	p := &performance{stage: newStage(out, cast), cited: cited(cast.Verdicts), requests: map[link][]request{}}
	var e trace.Event
	err := from.Event(&e)
	for ; err == nil && out.err == nil; err = from.Event(&e) {
		p.event(&e)
		p.last = e.At
	}
	for k := range cast.Printed {
		p.printed(&cast.Printed[k])
	}
	p.stage.end(p.last)
	if closed := out.close(); closed != nil {
		return closed
	}
	if err == io.EOF {
		return nil
	}
	return err
}

// performance is a run on its way to a trace.
type performance struct {
	*stage
	cited    map[uint64]string
	requests map[link][]request
	last     env.Instant
}

// link is from one machine to another.
type link struct{ from, to string }

// request is one that went out, for the name of the message that carries it.
type request struct {
	at   env.Instant
	text string
}

// printed shows a line that a program printed, on a track that machines have only then.
func (p *performance) printed(l *trace.Line) {
	m := p.machine(l.Machine)
	if m.output == nil {
		m.output = p.track(m.life.pid, m.life.tid+6, "output")
	}
	m.output.instant(l.At, l.Words(), map[string]any{"incarnation": l.Boot, "stream": l.Stream})
}

// requestsKept is how many requests of a link may be on their way at once and
// still give messages their names.
const requestsKept = 64

func (p *performance) event(e *trace.Event) {
	if text := p.cited[e.N]; text != "" {
		p.run.instant(e.At, "evidence: event "+fmt.Sprint(e.N), map[string]any{"verdict": text, "event": e.N})
	}
	switch e.Kind {
	case trace.KindFault, trace.KindMend, trace.KindIdle, trace.KindHeal, trace.KindStop, trace.KindHung, trace.KindEnd:
		p.world(e)
	case trace.KindBoot, trace.KindCrash, trace.KindExit, env.KindRole:
		p.lives(e)
	case trace.KindDeliver, trace.KindHold, trace.KindReset, env.KindRPC:
		p.message(e)
	case trace.KindFsync:
		p.machine(e.Machine).disk.lasting(e.At.Add(-e.Took), e.At, "fsync", e.N, about(e, "file", e.Text))
	case env.KindCommit:
		p.machine(e.Machine).raft.count(e.At, "commit index", e.Index)
	case env.KindApply:
		p.machine(e.Machine).raft.count(e.At, "applied index", e.Index)
	case env.KindLocal:
		p.machine(e.Machine).raft.count(e.At, "local log", e.Index)
	case env.KindFrames:
		p.machine(e.Machine).raft.count(e.At, "late frames", e.Index)
	case env.KindInvoke, env.KindReturn:
		p.call(e)
	case env.KindTerm, env.KindVote, env.KindSnapshot, env.KindRestore, env.KindTruncate, env.KindConfig, env.KindMember,
		env.KindLog, env.KindReady, env.KindCorrupt, trace.KindRot, env.KindDiag:
		p.machine(e.Machine).raft.instant(e.At, e.Words(), about(e, "", ""))
	}
}

// about are an event's number and one thing more, for whoever looks closer.
func about(e *trace.Event, name, value string) map[string]any {
	args := map[string]any{"event": e.N}
	if name != "" {
		args[name] = value
	}
	return args
}

// world shows what concerns the World.
func (p *performance) world(e *trace.Event) {
	switch e.Kind {
	case trace.KindFault:
		p.fault(e.Conn).begin(e.At, e.Text, about(e, "", ""))
	case trace.KindMend:
		p.fault(e.Conn).end(e.At, nil)
	case trace.KindIdle:
		p.fault(e.Conn).instant(e.At, "no effect: "+e.Text, about(e, "", ""))
	default:
		p.run.instant(e.At, e.Words(), about(e, "", ""))
	}
}

// lives shows incarnations and roles.
func (p *performance) lives(e *trace.Event) {
	m := p.machine(e.Machine)
	switch e.Kind {
	case trace.KindBoot:
		m.life.begin(e.At, fmt.Sprintf("incarnation %d", e.Boot), about(e, "", ""))
		m.role.end(e.At, nil)
	case env.KindRole:
		m.role.begin(e.At, fmt.Sprintf("%s, term %d", e.Text, e.Term), about(e, "", ""))
	default:
		m.life.begin(e.At, "down: "+e.Kind+" "+e.Text, about(e, "", ""))
		m.role.end(e.At, nil)
		p.abandon(e)
	}
}

// abandon ends the calls from a machine that went down.
func (p *performance) abandon(e *trace.Event) {
	for _, c := range p.callers {
		if c.machine == e.Machine {
			c.end(e.At, map[string]any{"answer": "none: " + e.Machine + " went down"})
		}
	}
}

// message shows bytes between machines.
func (p *performance) message(e *trace.Event) {
	switch e.Kind {
	case env.KindRPC:
		l := link{e.Machine, e.Peer}
		sent := append(p.requests[l], request{e.At, fmt.Sprintf("%s, term %d, %s", e.Text, e.Term, trace.Some(e.Count, "entry"))})
		p.requests[l] = sent[max(0, len(sent)-requestsKept):]
	case trace.KindDeliver:
		at := e.At.Add(-e.Took)
		what := p.nameOf(link{e.Peer, e.Machine}, at, e.Count)
		p.arrow(p.machine(e.Peer).sends, at, e, "to "+e.Machine+": "+what)
		p.arrow(p.machine(e.Machine).receives, e.At, e, "from "+e.Peer+": "+what)
	default:
		p.machine(e.Machine).sends.instant(e.At, e.Words(), about(e, "", ""))
	}
}

// nameOf says what bytes that were sent at an instant are.
func (p *performance) nameOf(l link, at env.Instant, size uint64) string {
	for _, r := range p.requests[l] {
		if r.at == at {
			return r.text
		}
	}
	return fmt.Sprintf("%d bytes", size)
}

// arrow puts one end of a message's arrow: the end, if that is where it arrived.
func (p *performance) arrow(t *track, at env.Instant, e *trace.Event, name string) {
	t.point(at, name, map[string]any{"event": e.N, "bytes": e.Count, "connection": e.Conn, "took": e.Took.String()})
	r := record{Phase: "s", Name: "message", Sort: "message", At: micros(at), Pid: t.pid, Tid: t.tid, ID: e.N}
	if t == p.machine(e.Machine).receives {
		r.Phase, r.Bind = "f", "e"
	}
	p.out.put(r)
}

// call shows a client's call from when it was made until its answer came. A
// client that makes another one has given up the one before.
func (p *performance) call(e *trace.Event) {
	c := p.client(e.Client)
	if e.Kind == env.KindInvoke {
		c.machine, c.seq = e.Machine, e.Seq
		c.begin(e.At, e.Text, map[string]any{"operation": e.Seq, "machine": e.Machine, "event": e.N})
		return
	}
	if e.Seq != c.seq {
		return
	}
	outcome, output, _ := strings.Cut(e.Text, " ")
	args := map[string]any{"outcome": outcome, "output": output, "answer event": e.N}
	if e.Index != 0 {
		args["log index"] = e.Index
	}
	c.end(e.At, args)
}
