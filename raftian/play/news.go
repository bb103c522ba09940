package play

import (
	"context"
	"fmt"
	"time"
)

// newsPause lies between two looks at who leads.
const newsPause = 100 * time.Millisecond

// news tells when another node leads, or none does, as the player's node sees it.
func (p *Prompt) news(ctx context.Context) {
	said := ""
	for {
		words := ""
		one, cancel := context.WithTimeout(ctx, glance)
		v, err := p.Client.Players().Cluster(one, nil)
		cancel()
		switch {
		case err != nil:
		case v.GetLeader() == "":
			words = fmt.Sprintf("%s knows of no leader", v.GetNode())
		default:
			words = fmt.Sprintf("%s leads term %d", v.GetLeader(), v.GetTerm())
		}
		if words != "" && words != said {
			said = words
			p.say("* %s", words)
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(newsPause):
		}
	}
}
