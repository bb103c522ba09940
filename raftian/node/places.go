package node

import (
	"maps"
	"net"
	"slices"
	"sync"

	"github.com/hashicorp/raft"

	"raftian/raftian/command"
)

// places is who is where, as the entries of the log say, committed or not: in an open
// cluster the settings do not know, and the state does not before a leader has said
// what is committed. A nil places knows nobody.
type places struct {
	mu   sync.Mutex
	ids  map[string]string // by address of Raft
	apis map[string]string // of players' services, by who is there
}

// learn takes an entry of the log.
func (p *places) learn(l *raft.Log) {
	if p == nil {
		return
	}
	switch l.Type {
	case raft.LogConfiguration:
		p.learnAll(raft.DecodeConfiguration(l.Data))
	case raft.LogCommand:
		if c, err := command.Parse(l.Data); err == nil && c.Member.ID != "" {
			p.learnMember(c.Member)
		}
	}
}

func (p *places) learnAll(c raft.Configuration) {
	if p == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ids == nil {
		p.ids = map[string]string{}
	}
	for _, s := range c.Servers {
		p.ids[string(s.Address)] = string(s.ID)
	}
}

func (p *places) learnMember(m command.Member) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.apis == nil {
		p.apis = map[string]string{}
	}
	if p.apis[m.ID] = m.API; m.API == "" {
		delete(p.apis, m.ID)
	}
}

// name is who is at an address, or the address.
func (p *places) name(address string) string {
	if p == nil {
		return address
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if id, known := p.ids[address]; known {
		return id
	}
	return address
}

// api is where somebody's players' service is; "" is not known.
func (p *places) api(id string) string {
	if p == nil {
		return ""
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.apis[id]
}

// others are the players' services of everyone but one, by name.
func (p *places) others(id string) (list []string) {
	if p == nil {
		return nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, other := range slices.Sorted(maps.Keys(p.apis)) {
		if other != id {
			list = append(list, p.apis[other])
		}
	}
	return list
}

// configured takes a committed configuration, of a snapshot.
func (n *Node) configured(index uint64, c raft.Configuration) {
	n.places.learnAll(c)
	n.fsm.members.Configured(index, c)
}

// nameAt is who is at an address of Raft's.
func (n *Node) nameAt(address string) string {
	if n.places == nil {
		return n.settings.byAddress(address)
	}
	return n.places.name(address)
}

// byAddress is the name of the peer with that Raft address, now or after it has
// moved; or the address.
func (s *Settings) byAddress(address string) string {
	for _, p := range s.Peers {
		if p.Raft == address {
			return p.ID
		}
	}
	name, hosts := address, 0
	for _, p := range s.Peers {
		if hostOf(p.Raft) == hostOf(address) {
			name, hosts = p.ID, hosts+1
		}
	}
	if hosts != 1 {
		return address
	}
	return name
}

func hostOf(address string) string {
	host, _, _ := net.SplitHostPort(address)
	return host
}
