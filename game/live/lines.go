package live

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"raftian/game/rules"
)

// Request is what a screen asks for.
type Request struct {
	Verb  string      // "command", "as", "cut", "heal", "kill", "start", "bots" or "save"
	Name  string      // of a node, or of the city to play; "" if not applicable
	Input rules.Input // of Verb "command"
}

// lineMax is the maximum length of a line in bytes.
const lineMax = 80

// Parse parses a line such as "n1 attack n2", "attack n2", "add z", "del z", "as n2",
// "cut n2", "heal", "kill n2", "start n2", "bots" or "save". city is the player's.
func Parse(line, city string) (Request, error) {
	words := strings.Fields(line)
	if len(words) == 0 || len(line) > lineMax {
		return Request{}, errors.New("say what to do: n1 attack n2, add z, del z, cut n2, heal n2, kill n2, start n2")
	}
	verb, rest := words[0], words[1:]
	switch {
	case verb == "attack" && len(rest) == 1:
		return command(rules.Input{Verb: rules.Attack, City: city, Target: rest[0]})
	case verb == "join" && len(rest) <= 1:
		return command(rules.Input{Verb: rules.Add, City: nameOr(rest, city)})
	case verb == "leave" && len(rest) <= 1:
		return command(rules.Input{Verb: rules.Del, City: nameOr(rest, city)})
	case slices.Contains([]string{"cut", "kill", "start", "as"}, verb) && len(rest) == 1,
		verb == "heal" && len(rest) <= 1:
		name := nameOr(rest, "")
		if name != "" && !rules.ValidName(name) {
			return Request{}, fmt.Errorf("%.20q is no name", name)
		}
		return Request{Verb: verb, Name: name}, nil
	case (verb == "bots" || verb == "save") && len(rest) == 0:
		return Request{Verb: verb}, nil
	}
	in, err := rules.ParseInput(strings.Join(words, " "))
	if err != nil || in.Verb == rules.Look {
		return Request{}, fmt.Errorf("%.40q is nothing that can be done; try n1 attack n2, add z, del z, cut n2, heal n2, kill n2, start n2", line)
	}
	return Request{Verb: "command", Input: in}, nil
}

func command(in rules.Input) (Request, error) {
	for _, name := range []string{in.City, in.Target} {
		if name != "" && !rules.ValidName(name) {
			return Request{}, fmt.Errorf("%.20q is no name of a city: a letter, then letters, digits and hyphens", name)
		}
	}
	return Request{Verb: "command", Input: in}, nil
}

func nameOr(words []string, city string) string {
	if len(words) == 0 {
		return city
	}
	return words[0]
}
