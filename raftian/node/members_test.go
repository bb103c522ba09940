package node

import (
	"testing"

	"github.com/hashicorp/raft"

	"raftian/raftian/observe"
)

// A machine is never again where it was with another disk, or before it moved.
func TestAMachineHasAnAddressForEachDiskAndMove(t *testing.T) {
	seen := map[string]bool{}
	for disk := range 20 {
		for moves := range uint64(movesMax + 1) {
			a, err := movedAddress("n2:7000", disk, moves)
			if err != nil || seen[a] || hostOf(a) != "n2" || a == "n2:"+apiPort {
				t.Errorf("disk %d, %d moves: %s, %v", disk, moves, a, err)
			}
			seen[a] = true
		}
	}
	if a, _ := movedAddress("n2:7000", 0, 0); a != "n2:7000" {
		t.Errorf("at first it is at %s", a)
	}
	for _, bad := range []string{"n2", "n2:raft"} {
		if a, err := movedAddress(bad, 1, 0); err == nil {
			t.Errorf("%q moves to %q", bad, a)
		}
	}
}

func TestANewcomerSaysWhoItIs(t *testing.T) {
	want := newcomer{"n2", "n2:7010", "n2:7001", 17, lonely}
	if got, err := parseNewcomer(want.String()); err != nil || got != want {
		t.Errorf("%+v comes as %+v, %v", want, got, err)
	}
	for _, bad := range []string{"", "n2", "n2 n2:7010", "n2 n2:7010 n2:7001 x lonely", "n2 n2:7010 n2:7001 1 sad", "n2 n2:7010  1 new", "n2 n2:7010 n2:7001 1 new 2"} {
		if got, err := parseNewcomer(bad); err == nil {
			t.Errorf("%q is taken for %+v", bad, got)
		}
	}
}

func TestANewcomerWaitsForItsVoteUntilItHasCaughtUp(t *testing.T) {
	c := newcomer{commit: 100}
	for commit, want := range map[uint64]bool{50: true, 100 + caughtUp: true, 101 + caughtUp: false} {
		if got := c.hasCaughtUp(commit); got != want {
			t.Errorf("at 100, where the leader is at %d, it has caught up: %v", commit, got)
		}
	}
}

func TestEachIsMeantToVoteOrNot(t *testing.T) {
	s, err := ParseSettings([]string{"peers=n1,n2,n3", "nonvoters=n3"})
	if err != nil {
		t.Fatal(err)
	}
	if got := observe.Describe(s.first()); got != "n1 n2 voters, n3 nonvoters" {
		t.Errorf("the first configuration is %s", got)
	}
}

// A request of another version, as of a node of another program, is refused and
// has no effect.
func TestARequestOfAnotherFormIsRefused(t *testing.T) {
	n := &Node{} // nothing of it is touched
	for name, b := range map[string][]byte{
		"nothing": nil, "half": {protocolVersion}, "the old version": {1, byte(askCommand)},
		"a later version": {protocolVersion + 1, byte(askMove)}, "something else": {protocolVersion, 99},
	} {
		if r := n.handle(b, 0); r.outcome != refuse {
			t.Errorf("%s: %+v", name, r)
		}
	}
}

// A leader knows what is committed only from its own term on.
func TestATermBeginsWithItsFirstEntry(t *testing.T) {
	var s termStart
	if _, ok := s.began(1); ok {
		t.Error("term 1 has begun in an empty log")
	}
	for _, l := range []raft.Log{{Index: 5, Term: 2}, {Index: 6, Term: 2}, {Index: 6, Term: 4}, {Index: 7, Term: 4}} {
		s.note(&l)
	}
	if index, ok := s.began(4); !ok || index != 6 {
		t.Errorf("term 4 begins at %d, %v", index, ok)
	}
	for _, term := range []uint64{2, 3, 5} {
		if index, ok := s.began(term); ok {
			t.Errorf("term %d begins at %d", term, index)
		}
	}
}

func TestFrozenCommandsAreKeptOut(t *testing.T) {
	var f freeze
	if !f.enter() || f.under.Load() != 1 {
		t.Fatal("a command is kept out")
	}
	f.on.Store(true)
	if f.enter() || f.under.Load() != 1 {
		t.Error("a command gets in, or is counted")
	}
	f.leave()
	if f.under.Load() != 0 {
		t.Error("who left is still there")
	}
}
