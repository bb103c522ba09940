package node

import (
	"fmt"
	"maps"
	"net"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/raft"
)

// Settings are what a Node is told by its arguments, "key=value" each.
type Settings struct {
	Peers     []Peer   // who is to be in the cluster; everyone is told the same
	Nonvoters []string // those of Peers that are to have no vote
	Spares    []string // those of Peers that begin outside the cluster, and wait to be let in

	Heartbeat         time.Duration
	Election          time.Duration
	Lease             time.Duration
	Commit            time.Duration
	MaxAppend         int
	PreVote           bool
	Batch             bool
	SnapshotInterval  time.Duration
	SnapshotThreshold uint64
	Trailing          uint64
	LogCache          int  // entries; 0 is none
	Monotonic         bool // say that the log store is a monotonic one (raft.MonotonicLogStore)
	RestoreOnStart    bool // have the library restore the newest snapshot at boot; else the Node does
	RestoreCommitted  bool // apply at boot what the log itself says is committed
	ShutdownOnRemove  bool // a leader that removes itself shuts down and starts again

	InFlight   int           // AppendEntries under way to one peer
	Pool       int           // idle connections kept to one peer
	RPCTimeout time.Duration // of a request on a connection
	NewTime    bool          // send times in the newer of the codec's two forms

	Evict time.Duration // how long a machine may be silent before it is put out; 0 is for ever
	Open  bool          // who is in the cluster is what its log says; Peers names this node only
	Join  []string      // "host:port" of the players' services of some to ask, with Open

	FPS       int           // frames per second of the game loop; 0 is as many as there can be, LoopOff no loop
	FrameWork time.Duration // that each frame takes for the game itself
	Keep      int           // commands of the local log kept for players who watch; 0 is none
	OpTimeout time.Duration // how long a client tries
	LogLevel  string        // of the diagnostic log: off, error, warn, info, debug

	Disk int // how often the machine's disk was replaced by an empty one

	Bug string // planted, one of Bugs; "" is none
}

// Peer is a participant and where it is reached.
type Peer struct {
	ID   string
	Raft string // "host:port" of the Raft transport
	API  string // "host:port" for commands from other players
}

// The ports of a machine that is told no addresses.
const (
	raftPort = "7000"
	apiPort  = "7001"
)

// diskMax is how often a disk can be replaced: each moves the machine's address
// on, and ports end at 65535.
const diskMax = 1000

// DefaultSettings are the standard cluster's, apart from Peers.
func DefaultSettings() Settings {
	return Settings{
		Heartbeat:         200 * time.Millisecond,
		Election:          200 * time.Millisecond,
		Lease:             100 * time.Millisecond,
		Commit:            20 * time.Millisecond,
		MaxAppend:         64,
		PreVote:           true,
		SnapshotInterval:  2 * time.Second,
		SnapshotThreshold: 256,
		Trailing:          128,
		LogCache:          512,
		RestoreOnStart:    true,
		ShutdownOnRemove:  true,
		InFlight:          2,
		Pool:              3,
		RPCTimeout:        time.Second,
		FPS:               60,
		OpTimeout:         2 * time.Second,
		LogLevel:          "info",
	}
}

// ParseSettings reads arguments over the default settings. An error names the
// argument and what it may be.
func ParseSettings(args []string) (Settings, error) {
	s := DefaultSettings()
	fields := s.fields()
	for _, arg := range args {
		key, value, ok := strings.Cut(arg, "=")
		set := fields[key]
		if !ok || set == nil {
			return Settings{}, fmt.Errorf("unknown setting %q", arg)
		}
		if err := set(value); err != nil {
			return Settings{}, fmt.Errorf("setting %s: %w", key, err)
		}
	}
	if len(s.Peers) == 0 {
		return Settings{}, fmt.Errorf("setting peers is missing")
	}
	return s, s.checkLists()
}

// fields is how each setting is set.
func (s *Settings) fields() map[string]func(string) error {
	return map[string]func(string) error{
		"peers":              s.setPeers,
		"heartbeat":          duration(&s.Heartbeat),
		"election":           duration(&s.Election),
		"lease":              duration(&s.Lease),
		"commit":             duration(&s.Commit),
		"max-append":         number(&s.MaxAppend, 1, 1024),
		"pre-vote":           onOff(&s.PreVote),
		"batch":              onOff(&s.Batch),
		"snapshot-interval":  duration(&s.SnapshotInterval),
		"snapshot-threshold": number(&s.SnapshotThreshold, 1, 1<<32),
		"trailing":           number(&s.Trailing, 0, 1<<32),
		"log-cache":          number(&s.LogCache, 0, 1<<20),
		"monotonic":          onOff(&s.Monotonic),
		"in-flight":          number(&s.InFlight, 1, 1024),
		"pool":               number(&s.Pool, 0, 1024),
		"rpc-timeout":        duration(&s.RPCTimeout),
		"fps":                loopOr(number(&s.FPS, 0, 1000), &s.FPS),
		"frame-work":         duration(&s.FrameWork),
		"keep":               number(&s.Keep, 0, 1<<20),
		"op-timeout":         duration(&s.OpTimeout),
		"log-level":          oneOf(&s.LogLevel, "off", "error", "warn", "info", "debug"),
		"restore-on-start":   onOff(&s.RestoreOnStart),
		"restore-committed":  onOff(&s.RestoreCommitted),
		"shutdown-on-remove": onOff(&s.ShutdownOnRemove),
		"new-time":           onOff(&s.NewTime),
		"nonvoters":          listOf(&s.Nonvoters),
		"spares":             listOf(&s.Spares),
		"evict":              offOr(duration(&s.Evict), &s.Evict),
		"open":               onOff(&s.Open),
		"join":               addresses(&s.Join),
		"disk":               number(&s.Disk, 0, diskMax),
		"bug":                s.setBug,
	}
}

// SettingNames are the settings that there are, sorted.
func SettingNames() []string { return slices.Sorted(maps.Keys(new(Settings).fields())) }

// setPeers reads "n1,n2" or "n1@host:port/host:port,…", Raft's address first.
func (s *Settings) setPeers(value string) error {
	s.Peers = nil
	seen := map[string]bool{}
	for _, word := range strings.Split(value, ",") {
		id, addresses, given := strings.Cut(word, "@")
		p := Peer{ID: id, Raft: net.JoinHostPort(id, raftPort), API: net.JoinHostPort(id, apiPort)}
		if given {
			var ok bool
			if p.Raft, p.API, ok = strings.Cut(addresses, "/"); !ok {
				return fmt.Errorf("%q is not name@host:port/host:port", word)
			}
		}
		if id == "" || seen[id] {
			return fmt.Errorf("%q names a peer twice or not at all", value)
		}
		seen[id] = true
		s.Peers = append(s.Peers, p)
	}
	return nil
}

// checkLists fails unless non-voters and spares are some of the peers, and others
// are there to begin with a vote.
func (s *Settings) checkLists() error {
	for key, list := range map[string][]string{"nonvoters": s.Nonvoters, "spares": s.Spares} { //raftian:unordered either error will do
		for _, id := range list {
			if _, ok := s.peer(id); !ok {
				return fmt.Errorf("setting %s: %q is none of the peers", key, id)
			}
		}
	}
	if s.Open && len(s.Peers) != 1 || len(s.Join) > 0 && !s.Open {
		return fmt.Errorf("setting open is for one peer, and join for open ones")
	}
	for _, p := range s.Peers {
		if s.suffrage(p.ID) == raft.Voter && !s.spare(p.ID) {
			return nil
		}
	}
	return fmt.Errorf("settings nonvoters and spares leave nobody to vote")
}

// spare says whether a peer begins outside the cluster.
func (s *Settings) spare(id string) bool { return slices.Contains(s.Spares, id) }

// suffrage is what a peer is meant to have.
func (s *Settings) suffrage(id string) raft.ServerSuffrage {
	if slices.Contains(s.Nonvoters, id) {
		return raft.Nonvoter
	}
	return raft.Voter
}

// peer finds a peer by its name.
func (s *Settings) peer(id string) (Peer, bool) {
	for _, p := range s.Peers {
		if p.ID == id {
			return p, true
		}
	}
	return Peer{}, false
}

// Config is the configuration of the library for a machine.
func (s *Settings) Config(id string) *raft.Config {
	c := raft.DefaultConfig()
	c.LocalID = raft.ServerID(id)
	c.HeartbeatTimeout = s.Heartbeat
	c.ElectionTimeout = s.Election
	c.LeaderLeaseTimeout = s.Lease
	c.CommitTimeout = s.Commit
	c.MaxAppendEntries = s.MaxAppend
	option(c, "PreVoteDisabled", !s.PreVote)
	c.BatchApplyCh = s.Batch
	c.SnapshotInterval = s.SnapshotInterval
	c.SnapshotThreshold = s.SnapshotThreshold
	c.TrailingLogs = s.Trailing
	c.NoSnapshotRestoreOnStart = !s.RestoreOnStart
	option(c, "RestoreCommittedLogs", s.RestoreCommitted)
	c.ShutdownOnRemove = s.ShutdownOnRemove
	option(c, "NoLegacyTelemetry", true)
	return c
}

// transport is the configuration of the library's transport.
func (s *Settings) transport(over raft.StreamLayer, logger hclog.Logger) *raft.NetworkTransportConfig {
	c := &raft.NetworkTransportConfig{Stream: over, MaxPool: s.Pool, Timeout: s.RPCTimeout, Logger: logger}
	option(c, "MaxRPCsInFlight", s.InFlight)
	option(c, "MsgpackUseNewTimeFormat", s.NewTime)
	return c
}

func duration(to *time.Duration) func(string) error {
	return func(value string) error {
		d, err := time.ParseDuration(value)
		if err != nil || d <= 0 || d > time.Hour {
			return fmt.Errorf("%q is not a duration such as 200ms", value)
		}
		*to = d
		return nil
	}
}

func number[T int | uint64](to *T, least, most uint64) func(string) error {
	return func(value string) error {
		n, err := strconv.ParseUint(value, 10, 64)
		if err != nil || n < least || n > most {
			return fmt.Errorf("%q is not a number from %d to %d", value, least, most)
		}
		*to = T(n)
		return nil
	}
}

// offOr reads "off", for no duration at all, or what set reads.
func offOr(set func(string) error, to *time.Duration) func(string) error {
	return func(value string) error {
		if value == "off" {
			*to = 0
			return nil
		}
		return set(value)
	}
}

// loopOr reads "off", for no game loop, or what set reads.
func loopOr(set func(string) error, to *int) func(string) error {
	return func(value string) error {
		if value == "off" {
			*to = LoopOff
			return nil
		}
		return set(value)
	}
}

// addresses reads "host:port,host:port".
func addresses(to *[]string) func(string) error {
	return func(value string) error {
		*to = strings.Split(value, ",")
		for _, one := range *to {
			if host, port, err := net.SplitHostPort(one); err != nil || host == "" || port == "" {
				return fmt.Errorf("%q is not host:port", one)
			}
		}
		return nil
	}
}

// listOf reads "n4,n5".
func listOf(to *[]string) func(string) error {
	return func(value string) error {
		*to = strings.Split(value, ",")
		return nil
	}
}

func onOff(to *bool) func(string) error {
	return func(value string) error {
		if value != "on" && value != "off" {
			return fmt.Errorf("%q is neither on nor off", value)
		}
		*to = value == "on"
		return nil
	}
}

func oneOf(to *string, words ...string) func(string) error {
	return func(value string) error {
		for _, w := range words {
			if value == w {
				*to = value
				return nil
			}
		}
		return fmt.Errorf("%q is none of %s", value, strings.Join(words, ", "))
	}
}
