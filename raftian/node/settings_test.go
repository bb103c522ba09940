package node

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/raft"
)

func TestSettingsAreTheStandardClustersUnlessTold(t *testing.T) {
	s, err := ParseSettings([]string{"peers=n1,n2"})
	if err != nil {
		t.Fatal(err)
	}
	want := DefaultSettings()
	want.Peers = []Peer{{"n1", "n1:7000", "n1:7001"}, {"n2", "n2:7000", "n2:7001"}}
	if !slices.Equal(s.Peers, want.Peers) {
		t.Errorf("the peers are %v", s.Peers)
	}
	s.Peers, want.Peers = nil, nil
	if a, b := s, want; a.Heartbeat != b.Heartbeat || a.PreVote != b.PreVote || a.LogCache != b.LogCache || a.LogLevel != b.LogLevel {
		t.Errorf("the settings are %+v; want %+v", s, want)
	}
}

// Every key reaches its own field: two that are told apart must differ, and all
// else must not.
func TestEverySettingIsSet(t *testing.T) {
	standard, err := ParseSettings([]string{"peers=n1,n2"})
	if err != nil {
		t.Fatal(err)
	}
	others := map[string]string{"peers": "n1,n3", "pre-vote": "off", "batch": "on", "log-level": "debug", "bug": BugNoDedup,
		"new-time": "on", "monotonic": "on", "restore-on-start": "off", "restore-committed": "on", "shutdown-on-remove": "off", "nonvoters": "n2", "spares": "n2",
		"open": "on", "join": "n2:7001"}
	seen := map[string]string{}
	for _, key := range slices.Sorted(maps.Keys(standard.fields())) {
		value, ok := others[key]
		if !ok {
			value = "7"
			if s := standard; s.fields()[key](value) != nil {
				value = "7ms"
			}
		}
		s := standard
		if err := s.fields()[key](value); err != nil {
			t.Errorf("%s=%s: %v", key, value, err)
			continue
		}
		changed := difference(standard, s)
		if len(changed) != 1 || seen[changed[0]] != "" {
			t.Errorf("%s=%s changes %v, which %s changes, too", key, value, changed, seen[strings.Join(changed, "")])
			continue
		}
		seen[changed[0]] = key
	}
}

// difference names the fields in which two settings differ.
func difference(a, b Settings) (names []string) {
	for name, same := range map[string]bool{
		"Peers": slices.Equal(a.Peers, b.Peers), "Heartbeat": a.Heartbeat == b.Heartbeat, "Election": a.Election == b.Election,
		"Lease": a.Lease == b.Lease, "Commit": a.Commit == b.Commit, "MaxAppend": a.MaxAppend == b.MaxAppend,
		"PreVote": a.PreVote == b.PreVote, "Batch": a.Batch == b.Batch, "SnapshotInterval": a.SnapshotInterval == b.SnapshotInterval,
		"SnapshotThreshold": a.SnapshotThreshold == b.SnapshotThreshold, "Trailing": a.Trailing == b.Trailing,
		"LogCache": a.LogCache == b.LogCache, "InFlight": a.InFlight == b.InFlight, "Pool": a.Pool == b.Pool,
		"RPCTimeout": a.RPCTimeout == b.RPCTimeout, "FPS": a.FPS == b.FPS, "OpTimeout": a.OpTimeout == b.OpTimeout,
		"LogLevel": a.LogLevel == b.LogLevel, "Bug": a.Bug == b.Bug,
		"RestoreOnStart": a.RestoreOnStart == b.RestoreOnStart, "RestoreCommitted": a.RestoreCommitted == b.RestoreCommitted,
		"ShutdownOnRemove": a.ShutdownOnRemove == b.ShutdownOnRemove, "NewTime": a.NewTime == b.NewTime,
		"Nonvoters": slices.Equal(a.Nonvoters, b.Nonvoters), "Spares": slices.Equal(a.Spares, b.Spares), "Disk": a.Disk == b.Disk, "Monotonic": a.Monotonic == b.Monotonic,
		"FrameWork": a.FrameWork == b.FrameWork, "Evict": a.Evict == b.Evict, "Open": a.Open == b.Open, "Join": slices.Equal(a.Join, b.Join), "Keep": a.Keep == b.Keep,
	} {
		if !same {
			names = append(names, name)
		}
	}
	return names
}

func TestPeersMayHaveAddressesOfTheirOwn(t *testing.T) {
	s, err := ParseSettings([]string{"peers=n1@10.0.0.1:9000/10.0.0.1:9001,n2"})
	if err != nil {
		t.Fatal(err)
	}
	if p, ok := s.peer("n1"); !ok || p != (Peer{"n1", "10.0.0.1:9000", "10.0.0.1:9001"}) {
		t.Errorf("n1 is %+v", p)
	}
	if _, ok := s.peer("n3"); ok {
		t.Error("n3 is a peer, too")
	}
	if got := s.byAddress("10.0.0.1:9000") + " " + s.byAddress("n2:7000") + " " + s.byAddress("n9:7000") + " " + s.byAddress("n2:7012"); got != "n1 n2 n9:7000 n2" {
		t.Errorf("by address they are %s", got)
	}
}

func TestASettingThatCannotBeIsNamed(t *testing.T) {
	for arg, words := range map[string]string{
		"":                       `unknown setting ""`,
		"heartbeat":              `unknown setting "heartbeat"`,
		"heart=1s":               `unknown setting "heart=1s"`,
		"heartbeat=soon":         `setting heartbeat: "soon" is not a duration`,
		"election=0s":            `setting election: "0s" is not a duration`,
		"lease=-1s":              `setting lease: "-1s" is not a duration`,
		"commit=25h":             `setting commit: "25h" is not a duration`,
		"max-append=0":           `setting max-append: "0" is not a number from 1 to 1024`,
		"max-append=1025":        `"1025" is not a number from 1 to 1024`,
		"trailing=-1":            `"-1" is not a number`,
		"fps=1.5":                `setting fps: "1.5" is not a number`,
		"pre-vote=maybe":         `setting pre-vote: "maybe" is neither on nor off`,
		"log-level=loud":         `setting log-level: "loud" is none of off, error, warn, info, debug`,
		"disk=1001":              `"1001" is not a number from 0 to 1000`,
		"nonvoters=n2":           `setting nonvoters: "n2" is none of the peers`,
		"nonvoters=":             `setting nonvoters: "" is none of the peers`,
		"spares=n2":              `setting spares: "n2" is none of the peers`,
		"spares=n1":              "settings nonvoters and spares leave nobody to vote",
		"nonvoters=n1":           "settings nonvoters and spares leave nobody to vote",
		"peers=":                 "names a peer twice or not at all",
		"peers=n1,n1":            "names a peer twice or not at all",
		"peers=n1,,n2":           "names a peer twice or not at all",
		"peers=n1@10.0.0.1:9000": `"n1@10.0.0.1:9000" is not name@host:port/host:port`,
	} {
		if _, err := ParseSettings([]string{"peers=n1", arg}); err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("%q: %v; want %q", arg, err, words)
		}
	}
	if _, err := ParseSettings(nil); err == nil || !strings.Contains(err.Error(), "setting peers is missing") {
		t.Errorf("without peers: %v", err)
	}
}

func TestTheLibraryAcceptsTheStandardConfiguration(t *testing.T) {
	s := DefaultSettings()
	if err := raft.ValidateConfig(s.Config("n1")); err != nil {
		t.Error(err)
	}
	s.Heartbeat = 70 * time.Millisecond
	s.PreVote = false
	s.RestoreOnStart, s.RestoreCommitted, s.ShutdownOnRemove = false, true, false
	if c := s.Config("n2"); !c.NoSnapshotRestoreOnStart || !c.RestoreCommittedLogs || c.ShutdownOnRemove {
		t.Errorf("the configuration is %+v", c)
	}
	if c := s.Config("n2"); c.HeartbeatTimeout != s.Heartbeat || !c.PreVoteDisabled || c.LocalID != "n2" {
		t.Errorf("the configuration is %+v", c)
	}
}
