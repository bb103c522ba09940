package defects

import (
	"cmp"
	"maps"
	"regexp"
	"slices"

	"raftian/linearizability/verdict"
	"raftian/netsim/env"
	"raftian/netsim/plan"
	"raftian/netsim/trace"
)

// pipelineDeadlock recognises pipeline-deadlock:
//
//	piped      a leader of term T pipelines to a peer
//	newer      the peer comes to a later term
//	deposed    the leader no longer leads T
//	beats      it still sends that peer heartbeats of term T, which end when the pipeline
//	           does
//	hung       its program does not end, in the two functions that wait for each other
//
// It shows as the shutdown that does not return.
type pipelineDeadlock struct {
	open map[pipe]*pipeline
}

// pipe is from whom to whom, in which term.
type pipe struct {
	from, to string
	term     uint64
}

// pipeline is what is known of one, in the leader's present incarnation.
type pipeline struct {
	piped, deposed, lastBeat moment
	beats                    int // since its leader no longer leads
}

// beatsMin is how many heartbeats are more than those under way when a leader is deposed.
const beatsMin = 3

// What the library says when a pipeline begins (replication.go, pipelineReplicate).
var saysPiping = regexp.MustCompile(`raft: pipelining replication: peer="\{\w+ (\S+) `)

func newPipelineDeadlock(plan.Plan) recogniser {
	return &pipelineDeadlock{make(map[pipe]*pipeline)}
}

func (r *pipelineDeadlock) event(c *cluster, e *trace.Event) {
	m := c.machines[e.Machine]
	if m == nil || c.stopping != nil {
		return
	}
	switch e.Kind {
	case trace.KindBoot:
		maps.DeleteFunc(r.open, func(p pipe, _ *pipeline) bool { return p.from == e.Machine })
	case env.KindDiag:
		if x := saysPiping.FindStringSubmatch(e.Text); x != nil && m.role == "leader" {
			r.open[pipe{e.Machine, x[1], m.roleTerm}] = &pipeline{piped: of(e)}
		}
	case env.KindRPC:
		p := r.open[pipe{e.Machine, e.Peer, e.Term}]
		if p == nil || e.Text != "Heartbeat" || m.role == "leader" && m.roleTerm == e.Term {
			return
		}
		if p.beats++; p.beats == 1 {
			p.deposed = m.roleSince
		}
		p.lastBeat = of(e)
	}
}

func (r *pipelineDeadlock) explains(c *cluster, f *failure) *path {
	if !slices.Equal(hungIn(f), []string{"raft.(*netPipeline).AppendEntries", "raft.(*netPipeline).decodeResponses"}) {
		return nil
	}
	for _, key := range slices.SortedFunc(maps.Keys(r.open), func(a, b pipe) int { return cmp.Compare(r.open[a].piped.event, r.open[b].piped.event) }) {
		p := r.open[key]
		if key.from != f.Machine || p.beats < beatsMin || c.on(key.to).term <= key.term {
			continue
		}
		return &path{shows: true, steps: []verdict.Evidence{
			p.piped.step("began to pipeline to %s as leader of term %d", key.to, key.term),
			c.on(key.to).termSince.step("had made a later term durable, %d at last", c.on(key.to).term),
			p.deposed.step("no longer led term %d", key.term),
			p.lastBeat.step("still sent %s a heartbeat of term %d", key.to, key.term)}}
	}
	return nil
}
