package node

import (
	"sync"

	"github.com/hashicorp/raft"
)

// places is who is where, as configurations in the log say: in an open cluster the
// settings do not know. A nil places knows nobody.
type places struct {
	mu  sync.Mutex
	ids map[string]string // by address of Raft
}

// learn takes an entry of the log.
func (p *places) learn(l *raft.Log) {
	if p == nil || l.Type != raft.LogConfiguration {
		return
	}
	p.learnAll(raft.DecodeConfiguration(l.Data))
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

// configured takes a committed configuration, of a snapshot.
func (n *Node) configured(index uint64, c raft.Configuration) {
	n.places.learnAll(c)
	n.fsm.configured(index, c)
}
