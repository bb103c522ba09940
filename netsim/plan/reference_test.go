package plan

import (
	"strings"
	"testing"
)

// small is a plan that examples are added to.
const small = "raftian plan 1\nguest game\nmachines n1 n2 n3\nlength 30s\nheal 18s\n"

// withLine is that plan with a line, which may take the place of one.
func withLine(line string) string {
	word, _, _ := strings.Cut(line, " ")
	var kept []string
	for _, l := range strings.SplitAfter(small, "\n") {
		if !strings.HasPrefix(l, word+" ") {
			kept = append(kept, l)
		}
	}
	return strings.Join(kept, "") + line + "\n"
}

func TestEachExampleOfTheReferenceIsALineOfAPlan(t *testing.T) {
	for _, entries := range [][]Entry{Lines(), Faults(), Triggers()} {
		for _, e := range entries {
			if _, err := Parse(withLine(e.Example)); err != nil || e.Example == "" {
				t.Errorf("%s: its example %q: %v", e.Form, e.Example, err)
			}
			if e.Form == "" || e.Means == "" {
				t.Errorf("%+v is not whole", e)
			}
		}
	}
}

// What the parser knows is in the reference, and nothing else.
func TestTheReferenceHasEveryWordOfTheParser(t *testing.T) {
	check := func(what string, entries []Entry, words []string) {
		t.Helper()
		for k, word := range words {
			if k >= len(entries) || strings.Fields(entries[k].Form)[0] != word {
				t.Errorf("%s: %q is missing, or in another place", what, word)
			}
		}
		if len(entries) != len(words) {
			t.Errorf("%d %s; the parser knows %d", len(entries), what, len(words))
		}
	}
	check("lines", Lines(), parts())
	check("words of triggers", Triggers(), append([]string{wordWhen}, triggerWords()...))
	var names []string
	for _, kind := range kinds() {
		names = append(names, string(kind))
		if faultWords()[kind] == "" {
			t.Errorf("nothing says what %s does", kind)
		}
	}
	check("faults", Faults(), names)
	if len(faultWords()) != len(kinds()) {
		t.Error("words of a fault that is none")
	}
}
