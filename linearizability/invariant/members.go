package invariant

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"raftian/linearizability/verdict"
	"raftian/netsim/env"
	"raftian/netsim/trace"
)

// roster follows who is up, who leads, and who belongs to the system.
type roster map[string]*member

// member is what a machine is at present.
type member struct {
	up      bool
	ready   bool
	readyAt env.Instant
	leads   bool
	term    uint64 // of its role
	config  string // the configuration it stored last, as KindConfig words it
	rotten  bool   // bits of its disk flipped
	found   bool   // and it found stored bytes damaged, and has not been ready since
	calls   bool   // clients call from it
	takes   bool   // it has reported something that only participants report
	last    sighting
	did     string // what it did last that matters here, such as "booted"
}

// emptyDisk is the text of the boot of a machine whose disk was replaced.
const emptyDisk = "empty disk"

// excused says whether a machine may stay down: what was on its disk is damaged,
// and it has noticed. The World knows that the disk is to blame.
func (m *member) excused() bool { return m != nil && m.rotten && m.found && !m.ready }

// onlyCalls says of a machine that clients call from it and that it takes no part in the
// cluster otherwise: nobody waits for it to be ready, to commit or to apply anything.
func (m *member) onlyCalls() bool { return m != nil && m.calls && !m.takes }

// kindsOfRoster are the kinds of event that take reads.
func kindsOfRoster() []string {
	return []string{trace.KindBoot, trace.KindCrash, trace.KindExit,
		env.KindReady, env.KindRole, env.KindConfig, env.KindCorrupt, trace.KindRot}
}

// take follows what an event says of its machine.
func (r roster) take(e *trace.Event) {
	m := r.of(e.Machine)
	m.remember(e)
	switch e.Kind {
	case env.KindReady, env.KindRole, env.KindConfig, env.KindCorrupt:
		m.takes = true
	}
	switch e.Kind {
	case trace.KindBoot:
		m.up, m.ready, m.leads = true, false, false
		if e.Text == emptyDisk {
			m.rotten, m.found = false, false
		}
	case trace.KindRot:
		m.rotten = true
	case env.KindCorrupt:
		m.found = true
	case trace.KindCrash, trace.KindExit:
		m.up, m.ready, m.leads = false, false, false
	case env.KindReady:
		m.up, m.ready, m.readyAt, m.found = true, true, e.At, false
	case env.KindRole:
		m.leads, m.term = e.Text == "leader", e.Term
	case env.KindConfig:
		m.config = e.Text
	}
}

// of is a machine; one of which nothing is known yet is new.
func (r roster) of(name string) *member {
	m := r[name]
	if m == nil {
		m = new(member)
		r[name] = m
	}
	return m
}

// remember keeps an event that says whether the machine is up.
func (m *member) remember(e *trace.Event) {
	switch e.Kind {
	case trace.KindBoot:
		m.did = fmt.Sprintf("booted (incarnation %d)", e.Boot)
	case trace.KindCrash:
		m.did = "lost power"
		if e.Text != "power" {
			m.did = "was killed"
		}
	case trace.KindExit:
		m.did = "ended its program"
		if e.Text != "" {
			m.did += fmt.Sprintf(" with %q", e.Text)
		}
	case env.KindReady:
		m.did = "was ready"
	case env.KindCorrupt:
		m.did = "found damage: " + e.Text
	default:
		return
	}
	m.last = see(e)
}

// evidence is what the machine did last.
func (m *member) evidence() []verdict.Evidence {
	if m == nil || m.did == "" {
		return nil
	}
	return []verdict.Evidence{m.last.did("%s", m.did)}
}

// leader returns the machine that leads in the highest term; "" if none leads.
func (r roster) leader() (name string) {
	for _, candidate := range slices.Sorted(maps.Keys(r)) {
		if m := r[candidate]; m.leads && (name == "" || m.term > r[name].term) {
			name = candidate
		}
	}
	return name
}

// belong returns the machines of the leader's configuration, voters or not, by
// name. Without a leader that has told its configuration it is every machine.
func (r roster) belong() []string {
	if leader := r.leader(); leader != "" && r[leader].config != "" {
		return configured(r[leader].config)
	}
	return slices.Sorted(maps.Keys(r))
}

// configured returns the machines in "n1 n2 voters, n3 nonvoter", by name.
func configured(text string) (names []string) {
	for group := range strings.SplitSeq(text, ",") {
		if words := strings.Fields(group); len(words) > 0 {
			names = append(names, words[:len(words)-1]...)
		}
	}
	slices.Sort(names)
	return names
}
