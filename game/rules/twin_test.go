package rules_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"raftian/game/rules"
)

// twin is a reference model of State: maps of what is known of each city, updated in
// place.
type twin struct {
	health   map[string]int // of those playing
	score    map[string]int // of all there are
	departed map[string]bool
	last     string // the city that attacked last; "" if another command has changed the game since
}

func newTwin() *twin {
	return &twin{map[string]int{}, map[string]int{}, map[string]bool{}, ""}
}

// absence returns the rejection of an attack by or on a city; "" if it plays.
func (w *twin) absence(name string) string {
	_, known := w.score[name]
	switch {
	case !known || w.departed[name]:
		return "rejected: " + name + " is not in the game"
	case w.health[name] == 0:
		return "rejected: " + name + " is destroyed"
	}
	return ""
}

func (w *twin) step(input string) string {
	words := strings.Fields(input)
	switch {
	case len(words) == 3:
		return w.attack(words[0], words[2])
	case words[0] == "add":
		return w.add(words[1])
	case words[0] == "del":
		return w.del(words[1])
	case len(words) == 2:
		if _, known := w.score[words[1]]; !known {
			return w.absence(words[1])
		}
		return w.describe(words[1])
	}
	return w.describeAll()
}

func (w *twin) attack(x, y string) string {
	if s := w.absence(x); s != "" {
		return s
	}
	if x == y {
		return "rejected: " + x + " attacks itself"
	}
	if s := w.absence(y); s != "" {
		return s
	}
	if w.last == x {
		return "rejected: " + x + " rests until another command changes the game"
	}
	w.last = x
	w.health[y] -= 10
	if w.health[y] > 0 {
		return fmt.Sprintf("hit %s %d", y, w.health[y])
	}
	delete(w.health, y)
	w.score[x]++
	return "destroyed " + y
}

func (w *twin) add(z string) string {
	if w.health[z] > 0 {
		return "rejected: " + z + " is already in the game"
	}
	w.last = ""
	w.health[z] = 100
	w.score[z] += 0
	delete(w.departed, z)
	return "added " + z
}

func (w *twin) del(z string) string {
	if s := w.absence(z); strings.HasSuffix(s, "not in the game") {
		return s
	}
	w.last = ""
	delete(w.health, z)
	w.departed[z] = true
	return "departed " + z
}

func (w *twin) describe(z string) string {
	how := "destroyed"
	if w.departed[z] {
		how = "departed"
	}
	if w.health[z] > 0 {
		how = fmt.Sprintf("health %d", w.health[z])
	}
	tired := ""
	if w.last == z {
		tired = " resting"
	}
	return fmt.Sprintf("%s %s score %d%s", z, how, w.score[z], tired)
}

func (w *twin) describeAll() string {
	var all []string
	for _, z := range slices.Sorted(maps.Keys(w.score)) {
		all = append(all, w.describe(z))
	}
	if len(all) == 0 {
		return "no cities"
	}
	s := strings.Join(all, ", ")
	if len(all) > 1 && len(w.health) == 1 {
		for z := range w.health {
			s += "; " + z + " wins"
		}
	}
	return s
}

var (
	anyName  = rapid.SampledFrom([]string{"a", "b", "c", "d"})
	anyInput = rapid.Custom(func(t *rapid.T) string {
		switch rapid.IntRange(0, 12).Draw(t, "verb") {
		case 0:
			return "add " + anyName.Draw(t, "city")
		case 1:
			return "del " + anyName.Draw(t, "city")
		case 2:
			return "look " + anyName.Draw(t, "city")
		case 3:
			return "look"
		}
		return anyName.Draw(t, "attacker") + " attack " + anyName.Draw(t, "target")
	})
)

func TestStepAgainstReference(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var s rules.State
		w := newTwin()
		for _, input := range rapid.SliceOfN(anyInput, 0, 200).Draw(t, "inputs") {
			before := s.String()
			next, out := rules.StepText(s, input)
			if want := w.step(input); out != want {
				t.Fatalf("%s => %s, the twin says %s", input, out, want)
			}
			if s.String() != before {
				t.Fatalf("%s changed the State it was given from %s to %s", input, before, s)
			}
			if next.String() != w.describeAll() {
				t.Fatalf("%s leads to %s, the twin says %s", input, next, w.describeAll())
			}
			if changed := !next.Equal(s); changed && (strings.HasPrefix(out, "rejected") || strings.HasPrefix(input, "look")) {
				t.Fatalf("%s => %s, but it led from %s to %s", input, out, s, next)
			}
			s = next
		}
	})
}
