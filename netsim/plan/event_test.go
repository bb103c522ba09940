package plan_test

import (
	"strings"
	"testing"

	"raftian/netsim/plan"
)

func someEvents() []plan.Event {
	return []plan.Event{
		{Kind: "ready", Text: plan.TextNone}, {Kind: "vote", Peer: true, Text: plan.TextNone},
		{Kind: "role", Text: plan.TextListed, Texts: []string{"follower", "leader"}},
		{Kind: "boot", Text: plan.TextListed, Texts: []string{"empty disk"}},
		{Kind: "fsync", Text: plan.TextFile}, {Kind: "mend", World: true}, {Kind: "diag"},
	}
}

func TestAFaultCannotWaitForWhatCannotCome(t *testing.T) {
	for when, want := range map[string]string{
		"any ready":                "",
		"n1 vote to n2 nth 3":      "",
		"any role of lead":         "",
		"any boot of empty":        "",
		"any fsync of raft/":       "",
		"any fsync of .":           "",
		"any mend of kill":         "",
		"leader diag of [WARN]":    "",
		"any redy":                 `fault 2: nothing here reports an event "redy"; did you mean "ready"?`,
		"any Ready":                `did you mean "ready"?`,
		"any fysnc":                `did you mean "fsync"?`,
		"any election":             `fault 2: nothing here reports an event "election"; choose from ready, vote, role, boot, fsync, mend, diag`,
		"any ready of n1":          `fault 2: ready has no text; leave out "of n1"`,
		"any ready to n1":          `fault 2: ready names no peer; leave out "to n1"`,
		"any role of laeder":       `fault 2: no role is of "laeder"; did you mean "leader"?`,
		"any role of king":         `fault 2: no role is of "king"; choose from follower, leader`,
		"any fsync of /raft/log":   `fault 2: no file is called "/raft/log"; name it from the disk's root on, as raft/log`,
		"any fsync of raft/../log": "no file is called",
		"any fsync of ./raft":      "no file is called",
		"n1 mend":                  `fault 2: mend is about no machine; write "when any mend"`,
		"any mend as leader":       `fault 2: mend is about no machine, and none has a role then; leave out "as leader"`,
		// What no World can have is refused with the rest of the plan.
		"n9 ready":           "line 8: unknown machine",
		"any ready as king":  "line 8: unknown role",
		"any ready nth 0":    "line 8: event 0; count from 1",
		"any ready nth -1":   "line 8: event -1; count from 1",
		"any ready nth many": `line 8: nth: "many" is no number`,
		"any vote to n9":     "line 8: unknown machine",
		"any ready wait -1s": "line 8: ",
	} {
		p, err := plan.Parse("raftian plan 1\nguest game\nmachines n1 n2\nlength 9s\nheal 5s\n# a comment\nfault 1s kill n1 for 1s\n" +
			"fault 1s when " + when + " then kill n1 for 1s\n")
		if err == nil {
			err = p.CheckEvents(someEvents())
		}
		switch {
		case want == "" && err != nil:
			t.Errorf("when %s: %v", when, err)
		case want != "" && (err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n")):
			t.Errorf("when %s: %v; want %s", when, err, want)
		}
	}
}
