package defects

import (
	"maps"
	"slices"
)

// rules say by which rules an election is held: those of the library, or with one of
// them mended.
type rules struct {
	anyCandidate bool // a voter does not ask its own configuration who may be a candidate
	demotedStand bool // a server stands as long as the configuration without its vote is not committed
	remember     bool // a server goes by the newest configuration on its disk
	started      bool // a server that is up has finished booting, and goes by what is on its disk
}

// with is the rules with others' mends, too.
func (r rules) with(o rules) rules {
	return rules{r.anyCandidate || o.anyCandidate, r.demotedStand || o.demotedStand, r.remember || o.remember, r.started || o.started}
}

// without is the rules without others' mends.
func (r rules) without(o rules) rules {
	return rules{r.anyCandidate && !o.anyCandidate, r.demotedStand && !o.demotedStand, r.remember && !o.remember, r.started && !o.started}
}

// allMends are the rules with all that findings are about mended.
func allMends() rules { return rules{true, true, true, true} }

// wouldWin reports whether there is no leader at the end for want of a mend: by the
// library's rules nobody wins an election, and somebody does with the mend; or nobody does
// even with all others.
func (c *cluster) wouldWin(mend rules) (*machine, bool) {
	if _, leaderless := c.leaderless(); !leaderless || len(c.winners(rules{})) > 0 {
		return nil, false
	}
	if w := c.winners(mend); len(w) > 0 {
		return c.machines[w[0]], true
	}
	if w := c.winners(allMends()); len(w) > 0 && len(c.winners(allMends().without(mend))) == 0 {
		return c.machines[w[0]], true
	}
	return nil, false
}

// winners are the candidates who would win one by the rules, as things are: every
// machine is up that is, and all can reach each other. By the library's own rules these
// are: a server stands if it has a vote in the latest configuration of its log (raft.go,
// runFollower); one votes for it if it has a vote in that one's latest configuration, too,
// or that has none (requestVote), and its log is not behind (Raft §5.4.1).
func (c *cluster) winners(by rules) (names []string) {
	for _, name := range slices.Sorted(maps.Keys(c.machines)) {
		if m := c.machines[name]; m.takesPart(by) && c.wins(m, by) {
			names = append(names, name)
		}
	}
	return names
}

// takesPart reports whether a machine stands and votes.
func (m *machine) takesPart(by rules) bool { return m.ready || by.started && m.up }

// goesBy is the configuration that a machine goes by.
func (m *machine) goesBy(by rules) stored {
	n := len(m.members.stored)
	if n > 0 && (by.remember && m.members.stored[n-1].index > m.members.latest.index || by.started && !m.ready) {
		return m.members.stored[n-1]
	}
	return m.members.latest
}

// wins reports whether a machine is elected.
func (c *cluster) wins(m *machine, by rules) bool {
	config := m.goesBy(by)
	_, votes := config.servers.has(m.name)
	switch {
	case len(config.servers) == 0:
		return false
	case !votes && (!by.demotedStand || c.isCommitted(config)):
		return false
	}
	granted, all := 0, 0
	for _, s := range config.servers {
		if !s.votes {
			continue
		}
		all++
		if v := c.machines[s.name]; v != nil && (v == m || v.takesPart(by) && v.at(s.address) && v.votesFor(m, by)) {
			granted++
		}
	}
	return granted > all/2
}

// isCommitted reports whether a configuration is known to be committed.
func (c *cluster) isCommitted(x stored) bool {
	p, known := c.committed[x.index]
	return known && (p.term == x.term || x.term == 0)
}

// at reports whether a machine may be found at an address.
func (m *machine) at(address string) bool {
	return address == "" || m.members.address == "" || m.members.address == address
}

// votesFor reports whether a machine votes for a candidate.
func (v *machine) votesFor(candidate *machine, by rules) bool {
	config := v.goesBy(by)
	_, votes := config.servers.has(candidate.name)
	if !by.anyCandidate && len(config.servers) > 0 && !votes {
		return false
	}
	return !v.ends().after(candidate.ends())
}

// end is the last entry of a log, or of a snapshot that reaches further.
type end struct{ term, index uint64 }

// ends is where what a machine has ends.
func (m *machine) ends() (last end) {
	if p, is := m.log.at(m.log.last); is {
		last = end{p.term, m.log.last}
	}
	if m.snapshotIndex > last.index {
		last = end{m.snapshot.term, m.snapshotIndex}
	}
	return last
}

// after reports whether a log that ends there is more up to date (Raft §5.4.1).
func (a end) after(b end) bool { return a.term > b.term || a.term == b.term && a.index > b.index }
