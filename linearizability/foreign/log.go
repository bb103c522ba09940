package foreign

import (
	"bytes"
	"regexp"
	"strings"
)

// readLog reads the lines in which Jepsen writes operations, to its log or to a file
// of their own: process, :type, :f, :value, and perhaps an error, between tabs. What
// stands before that is up to the logger:
//
//	2024-01-02 10:00:00,001{GMT}	INFO	[jepsen worker 1] jepsen.util: 1	:invoke	:read	nil
//	INFO [2019-01-02 10:00:00,001] jepsen worker 1 - jepsen.util 1	:invoke	:read	nil
//	INFO  jepsen.util - 1	:invoke	:read	nil
//	1	:invoke	:read	nil
//
// Lines that are no operation are left out and counted: what else was logged, traces
// of stacks, what a shell said. One that begins as an operation and is none is an
// error. Entries of processes such as :nemesis are left out, and a :fail had no
// effect, as in EDN.
func readLog(text []byte, w Words) (*History, error) {
	var entries []entry
	left, line := 0, 0
	for l := range strings.Lines(string(text)) {
		line++
		if strings.TrimSpace(l) == "" {
			continue
		}
		at, is := beginsOperation(l)
		if !is {
			left++
			continue
		}
		e, err := logEntry(l[at:], line)
		if err != nil {
			return nil, err
		}
		if !strings.HasPrefix(e.process, ":") {
			entries = append(entries, e)
		}
	}
	h, err := operations(entries, w)
	if err == nil {
		h.Left = left
	}
	return h, err
}

var (
	// logged is how the loggers begin a line that holds an operation: up to their name.
	logged = regexp.MustCompile(`^.*?\bjepsen\.util\b(?:\s*[:-])?\s*`)
	// begun is how an operation begins: a process, and a :type.
	begun = regexp.MustCompile(`^(?:[0-9]+N?|:[\w.*+!?<>=/-]+)[ \t]+:\S`)
	// bare is how one begins that nothing introduces: as much, with one of the types
	// that there are, or with a tab behind the process.
	bare = regexp.MustCompile(`^(?:[0-9]+N?\t+:\S|(?:[0-9]+N?|:[\w.*+!?<>=/-]+)[ \t]+:(?:invoke|ok|fail|info)(?:\s|$))`)
	// elsewhere is an operation behind the name of any other logger.
	elsewhere = regexp.MustCompile(`(?:: | - |\] )([0-9]+N?\t:(?:invoke|ok|fail|info)\t:)`)
)

// beginsOperation says whether a line holds an operation, and where.
func beginsOperation(l string) (at int, is bool) {
	if m := logged.FindStringIndex(l); m != nil {
		return m[1], begun.MatchString(l[m[1]:])
	}
	at = len(l) - len(strings.TrimLeft(l, " \t"))
	if bare.MatchString(l[at:]) {
		return at, true
	}
	if m := elsewhere.FindStringSubmatchIndex(l); m != nil {
		return m[2], true
	}
	return 0, false
}

// isLog says whether a text that may be EDN is a log: its first lines hold an
// operation.
func isLog(text []byte) bool {
	const enough = 1000
	n := 0
	for l := range bytes.Lines(text) {
		if _, is := beginsOperation(string(l)); is {
			return true
		}
		if n++; n == enough {
			break
		}
	}
	return false
}

// logEntry reads an operation.
func logEntry(l string, line int) (entry, error) {
	l = strings.TrimSpace(l)
	fields := strings.Split(l, "\t")
	if len(fields) < 4 || strings.Contains(fields[0]+fields[1]+fields[2], " ") { // the tabs have become spaces
		fields = strings.Fields(l)
		if len(fields) > 3 {
			fields = append(fields[:3], strings.Join(fields[3:], " "))
		}
	}
	if len(fields) < 4 || !strings.HasPrefix(fields[1], ":") || !strings.HasPrefix(fields[2], ":") || fields[2] == ":" {
		return entry{}, wrong(line, "an entry is a process, :type, :f and :value, with tabs between")
	}
	r := edn{fields[3], line}
	v, err := r.need(0)
	if err != nil {
		return entry{}, err
	}
	if r.space(); r.text != "" {
		return entry{}, wrong(line, "%.40q after the :value", r.text)
	}
	return entry{line: line, process: canonical(fields[0]), kind: fields[1], f: fields[2], value: v, time: -1}, nil
}
