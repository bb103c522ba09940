package invariant

import (
	"regexp"
	"strings"

	"raftian/linearizability/verdict"
	"raftian/netsim/trace"
)

// Process holds if the process of the run said nothing when it ended: no panic,
// no fatal error of the runtime, no report of the race detector. It reads no
// events. Source: none but common sense; a panic of the library on reachable
// input is a bug.
type Process struct {
	exit string
	last uint64 // the last event
}

// NewProcess returns the judge of what a process said on exit, which is "" if it
// ended well. last is the number of the last event before that.
func NewProcess(exit string, last uint64) *Process { return &Process{exit, last} }

// Name is "no-panic".
func (*Process) Name() string { return "no-panic" }

// Kinds is empty, not nil: it reads no events.
func (*Process) Kinds() []string { return []string{} }

// Event does nothing.
func (*Process) Event(*trace.Event) {}

// Verdict says whether the property held. Its evidence is the first line that
// says what happened and the function of the guest or its library in which it
// did.
func (j *Process) Verdict() verdict.Verdict {
	var r ruling
	if strings.TrimSpace(j.exit) != "" {
		lines := strings.Split(j.exit, "\n")
		cause := cause(lines)
		evidence := []verdict.Evidence{{Event: j.last, Text: "the last one before " + cause}}
		signature := nameless(cause)
		if place := place(lines); place != "" {
			evidence = append(evidence, verdict.Evidence{Event: j.last, Text: "in " + place})
			signature += " in " + place
		}
		r.fail(signature, "the process ended with: "+cause, evidence...)
	}
	return r.verdict(j.Name())
}

// cause returns the line that says what happened, or the first with any words.
func cause(lines []string) (first string) {
	for _, line := range lines {
		line = strings.TrimSpace(line)
		for _, prefix := range []string{"panic:", "fatal error:", "WARNING: DATA RACE"} {
			if strings.HasPrefix(line, prefix) {
				return line
			}
		}
		if first == "" {
			first = line
		}
	}
	return first
}

// place returns the first function in the stacks that is not the Go runtime's,
// without its arguments; "" if there is no stack. The goroutine that failed comes
// first.
func place(lines []string) string {
	inStack := false
	for _, line := range lines {
		if strings.HasPrefix(line, "goroutine ") && strings.HasSuffix(line, ":") {
			inStack = true
			continue
		}
		end := strings.LastIndex(line, "(")
		if !inStack || end <= 0 || strings.HasPrefix(line, "\t") {
			continue
		}
		if name := line[:end]; name != "panic" && !strings.HasPrefix(name, "runtime.") {
			return name
		}
	}
	return ""
}

// varying matches what differs between two occurrences of one cause: quoted
// words and numbers, with the letters of a name such as "n1" or "0x2a".
var varying = regexp.MustCompile(`"[^"]*"|\b[A-Za-z]*[0-9][0-9A-Za-z]*\b`)

// nameless returns a line with every name and number that may vary replaced.
func nameless(line string) string { return varying.ReplaceAllString(line, "#") }
