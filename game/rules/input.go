package rules

import (
	"errors"
	"strings"
)

// Verb is the action of a command.
type Verb uint8

const (
	Attack Verb = iota + 1
	Add
	Del
	Look
)

// Input is a command. The zero Input is invalid.
type Input struct {
	Verb   Verb
	City   string // the attacker, or the city that the command is about; "" with Look is all cities
	Target string // of an attack
}

// nameMax is the maximum length of a name in bytes.
const nameMax = 16

// ValidName reports whether a city may have this name: 1 to 16 bytes, a letter first,
// then letters, digits and hyphens. Letters are a to z.
func ValidName(name string) bool {
	if len(name) < 1 || len(name) > nameMax || name[0] < 'a' || name[0] > 'z' {
		return false
	}
	for i := range len(name) {
		c := name[i]
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' {
			return false
		}
	}
	return true
}

// ParseInput parses a command: "X attack Y", "add Z", "del Z", "look Z" or "look", with
// single spaces. Input.String is its inverse.
func ParseInput(text string) (Input, error) {
	words := strings.SplitN(text, " ", 4)
	var in Input
	switch {
	case len(words) == 1 && words[0] == "look":
		return Input{Verb: Look}, nil
	case len(words) == 3 && words[1] == "attack":
		in = Input{Attack, words[0], words[2]}
	case len(words) == 2 && words[0] == "add":
		in = Input{Verb: Add, City: words[1]}
	case len(words) == 2 && words[0] == "del":
		in = Input{Verb: Del, City: words[1]}
	case len(words) == 2 && words[0] == "look":
		in = Input{Verb: Look, City: words[1]}
	default:
		return Input{}, errors.New(ReasonUnknown.text(""))
	}
	if !ValidName(in.City) {
		return Input{}, errors.New(ReasonName.text(in.City))
	}
	if in.Verb == Attack && !ValidName(in.Target) {
		return Input{}, errors.New(ReasonName.text(in.Target))
	}
	return in, nil
}

// String returns the text form of a command; "" for the zero Input.
func (in Input) String() string {
	switch in.Verb {
	case Attack:
		return in.City + " attack " + in.Target
	case Add:
		return "add " + in.City
	case Del:
		return "del " + in.City
	case Look:
		if in.City == "" {
			return "look"
		}
		return "look " + in.City
	}
	return ""
}
