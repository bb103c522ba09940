package live_test

import (
	"encoding/json"
	"strings"
	"testing"

	"raftian/game/live"
)

func TestParseLine(t *testing.T) {
	for line, want := range map[string]string{
		"n1 attack n2": "command  n1 attack n2", "attack n2": "command  me attack n2", " add  z ": "command  add z", "del z": "command  del z",
		"join": "command  add me", "leave": "command  del me", "join z": "command  add z",
		"cut n2": "cut n2 ", "heal": "heal  ", "heal n2": "heal n2 ", "kill n2": "kill n2 ", "start n2": "start n2 ", "as n3": "as n3 ",
		"bots": "bots  ", "save": "save  ",
	} {
		o, err := live.Parse(line, "me")
		if got := o.Verb + " " + o.Name + " " + o.Input.String(); err != nil || got != want {
			t.Errorf("%q is %q, want %q (%v)", line, got, want, err)
		}
	}
	for _, line := range []string{"", "look", "look n1", "attack", "cut", "cut N2", "kill n1 n2", "n1 attack", "n1 attack N2", "save now", "add 1z",
		"attack " + strings.Repeat("x", 200)} {
		if o, err := live.Parse(line, "me"); err == nil {
			t.Errorf("%q is taken for %+v", line, o)
		} else if strings.Contains(err.Error(), "\n") {
			t.Errorf("%q: the error is not one line", line)
		}
	}
}

func TestSnapshotJSONRoundTrip(t *testing.T) {
	was := live.Snapshot{Version: 3, City: "n1", Calls: []live.Call{{ID: 1, Stage: live.InDoubt}, {ID: 2, Stage: live.Unresolved}},
		Nodes: []live.Node{{ID: "n1", Hash: 1<<63 + 1, Cut: true}}, Bots: live.BotsPaused}
	b, err := json.Marshal(was)
	if err != nil {
		t.Fatal(err)
	}
	var now live.Snapshot
	if err := json.Unmarshal(b, &now); err != nil {
		t.Fatal(err)
	}
	if now.Calls[0].Stage != live.InDoubt || now.Calls[1].Stage != live.Unresolved || now.Nodes[0] != was.Nodes[0] || now.Bots != live.BotsPaused {
		t.Errorf("%s is read as %+v", b, now)
	}
	if err := json.Unmarshal([]byte(`{"calls":[{"stage":"won"}]}`), &now); err == nil {
		t.Error("a stage that is none is read")
	}
}
