package observe

import (
	"cmp"
	"net"
	"slices"
	"strings"
	"sync"

	"github.com/hashicorp/raft"

	"raftian/netsim/env"
)

// Members are the newest committed configuration, from the log or from a snapshot, and who
// is at which address, as configurations of the log say, committed or not.
type Members struct {
	env   env.Env
	mu    sync.Mutex
	index uint64
	last  raft.Configuration
	names map[string]string // by address
	log   []configuration   // of the log, by index, later than last
}

type configuration struct {
	index uint64
	raft.Configuration
}

// NewMembers returns Members that report to e.
func NewMembers(e env.Env) *Members { return &Members{env: e} }

// Configured reports a committed configuration, once.
func (m *Members) Configured(index uint64, c raft.Configuration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.configured(index, c)
}

func (m *Members) configured(index uint64, c raft.Configuration) {
	if index <= m.index {
		return
	}
	m.index, m.last = index, c.Clone()
	m.log = slices.DeleteFunc(m.log, func(c configuration) bool { return c.index <= index })
	m.env.Emit(env.Note{Kind: env.KindConfig, Index: index, Text: Describe(c)})
}

// committed reports the configurations of the log up to an index.
func (m *Members) committed(index uint64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for len(m.log) > 0 && m.log[0].index <= index {
		m.configured(m.log[0].index, m.log[0].Configuration)
	}
}

// deleted forgets the configurations of the log between two indexes.
func (m *Members) deleted(low, high uint64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.log = slices.DeleteFunc(m.log, func(c configuration) bool { return low <= c.index && c.index <= high })
}

// Last is the newest committed configuration and its index; 0 if none is known.
func (m *Members) Last() (uint64, raft.Configuration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.index, m.last
}

// learn takes an entry of the log.
func (m *Members) learn(entry *raft.Log) {
	if entry.Type != raft.LogConfiguration {
		return
	}
	c := configuration{entry.Index, raft.DecodeConfiguration(entry.Data)}
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, s := range c.Servers {
		m.met(s)
	}
	at, known := slices.BinarySearchFunc(m.log, c.index, func(c configuration, index uint64) int { return cmp.Compare(c.index, index) })
	switch {
	case known:
		m.log[at] = c
	case c.index > m.index:
		m.log = slices.Insert(m.log, at, c)
	}
}

// met takes the address of a server; mu is held.
func (m *Members) met(s raft.Server) {
	if m.names == nil {
		m.names = map[string]string{}
	}
	m.names[string(s.Address)] = string(s.ID)
}

// Name is who is at an address. If that is not known it is the address's host, which is
// called as its machine.
func (m *Members) Name(address string) string {
	m.mu.Lock()
	defer m.mu.Unlock()
	if name, known := m.names[address]; known {
		return name
	}
	if host, _, err := net.SplitHostPort(address); err == nil {
		return host
	}
	return address
}

// Describe lists a configuration: "n1 n2 n3 voters, n4 nonvoters".
func Describe(c raft.Configuration) string {
	by := map[raft.ServerSuffrage][]string{}
	for _, s := range c.Servers {
		by[s.Suffrage] = append(by[s.Suffrage], string(s.ID))
	}
	var parts []string
	for _, suffrage := range []raft.ServerSuffrage{raft.Voter, raft.Nonvoter, raft.Staging} {
		if ids := by[suffrage]; len(ids) > 0 {
			parts = append(parts, strings.Join(ids, " ")+" "+strings.ToLower(suffrage.String())+"s")
		}
	}
	return strings.Join(parts, ", ")
}
