package api

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"connectrpc.com/connect"

	"raftian/game/rules"
	"raftian/netsim/env"
	apiv1 "raftian/raftian/api/v1"
	"raftian/raftian/node"
)

// Status implements apiv1connect.PlayersHandler.
func (s *Service) Status(ctx context.Context, r *apiv1.StatusRequest) (*apiv1.StatusResponse, error) {
	if err := acquire(&s.calls, callsMax, "calls"); err != nil {
		return nil, err
	}
	defer s.calls.Add(-1)
	text := rules.Input{Verb: rules.Look, City: r.GetCity()}.String()
	if _, err := rules.ParseInput(text); err != nil {
		return nil, invalid("%w", err)
	}
	var a node.Answer
	var err error
	switch r.GetRead() {
	case apiv1.Read_READ_LOG:
		a, _, err = s.submit(r.GetCommand(), text, timeout(ctx))
	case apiv1.Read_READ_UNSPECIFIED, apiv1.Read_READ_VERIFIED, apiv1.Read_READ_LEASE, apiv1.Read_READ_LOCAL:
		call := env.Call{Client: "a reader", Text: node.ReadText(readKind(r.GetRead()), text)}
		a, _ = s.desk.Ask(call, r.GetSeen(), timeout(ctx))
		err = failure(a)
	default:
		err = invalid("no kind of read has the number %d", r.GetRead())
	}
	if err != nil {
		return nil, err
	}
	if a.Stale() {
		return nil, connect.NewError(connect.CodeFailedPrecondition, errSuperseded)
	}
	answer := &apiv1.StatusResponse{Index: a.Index, Term: a.Term, Output: a.Text, Node: s.desk.ID()}
	answer.Cities, answer.Winner = parseCities(a.Text)
	return answer, nil
}

func readKind(r apiv1.Read) node.ReadKind {
	switch r {
	case apiv1.Read_READ_LEASE:
		return node.ReadOnLease
	case apiv1.Read_READ_LOCAL:
		return node.ReadLocally
	}
	return node.ReadVerified
}

// parseCities parses an answer about cities (rules.Output): "n1 health 90 score 1, n2
// destroyed score 0; n1 wins". Parts that are not cities, and unknown attributes of a
// city, are skipped.
func parseCities(text string) (cities []*apiv1.City, winner string) {
	text, end, _ := strings.Cut(text, "; ")
	winner, _ = strings.CutSuffix(end, " wins")
	for _, part := range strings.Split(text, ", ") {
		words := strings.Fields(part)
		if len(words) < 3 || !rules.ValidName(words[0]) {
			continue
		}
		c := &apiv1.City{Name: words[0], Status: words[1]}
		rest := words[2:]
		if c.Status == "health" {
			health, err := strconv.Atoi(words[2])
			if err != nil {
				continue
			}
			c.Status, c.Health, rest = "playing", int32(health), words[3:]
		}
		if len(rest) < 2 || rest[0] != "score" {
			continue
		}
		c.Score, _ = strconv.ParseUint(rest[1], 10, 64)
		c.Resting = slices.Contains(rest[2:], "resting")
		cities = append(cities, c)
	}
	return cities, winner
}
