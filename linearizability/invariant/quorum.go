package invariant

import (
	"fmt"
	"slices"
	"strings"

	"raftian/linearizability/verdict"
	"raftian/netsim/env"
	"raftian/netsim/trace"
)

// Quorum holds if whoever becomes leader had the votes of a majority, and whatever
// a leader takes for committed is on the disks of a majority: of those who vote in
// the configuration that counts, which is the last one in the leader's log, committed
// or not. Who was put out is not counted. Source: Raft §5.2, §5.4.2, §6 ("a server
// always uses the latest configuration in its log").
//
// What a configuration says is known once it is committed; of one that never was no
// claim is made, nor where the events leave open what a log holds. A machine whose
// disk was damaged may have held anything before. A leader may have taken an entry
// for committed before it wrote its last configurations: one of those that it may
// have gone by is enough. And an entry with a configuration may be on the disks of a
// majority of the one before, not its own. The library counts it so if it is there
// already when its own begins to count (raft.go, appendConfigurationEntry). The paper
// has it otherwise; it is safe, since majorities of the two have a server in common.
type Quorum struct {
	ruling
	confs  configurations
	votes  map[uint64]map[string]string // by term and voter: for whom
	ayes   map[string][]aye             // that a candidate was told, by candidate
	leads  map[string]bool
	marred map[string]bool // machines with damaged disks
	marks  map[string]uint64
	open   []claim // that wait for a configuration to be known
}

// claim is that one of some configurations has a majority among some machines.
type claim struct {
	by        []entryID
	have      map[string]bool
	signature string
	reason    func(have []string, voters int) string
	evidence  verdict.Evidence
	uncast    []aye // of machines that are not among those
}

// aye is that a machine said it votes for a candidate.
type aye struct {
	peer string
	term uint64
	by   sighting
}

// decisive returns the first of those said yes and had not voted, if with them the
// claim would hold.
func (c claim) decisive(voters []string, have int) (first aye, are bool) {
	for _, a := range slices.Backward(c.uncast) {
		if slices.Contains(voters, a.peer) {
			first, have = a, have+1
		}
	}
	return first, first.peer != "" && have > len(voters)/2
}

// NewQuorum returns the judge.
func NewQuorum() *Quorum {
	return &Quorum{confs: newConfigurations(), votes: make(map[uint64]map[string]string),
		ayes: make(map[string][]aye), leads: make(map[string]bool), marred: make(map[string]bool), marks: make(map[string]uint64)}
}

// Name is "quorum".
func (*Quorum) Name() string { return "quorum" }

// Kinds are the kinds of event it reads.
func (*Quorum) Kinds() []string {
	return append(kindsOfLogs(), trace.KindBoot, trace.KindCrash, trace.KindExit, trace.KindRot,
		env.KindConfig, env.KindVote, env.KindReply, env.KindRole, env.KindCommit, env.KindApply)
}

// Event takes the next event.
func (j *Quorum) Event(e *trace.Event) {
	switch e.Kind {
	case trace.KindRot:
		j.marred[e.Machine] = true
	case trace.KindCrash, trace.KindExit:
		delete(j.leads, e.Machine)
	case env.KindVote:
		if j.votes[e.Term] == nil {
			j.votes[e.Term] = make(map[string]string)
		}
		j.votes[e.Term][e.Machine] = e.Peer
	case env.KindReply:
		if e.Text == "RequestVote" && e.Count == 1 {
			j.ayes[e.Machine] = append(j.ayes[e.Machine], aye{e.Peer, e.Term, see(e)})
		}
	case env.KindRole:
		j.leads[e.Machine] = e.Text == "leader"
		if e.Text == "leader" {
			j.elected(e)
		}
		delete(j.ayes, e.Machine)
	case env.KindCommit, env.KindApply:
		j.confs.doubt(e)
		if j.leads[e.Machine] {
			j.committed(e)
		}
	case trace.KindBoot:
		delete(j.leads, e.Machine)
		if e.Text == emptyDisk {
			j.marred[e.Machine] = true
		}
		j.confs.take(e)
	default:
		j.confs.take(e)
	}
}

// elected judges who voted for a new leader.
func (j *Quorum) elected(e *trace.Event) {
	j.marks[e.Machine] = 0
	latest, sure := j.confs.since(e.Machine, ^uint64(0))
	if !sure {
		return
	}
	have := make(map[string]bool)
	for voter, candidate := range j.votes[e.Term] {
		have[voter] = candidate == e.Machine
	}
	term := e.Term
	var uncast []aye
	for _, a := range j.ayes[e.Machine] {
		if a.term == term && !have[a.peer] {
			uncast = append(uncast, a)
		}
	}
	j.claim(claim{
		uncast: uncast,
		by:     slices.Clone(latest[len(latest)-1:]), have: have, signature: "a leader without a majority",
		reason: func(have []string, voters int) string {
			return fmt.Sprintf("%s led term %d with the votes of %d of %d voters: %s", e.Machine, term, len(have), voters, strings.Join(have, " "))
		},
		evidence: see(e).did("became leader of term %d", term),
	})
}

// committed judges on whose disks an entry is that a leader takes for committed.
func (j *Quorum) committed(e *trace.Event) {
	if e.Index <= j.marks[e.Machine] {
		return
	}
	j.marks[e.Machine] = e.Index
	term, is := j.confs.logs.of(e.Machine).term(e.Index)
	by, sure := j.confs.since(e.Machine, e.Index-1)
	if is != present || !sure {
		return
	}
	c := claim{by: by}
	if j.majority(c.by, func(name string) bool { return j.has(name, e.Index, term) }) {
		return
	}
	c.by, c.have = slices.Clone(by), make(map[string]bool)
	for name := range j.confs.logs { //raftian:unordered a set
		c.have[name] = j.has(name, e.Index, term)
	}
	index, machine := e.Index, e.Machine
	c.signature = "committed without a majority"
	c.reason = func(have []string, voters int) string {
		return fmt.Sprintf("%s took entry %d of term %d for committed when %d of %d voters had it: %s",
			machine, index, term, len(have), voters, strings.Join(have, " "))
	}
	c.evidence = see(e).did("took entry %d of term %d for committed", index, term)
	j.claim(c)
}

// has says whether a machine may have an entry on its disk, or have had it.
func (j *Quorum) has(name string, index, term uint64) bool {
	had, is := j.confs.logs.of(name).term(index)
	return is == veiled || is == present && had == term || j.marred[name]
}

// majority says whether one of the configurations is known to have a majority.
func (j *Quorum) majority(by []entryID, has func(name string) bool) bool {
	for _, id := range by {
		voters, with := 0, 0
		for name, suffrage := range j.confs.said[id] { //raftian:unordered a count
			if suffrage != "voter" {
				continue
			}
			voters++
			if has(name) {
				with++
			}
		}
		if with > voters/2 {
			return true
		}
	}
	return false
}

// claim judges a claim, or keeps it until all it rests on is known.
func (j *Quorum) claim(c claim) {
	if j.majority(c.by, func(name string) bool { return c.have[name] }) {
		return
	}
	for _, id := range c.by {
		if _, known := j.confs.said[id]; !known {
			j.open = append(j.open, c)
			return
		}
	}
	j.refute(c)
}

// refute fails for a claim that does not hold.
func (j *Quorum) refute(c claim) {
	voters := j.confs.said[c.by[len(c.by)-1]].voters()
	var have []string
	for _, name := range voters {
		if c.have[name] {
			have = append(have, name)
		}
	}
	if a, are := c.decisive(voters, len(have)); are {
		j.fail("a leader by a vote that was never cast", fmt.Sprintf("%s; %s said yes and had not voted",
			c.reason(have, len(voters)), a.peer), a.by.did("was told yes by %s, which had no vote on its disk", a.peer), c.evidence)
		return
	}
	j.fail(c.signature, fmt.Sprintf("%s; those of entry %d are %s",
		c.reason(have, len(voters)), c.by[len(c.by)-1].index, strings.Join(voters, " ")), c.evidence)
}

// Verdict says whether the property held.
func (j *Quorum) Verdict() verdict.Verdict {
	for _, c := range j.open {
		known := true
		for _, id := range c.by {
			if _, said := j.confs.said[id]; !said {
				known = false
			}
		}
		if known && !j.majority(c.by, func(name string) bool { return c.have[name] }) {
			j.refute(c)
		}
	}
	return j.verdict(j.Name())
}
