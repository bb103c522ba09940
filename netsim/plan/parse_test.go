package plan

import (
	"strings"
	"testing"
)

func TestParseSaysWhichLineWhatIsWrongAndWhatIsRight(t *testing.T) {
	const head = "raftian plan 1\nguest game\nmachines n1 n2 n3\nlength 30s\nheal 18s\n"
	for _, c := range []struct{ text, want string }{
		{"", `line 1: this is no plan; its first line must be "raftian plan 1"`},
		{"seed 1", `line 1: this is no plan; its first line must be "raftian plan 1"`},
		{"# hello\nraftian plan 2", `line 2: this is a plan of format "2"; this version reads format 1`},
		{"raftian plan 1\nguest game\n", `line 3: the plan ends without machines; add a line such as "machines n1 n2 n3"`},
		{head + "colour red", `line 6: unknown word "colour"; a line begins with one of seed, guest, machines, length, heal, shuffle, net, disk, set, fault, call`},
		{head + "heal 2s", `line 6: "heal" was said in line 5 already; remove one of them`},
		{head + "seed -1", `line 6: "-1" is no number; write digits only`},
		{head + "seed 18446744073709551616", `line 6: "18446744073709551616" is too large; the largest number is 18446744073709551615`},
		{head + "shuffle yes", `line 6: shuffle is "yes"; write on or off`},
		{head + "seed 1 2", `line 6: "2" is left over; end the line before it`},
		{head + "net delay 5", `line 6: delay: "5" is no time; write one such as 1.5s or 200ms`},
		{head + "net loss 1", `line 6: loss 1; it must be at least 0 and below 1`},
		{head + "net loss nan", `line 6: loss NaN; it must be at least 0 and below 1`},
		{head + "net loss half", `line 6: loss: "half" is no probability; write a number such as 0.05`},
		{head + "net sync 1s", `line 6: "sync" does not belong in net; what can follow is delay, jitter, loss`},
		{head + "net delay 1s delay 2s", `line 6: "delay" is there twice; remove one`},
		{head + "disk sync 2h", `line 6: 7200s is out of range; it must be from 0s to 3600s`},
		{head + "set a 1\nset a 2", `line 7: "a" is set twice; remove one`},
		{head + "call 1s n1 p one two", `line 6: "one" is no number; write digits only (a call is: call AT MACHINE CLIENT NUMBER TEXT)`},
		{head + "call 1s n9 p 1", `line 6: unknown machine "n9"; the plan has n1 n2 n3`},
		{head + "call 1s n1 p 1\ncall 2s n2 p 2", `line 7: client "p" lives on n1, not on n2; keep to one machine or name another client`},
		{head + "call 1s n1 p 2\n\ncall 2s n1 p 2", `line 8: number 2 of client "p" must be above 2; number its calls in order`},
		{head + "call 2s n1 p 1\ncall 1s n1 p 2", `line 7: call at 1s after one at 2s; order calls by time`},
		{head + "call 30s n1 p 1", `line 6: call at 30s; the run ends at 30s, call before`},
		{head + "call 1s n1 p 1 a\x01b", `line 6: text "a\x01b" has a control character; remove it`},
		{head + "call 1s n1 p 1 \xff", `line 6: text "\xff" is not UTF-8; save it as UTF-8`},
		{head + "fault 1s melt n1", `line 6: unknown fault "melt"; choose from partition, oneway, flap, slow, heavy, lossy, narrow, stall, reset, power, kill, storm, fsync-error, write-error, full, slow-disk, stall-disk, rot, replace`},
		{head + "fault 1s kill n1 - n2 for 1s", `line 6: "-" does not belong in kill; name its machines as n1,n2`},
		{head + "fault 1s oneway n1 - n2 for 1s", `line 6: "-" does not belong in oneway; write n1 -> n2,n3`},
		{head + "fault 1s slow n1 - n2 - n3 delay 1s for 1s", `line 6: slow has more groups than the 2 it can have; remove one`},
		{head + "fault 1s partition n1 for 1s", `line 6: partition has 1 groups of machines; write n1 | n2,n3`},
		{head + "fault 1s reset n1 - n2 for 1s", `line 6: "for" does not belong in reset; nothing follows its machines`},
		{head + "fault 1s kill n1", `line 6: kill needs to last; add "for 1s"`},
		{head + "fault 1s slow n1 - n2 for 1s", `line 6: slow needs a delay or a jitter above 0s; add "delay 20ms"`},
		{head + "fault 1s lossy n1 - n2 for 1s", `line 6: lossy needs a loss above 0; add "loss 0.3"`},
		{head + "fault 1s kill n1,n1 for 1s", `line 6: kill names "n1" twice; name it once`},
		{head + "fault 1s kill n1, for 1s", `line 6: unknown machine ""; the plan has n1 n2 n3`},
		{head + "fault 2s kill n1 for 1s\nfault 1s kill n1 for 1s", `line 7: fault at 1s after one at 2s; order faults by time`},
		{head + "fault 18s kill n1 for 1s", `line 6: fault at 18s; every fault is over at the heal, 18s, so begin before it`},
		{head + "fault 1s flap n1 | n2 for 1s", `line 6: flap needs at least 10ms between its beginnings; add "every 200ms"`},
		{head + "fault 1s storm n1 every 9ms for 1s", `line 6: storm needs at least 10ms between its beginnings; add "every 200ms"`},
		{head + "fault 1s storm n1 every 2h for 1s", `line 6: 7200s is out of range; it must be from 0s to 3600s`},
		{head + "fault 1s storm n1,n2 every 1s", `line 6: storm needs to last; add "for 1s"`},
		{head + "fault 1s kill n1 every 1s for 1s", `line 6: "every" does not belong in kill; what can follow is for`},
		{head + "fault 1s narrow n1 - n2 rate 999 for 1s", `line 6: narrow needs a rate from 1000 to 1099511627776 bytes per second; add "rate 50000"`},
		{head + "fault 1s narrow n1 - n2 rate 2000000000000 for 1s", `line 6: narrow needs a rate from 1000 to 1099511627776 bytes per second; add "rate 50000"`},
		{head + "fault 1s narrow n1 - n2 rate fast for 1s", `line 6: rate: "fast" is no number; write digits only`},
		{head + "fault 1s heavy n1 - n2 for 1s", `line 6: heavy needs a delay above 0s; add "delay 20ms"`},
		{head + "fault 1s heavy n1 - n2 jitter 1ms for 1s", `line 6: "jitter" does not belong in heavy; what can follow is delay, for`},
		{head + "fault 1s slow-disk n1 for 1s", `line 6: slow-disk needs a delay or a jitter above 0s; add "delay 20ms"`},
		{head + "fault 1s rot n1 for 1s", `line 6: "for" does not belong in rot; nothing follows its machines`},
		{head + "fault 1s replace n1", `line 6: replace needs to last; add "for 1s"`},
		{head + "fault 1s stall n1 | n2 for 1s", `line 6: "|" does not belong in stall; write n1 - n2,n3`},
		{head + "fault 1s kill it for 1s", `line 6: "it" is a machine of the event that sets a fault off; begin with "when any vote then", or name another`},
		{head + "fault 1s reset n1 - peer", `line 6: "peer" is a machine of the event that sets a fault off; begin with "when any vote then", or name another`},
		{head + "fault 1s when n9 vote then kill it for 1s", `line 6: unknown machine "n9"; the plan has n1 n2 n3; or write leader or any`},
		{head + "fault 1s when it vote then kill it for 1s", `line 6: unknown machine "it"; the plan has n1 n2 n3; or write leader or any`},
		{head + "fault 1s when any", `line 6: the event after when ends without "then"; go on with "then" and what then happens`},
		{head + "fault 1s when any vote nth 2", `line 6: the event after when ends without "then"; go on with "then" and what then happens`},
		{head + "fault 1s when any vote then", `line 6: unknown fault ""; choose from partition, oneway, flap, slow, heavy, lossy, narrow, stall, reset, power, kill, storm, fsync-error, write-error, full, slow-disk, stall-disk, rot, replace`},
		{head + "fault 1s when any vote kill it for 1s", `line 6: "kill" does not belong in the event after when; what can follow is of, to, as, nth, wait`},
		{head + "fault 1s when any vote nth 1 nth 2 then kill it for 1s", `line 6: "nth" is there twice; remove one`},
		{head + "fault 1s when any vote nth 0 then kill it for 1s", `line 6: event 0; count from 1, to at most 1000000`},
		{head + "fault 1s when any vote nth 1000001 then kill it for 1s", `line 6: event 1000001; count from 1, to at most 1000000`},
		{head + "fault 1s when any vote nth many then kill it for 1s", `line 6: nth: "many" is no number from 1 to 1000000`},
		{head + "fault 1s when any vote wait 2h then kill it for 1s", `line 6: 7200s is out of range; it must be from 0s to 3600s`},
		{head + "fault 1s when any vote to leader then kill it for 1s", `line 6: unknown machine "leader"; the plan has n1 n2 n3`},
		{head + "fault 1s when any vote as king then kill it for 1s", `line 6: unknown role "king"; choose from follower, candidate, leader`},
		{head + "fault 1s when any ? then kill it for 1s", `line 6: "?" is no kind of event; write one such as fsync, vote or role`},
		{head + "fault 1s when any vote of a\x01 then kill it for 1s", `line 6: text "a\x01" has a control character; remove it`},
		{head + "fault 1s when any vote of " + strings.Repeat("x", 257) + " then kill it for 1s",
			`line 6: an event's text of 257 bytes; give its beginning in at most 256`},
		{head + "call 1s n1 operator 1 heal\ncall 2s n2 operator 1 heal", `line 7: number 1 of client "operator" must be above 1; number its calls in order`},
		{"raftian plan 1\nguest game\nmachines n1 it\nlength 1s", `line 3: "it" has a meaning in faults; choose another name`},
		{"raftian plan 1\nguest game\nmachines any n1\nlength 1s", `line 3: "any" has a meaning in faults; choose another name`},
		{"raftian plan 1\nguest game\nmachines n1 leader\nlength 1s", `line 3: "leader" has a meaning in faults; choose another name`},
		{"raftian plan 1\nguest game\nmachines n1 n1\nlength 1s", `line 3: machine "n1" is there twice; remove one`},
		{"raftian plan 1\nguest game\nmachines -\nlength 1s", `line 3: "-" is no name; use letters, digits and, after the first, any of - _ .`},
		{"raftian plan 1\nguest game\nmachines n1\nlength 61m", `line 4: length 3660s; it must be above 0s and at most 3600s`},
		{"raftian plan 1\nguest game\nmachines n1\nheal 2s\nlength 1s", `line 4: heal at 2s; it must be from 0s to the length, 1s`},
	} {
		if _, err := Parse(c.text); err == nil || err.Error() != c.want {
			t.Errorf("%q\n got %v\nwant %s", c.text, err, c.want)
		}
	}
}

func TestPlansAreBounded(t *testing.T) {
	many := func(n int, line string) string { return strings.Repeat(line, n) }
	const head = "raftian plan 1\nguest game\nmachines n1\nlength 30s\nheal 18s\n"
	for name, text := range map[string]string{
		"machines": "raftian plan 1\nmachines" + many(machinesMax+1, " n"),
		"calls":    head + many(callsMax+1, "call 1s n1 p 1\n"),
		"faults":   head + many(faultsMax+1, "fault 1s kill n1 for 1s\n"),
	} {
		if _, err := Parse(text); err == nil || !strings.Contains(err.Error(), "more than") {
			t.Errorf("too many %s: %v", name, err)
		}
	}
}

func TestValidateNamesThePartAndWhichOne(t *testing.T) {
	for want, spoil := range map[string]func(*Plan){
		"plan: length: length -1s; it must be above 0s and at most 3600s":                           func(p *Plan) { p.Length = -1e9 },
		"plan: guest: a name is missing; use letters and digits, such as n1":                        func(p *Plan) { p.Guest = "" },
		"plan: machines: 0 machines; there must be 1 to 64":                                         func(p *Plan) { p.Machines = nil },
		"plan: call 2: text \"a\\nb\" has a control character; remove it":                           func(p *Plan) { p.Script[1].Text = "a\nb" },
		"plan: call 3: text \" a\" begins or ends with a blank; remove it":                          func(p *Plan) { p.Script[2].Text = " a" },
		"plan: call 1: number 0 of client \"p1\" must be above 0; number its calls in order":        func(p *Plan) { p.Script[0].Seq = 0 },
		"plan: set 1: a text of 5000 bytes; use at most 4096":                                       func(p *Plan) { p.Settings[0].Value = strings.Repeat("x", 5000) },
		"plan: set 2: a name of 33 bytes; use at most 32":                                           func(p *Plan) { p.Settings[1].Key = strings.Repeat("x", 33) },
		"plan: fault 1: partition has an empty group; write n1 | n2,n3":                             func(p *Plan) { p.Faults[0].Groups[1] = nil },
		"plan: fault 5: reset has a parameter it does not take; nothing follows its machines":       func(p *Plan) { p.Faults[4].For = 1 },
		"plan: fault 7: kill has a parameter it does not take; what can follow is for":              func(p *Plan) { p.Faults[6].Net.Loss = 0.5 },
		"plan: fault 8: flap has a parameter it does not take; what can follow is every, for":       func(p *Plan) { p.Faults[7].Rate = 1 },
		"plan: fault 9: heavy has a parameter it does not take; what can follow is delay, for":      func(p *Plan) { p.Faults[8].Net.Jitter = 1 },
		"plan: fault 6: power has a parameter it does not take; what can follow is for":             func(p *Plan) { p.Faults[5].Every = 1 },
		"plan: fault 20: event 0; count from 1, to at most 1000000":                                 func(p *Plan) { p.Faults[19].When.Nth = 0 },
		"plan: fault 20: unknown machine \"\"; the plan has n1 n2 n3 n4 n5; or write leader or any": func(p *Plan) { p.Faults[19].When.Who = "" },
		"plan: fault 20: text \"a b\" has a blank; give the event's text up to the blank":           func(p *Plan) { p.Faults[19].When.Text = "a b" },
		"plan: fault 20: -1ns is out of range; it must be from 0s to 3600s":                         func(p *Plan) { p.Faults[19].When.Wait = -1 },
		"plan: fault 2: oneway has a parameter it does not take; what can follow is for":            func(p *Plan) { p.Faults[1].Net.Jitter = 1 },
	} {
		p := sample()
		spoil(&p)
		if err := p.Validate(); err == nil || err.Error() != want {
			t.Errorf("got  %v\nwant %s", err, want)
		}
	}
	if err := sample().Validate(); err != nil {
		t.Error(err)
	}
}

// What a trace says of a fault that begins is read back.
func TestAFaultIsReadBackFromItsWords(t *testing.T) {
	for _, words := range []string{
		"partition n1,n2 | n3 for 1.5s", "oneway n1 -> n2,n3 for 20ms", "flap n1 | n2 every 100ms for 2s",
		"lossy n1 - n2 loss 0.25 for 1s", "power n1,n4 for 978ms", "rot n2",
	} {
		if f, err := ParseFault(words); err != nil || f.String() != words {
			t.Errorf("%q is read as %q (%v)", words, f, err)
		}
	}
	if _, err := ParseFault("gremlins n1"); err == nil {
		t.Error("a fault that there is not is read")
	}
}
