package foreign_test

import (
	"strings"
	"testing"

	"raftian/linearizability/foreign"
)

// An :ok with another value than its call leaves open which of the two took effect: that is
// an error, and never a verdict.
func TestAnOkIsOfTheCallsOwnValue(t *testing.T) {
	for name, c := range map[string]struct {
		words       foreign.Words
		f, call, ok string
		want        string // in the error; "" is none
	}{
		"a write":                   {foreign.Register(), ":write", "1", "2", "its :value is 2, and that of the call was 1"},
		"the same write":            {foreign.Register(), ":write", "1", "1", ""},
		"a write without an answer": {foreign.Register(), ":write", "1", "nil", ""},
		"a read":                    {foreign.Register(), ":read", "nil", "2", ""},
		"a cas":                     {foreign.Register(), ":cas", "[1 2]", "[3 4]", "its :value is [3 4]"},
		"a server's own choice":     {foreign.Set(), ":add", "nil", "7", "its :value is 7"},
		"a dequeue":                 {foreign.Queue(), ":dequeue", "nil", "7", ""},
		"a step that was read":      {foreign.ListAppend(), ":txn", "[[:r 1 nil]]", "[[:r 1 [8]]]", ""},
		"another key's step":        {foreign.ListAppend(), ":txn", "[[:r 1 nil]]", "[[:r 2 [8]]]", "its :value is [[:r 2 [8]]]"},
		"another step":              {foreign.ListAppend(), ":txn", "[[:r 1 nil]]", "[[:append 2 8]]", "its :value is"},
	} {
		text := "{:process 0 :type :invoke :f " + c.f + " :value " + c.call + "}\n{:process 0 :type :ok :f " + c.f + " :value " + c.ok + "}\n"
		_, err := foreign.Read(strings.NewReader(text), c.words)
		switch {
		case c.want == "" && err != nil:
			t.Errorf("%s: %v", name, err)
		case c.want != "" && (err == nil || !strings.Contains(err.Error(), "line 2: ") || !strings.Contains(err.Error(), c.want)):
			t.Errorf("%s: %v; want %q", name, err, c.want)
		}
	}
}
