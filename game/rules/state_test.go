package rules_test

import (
	"bytes"
	"encoding/binary"
	"hash/fnv"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"raftian/game/rules"
)

// anyState generates states reached by commands.
var anyState = rapid.Custom(func(t *rapid.T) rules.State {
	var s rules.State
	for _, input := range rapid.SliceOf(anyInput).Draw(t, "inputs") {
		s, _ = rules.StepText(s, input)
	}
	return s
})

func TestStateDoesNotAliasBytes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := anyState.Draw(t, "state")
		b, err := s.MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		var back rules.State
		if err := back.UnmarshalBinary(b); err != nil || !back.Equal(s) || back.Hash() != s.Hash() {
			t.Fatalf("%s came back as %s, %v", s, back, err)
		}
	})
}

func TestDamagedBytesRefused(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b, _ := anyState.Draw(t, "state").MarshalBinary()
		damaged := slices.Clone(b)
		switch rapid.IntRange(0, 2).Draw(t, "damage") {
		case 0:
			damaged = damaged[:rapid.IntRange(0, len(b)-1).Draw(t, "length")]
		case 1:
			damaged = append(damaged, rapid.SliceOfN(rapid.Byte(), 1, 40).Draw(t, "more")...)
		case 2:
			damaged[rapid.IntRange(0, len(b)-1).Draw(t, "at")] ^= rapid.ByteMin(1).Draw(t, "bits")
		}
		s := newGame(t, "kept")
		if err := s.UnmarshalBinary(damaged); err == nil {
			t.Fatalf("% x was read as %s", damaged, s)
		}
		if s.String() != "kept health 100 score 0" {
			t.Fatalf("bytes that could not be read left %s", s)
		}
	})
}

func TestDecodeErrors(t *testing.T) {
	encode := func(cities ...string) []byte {
		b := []byte{2, byte(len(cities))}
		for _, c := range cities {
			b = append(append(b, byte(len(c)-10)), c...)
		}
		return append(b, make([]byte, 8)...)
	}
	const (
		// playing returns the index of a city that plays, or -1 and the rejection.
		playing   = "\x01\x64\x00\x00\x00\x00\x00\x00\x00\x00"
		ailing    = "\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00"
		sturdy    = "\x01\x65\x00\x00\x00\x00\x00\x00\x00\x00"
		undead    = "\x02\x01\x00\x00\x00\x00\x00\x00\x00\x00"
		spent     = "\x82\x00\x00\x00\x00\x00\x00\x00\x00\x00"
		resting   = "\x81\x64\x00\x00\x00\x00\x00\x00\x00\x00"
		undecided = "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
	)
	for _, test := range []struct {
		what  string
		bytes []byte
		want  string
	}{
		{"nothing", nil, "not a game's state"},
		{"version 0", make([]byte, 10), "not a game's state"},
		{"an earlier version", append([]byte{1, 0}, make([]byte, 8)...), "not a game's state"},
		{"a later version", []byte{3}, "a game's state of version 3; this program knows versions up to 2"},
		{"a wrong hash", encode("n1" + playing), "a game's state: damaged"},
		{"cities out of order", encode("n2"+playing, "n1"+playing), "a game's state: n1 is out of order"},
		{"one city twice", encode("n1"+playing, "n1"+playing), "a game's state: n1 is out of order"},
		{"a bad name", encode("N1" + playing), "a game's state: a city that cannot be"},
		{"no status", encode("n1" + undecided), "a game's state: a city that cannot be"},
		{"playing without health", encode("n1" + ailing), "a game's state: a city that cannot be"},
		{"too much health", encode("n1" + sturdy), "a game's state: a city that cannot be"},
		{"destroyed with health", encode("n1" + undead), "a game's state: a city that cannot be"},
		{"destroyed and resting", encode("n1" + spent), "a game's state: a city that cannot be"},
		{"two that rest", encode("n1"+resting, "n2"+resting), "a game's state: damaged"},
		{"more cities than bytes", append([]byte{2, 255}, make([]byte, 8)...), "a game's state: cut off"},
	} {
		var s rules.State
		if err := s.UnmarshalBinary(test.bytes); err == nil || err.Error() != test.want {
			t.Errorf("%s: %v, want %s", test.what, err, test.want)
		}
	}
}

func TestHashEqualIffStateEqual(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := anyState.Draw(t, "a"), anyState.Draw(t, "b")
		if equal := a.String() == b.String(); a.Equal(b) != equal || (a.Hash() == b.Hash()) != equal {
			t.Fatalf("%s and %s: Equal says %v; the hashes are %x and %x", a, b, a.Equal(b), a.Hash(), b.Hash())
		}
	})
}

func TestHashIndependentOfHistory(t *testing.T) {
	names := []string{"a", "b", "c", "d", "e"}
	want := newGame(t, names...).Hash()
	rapid.Check(t, func(t *rapid.T) {
		if got := newGame(t, rapid.Permutation(names).Draw(t, "names")...).Hash(); got != want {
			t.Fatalf("hash %x, in another order %x", want, got)
		}
	})
}

func TestHashIsFNV1a(t *testing.T) {
	s := newGame(t, "n1", "n2")
	s, _ = rules.StepText(s, "n2 attack n1")
	for range 10 {
		s, _ = rules.StepText(s, "add n3")
		s, _ = rules.StepText(s, "del n3")
		s, _ = rules.StepText(s, "n1 attack n2")
	}
	h := fnv.New64a()
	h.Write([]byte("n1\x81\x5a"))
	h.Write(binary.LittleEndian.AppendUint64(nil, 1))
	h.Write([]byte("n2\x02\x00"))
	h.Write(binary.LittleEndian.AppendUint64(nil, 0))
	h.Write([]byte("n3\x03\x00"))
	h.Write(binary.LittleEndian.AppendUint64(nil, 0))
	if s.Hash() != h.Sum64() {
		t.Errorf("hash %x, want %x", s.Hash(), h.Sum64())
	}
}

func FuzzBytesThatAreAStateAreItsOnlyForm(f *testing.F) {
	for _, names := range []string{"", "n1", "n1 n2 n3"} {
		b, _ := newGame(f, strings.Fields(names)...).MarshalBinary()
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var s rules.State
		if s.UnmarshalBinary(b) != nil {
			return
		}
		if again, _ := s.MarshalBinary(); !bytes.Equal(again, b) {
			t.Errorf("% x was read as %s, whose bytes are % x", b, s, again)
		}
	})
}

func TestGameFromCities(t *testing.T) {
	s, err := rules.New([]string{"b", "a", "c"})
	if err != nil {
		t.Fatal(err)
	}
	for _, input := range []string{"a attack b", "del c"} {
		s, _ = rules.StepText(s, input)
	}
	cities := s.Cities()
	cities[0], cities[2] = cities[2], cities[0]
	if got, err := rules.FromCities(cities); err != nil || !got.Equal(s) {
		t.Errorf("it is %v, want %v (%v)", got, s, err)
	}
	for _, wrong := range [][]rules.City{{{Name: "A", Status: rules.Playing, Health: 5}}, {{Name: "a", Status: rules.Playing, Health: 101}}, {{Name: "a", Status: rules.Playing}},
		{{Name: "a", Status: 9}}, {{Name: "a", Status: rules.Departed}, {Name: "a", Status: rules.Departed}}} {
		if got, err := rules.FromCities(wrong); err == nil {
			t.Errorf("%+v make the game %v", wrong, got)
		}
	}
}
