package rules

import (
	"fmt"
	"slices"
	"strings"
)

// Status says whether a city takes part in the game.
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
	Score   uint64 // number of cities it has destroyed
	Resting bool   // it plays, and its attack was the last command that changed the game
}

// State is the state of a game. It is an immutable value and may be copied and read
// concurrently. The zero State has no cities.
type State struct {
	cities []City // ordered by name; never modified
}

// New returns a game in which the named cities play.
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

// Cities returns all cities, ordered by name.
func (s State) Cities() []City { return slices.Clone(s.cities) }

// City returns the city with this name, if it exists.
func (s State) City(name string) (City, bool) {
	i, known := s.find(name)
	if !known {
		return City{}, false
	}
	return s.cities[i], true
}

// Winner returns the present winner, if there is one.
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

// Equal reports whether two states are equal.
func (s State) Equal(t State) bool { return slices.Equal(s.cities, t.cities) }

// Hash returns a hash of the state, which does not depend on its history: 64-bit
// FNV-1a, as in hash/fnv, over the cities ordered by name.
func (s State) Hash() uint64 {
	const offset, prime = 14695981039346656037, 1099511628211
	h := uint64(offset)
	for i := range s.cities {
		c := &s.cities[i]
		for k := range len(c.Name) {
			h = (h ^ uint64(c.Name[k])) * prime
		}
		// The status byte does not occur in names, so it also delimits the name.
		h = (h ^ uint64(c.statusByte())) * prime
		h = (h ^ uint64(c.Health)) * prime
		for score, k := c.Score, 0; k < 8; score, k = score>>8, k+1 {
			h = (h ^ score&0xff) * prime
		}
	}
	return h
}

// find returns the index of a city, or where to insert it.
func (s State) find(name string) (int, bool) {
	return slices.BinarySearchFunc(s.cities, name, func(c City, name string) int {
		return strings.Compare(c.Name, name)
	})
}

// withoutResting returns a copy of s in which no city rests.
func (s State) withoutResting() State {
	cities := slices.Clone(s.cities)
	for i := range cities {
		cities[i].Resting = false
	}
	return State{cities}
}

// insert returns a copy of s with one more city at index i, in which no city rests.
func (s State) insert(i int, c City) State {
	return State{slices.Insert(s.withoutResting().cities, i, c)}
}

// restingBit is set in the status byte of a city that rests.
const restingBit = 0x80

// statusByte encodes the status and whether the city rests.
func (c City) statusByte() byte {
	if c.Resting {
		return byte(c.Status) | restingBit
	}
	return byte(c.Status)
}

// FromCities returns the state with the given cities, as State.Cities returns them. A
// list that no state has is an error.
func FromCities(cities []City) (State, error) {
	s := State{slices.Clone(cities)}
	slices.SortFunc(s.cities, func(a, b City) int { return strings.Compare(a.Name, b.Name) })
	b, err := s.MarshalBinary()
	if err != nil {
		return State{}, err
	}
	for _, c := range s.cities { // values that the binary form cannot hold
		if !ValidName(c.Name) || c.Health < 0 || c.Health > HealthFull {
			return State{}, fmt.Errorf("%.40q with health %d is no city of a game", c.Name, c.Health)
		}
	}
	var read State
	return read, read.UnmarshalBinary(b)
}
