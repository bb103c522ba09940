package invariant

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"raftian/linearizability/verdict"
	"raftian/netsim/env"
	"raftian/netsim/trace"
)

// Membership holds if the cluster changes one server at a time, a participant is let
// in only once it is in the configuration, and whoever was put out is in again some
// time after the faults. Source: Thesis §4.1 (one server at a time), §4.2.1 (a server
// that is added catches up first).
//
// Two committed configurations, one after the other in the log, differ in one server
// at most: in whether it is there, or in its suffrage. The command that lets a
// participant in ("add Z") stands behind a configuration that has it. At the end, a
// bound after all faults are over, every machine that is ready and has not left is in
// the leader's configuration, and none that is there counts as put out.
//
// Where operators give orders, they may have removed it, or never let it in, and it is
// for them to put that right: they must have asked for everyone to be what he is meant
// to be a few times after the faults, or with success in the end.
type Membership struct {
	bound   time.Duration
	roster  roster
	configs map[uint64]configEntry // committed, by index
	changes map[uint64]change      // by index
	healed  *sighting
	ended   *sighting
	orders  orders
}

// orders are what operators asked for.
type orders struct {
	open  map[uint64]string // those under way, by sequence number
	any   bool
	heals int      // how many heals there were after the faults
	began sighting // the last of them
	done  bool     // it succeeded, and no other order has been under way since
}

// orderHeal is the order to make everyone what he is meant to be. Each such order does a
// step or so of it, and may find no leader; healsEnough is how many should do.
const (
	orderHeal   = "heal"
	healsEnough = 3
)

// take follows an operator's call.
func (o *orders) take(e *trace.Event, healed bool) {
	switch {
	case e.Client != env.Operator:
	case e.Kind == env.KindInvoke:
		o.any, o.done = true, false
		o.open[e.Seq] = e.Text
		if healed && e.Text == orderHeal {
			o.heals++
			o.began = see(e)
		}
	default:
		was := o.open[e.Seq]
		delete(o.open, e.Seq)
		o.done = healed && was == orderHeal && strings.HasPrefix(e.Text, "ok") && len(o.open) == 0
	}
}

// owe says whether operators have had their say about a machine, or have none.
func (o *orders) owe(m *member) bool {
	return !o.any || o.heals >= healsEnough || o.done && m.readyAt < o.began.at
}

type configEntry struct {
	configuration
	by sighting
}

// change is what a command said of a participant.
type change struct {
	name, how string
	by        sighting
}

// NewMembership returns the judge. Without a bound above 0 it does not ask who is in
// at the end.
func NewMembership(bound time.Duration) *Membership {
	return &Membership{bound: bound, roster: make(roster), configs: make(map[uint64]configEntry), changes: make(map[uint64]change),
		orders: orders{open: make(map[uint64]string)}}
}

// Name is "membership".
func (*Membership) Name() string { return "membership" }

// Kinds are the kinds of event it reads.
func (*Membership) Kinds() []string {
	return append(kindsOfRoster(), env.KindMember, env.KindInvoke, env.KindReturn, trace.KindHeal, trace.KindStop, trace.KindEnd)
}

// Event takes the next event.
func (j *Membership) Event(e *trace.Event) {
	if j.ended != nil {
		return
	}
	switch e.Kind {
	case trace.KindHeal:
		s := see(e)
		j.healed = &s
	case trace.KindStop, trace.KindEnd:
		s := see(e)
		j.ended = &s
	case env.KindInvoke, env.KindReturn:
		j.orders.take(e, j.healed != nil)
	case env.KindMember:
		if _, known := j.changes[e.Index]; !known {
			j.changes[e.Index] = change{e.Peer, e.Text, see(e)}
		}
	default:
		if e.Kind == env.KindConfig {
			if _, known := j.configs[e.Index]; !known {
				j.configs[e.Index] = configEntry{parseConfiguration(e.Text), see(e)}
			}
		}
		j.roster.take(e)
	}
}

// Verdict says whether the property held.
func (j *Membership) Verdict() verdict.Verdict {
	if len(j.configs) < 2 && len(j.changes) == 0 && j.ended == nil {
		return undecided(j.Name(), verdict.NotRun, "the run has no two configurations, nobody is let in, and it has no end")
	}
	var r ruling
	order := slices.Sorted(maps.Keys(j.configs))
	for k := 1; k < len(order); k++ {
		j.oneByOne(&r, order[k-1], order[k])
	}
	for _, index := range slices.Sorted(maps.Keys(j.changes)) {
		if c := j.changes[index]; c.how == "in" {
			j.inFirst(&r, order, index, c)
		}
	}
	j.back(&r)
	return r.verdict(j.Name())
}

// oneByOne fails if two configurations differ in more than one server.
func (j *Membership) oneByOne(r *ruling, first, second uint64) {
	a, b := j.configs[first], j.configs[second]
	if changed := a.changed(b.configuration); len(changed) > 1 {
		r.fail("more than one server changed at a time",
			fmt.Sprintf("the configurations at index %d and %d differ in %s", first, second, strings.Join(changed, " and ")),
			a.by.did("had the configuration of entry %d", first), b.by.did("had the configuration of entry %d", second))
	}
}

// inFirst fails if a participant is let in that is not in the configuration. Where
// none is known there is no claim.
func (j *Membership) inFirst(r *ruling, order []uint64, index uint64, c change) {
	k, _ := slices.BinarySearch(order, index)
	if k == 0 {
		return
	}
	config := j.configs[order[k-1]]
	if _, in := config.configuration[c.name]; !in {
		r.fail("let in before it was in the configuration",
			fmt.Sprintf("entry %d lets %s in; the configuration of entry %d is without it", index, c.name, order[k-1]),
			config.by.did("had the configuration of entry %d", order[k-1]), c.by.did("applied entry %d", index))
	}
}

// back fails if a machine is not in again at the end.
func (j *Membership) back(r *ruling) {
	if j.bound <= 0 || j.healed == nil || j.ended == nil || j.ended.at < j.healed.at.Add(j.bound) || j.roster.leader() == "" {
		return
	}
	last := make(map[string]change)
	for _, index := range slices.Sorted(maps.Keys(j.changes)) {
		last[j.changes[index].name] = j.changes[index]
	}
	in := j.roster.belong()
	for _, name := range slices.Sorted(maps.Keys(j.roster)) {
		m, said := j.roster[name], last[name]
		if !m.ready || m.readyAt > j.healed.at.Add(j.bound) || said.how == "left" {
			continue
		}
		evidence := []verdict.Evidence{
			{Event: j.healed.event, Text: fmt.Sprintf("every fault was over at %v", j.healed.at)}, m.last.did("%s", m.did)}
		switch {
		case said.how == "out":
			r.fail("a machine that was put out is not let in again",
				fmt.Sprintf("%s was put out and is not in again at the end", name), append(evidence, said.by.did("applied the entry that put %s out", name))...).Machine = name
		case !slices.Contains(in, name) && j.orders.owe(m) && j.wasIn(name):
			r.fail("a machine is not in the configuration at the end",
				fmt.Sprintf("%s is ready and not in the configuration at the end", name), evidence...).Machine = name
		}
	}
}

// wasIn says whether a machine was ever in.
func (j *Membership) wasIn(name string) bool {
	for _, c := range j.configs {
		if _, in := c.configuration[name]; in {
			return true
		}
	}
	return false
}
