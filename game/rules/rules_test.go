package rules_test

import (
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"raftian/game/rules"
)

func newGame(t rapid.TB, names ...string) rules.State {
	t.Helper()
	s, err := rules.New(names)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// Scripts of commands and their outputs, over three cities.
func TestGameFollowsRules(t *testing.T) {
	// nine hits by two cities in turn, the first of which begins and ends
	attacks := func(second, first, target string) string {
		var b strings.Builder
		for i, by := range []string{first, second, first, second, first, second, first, second, first} {
			b.WriteString(by + " attack " + target + " => hit " + target + " " + strconv.Itoa(100-10*(i+1)) + "\n")
		}
		return b.String()
	}
	for name, script := range map[string]string{
		"a hit takes ten": `
			n1 attack n2 => hit n2 90
			n3 attack n2 => hit n2 80
			look n2 => n2 health 80 score 0
			look n1 => n1 health 100 score 0`,

		"the tenth hit destroys and scores": attacks("n1", "n3", "n2") + `
			n1 attack n2 => destroyed n2
			look n2 => n2 destroyed score 0
			look n1 => n1 health 100 score 1 resting`,

		"the destroyed neither attack nor are attacked": attacks("n3", "n1", "n2") + `
			n3 attack n2 => destroyed n2
			n2 attack n1 => rejected: n2 is destroyed
			n1 attack n2 => rejected: n2 is destroyed
			n2 attack n2 => rejected: n2 is destroyed
			look => n1 health 100 score 0, n2 destroyed score 0, n3 health 100 score 1 resting`,

		"the departed neither attack nor are attacked": `
			del n2 => departed n2
			n2 attack n1 => rejected: n2 is not in the game
			n1 attack n2 => rejected: n2 is not in the game
			del n2 => rejected: n2 is not in the game
			look n2 => n2 departed score 0`,

		"strangers neither attack nor are attacked": `
			n4 attack n1 => rejected: n4 is not in the game
			n1 attack n4 => rejected: n4 is not in the game
			del n4 => rejected: n4 is not in the game
			look n4 => rejected: n4 is not in the game`,

		"nobody attacks itself": `
			n1 attack n1 => rejected: n1 attacks itself
			look n1 => n1 health 100 score 0`,

		"a new city plays": `
			add n4 => added n4
			n4 attack n1 => hit n1 90
			look n4 => n4 health 100 score 0 resting`,

		"who has attacked rests until something else happens": `
			n1 attack n2 => hit n2 90
			n1 attack n2 => rejected: n1 rests until another command changes the game
			n1 attack n3 => rejected: n1 rests until another command changes the game
			look n1 => n1 health 100 score 0 resting
			n2 attack n9 => rejected: n9 is not in the game
			n1 attack n3 => rejected: n1 rests until another command changes the game
			n2 attack n1 => hit n1 90
			n1 attack n3 => hit n3 90
			add n4 => added n4
			n1 attack n3 => hit n3 80
			del n4 => departed n4
			n1 attack n3 => hit n3 70
			del n1 => departed n1
			add n1 => added n1
			n1 attack n3 => hit n3 60`,

		"who plays cannot be added": `
			n1 attack n2 => hit n2 90
			add n2 => rejected: n2 is already in the game
			look n2 => n2 health 90 score 0`,

		"the departed come back with full health and their score": attacks("n1", "n3", "n2") + `
			n1 attack n2 => destroyed n2
			n3 attack n1 => hit n1 90
			del n1 => departed n1
			add n1 => added n1
			look n1 => n1 health 100 score 1`,

		"the destroyed come back with full health and their score": attacks("n1", "n3", "n2") + `
			n1 attack n2 => destroyed n2
			add n2 => added n2` + "\n" + attacks("n3", "n2", "n1") + `
			n3 attack n1 => destroyed n1
			add n1 => added n1
			look n1 => n1 health 100 score 1`,

		"the destroyed may depart": attacks("n1", "n3", "n2") + `
			n1 attack n2 => destroyed n2
			del n2 => departed n2
			look n2 => n2 departed score 0`,

		"who alone plays wins, until another does": `
			del n2 => departed n2
			look => n1 health 100 score 0, n2 departed score 0, n3 health 100 score 0
			del n3 => departed n3
			look => n1 health 100 score 0, n2 departed score 0, n3 departed score 0; n1 wins
			add n3 => added n3
			look => n1 health 100 score 0, n2 departed score 0, n3 health 100 score 0`,

		"when nobody plays nobody wins": `
			del n1 => departed n1
			del n2 => departed n2
			del n3 => departed n3
			look => n1 departed score 0, n2 departed score 0, n3 departed score 0`,

		"what is no command is rejected": `
			attack n2 => rejected: unknown command
			n1 attack => rejected: "" is not a name
			n1 attack n2 now => rejected: unknown command
			n1  attack n2 => rejected: unknown command
			look n1 n2 => rejected: unknown command
			Look => rejected: unknown command
			add N4 => rejected: "N4" is not a name
			add 4n => rejected: "4n" is not a name
			add -n => rejected: "-n" is not a name
			look n_1 => rejected: "n_1" is not a name
			add abcdefghijklmnop => added abcdefghijklmnop
			add abcdefghijklmnopq => rejected: "abcdefghijklmnop"... is not a name`,
	} {
		t.Run(name, func(t *testing.T) {
			s := newGame(t, "n1", "n2", "n3")
			for line := range strings.Lines(script) {
				input, want, isStep := strings.Cut(strings.TrimSpace(line), " => ")
				if !isStep {
					continue
				}
				if input == "n1 attack" {
					input += " " // which the script's own spaces hide
				}
				var got string
				if s, got = rules.StepText(s, input); got != want {
					t.Errorf("%s => %s, want %s", input, got, want)
				}
			}
		})
	}
}

func TestEmptyCommand(t *testing.T) {
	s := newGame(t, "n1")
	for _, text := range []string{"", " ", "look ", " look", "add", "add ", "n1 attack n1\n"} {
		if after, out := rules.StepText(s, text); !strings.HasPrefix(out, "rejected: ") || !after.Equal(s) {
			t.Errorf("%q => %s", text, out)
		}
	}
	if after, out := rules.Step(s, rules.Input{}); out.String() != "rejected: unknown command" || !after.Equal(s) {
		t.Errorf("the zero Input => %s", out)
	}
	bad := rules.Input{Verb: rules.Add, City: "N1"}
	if after, out := rules.Step(s, bad); out.Reason != rules.ReasonName || !after.Equal(s) {
		t.Errorf("adding a city that no text can name => %s", out)
	}
}

func TestCityLimit(t *testing.T) {
	s := newGame(t)
	for i := range rules.CitiesMax {
		s, _ = rules.StepText(s, "add n"+strconv.Itoa(i))
	}
	if _, out := rules.StepText(s, "add more"); out != "rejected: the game has no room for more" {
		t.Errorf("one too many => %s", out)
	}
	s, _ = rules.StepText(s, "del n7")
	if _, out := rules.StepText(s, "add n7"); out != "added n7" {
		t.Errorf("one that is known => %s", out)
	}
}

func TestNewGameRefusesInvalidNames(t *testing.T) {
	for _, test := range []struct {
		names []string
		want  string
	}{
		{[]string{"n1", "n2", "n1"}, "a new game: n1 is already in the game"},
		{[]string{"n1", "N2"}, `a new game: "N2" is not a name`},
	} {
		if _, err := rules.New(test.names); err == nil || err.Error() != test.want {
			t.Errorf("New(%v): %v, want %s", test.names, err, test.want)
		}
	}
}

func TestGameWithoutCities(t *testing.T) {
	if _, out := rules.StepText(rules.State{}, "look"); out != "no cities" {
		t.Errorf("look => %s", out)
	}
	if name, ok := newGame(t, "n1").Winner(); ok {
		t.Errorf("%s wins a game it plays alone", name)
	}
}

func TestFindCity(t *testing.T) {
	s := newGame(t, "n2", "n1")
	if c, known := s.City("n2"); !known || c.Name != "n2" || c.Health != rules.HealthFull {
		t.Errorf("City(n2) = %v, %v", c, known)
	}
	if c, known := s.City("n3"); known {
		t.Errorf("City(n3) = %v", c)
	}
	s.Cities()[0].Health = 1
	if c := s.Cities()[0]; c.Name != "n1" || c.Health != rules.HealthFull {
		t.Errorf("Cities()[0] = %v after a change to what it returned before", c)
	}
}

func FuzzWhatParsesPrintsBack(f *testing.F) {
	for _, text := range []string{"n1 attack n2", "add n1", "del n1", "look n1", "look", "", "add add", "look attack look"} {
		f.Add(text)
	}
	s := newGame(f, "n1", "n2")
	f.Fuzz(func(t *testing.T, text string) {
		in, err := rules.ParseInput(text)
		if err == nil && in.String() != text {
			t.Errorf("%q parses, but prints back as %q", text, in)
		}
		after, out := rules.StepText(s, text)
		if err != nil && (!after.Equal(s) || out != "rejected: "+err.Error()) {
			t.Errorf("%q does not parse (%v), but => %q", text, err, out)
		}
		if strings.ContainsAny(out, "\n\r") || len(out) > 100 {
			t.Errorf("%q => %q, which is not one short line", text, out)
		}
	})
}

func BenchmarkStep(b *testing.B) {
	s := newGame(b, "n1", "n2", "n3", "n4", "n5", "n6", "n7")
	hit, back := rules.Input{Verb: rules.Attack, City: "n3", Target: "n6"}, rules.Input{Verb: rules.Add, City: "n6"}
	b.ReportAllocs()
	for b.Loop() {
		next, out := rules.Step(s, hit)
		if out.Result == rules.Rejected {
			next, _ = rules.Step(s, back)
		}
		s = next
	}
}

func BenchmarkHash(b *testing.B) {
	s := newGame(b, "n1", "n2", "n3", "n4", "n5", "n6", "n7")
	for b.Loop() {
		s.Hash()
	}
}

// A query is answered as the command would be, or rejected.
func TestQueryEqualsLook(t *testing.T) {
	s := newGame(t, "n1", "n2")
	s, _ = rules.StepText(s, "n1 attack n2")
	for _, text := range []string{"look", "look n2", "look n9", "look N", "dance"} {
		if _, want := rules.StepText(s, text); rules.QueryText(s, text) != want {
			t.Errorf("%q is answered %q; want %q", text, rules.QueryText(s, text), want)
		}
	}
	for _, text := range []string{"n1 attack n2", "add n3", "del n1"} {
		if got := rules.QueryText(s, text); got != "rejected: only looking is allowed here" {
			t.Errorf("%q is answered %q", text, got)
		}
	}
}
