package plan

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"raftian/netsim/env"
)

// Limits: far above what a run needs, low enough that no text that parses can
// exhaust a machine.
const (
	machinesMax  = 64
	lengthMax    = time.Hour // of the run, and of every other time in a Plan
	settingsMax  = 256
	callsMax     = 1 << 18 // 72 a second for the longest run
	faultsMax    = 1 << 12
	nameMax      = 32      // bytes of a machine's, client's, guest's or setting's name
	textMax      = 4 << 10 // bytes of one call's or setting's text
	textTotalMax = 8 << 20 // bytes of all calls' texts
	prefixMax    = 256     // bytes of what a trigger's event begins with

	nthMax   = 1_000_000
	everyMin = 10 * time.Millisecond // or else a run is nothing but the fault's beginnings
	rateMin  = 1000                  // bytes per second; what is slower is as good as cut
	rateMax  = 1 << 40
)

// The words that lines begin with, which are also the parts a flaw can be in.
const (
	partSeed     = "seed"
	partGuest    = "guest"
	partMachines = "machines"
	partLength   = "length"
	partHeal     = "heal"
	partShuffle  = "shuffle"
	partNet      = "net"
	partDisk     = "disk"
	partSetting  = "set"
	partFault    = "fault"
	partCall     = "call"
)

func parts() []string {
	return []string{partSeed, partGuest, partMachines, partLength, partHeal, partShuffle,
		partNet, partDisk, partSetting, partFault, partCall}
}

// flaw is the first thing wrong with a Plan: in which part of it, in which of
// several such parts (from 0), and in words.
type flaw struct {
	part  string
	index int
	text  string
}

// Validate reports the first thing that is wrong with a Plan, in one line:
// names, times, limits, what a fault must have. A valid Plan has a text form
// that parses back to it.
func (p Plan) Validate() error {
	f := p.flaw()
	if f == nil {
		return nil
	}
	switch f.part {
	case partSetting, partFault, partCall:
		return fmt.Errorf("plan: %s %d: %s", f.part, f.index+1, f.text)
	}
	return fmt.Errorf("plan: %s: %s", f.part, f.text)
}

func (p *Plan) flaw() *flaw {
	for _, check := range []func() *flaw{
		p.flawInMachines, p.flawInTimes, p.flawInHardware, p.flawInSettings, p.flawInFaults, p.flawInScript,
	} {
		if f := check(); f != nil {
			return f
		}
	}
	return nil
}

func (p *Plan) flawInMachines() *flaw {
	if text := badName(p.Guest); text != "" {
		return &flaw{part: partGuest, text: text}
	}
	if n := len(p.Machines); n < 1 || n > machinesMax {
		return &flaw{part: partMachines, text: fmt.Sprintf("%d machines; there must be 1 to %d", n, machinesMax)}
	}
	for i, name := range p.Machines {
		text := badName(name)
		switch {
		case reserved(name):
			text = fmt.Sprintf("%q has a meaning in faults; choose another name", name)
		case slices.Contains(p.Machines[:i], name):
			text = fmt.Sprintf("machine %q is there twice; remove one", name)
		}
		if text != "" {
			return &flaw{part: partMachines, text: text}
		}
	}
	return nil
}

func (p *Plan) flawInTimes() *flaw {
	if p.Length <= 0 || p.Length > lengthMax {
		return &flaw{part: partLength, text: fmt.Sprintf("length %s; it must be above 0s and at most %s",
			duration(p.Length), duration(lengthMax))}
	}
	if p.Heal < 0 || time.Duration(p.Heal) > p.Length {
		return &flaw{part: partHeal, text: fmt.Sprintf("heal at %s; it must be from 0s to the length, %s",
			instant(p.Heal), duration(p.Length))}
	}
	return nil
}

func (p *Plan) flawInHardware() *flaw {
	if text := badNet(p.Net); text != "" {
		return &flaw{part: partNet, text: text}
	}
	for _, d := range []time.Duration{p.Disk.Sync, p.Disk.Jitter} {
		if text := badDuration(d); text != "" {
			return &flaw{part: partDisk, text: text}
		}
	}
	return nil
}

func (p *Plan) flawInSettings() *flaw {
	seen := make(map[string]bool, len(p.Settings))
	for i, s := range p.Settings {
		text := badName(s.Key)
		switch {
		case text != "":
		case i == settingsMax:
			text = fmt.Sprintf("more than %d settings; remove some", settingsMax)
		case seen[s.Key]:
			text = fmt.Sprintf("%q is set twice; remove one", s.Key)
		default:
			text = badText(s.Value)
		}
		if text != "" {
			return &flaw{partSetting, i, text}
		}
		seen[s.Key] = true
	}
	return nil
}

func (p *Plan) flawInScript() *flaw {
	type caller struct {
		machine string
		seq     uint64
	}
	callers := make(map[string]caller)
	machines := make(map[string]bool, len(p.Machines))
	for _, name := range p.Machines {
		machines[name] = true
	}
	var last env.Instant
	total := 0
	for i := range p.Script {
		s := &p.Script[i]
		total += len(s.Text)
		before, called := callers[s.Client]
		var text string
		switch {
		case i == callsMax || total > textTotalMax:
			text = fmt.Sprintf("more than %d calls or %d bytes of their texts; remove some", callsMax, textTotalMax)
		case s.At < last:
			text = fmt.Sprintf("call at %s after one at %s; order calls by time", instant(s.At), instant(last))
		case time.Duration(s.At) >= p.Length:
			text = fmt.Sprintf("call at %s; the run ends at %s, call before", instant(s.At), duration(p.Length))
		case !machines[s.Machine]:
			text = p.unknownMachine(s.Machine)
		case called && before.machine != s.Machine && s.Client != env.Operator:
			text = fmt.Sprintf("client %.40q lives on %s, not on %s; keep to one machine or name another client",
				s.Client, before.machine, s.Machine)
		case s.Seq <= before.seq:
			text = fmt.Sprintf("number %d of client %.40q must be above %d; number its calls in order", s.Seq, s.Client, before.seq)
		default:
			if text = badName(s.Client); text == "" {
				text = badText(s.Text)
			}
		}
		if text != "" {
			return &flaw{partCall, i, text}
		}
		callers[s.Client] = caller{s.Machine, s.Seq}
		last = s.At
	}
	return nil
}

func (p *Plan) flawInFaults() *flaw {
	var last env.Instant
	for i := range p.Faults {
		f := &p.Faults[i]
		var text string
		switch {
		case i == faultsMax:
			text = fmt.Sprintf("more than %d faults; remove some", faultsMax)
		case f.At < last:
			text = fmt.Sprintf("fault at %s after one at %s; order faults by time", instant(f.At), instant(last))
		case f.At >= p.Heal:
			text = fmt.Sprintf("fault at %s; every fault is over at the heal, %s, so begin before it", instant(f.At), instant(p.Heal))
		default:
			text = cmp.Or(p.badTrigger(f.When), p.badGroups(f), badParams(f))
		}
		if text != "" {
			return &flaw{partFault, i, text}
		}
		last = f.At
	}
	return nil
}

// badGroups says what is wrong with a fault's kind and groups; "" if nothing.
func (p *Plan) badGroups(f *Fault) string {
	shape, ok := shapeOf(f.Kind)
	if !ok {
		return fmt.Sprintf("unknown fault %.40q; choose from %s", f.Kind, join(kinds()))
	}
	if n := len(f.Groups); n < shape.groupsMin || n > shape.groupsMax {
		return fmt.Sprintf("%s has %d groups of machines; %s", f.Kind, n, shape.usage())
	}
	seen := make(map[string]bool)
	for _, group := range f.Groups {
		if len(group) == 0 {
			return fmt.Sprintf("%s has an empty group; %s", f.Kind, shape.usage())
		}
		for _, name := range group {
			if seen[name] {
				return fmt.Sprintf("%s names %.40q twice; name it once", f.Kind, name)
			}
			seen[name] = true
			switch {
			case slices.Contains([]string{Leader, Others, Followers}, name) || slices.Contains(p.Machines, name):
			case name != It && name != Peer:
				return p.unknownMachine(name)
			case f.When.IsZero():
				return fmt.Sprintf("%q is a machine of the event that sets a fault off; begin with \"when any vote then\", or name another", name)
			}
		}
	}
	return ""
}

// badParams says what is wrong with a fault's parameters; "" if nothing. What a
// kind does not have must be zero, for it would not be printed.
func badParams(f *Fault) string {
	if text := badNet(f.Net); text != "" {
		return text
	}
	if text := badDuration(f.For); text != "" {
		return text
	}
	if text := badDuration(f.Every); text != "" {
		return text
	}
	shape, _ := shapeOf(f.Kind)
	for _, name := range faultParams() {
		if !slices.Contains(shape.params, name) {
			if f.set(name) {
				return fmt.Sprintf("%s has a parameter it does not take; %s", f.Kind, belongs(shape.params))
			}
		} else if text := f.badParam(name); text != "" {
			return text
		}
	}
	return ""
}

func badNet(n Net) string {
	for _, d := range []time.Duration{n.Delay, n.Jitter} {
		if text := badDuration(d); text != "" {
			return text
		}
	}
	if !(n.Loss >= 0 && n.Loss < 1) { // also false for NaN
		return fmt.Sprintf("loss %s; it must be at least 0 and below 1", number(n.Loss))
	}
	return ""
}

func badDuration(d time.Duration) string {
	if d < 0 || d > lengthMax {
		return fmt.Sprintf("%s is out of range; it must be from 0s to %s", duration(d), duration(lengthMax))
	}
	return ""
}

// badName says what is wrong with a name; "" if nothing.
func badName(s string) string {
	if s == "" {
		return "a name is missing; use letters and digits, such as n1"
	}
	if len(s) > nameMax {
		return fmt.Sprintf("a name of %d bytes; use at most %d", len(s), nameMax)
	}
	for i, c := range []byte(s) {
		letter := 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
		if !letter && (i == 0 || !strings.ContainsRune("-_.", rune(c))) {
			return fmt.Sprintf("%q is no name; use letters, digits and, after the first, any of - _ .", s)
		}
	}
	return ""
}

// badText says what keeps a text from standing at the end of a line; "" if
// nothing.
func badText(s string) string {
	switch {
	case len(s) > textMax:
		return fmt.Sprintf("a text of %d bytes; use at most %d", len(s), textMax)
	case !utf8.ValidString(s):
		return fmt.Sprintf("text %.40q is not UTF-8; save it as UTF-8", s)
	case strings.ContainsFunc(s, unicode.IsControl):
		return fmt.Sprintf("text %.40q has a control character; remove it", s)
	case strings.Trim(s, blanks) != s:
		return fmt.Sprintf("text %.40q begins or ends with a blank; remove it", s)
	}
	return ""
}

func (p *Plan) unknownMachine(name string) string {
	if len(p.Machines) > 10 {
		return fmt.Sprintf("unknown machine %.40q; the plan has %s … %s", name, p.Machines[0], p.Machines[len(p.Machines)-1])
	}
	return fmt.Sprintf("unknown machine %.40q; the plan has %s", name, strings.Join(p.Machines, " "))
}
