// Package rules is the game: cities attack each other until one is left. It is
// pure, and one function, Step, used three times: as the replicated state
// machine, as the sequential specification, and to replay. It imports nothing
// of this module.
//
// # The rules
//
// A city has a name, a status, a health and a score. Its status is playing,
// destroyed or departed; it has health, 1 to HealthFull, while it plays and
// none otherwise. Its score is how many destructions it has dealt. A city the
// game has once known it never forgets.
//
//   - "X attack Y" takes Damage from Y's health. At 0, Y is destroyed and X
//     scores one. Both must be playing, X must not be Y, and X must not rest:
//     who has attacked rests until the next command that changes the game, so
//     that nobody attacks twice in a row. Whoever else plays need not wait.
//   - "add Z" brings Z into the game, playing, with full health. A new city has
//     score 0; one that was destroyed or had departed keeps its score. Z must
//     not be playing. The game knows at most CitiesMax cities.
//   - "del Z" makes Z depart, which ends its health but not its score. Z must be
//     playing or destroyed.
//   - "look Z" tells Z's health, or status, and score. The game must know Z.
//   - "look" tells the same of every city, by name, and who wins.
//
// Whoever alone is playing, of two cities or more, wins; for as long as that
// is so: winning ends nothing. A city is "in the game" unless it has departed
// or was never added.
//
// A command that is against these rules, or none at all, is rejected with a
// reason and changes nothing. Who sends a command does not matter.
//
//	rules.go    Step, StepText, QueryText
//	state.go    State and City
//	input.go    Input and its text form
//	output.go   Output and its text form
//	binary.go   a State as bytes
package rules

const (
	// HealthFull is the health of a city that was just added.
	HealthFull = 100
	// Damage is what one attack takes from it.
	Damage = 10
	// CitiesMax is how many cities a game can know.
	CitiesMax = 128
)

// Step carries out one command. It does not change s.
func Step(s State, in Input) (State, Output) {
	switch in.Verb {
	case Attack:
		return attack(s, in.City, in.Target)
	case Add:
		return add(s, in.City)
	case Del:
		return del(s, in.City)
	case Look:
		return s, look(s, in.City)
	}
	return s, Output{Result: Rejected, Reason: ReasonUnknown}
}

// StepText is Step on text forms. A text that is not a command is rejected.
func StepText(s State, input string) (State, string) {
	in, err := ParseInput(input)
	if err != nil {
		return s, rejectedPrefix + err.Error()
	}
	s, out := Step(s, in)
	return s, out.String()
}

// QueryText answers a Look as StepText does. It rejects any other command.
func QueryText(s State, input string) string {
	in, err := ParseInput(input)
	if err != nil {
		return rejectedPrefix + err.Error()
	}
	if in.Verb != Look {
		return rejected(ReasonChanges, in.City).String()
	}
	_, out := Step(s, in)
	return out.String()
}

func attack(s State, attacker, target string) (State, Output) {
	x, out := playing(s, attacker)
	if x < 0 {
		return s, out
	}
	if attacker == target {
		return s, rejected(ReasonItself, attacker)
	}
	y, out := playing(s, target)
	if y < 0 {
		return s, out
	}
	if s.cities[x].Resting {
		return s, rejected(ReasonResting, attacker)
	}
	next := s.withoutResting()
	by, hit := &next.cities[x], &next.cities[y]
	by.Resting = true
	hit.Health -= Damage
	if hit.Health > 0 {
		return next, Output{Result: Hit, City: *hit}
	}
	hit.Health, hit.Status = 0, Destroyed
	by.Score++
	return next, Output{Result: Destruction, City: *hit}
}

// playing returns the index of a city that plays, or -1 and the rejection.
func playing(s State, name string) (int, Output) {
	i, known := s.find(name)
	switch {
	case !known || s.cities[i].Status == Departed:
		return -1, rejected(ReasonAbsent, name)
	case s.cities[i].Status == Destroyed:
		return -1, rejected(ReasonDestroyed, name)
	}
	return i, Output{}
}

func add(s State, name string) (State, Output) {
	i, known := s.find(name)
	switch {
	case !ValidName(name):
		return s, rejected(ReasonName, name)
	case !known && len(s.cities) == CitiesMax:
		return s, rejected(ReasonFull, name)
	case !known:
		c := City{Name: name, Status: Playing, Health: HealthFull}
		return s.insert(i, c), Output{Result: Added, City: c}
	case s.cities[i].Status == Playing:
		return s, rejected(ReasonPlaying, name)
	}
	next := s.withoutResting()
	c := &next.cities[i]
	c.Status, c.Health = Playing, HealthFull
	return next, Output{Result: Added, City: *c}
}

func del(s State, name string) (State, Output) {
	i, known := s.find(name)
	if !known || s.cities[i].Status == Departed {
		return s, rejected(ReasonAbsent, name)
	}
	next := s.withoutResting()
	c := &next.cities[i]
	c.Status, c.Health = Departed, 0
	return next, Output{Result: Departure, City: *c}
}

func look(s State, name string) Output {
	if name == "" {
		return Output{Result: Summary, State: s}
	}
	i, known := s.find(name)
	if !known {
		return rejected(ReasonAbsent, name)
	}
	return Output{Result: Report, City: s.cities[i]}
}
