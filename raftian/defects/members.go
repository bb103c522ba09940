package defects

import (
	"regexp"
	"strconv"
	"strings"

	"raftian/netsim/env"
	"raftian/netsim/trace"
)

// server is one of a configuration.
type server struct {
	name, address string // the address is "" if it is not known
	votes         bool
}

// servers is a configuration.
type servers []server

// has reports whether a server is in a configuration, and whether it has a vote.
func (s servers) has(name string) (in, votes bool) {
	for _, x := range s {
		if x.name == name {
			return true, x.votes
		}
	}
	return false, false
}

// stored is a configuration at a place of a log or in a snapshot.
type stored struct {
	index, term uint64
	hash        uint64 // of its entry; 0 if not known
	servers     servers
	moment      // when it was stored
}

// members is what a machine knows of who is in the cluster.
type members struct {
	stored  []stored // on its disk, by index
	latest  stored   // what the library goes by
	address string   // of the machine itself
	next    servers  // what it appends next, as leader
	// forgot is the newest one on its disk if the present incarnation goes by an older
	// one since its boot; booted is then what it says that it goes by.
	forgot, booted *stored
}

// bodies are the configurations that entries hold, by the hash of their payload.
type bodies map[uint64]servers

// What the library says of configurations (api.go, NewRaft; raft.go,
// appendConfigurationEntry and runFollower).
var (
	saysInitial = regexp.MustCompile(`raft: initial configuration: index=(\d+) servers="?(.*)$`)
	saysUpdate  = regexp.MustCompile(`raft: updating configuration: .* servers="?(.*)$`)
	saysServer  = regexp.MustCompile(`Suffrage:(\w+) ID:(\S+) Address:([^\s}]+)`)
	saysAddress = regexp.MustCompile(`raft: entering follower state: follower="Node at (\S+) `)
)

func parseServers(text string) (s servers) {
	for _, m := range saysServer.FindAllStringSubmatch(text, -1) {
		s = append(s, server{m[2], m[3], m[1] == "Voter"})
	}
	return s
}

// listed reads the text of env.KindConfig.
func listed(text string) (s servers) {
	for group := range strings.SplitSeq(text, ",") {
		words := strings.Fields(group)
		if len(words) == 0 {
			continue
		}
		votes := strings.TrimSuffix(words[len(words)-1], "s") == "voter"
		for _, name := range words[:len(words)-1] {
			s = append(s, server{name: name, votes: votes})
		}
	}
	return s
}

// learn follows what an event says of a machine's configurations.
func (c *cluster) learn(m *machine, e *trace.Event) {
	p := &m.members
	switch e.Kind {
	case env.KindDiag:
		c.heard(m, e)
	case env.KindAppend:
		p.cut(e.Index)
		if e.Text == "configuration" {
			if p.next != nil {
				c.bodies[e.Hash], p.next = p.next, nil
			}
			p.put(stored{e.Index, e.Term, e.Hash, c.bodies[e.Hash], of(e)})
			p.latest = p.stored[len(p.stored)-1]
		}
	case env.KindTruncate:
		if e.Text == "suffix" {
			p.cut(e.Index)
		}
	case env.KindConfig:
		x := stored{index: e.Index, servers: listed(e.Text), moment: of(e)}
		p.put(x)
		if p.latest.index == x.index && p.latest.servers == nil {
			p.latest.servers = x.servers
		}
	case env.KindRestore:
		if e.Text != "install" {
			return
		}
		for _, x := range p.stored {
			if x.index <= e.Index {
				p.latest = x
			}
		}
	}
}

// heard follows a line that the library logs.
func (c *cluster) heard(m *machine, e *trace.Event) {
	p := &m.members
	if x := saysUpdate.FindStringSubmatch(e.Text); x != nil {
		p.next = parseServers(x[1])
	} else if x := saysAddress.FindStringSubmatch(e.Text); x != nil {
		p.address = x[1]
	} else if x := saysInitial.FindStringSubmatch(e.Text); x != nil {
		index, _ := strconv.ParseUint(x[1], 10, 64)
		p.boots(c, stored{index: index, servers: parseServers(x[2]), moment: of(e)}, m)
	}
}

// boots sets what a machine goes by once it has started.
func (p *members) boots(c *cluster, x stored, m *machine) {
	if index := max(m.log.last, m.snapshotIndex); len(p.stored) > 0 {
		p.cut(index + 1) // what the crash took
	}
	if n := len(p.stored); n > 0 && p.stored[n-1].index > x.index {
		if !p.isOlder(x) {
			p.stored = nil // somebody has rewritten it (api.go, RecoverCluster)
		} else {
			p.forgot, p.booted = &p.stored[n-1], &x
		}
	}
	p.latest = x
	if x.index == 0 {
		return
	}
	for _, old := range p.stored {
		if old.index == x.index {
			x.term, x.hash = old.term, old.hash
			if old.hash != 0 {
				c.bodies[old.hash] = x.servers
			}
		}
	}
	p.put(x)
	p.latest = x
}

// isOlder reports whether a configuration is none, or one that is stored, at its place.
func (p *members) isOlder(x stored) bool {
	if x.index == 0 {
		return len(x.servers) == 0
	}
	for _, old := range p.stored {
		if old.index == x.index {
			return old.servers == nil || old.servers.same(x.servers)
		}
	}
	return false
}

// same reports whether two configurations have the same servers, with and without a vote.
func (s servers) same(other servers) bool {
	for _, x := range other {
		if in, votes := s.has(x.name); !in || votes != x.votes {
			return false
		}
	}
	return len(s) == len(other)
}

// put stores a configuration at its place. What is known better is kept.
func (p *members) put(x stored) {
	k := len(p.stored)
	for k > 0 && p.stored[k-1].index >= x.index {
		k--
	}
	if k < len(p.stored) && p.stored[k].index == x.index {
		if p.stored[k].servers == nil {
			p.stored[k].servers = x.servers
		}
		return
	}
	p.stored = append(p.stored, stored{})
	copy(p.stored[k+1:], p.stored[k:])
	p.stored[k] = x
}

// cut removes those from an index on. The library then goes by the one before.
func (p *members) cut(index uint64) {
	k := len(p.stored)
	for k > 0 && p.stored[k-1].index >= index {
		k--
	}
	if k == len(p.stored) {
		return
	}
	p.stored = p.stored[:k:k]
	if p.latest.index >= index {
		p.latest = stored{}
		if k > 0 {
			p.latest = p.stored[k-1]
		}
	}
}
