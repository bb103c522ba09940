package trials

import (
	"regexp"
	"slices"
	"strings"

	"raftian/netsim/toolchain"
)

// Failure is what is told of a run that failed.
type Failure struct {
	Tests []string // that failed, without those that failed because a subtest did
	// Reason is the line that says why: of a panic, of the race detector, of the runtime,
	// or the last line that the first of the tests logged.
	Reason string
	key    string
}

// Alike reports whether two failures are of the same tests, and their reasons are the
// same but for numbers, addresses and durations.
func (f Failure) Alike(g Failure) bool { return f.key == g.key }

// patterns of what test binaries print.
var (
	failed   = regexp.MustCompile(`^\s*(?:\x16)?--- FAIL: (\S+) \(`)
	verdict  = regexp.MustCompile(`^\s*(?:\x16)?--- (?:FAIL|PASS|SKIP): `)
	stepped  = regexp.MustCompile(`^\s*(?:\x16)?=== `)
	logged   = regexp.MustCompile(`^ +\S+\.go:\d+:(?: |$)`)
	asserted = regexp.MustCompile(`^\s+Error:\s+(.+)$`)
	fatal    = regexp.MustCompile(`^(panic: |fatal error: |WARNING: DATA RACE|SIGQUIT: quit|not done after |unexpected fault address|signal: )`)
	running  = regexp.MustCompile(`^\S*?\.((?:Test|Example|Fuzz)[^\s.(]*)(?:\.func[\d.]+)*\(`)
	access   = regexp.MustCompile(`^\s+\S*?([^/\s]+\.go:\d+)`)
	place    = regexp.MustCompile(`[^/\s]+\.go:\d+`)
	varying  = regexp.MustCompile(`0x[0-9a-fA-F]+|\d+`)
)

// FailureOf reads what a run that failed printed.
func FailureOf(t toolchain.Trial) Failure {
	var f Failure
	reason, race := "", 0
	lines := strings.Split(t.Output, "\n")
	for k, line := range lines {
		line = strings.TrimRight(line, "\r")
		switch m := failed.FindStringSubmatch(line); {
		case m != nil:
			f.Tests = append(f.Tests, m[1])
		case fatal.MatchString(line) && reason == "":
			reason = line
			if strings.HasSuffix(line, "DATA RACE") {
				race = k
			}
		}
	}
	f.Tests = leaves(f.Tests)
	if t.Hung && len(f.Tests) == 0 {
		f.Tests = hangs(lines)
	}
	switch {
	case race > 0 || strings.HasSuffix(reason, "DATA RACE"):
		reason += raced(lines[race:])
	case reason == "":
		reason = lastLogged(lines, f.Tests)
	}
	f.Reason = strings.TrimSpace(reason)
	f.key = strings.Join(f.Tests, " ") + "|" + normal(f.Reason)
	return f
}

// normal is a reason without what differs between runs; lines of code stay.
func normal(reason string) string {
	var b strings.Builder
	at := 0
	for _, m := range place.FindAllStringIndex(reason, -1) {
		b.WriteString(varying.ReplaceAllString(reason[at:m[0]], "#"))
		b.WriteString(reason[m[0]:m[1]])
		at = m[1]
	}
	b.WriteString(varying.ReplaceAllString(reason[at:], "#"))
	return b.String()
}

// leaves are tests without those of which a subtest is there, too; each once, sorted.
func leaves(tests []string) []string {
	tests = slices.Compact(slices.Sorted(slices.Values(tests)))
	return slices.DeleteFunc(tests, func(name string) bool {
		return slices.ContainsFunc(tests, func(other string) bool { return strings.HasPrefix(other, name+"/") })
	})
}

// lastLogged is the last line that the first of the tests logged: after its verdict
// without -v, before it with -v.
func lastLogged(lines, tests []string) string {
	if len(tests) == 0 {
		return ""
	}
	before, after, at := "", "", -1
	for k, line := range lines {
		if m := failed.FindStringSubmatch(line); m != nil && m[1] == tests[0] {
			at = k
			continue
		}
		switch {
		case at < 0 && logged.MatchString(line):
			before = message(lines[k:])
		case at >= 0 && (verdict.MatchString(line) || stepped.MatchString(line)):
			return pick(after, before)
		case at >= 0 && logged.MatchString(line):
			after = message(lines[k:])
		}
	}
	return pick(after, before)
}

// message is a line that was logged. Where it is empty, as testify's are, it is followed by
// what testify calls the error.
func message(lines []string) string {
	line := strings.TrimSpace(lines[0])
	if !strings.HasSuffix(line, ":") {
		return line
	}
	for _, next := range lines[1:min(len(lines), 8)] {
		if m := asserted.FindStringSubmatch(next); m != nil {
			return line + " " + m[1]
		}
	}
	return line
}

func pick(first, second string) string {
	if first != "" {
		return first
	}
	return second
}

// hangs is the test whose function is on a stack.
func hangs(lines []string) []string {
	for _, line := range lines {
		// synctest.Test and TestMain call tests, and are none.
		if m := running.FindStringSubmatch(line); m != nil && m[1] != "TestMain" && m[1] != "Test" {
			return []string{m[1]}
		}
	}
	return nil
}

// raced are the lines of code of both accesses.
func raced(lines []string) (places string) {
	wanted := 0
	for _, line := range lines {
		if strings.Contains(line, "by goroutine") || strings.Contains(line, "by main goroutine") {
			wanted = 1
			continue
		}
		if m := access.FindStringSubmatch(line); m != nil && wanted == 1 {
			places, wanted = places+" "+m[1], 0
		}
		if strings.Contains(line, "created at:") {
			break
		}
	}
	return places
}
