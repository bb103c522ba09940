package script

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"raftian/linearizability/verdict"
	"raftian/netsim/trace"
)

// Judge is what a golden file can put to the test.
type Judge interface {
	Event(e *trace.Event)
	Verdict() verdict.Verdict
}

// Golden plays the cases of a file to new judges, one each, and compares what
// they say. A case is a line "case" with its name, events, and what the judge
// must say, each line after ">":
//
//	case two machines lead term 4
//	0.2 n1 role term=4 leader
//	0.3 n2 role term=4 leader
//	> fail: two machines led term 4 (two leaders in one term)
//	> 1 n1 became leader of term 4 at 0.200000000s
//	> 2 n2 became leader of term 4 at 0.300000000s
//
// What is before the first case is the file's own explanation. With rewrite,
// what the judge says is written into the file instead.
func Golden(t *testing.T, file string, judge func() Judge, rewrite bool) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	parts := strings.Split("\n"+string(text), "\ncase ")
	for i, part := range parts[1:] {
		name, body, _ := strings.Cut(part, "\n")
		events, want := splitCase(body)
		t.Run(name, func(t *testing.T) {
			got, err := play(judge(), events)
			if err != nil {
				t.Fatalf("%s, case %q: %v", file, name, err)
			}
			if rewrite {
				parts[i+1] = name + "\n" + events + got
			} else if got != want {
				t.Errorf("the judge says\n%swant\n%s", got, want)
			}
		})
	}
	if rewrite {
		text := strings.TrimLeft(strings.Join(parts, "\ncase "), "\n")
		if err := os.WriteFile(file, []byte(strings.TrimRight(text, "\n")+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// splitCase separates the events of a case from what the judge must say.
func splitCase(body string) (events, want string) {
	for line := range strings.Lines(body) {
		switch {
		case strings.HasPrefix(line, ">"):
			want += strings.TrimRight(line, "\n") + "\n"
		case strings.TrimSpace(line) != "":
			events += line
		}
	}
	return events, want
}

func play(j Judge, text string) (string, error) {
	events, err := Parse(text)
	if err != nil {
		return "", err
	}
	for i := range events {
		j.Event(&events[i])
	}
	return format(j.Verdict()), nil
}

func format(v verdict.Verdict) string {
	var b strings.Builder
	v = v.Brief()
	fmt.Fprintf(&b, "> %v", v.Outcome)
	if len(v.Violations) == 0 {
		violation(&b, verdict.Violation{Signature: v.Signature, Reason: v.Reason, Evidence: v.Evidence})
	}
	for k, x := range v.Violations {
		if k > 0 {
			b.WriteString("> also")
		}
		violation(&b, x)
	}
	for _, m := range v.Missing {
		fmt.Fprintf(&b, "> without %s of %s\n", m.Note, strings.Join(m.Machines, " "))
	}
	return b.String()
}

func violation(b *strings.Builder, v verdict.Violation) {
	if v.Reason != "" {
		fmt.Fprintf(b, ": %s", v.Reason)
	}
	if v.Signature != "" {
		fmt.Fprintf(b, " (%s)", v.Signature)
	}
	if v.More > 0 {
		fmt.Fprintf(b, ", and %d more", v.More)
	}
	b.WriteString("\n")
	for _, e := range v.Evidence {
		fmt.Fprintf(b, "> %d %s\n", e.Event, e.Text)
	}
}
