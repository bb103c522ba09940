package rules

import (
	"strconv"
	"strings"
)

// Result is the outcome of a command.
type Result uint8

const (
	Rejected    Result = iota // Reason says why
	Hit                       // City was attacked and still plays
	Destruction               // City was attacked and destroyed
	Added                     // City plays, again or for the first time
	Departure                 // City has departed
	Report                    // a Look at City
	Summary                   // a Look at State
)

// Reason is why a command was rejected.
type Reason uint8

const (
	ReasonUnknown   Reason = iota // not a command
	ReasonName                    // not a valid name
	ReasonAbsent                  // the city is not in the game
	ReasonDestroyed               // the city is destroyed
	ReasonPlaying                 // the city to be added is playing
	ReasonItself                  // the city attacks itself
	ReasonFull                    // the game has CitiesMax cities
	ReasonResting                 // the city was the last to attack
	ReasonChanges                 // a query that is not a Look
)

// Output is the outcome of a command.
type Output struct {
	Result Result
	City   City   // the city the command is about, afterwards; if Rejected, only its name
	Reason Reason // if Rejected
	State  State  // if Summary
}

func rejected(why Reason, name string) Output {
	return Output{Result: Rejected, Reason: why, City: City{Name: name}}
}

// rejectedPrefix begins the text of each Output that is Rejected.
const rejectedPrefix = "rejected: "

// String returns the text form of an output, such as "hit n2 90", "destroyed n2",
// "added n2", "departed n2", "n2 health 90 score 3", or "rejected: n2 is not in the
// game". It is one line, and short except for a Summary.
func (o Output) String() string {
	switch o.Result {
	case Hit:
		return "hit " + o.City.Name + " " + strconv.Itoa(o.City.Health)
	case Destruction:
		return "destroyed " + o.City.Name
	case Added:
		return "added " + o.City.Name
	case Departure:
		return "departed " + o.City.Name
	case Report:
		return o.City.String()
	case Summary:
		return o.State.String()
	}
	return rejectedPrefix + o.Reason.text(o.City.Name)
}

// text describes the reason. A name that may be anything is quoted and, if too long,
// cut.
func (r Reason) text(name string) string {
	switch r {
	case ReasonName:
		if len(name) > nameMax {
			return strconv.Quote(name[:nameMax]) + "... is not a name"
		}
		return strconv.Quote(name) + " is not a name"
	case ReasonAbsent:
		return name + " is not in the game"
	case ReasonDestroyed:
		return name + " is destroyed"
	case ReasonPlaying:
		return name + " is already in the game"
	case ReasonItself:
		return name + " attacks itself"
	case ReasonResting:
		return name + " rests until another command changes the game"
	case ReasonChanges:
		return "only looking is allowed here"
	case ReasonFull:
		return "the game has no room for " + name
	}
	return "unknown command"
}

// String describes a city: "n2 health 90 score 3", the same and "resting", "n2
// destroyed score 3" or "n2 departed score 3".
func (c City) String() string {
	status := " health " + strconv.Itoa(c.Health)
	switch c.Status {
	case Destroyed:
		status = " destroyed"
	case Departed:
		status = " departed"
	}
	text := c.Name + status + " score " + strconv.FormatUint(c.Score, 10)
	if c.Resting {
		text += " resting"
	}
	return text
}

// String describes every city, ordered by name, and the winner: "n1 health 90 score 1,
// n2 destroyed score 0; n1 wins". A game without cities is "no cities".
func (s State) String() string {
	if len(s.cities) == 0 {
		return "no cities"
	}
	var b strings.Builder
	for i, c := range s.cities {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(c.String())
	}
	if name, ok := s.Winner(); ok {
		b.WriteString("; " + name + " wins")
	}
	return b.String()
}
