package trials_test

import (
	"testing"

	"raftian/raftian/trials"
)

func TestProfilesAreMerged(t *testing.T) {
	const one, two = "a.go:1.2,3.4 2 %\na.go:5.1,6.2 3 0\n", "a.go:1.2,3.4 2 4\nb b.go:1.1,2.2 5 1\n"
	for mode, want := range map[string]string{
		"set":   "mode: set\na.go:1.2,3.4 2 1\na.go:5.1,6.2 3 0\nb b.go:1.1,2.2 5 1\n",
		"count": "mode: count\na.go:1.2,3.4 2 7\na.go:5.1,6.2 3 0\nb b.go:1.1,2.2 5 1\n",
	} {
		var p trials.Profile
		for _, text := range []string{"mode: " + mode + "\na.go:1.2,3.4 2 3\na.go:5.1,6.2 3 0\n", "mode: " + mode + "\n" + two, ""} {
			if err := p.Merge([]byte(text)); err != nil {
				t.Fatal(err)
			}
		}
		if got := string(p.Text()); got != want {
			t.Errorf("mode %s: it is\n%s", mode, got)
		}
		if percent, ok := p.Percent(); !ok || percent != 70 {
			t.Errorf("mode %s: %v %% of the statements, %v", mode, percent, ok)
		}
	}
	var p trials.Profile
	if _, ok := p.Percent(); ok || p.Text() != nil {
		t.Error("nothing is some per cent")
	}
	for _, bad := range []string{"a.go:1.2,3.4 2 3\n", "mode: set\na.go\n", "mode: set\na.go:1.2,3.4 x 3\n", "mode: set\nmode: count\n", "mode: set\n" + one} {
		var p trials.Profile
		if p.Merge([]byte(bad)) == nil {
			t.Errorf("%q is no error", bad)
		}
	}
}
