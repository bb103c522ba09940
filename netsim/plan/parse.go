package plan

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"raftian/netsim/env"
)

// Parse reads the text form of a Plan. An error is one line that names the
// line of the text, what is wrong with it, and what would be right. A Plan that
// Parse returns is valid.
func Parse(text string) (Plan, error) {
	ps := parser{once: make(map[string]int)}
	number := 0
	for line := range strings.Lines(text) {
		number++
		w := words{strings.TrimRight(line, "\r\n")}
		if first := w.trim(); first == "" || first[0] == '#' {
			continue
		}
		if err := ps.line(number, &w); err != nil {
			return Plan{}, fmt.Errorf("line %d: %w", number, err)
		}
	}
	if err := ps.missing(); err != nil {
		return Plan{}, fmt.Errorf("line %d: %w", number+1, err)
	}
	if f := ps.plan.flaw(); f != nil {
		return Plan{}, fmt.Errorf("line %d: %s", ps.find(f), f.text)
	}
	return ps.plan, nil
}

// parser is a Plan half read. It remembers which line said what, so that a flaw
// found in the whole can be traced to its line.
type parser struct {
	plan                   Plan
	headed                 bool
	once                   map[string]int // the lines of which there is only one
	settings, calls, fault []int          // the lines of which there are many
}

// line reads one line that is neither empty nor a comment.
func (ps *parser) line(number int, w *words) error {
	if !ps.headed {
		ps.headed = true
		return parseHead(w)
	}
	switch key := w.next(); key {
	case partCall:
		ps.calls = append(ps.calls, number)
		return ps.call(w)
	case partFault:
		ps.fault = append(ps.fault, number)
		return ps.addFault(w)
	case partSetting:
		ps.settings = append(ps.settings, number)
		ps.plan.Settings = append(ps.plan.Settings, Setting{w.next(), w.trim()})
		return nil
	default:
		if before := ps.once[key]; before != 0 {
			return fmt.Errorf("%q was said in line %d already; remove one of them", key, before)
		}
		ps.once[key] = number
		return ps.single(key, w)
	}
}

func parseHead(w *words) error {
	rest, ok := strings.CutPrefix(w.trim(), magic+" ")
	if !ok {
		return fmt.Errorf("this is no plan; its first line must be %q", fmt.Sprint(magic, " ", version))
	}
	if rest != strconv.Itoa(version) {
		return fmt.Errorf("this is a plan of format %.40q; this version reads format %d", rest, version)
	}
	return nil
}

// single reads a line of which there is only one.
func (ps *parser) single(key string, w *words) (err error) {
	p := &ps.plan
	switch key {
	case partMachines:
		for name := w.next(); name != ""; name = w.next() {
			if len(p.Machines) == machinesMax {
				return fmt.Errorf("more than %d machines; name fewer", machinesMax)
			}
			p.Machines = append(p.Machines, name)
		}
		return nil
	case partNet:
		return w.pairs(key, "", []string{paramDelay, paramJitter, paramLoss}, p.Net.setParam)
	case partDisk:
		return w.pairs(key, "", []string{paramSync, paramJitter}, p.Disk.setParam)
	}
	value := w.next()
	switch key {
	case partSeed:
		p.Seed, err = parseUint(value)
	case partGuest:
		p.Guest = value
	case partLength:
		p.Length, err = parseDuration(value)
	case partHeal:
		p.Heal, err = parseInstant(value)
	case partShuffle:
		p.Shuffle = value == onOff(true)
		if !p.Shuffle && value != onOff(false) {
			err = fmt.Errorf("shuffle is %.40q; write on or off", value)
		}
	default:
		return fmt.Errorf("unknown word %.40q; a line begins with one of %s", key, strings.Join(parts(), ", "))
	}
	if err != nil {
		return err
	}
	return w.end()
}

// call reads what follows "call".
func (ps *parser) call(w *words) (err error) {
	if len(ps.plan.Script) == callsMax {
		return fmt.Errorf("more than %d calls; remove some", callsMax)
	}
	var s Step
	if s.At, err = parseInstant(w.next()); err != nil {
		return err
	}
	s.Machine, s.Client = w.next(), w.next()
	if s.Seq, err = parseUint(w.next()); err != nil {
		return fmt.Errorf("%w (a call is: call AT MACHINE CLIENT NUMBER TEXT)", err)
	}
	s.Text = w.trim()
	ps.plan.Script = append(ps.plan.Script, s)
	return nil
}

// addFault reads what follows "fault".
func (ps *parser) addFault(w *words) (err error) {
	if len(ps.plan.Faults) == faultsMax {
		return fmt.Errorf("more than %d faults; remove some", faultsMax)
	}
	var f Fault
	if f.At, err = parseInstant(w.next()); err != nil {
		return err
	}
	if w.peek() == wordWhen {
		w.next()
		if err := f.When.parse(w); err != nil {
			return err
		}
	}
	if err := f.parse(w); err != nil {
		return err
	}
	ps.plan.Faults = append(ps.plan.Faults, f)
	return nil
}

// ParseFault reads what Fault.String prints, as a trace has it when the fault
// begins: what it is and whom it is about, without its time or what sets it off.
func ParseFault(text string) (Fault, error) {
	var f Fault
	err := f.parse(&words{text})
	return f, err
}

// parse reads what the fault is and whom it is about.
func (f *Fault) parse(w *words) error {
	f.Kind = FaultKind(w.next())
	shape, ok := shapeOf(f.Kind)
	if !ok {
		return fmt.Errorf("unknown fault %.40q; choose from %s", f.Kind, join(kinds()))
	}
	for {
		if len(f.Groups) == shape.groupsMax {
			return fmt.Errorf("%s has more groups than the %d it can have; remove one", f.Kind, shape.groupsMax)
		}
		f.Groups = append(f.Groups, strings.Split(w.next(), ","))
		separator := w.peek()
		if !slices.Contains([]string{"|", "-", "->"}, separator) {
			break
		}
		if separator != shape.between {
			return fmt.Errorf("%.40q does not belong in %s; %s", separator, f.Kind, shape.usage())
		}
		w.next()
	}
	return w.pairs(string(f.Kind), "", shape.params, f.setParam)
}

// usage says how the groups of a fault are written.
func (s shape) usage() string {
	if s.between == "" {
		return "name its machines as n1,n2"
	}
	return fmt.Sprintf("write n1 %s n2,n3", s.between)
}

// missing says which line the Plan cannot do without.
func (ps *parser) missing() error {
	if !ps.headed {
		return fmt.Errorf("this is no plan; its first line must be %q", fmt.Sprint(magic, " ", version))
	}
	for _, need := range []struct{ part, example string }{
		{partGuest, "game"}, {partMachines, "n1 n2 n3"}, {partLength, "30s"},
	} {
		if ps.once[need.part] == 0 {
			return fmt.Errorf("the plan ends without %s; add a line such as \"%s %s\"", need.part, need.part, need.example)
		}
	}
	return nil
}

// find is the line that a flaw is in. A flaw in a line that was left out is
// blamed on the first.
func (ps *parser) find(f *flaw) int {
	switch f.part {
	case partCall:
		return ps.calls[f.index]
	case partFault:
		return ps.fault[f.index]
	case partSetting:
		return ps.settings[f.index]
	}
	return max(ps.once[f.part], 1)
}

func parseInstant(s string) (env.Instant, error) {
	d, err := parseDuration(s)
	return env.Instant(d), err
}

func parseUint(s string) (uint64, error) {
	v, err := strconv.ParseUint(s, 10, 64)
	if errors.Is(err, strconv.ErrRange) {
		return 0, fmt.Errorf("%.40q is too large; the largest number is 18446744073709551615", s)
	}
	if err != nil {
		return 0, fmt.Errorf("%.40q is no number; write digits only", s)
	}
	return v, nil
}

// words takes words off a line.
type words struct{ rest string }

const blanks = " \t"

// trim returns what is left of the line, without blanks around it.
func (w *words) trim() string { return strings.Trim(w.rest, blanks) }

// next takes the next word; "" if there is none.
func (w *words) next() string {
	word := w.peek()
	w.rest = strings.TrimLeft(w.rest, blanks)[len(word):]
	return word
}

func (w *words) peek() string {
	rest := strings.TrimLeft(w.rest, blanks)
	if i := strings.IndexAny(rest, blanks); i >= 0 {
		return rest[:i]
	}
	return rest
}

// end reports words left over.
func (w *words) end() error {
	if rest := w.trim(); rest != "" {
		return fmt.Errorf("%.40q is left over; end the line before it", rest)
	}
	return nil
}

// pairs reads "name value name value …" up to the word that ends them, which is
// "" for the end of the line; each name at most once. Of says whose parameters
// they are.
func (w *words) pairs(of, end string, names []string, set func(name, value string) error) error {
	var seen []string
	for name := w.next(); name != end; name = w.next() {
		if name == "" {
			return fmt.Errorf("%s ends without %q; go on with \"%s\" and what then happens", of, end, end)
		}
		if !slices.Contains(names, name) {
			return fmt.Errorf("%.40q does not belong in %s; %s", name, of, belongs(names))
		}
		if slices.Contains(seen, name) {
			return fmt.Errorf("%.40q is there twice; remove one", name)
		}
		seen = append(seen, name)
		if err := set(name, w.next()); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

func belongs(names []string) string {
	if len(names) == 0 {
		return "nothing follows its machines"
	}
	return "what can follow is " + strings.Join(names, ", ")
}

func join(kinds []FaultKind) string {
	var names []string
	for _, kind := range kinds {
		names = append(names, string(kind))
	}
	return strings.Join(names, ", ")
}
