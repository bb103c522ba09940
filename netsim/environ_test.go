package netsim_test

import (
	"slices"
	"testing"
	"time"

	"raftian/netsim/env"
)

func TestEnvTellsWhatThePlanSays(t *testing.T) {
	lines := "set heartbeat 200ms\nset size 5\ncall 1s n1 p1 1 attack n2\ncall 2s n2 p2 1 defend\ncall 3s n1 p1 2 rest"
	play(t, lines, func(s *stage) {
		a, b := s.machine("n1"), s.machine("n2")
		if a.ID() != "n1" || b.ID() != "n2" {
			s.Errorf("the machines call themselves %s and %s", a.ID(), b.ID())
		}
		if want := []string{"heartbeat=200ms", "size=5"}; !slices.Equal(a.Args(), want) {
			s.Errorf("arguments %q; want %q", a.Args(), want)
		}
		want := []env.Call{
			{At: env.Instant(time.Second), Client: "p1", Seq: 1, Text: "attack n2"},
			{At: env.Instant(3 * time.Second), Client: "p1", Seq: 2, Text: "rest"},
		}
		if !slices.Equal(a.Script(), want) {
			s.Errorf("the client on n1 is to do %v; want %v", a.Script(), want)
		}
		s.until(1500 * ms)
		if now := a.Now(); now != env.Instant(1500*time.Millisecond) {
			s.Errorf("it is %v; want 1.5s", now)
		}
	})
}

// What a program reports is in the trace as it said it, with where and when.
func TestNotesAreTraced(t *testing.T) {
	play(t, "fault 1s kill n1 for 1s", func(s *stage) {
		s.machine("n1")
		e := s.machine("n1")
		note := env.Note{Kind: "note", Peer: "n2", Client: "p1", Seq: 1, Term: 2, Index: 3, Count: 4, Hash: 5,
			State: 6, Conn: 7, Took: 8, Text: "words"}
		s.until(3 * time.Second)
		e.Emit(note)
		events := s.events()
		got := events[len(events)-1]
		if got.Note != note || got.Machine != "n1" || got.Boot != 2 || got.At != env.Instant(3*time.Second) {
			s.Errorf("the event is %+v", got)
		}
	})
}
