package node

import (
	"errors"
	"fmt"
	"io"

	"github.com/hashicorp/raft"

	"raftian/game/rules"
)

// game is the rules as a raft.FSM. Its commands are the rules' own texts.
type game struct {
	state rules.State
}

// NewGame returns the game of a cluster's machines, each of which has a city of
// its name, as a state machine. In an open cluster it begins without cities.
func NewGame(s Settings) (raft.FSM, error) {
	if s.Open {
		return &game{}, nil
	}
	names := make([]string, 0, len(s.Peers))
	for _, p := range s.Peers {
		names = append(names, p.ID)
	}
	state, err := rules.New(names)
	if err != nil {
		return nil, fmt.Errorf("beginning a game: %w", err)
	}
	return &game{state}, nil
}

// Apply implements raft.FSM.
func (g *game) Apply(l *raft.Log) any {
	next, output := rules.StepText(g.state, string(l.Data))
	g.state = next
	return output
}

// Query implements Querier.
func (g *game) Query(text string) string { return rules.QueryText(g.state, text) }

// Enter implements Roster.
func (*game) Enter(id string) string { return rules.Input{Verb: rules.Add, City: id}.String() }

// Leave implements Roster.
func (*game) Leave(id string) string { return rules.Input{Verb: rules.Del, City: id}.String() }

// Hash says which state it is in.
func (g *game) Hash() uint64 { return g.state.Hash() }

// Snapshot implements raft.FSM; states are immutable.
func (g *game) Snapshot() (raft.FSMSnapshot, error) { return gameSnapshot{g.state}, nil }

// Restore implements raft.FSM.
func (g *game) Restore(r io.ReadCloser) error {
	defer r.Close()
	b, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	return g.state.UnmarshalBinary(b)
}

type gameSnapshot struct{ state rules.State }

// Persist implements raft.FSMSnapshot.
func (s gameSnapshot) Persist(sink raft.SnapshotSink) error {
	b, err := s.state.MarshalBinary()
	if err == nil {
		_, err = sink.Write(b)
	}
	if err != nil {
		return errors.Join(err, sink.Cancel())
	}
	return sink.Close()
}

// Release implements raft.FSMSnapshot.
func (gameSnapshot) Release() {}
