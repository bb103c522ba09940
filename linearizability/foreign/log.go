package foreign

import (
	"strings"

	"raftian/linearizability/history"
)

// readLog reads the lines that Jepsen's logger jepsen.util writes:
//
//	INFO  jepsen.util - 2	:invoke	:cas	[3 0]
//
// with process, :type, :f and :value. What other loggers write, and entries of
// processes such as :nemesis, is left out. A :fail that gives a reason, as
// :timed-out, had no effect; a :cas that fails with its two values has found
// another value than the first.
func readLog(text []byte, w Words) ([]history.Op, error) {
	p := newPairs(w)
	line := 0
	for l := range strings.Lines(string(text)) {
		line++
		e, is, err := logEntry(l, line)
		if err != nil {
			return nil, err
		}
		if !is {
			continue
		}
		if err := p.add(e); err != nil {
			return nil, err
		}
	}
	return p.ops, nil
}

// logEntry reads a line; false says that it is none of the history.
func logEntry(l string, line int) (entry, bool, error) {
	words := strings.Fields(l)
	if len(words) == 0 {
		return entry{}, false, nil
	}
	if len(words) < 3 || words[2] != "-" || strings.ToUpper(words[0]) != words[0] {
		return entry{}, false, wrong(line, "%.40q is no line of a log such as \"INFO  jepsen.util - 0 :invoke :read nil\"", strings.TrimSpace(l))
	}
	if words[1] != "jepsen.util" || len(words) > 3 && strings.HasPrefix(words[3], ":") {
		return entry{}, false, nil
	}
	if len(words) < 7 || words[4][0] != ':' || words[5][0] != ':' || words[5] == ":" {
		return entry{}, false, wrong(line, "an entry is a process, :type, :f and :value")
	}
	r := edn{strings.Join(words[6:], " "), line}
	v, err := r.need(0)
	if err != nil {
		return entry{}, false, err
	}
	if r.space(); r.text != "" {
		return entry{}, false, wrong(line, "%.40q after the :value", r.text)
	}
	e := entry{line: line, process: words[3], kind: words[4], f: words[5], value: v, time: -1}
	e.refused = e.kind == ":fail" && e.f == ":cas" && v.kind == list
	return e, true, nil
}
