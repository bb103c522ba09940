package rules

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// stateVersion is the version of the binary form of a State. The form is: the version, 1
// byte; the number of cities, 1 byte; each city, ordered by name: the length of its name,
// 1 byte, the name, the status, 1 byte, whose highest bit is set if the city rests, the
// health, 1 byte, the score, 8 bytes; and the State's Hash, 8 bytes. Integers are
// big-endian. The form of a State is unique.
const stateVersion = 2

// MarshalBinary implements encoding.BinaryMarshaler. The error is always nil.
func (s State) MarshalBinary() ([]byte, error) {
	b := append(make([]byte, 0, 64+32*len(s.cities)), stateVersion, byte(len(s.cities)))
	for _, c := range s.cities {
		b = append(append(b, byte(len(c.Name))), c.Name...)
		b = append(b, c.statusByte(), byte(c.Health))
		b = binary.BigEndian.AppendUint64(b, c.Score)
	}
	return binary.BigEndian.AppendUint64(b, s.Hash()), nil
}

// UnmarshalBinary implements encoding.BinaryUnmarshaler. It accepts exactly what
// MarshalBinary returns. After an error s is unchanged.
func (s *State) UnmarshalBinary(b []byte) error {
	if len(b) > 0 && b[0] > stateVersion {
		return fmt.Errorf("a game's state of version %d; this program knows versions up to %d", b[0], stateVersion)
	}
	if len(b) < 2+8 || b[0] != stateVersion {
		return errors.New("not a game's state")
	}
	count, rest, resting := int(b[1]), b[2:], 0
	read := State{make([]City, 0, count)}
	for range count {
		c, after, err := unmarshalCity(rest)
		if err != nil {
			return err
		}
		if n := len(read.cities); n > 0 && read.cities[n-1].Name >= c.Name {
			return fmt.Errorf("a game's state: %s is out of order", c.Name)
		}
		read.cities, rest = append(read.cities, c), after
		if c.Resting {
			resting++
		}
	}
	if count > CitiesMax || resting > 1 || len(rest) != 8 || binary.BigEndian.Uint64(rest) != read.Hash() {
		return errors.New("a game's state: damaged")
	}
	*s = read
	return nil
}

// unmarshalCity parses one city from the front of b.
func unmarshalCity(b []byte) (c City, rest []byte, err error) {
	if len(b) < 1 || len(b) < 1+int(b[0])+10 {
		return c, nil, errors.New("a game's state: cut off")
	}
	end := 1 + int(b[0])
	c = City{
		Name:    string(b[1:end]),
		Status:  Status(b[end] &^ restingBit),
		Health:  int(b[end+1]),
		Score:   binary.BigEndian.Uint64(b[end+2:]),
		Resting: b[end]&restingBit != 0,
	}
	if !c.valid() {
		return c, nil, errors.New("a game's state: a city that cannot be")
	}
	return c, b[end+10:], nil
}

// valid reports whether the rules allow such a city.
func (c City) valid() bool {
	if !ValidName(c.Name) {
		return false
	}
	switch c.Status {
	case Playing:
		return c.Health > 0 && c.Health <= HealthFull
	case Destroyed, Departed:
		return c.Health == 0 && !c.Resting
	}
	return false
}
