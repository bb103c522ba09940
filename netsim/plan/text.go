package plan

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"raftian/netsim/env"
)

// The text form is one thing a line, words apart by blanks:
//
//	raftian plan 1
//	# a line that begins with # is a comment
//	seed 4711
//	guest game
//	machines n1 n2 n3
//	length 30s
//	heal 18s
//	shuffle on
//	net delay 500us jitter 1ms loss 0
//	disk sync 200us jitter 300us
//	set heartbeat 200ms
//	fault 3.2s partition n1 | n2,n3 for 2.1s
//	fault 4s oneway leader -> others for 1s
//	fault 5s slow n1 - n2,n3 delay 20ms jitter 5ms for 2s
//	fault 6s lossy n1 - others loss 0.3 for 2s
//	fault 7s reset n1 - n2
//	fault 8s power n3 for 2s
//	fault 9s when n2 fsync of raft/log to n3 as leader nth 3 wait 100us then kill it for 1s
//	fault 10s storm n1,n2 every 300ms for 3s
//	fault 11s slow-disk n1 delay 20ms jitter 10ms for 3s
//	fault 12s rot n1
//	call 0.512s n1 p1 17 n1 attack n2
//
// A call has its instant, machine, client and sequence number; what is left of
// the line is its text. A fault with "when" waits for an event (see Trigger):
// whose, which, and then, if it matters, what its text begins with (a word),
// which peer it names, the machine's role, which such event it is, and how long
// after it the fault begins. After the first line the order is free, but calls and
// faults are each ordered by time.

// magic and version make up the first line.
const (
	magic   = "raftian plan"
	version = 1
)

// String prints the text form. Parse reads a valid Plan back exactly.
func (p Plan) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %d\n", magic, version)
	fmt.Fprintf(&b, "seed %d\n", p.Seed)
	fmt.Fprintf(&b, "guest %s\n", p.Guest)
	fmt.Fprintf(&b, "machines %s\n", strings.Join(p.Machines, " "))
	fmt.Fprintf(&b, "length %s\n", duration(p.Length))
	fmt.Fprintf(&b, "heal %s\n", instant(p.Heal))
	fmt.Fprintf(&b, "shuffle %s\n", onOff(p.Shuffle))
	fmt.Fprintf(&b, "net delay %s jitter %s loss %s\n", duration(p.Net.Delay), duration(p.Net.Jitter), number(p.Net.Loss))
	fmt.Fprintf(&b, "disk sync %s jitter %s\n", duration(p.Disk.Sync), duration(p.Disk.Jitter))
	for _, s := range p.Settings {
		line(&b, "set", s.Key, s.Value)
	}
	for _, f := range p.Faults {
		when := ""
		if !f.When.IsZero() {
			when = "when " + f.When.String() + " then "
		}
		line(&b, "fault", instant(f.At), when+f.String())
	}
	for _, s := range p.Script {
		line(&b, "call", instant(s.At), s.Machine, s.Client, strconv.FormatUint(s.Seq, 10), s.Text)
	}
	return b.String()
}

// String says what the fault is in the plan's words, without its time or what
// sets it off: "partition n1 | n2,n3 for 2.1s".
func (f Fault) String() string {
	var b strings.Builder
	b.WriteString(string(f.Kind))
	shape, _ := shapeOf(f.Kind)
	for i, group := range f.Groups {
		if i > 0 {
			b.WriteString(" " + shape.between)
		}
		b.WriteString(" " + strings.Join(group, ","))
	}
	for _, name := range shape.params {
		b.WriteString(" " + name + " " + f.param(name))
	}
	return b.String()
}

// line prints words, leaving out the blank before an empty last one.
func line(b *strings.Builder, words ...string) {
	b.WriteString(strings.TrimSuffix(strings.Join(words, " "), " "))
	b.WriteByte('\n')
}

func onOff(on bool) string {
	if on {
		return "on"
	}
	return "off"
}

// number prints a probability with the fewest digits that read back the same.
func number(x float64) string { return strconv.FormatFloat(x, 'g', -1, 64) }

// instant prints a moment in seconds, with no more decimals than it has.
func instant(i env.Instant) string { return seconds(time.Duration(i)) }

// duration prints a length of time exactly: from a second on in seconds, below
// in the largest unit that leaves a whole part, in ASCII.
func duration(d time.Duration) string {
	if d >= time.Second || d == 0 {
		return seconds(d)
	}
	return strings.Replace(d.String(), "µ", "u", 1)
}

func seconds(d time.Duration) string {
	if d < 0 {
		return d.String() // never valid, but an error may quote it
	}
	whole := strconv.FormatInt(int64(d/time.Second), 10)
	part := strings.TrimRight(fmt.Sprintf("%09d", d%time.Second), "0")
	if part == "" {
		return whole + "s"
	}
	return whole + "." + part + "s"
}
