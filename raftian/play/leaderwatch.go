package play

import (
	"context"
	"fmt"
	"time"
)

// leaderPollInterval is the pause between two queries for the leader.
const leaderPollInterval = 100 * time.Millisecond

// watchLeader prints a line when the leader, as the player's node sees it, changes.
func (p *Prompt) watchLeader(ctx context.Context) {
	lastLine := ""
	for {
		line := ""
		attempt, cancel := context.WithTimeout(ctx, statusTimeout)
		v, err := p.Client.Players().Cluster(attempt, nil)
		cancel()
		switch {
		case err != nil:
		case v.GetLeader() == "":
			line = fmt.Sprintf("%s knows of no leader", v.GetNode())
		default:
			line = fmt.Sprintf("%s leads term %d", v.GetLeader(), v.GetTerm())
		}
		if line != "" && line != lastLine {
			lastLine = line
			p.say("* %s", line)
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(leaderPollInterval):
		}
	}
}
