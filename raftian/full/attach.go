package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"raftian/game/rules"
	"raftian/netsim/trace"
	"raftian/raftian/api"
	"raftian/raftian/cli"
	"raftian/raftian/server"
)

func attachCommand() *cobra.Command {
	var (
		f      secureFlags
		screen screenFlags
		city   string
	)
	c := cli.Command("attach")
	c.Long = `Attach opens the window of play on the cluster of the node whose API is at ADDR; with
--no-screen, or if commands come from a pipe or a file, it reads commands as play does.
If that node is gone, the others are asked. Nodes cannot be cut off, killed or recorded
from here: on their own machines, raftian serve --events FILE records them.`
	c.Args = cli.One("ADDR")
	c.Flags().StringVar(&city, "city", "", "the city to play; without it, that of the node")
	f.add(c)
	screen.add(c)
	c.RunE = func(c *cobra.Command, args []string) error {
		if city != "" && !rules.ValidName(city) {
			return cli.Usage(fmt.Errorf("--city %q is no name of a city", city))
		}
		if err := screen.check(); err != nil {
			return cli.Usage(err)
		}
		http, err := server.HTTP(f.certificates())
		if err != nil {
			return cli.Usage(err)
		}
		g := &table{screen: screen, http: http, tls: f.certificates() != nil, player: city, fps: 60,
			suffix: "-" + strings.ToLower(rand.Text()[:6]),
			no:     "the nodes run elsewhere, and only they can record: raftian serve --events FILE does"}
		if err := g.attach(c.Context(), args[0], http); err != nil {
			return err
		}
		return g.play(c.Context())
	}
	return c
}

// attach finds out about the cluster of the node at an address.
func (g *table) attach(ctx context.Context, address string, http *http.Client) error {
	asked, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	v, err := prompt("", []string{address}, http, g.tls).Client.Cluster(asked)
	if lost := (*api.Unanswered)(nil); errors.As(err, &lost) {
		err = lost.Last
	}
	if err != nil {
		return cli.Usage(fmt.Errorf("no node answers at %s: %w", address, err))
	}
	g.addresses = []string{address}
	for _, m := range v.GetMembers() {
		if m.GetApi() != "" && m.GetId() != v.GetNode() {
			g.addresses = append(g.addresses, m.GetApi())
		}
	}
	if g.player == "" {
		g.player = v.GetNode()
	}
	g.title = "raftian attach " + address
	g.where = fmt.Sprintf("%s of cluster %s, with %s", v.GetNode(), v.GetCluster(), trace.Some(len(v.GetMembers()), "member"))
	return nil
}
