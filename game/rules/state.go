package rules

import (
	"fmt"
	"slices"
	"strings"
)

// Status says whether a city takes part.
type Status uint8

const (
	Playing Status = iota + 1
	Destroyed
	Departed
)

// City is one player's city.
type City struct {
	Name    string
	Status  Status
	Health  int    // 1 to HealthFull while Playing, else 0
	Score   uint64 // how many destructions it has dealt
	Resting bool   // it is Playing, and the last command that changed the game was its attack
}

// State is a game at one moment. It is an immutable value: it may be copied,
// kept and read by many goroutines. The zero State is a game without cities.
type State struct {
	cities []City // by name; never changed once a State has it
}

// New returns the game in which the named cities are playing.
func New(names []string) (State, error) {
	var s State
	for _, name := range names {
		next, out := add(s, name)
		if out.Result == Rejected {
			return State{}, fmt.Errorf("a new game: %s", out.Reason.text(name))
		}
		s = next
	}
	return s, nil
}

// Cities returns every city the game knows, by name.
func (s State) Cities() []City { return slices.Clone(s.cities) }

// City returns the city of that name, if the game knows it.
func (s State) City(name string) (City, bool) {
	i, known := s.find(name)
	if !known {
		return City{}, false
	}
	return s.cities[i], true
}

// Winner returns who wins at the moment, if anyone.
func (s State) Winner() (name string, ok bool) {
	for _, c := range s.cities {
		if c.Status != Playing {
			continue
		}
		if name != "" {
			return "", false
		}
		name = c.Name
	}
	return name, name != "" && len(s.cities) > 1
}

// Equal says whether two games are the same in every respect.
func (s State) Equal(t State) bool { return slices.Equal(s.cities, t.cities) }

// Hash is the same for equal States, however they came about: 64-bit FNV-1a, as
// in hash/fnv, over the cities by name.
func (s State) Hash() uint64 {
	const offset, prime = 14695981039346656037, 1099511628211
	h := uint64(offset)
	for i := range s.cities {
		c := &s.cities[i]
		for k := range len(c.Name) {
			h = (h ^ uint64(c.Name[k])) * prime
		}
		// The status, which no name contains, also ends the name.
		h = (h ^ uint64(c.statusByte())) * prime
		h = (h ^ uint64(c.Health)) * prime
		for score, k := c.Score, 0; k < 8; score, k = score>>8, k+1 {
			h = (h ^ score&0xff) * prime
		}
	}
	return h
}

// find returns where the city is, or would be.
func (s State) find(name string) (int, bool) {
	return slices.BinarySearchFunc(s.cities, name, func(c City, name string) int {
		return strings.Compare(c.Name, name)
	})
}

// roused returns a State of its own, equal to s but that nobody rests.
func (s State) withoutResting() State {
	cities := slices.Clone(s.cities)
	for i := range cities {
		cities[i].Resting = false
	}
	return State{cities}
}

// insert returns s with one more city, in place i, and nobody who rests.
func (s State) insert(i int, c City) State {
	return State{slices.Insert(s.withoutResting().cities, i, c)}
}

// restingBit is set in the condition of a city that rests.
const restingBit = 0x80

// condition is the status, and whether the city rests, in one byte.
func (c City) statusByte() byte {
	if c.Resting {
		return byte(c.Status) | restingBit
	}
	return byte(c.Status)
}

// Of returns the game of some cities, as another State's Cities lists them. A list
// that no game has is an error.
func FromCities(cities []City) (State, error) {
	s := State{slices.Clone(cities)}
	slices.SortFunc(s.cities, func(a, b City) int { return strings.Compare(a.Name, b.Name) })
	b, err := s.MarshalBinary()
	if err != nil {
		return State{}, err
	}
	for _, c := range s.cities { // so that each is as its bytes say
		if !ValidName(c.Name) || c.Health < 0 || c.Health > HealthFull {
			return State{}, fmt.Errorf("%.40q with health %d is no city of a game", c.Name, c.Health)
		}
	}
	var read State
	return read, read.UnmarshalBinary(b)
}
