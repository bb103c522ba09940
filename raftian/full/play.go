package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"raftian/netsim/plan"
	"raftian/netsim/trace"
	"raftian/raftian/api"
	"raftian/raftian/cli"
	"raftian/raftian/play"
)

// playFlags are the flags of play.
type playFlags struct {
	screenFlags
	nodes, fps int
	pace       time.Duration
	bots       bool
	dir, log   string
}

func playCommand() *cobra.Command {
	var f playFlags
	c := cli.Command("play")
	c.Long = `Play starts a cluster of nodes in this process, over TCP on loopback, lets bots play
all cities but n1, and opens a window on the game: you attack, cut nodes off, kill and
start them, and see what the cluster makes of it. R saves all of it as a run file, for
replay, show and check; ? explains the rest.

With --web it serves the same screen to a browser and prints where. With --no-screen,
or if commands come from a pipe or a file, it reads commands: attack, status, who,
cut n2, heal, kill n3, start n3, quit; help lists them all. Without a display it says
so and does the same.`
	c.Example = `  raftian play
  raftian play --web 127.0.0.1:0
  printf 'attack n2\nkill n1\nwait 2s\nwho\n' | raftian play --nodes 3`
	c.Args = cobra.NoArgs
	c.Flags().IntVar(&f.nodes, "nodes", 5, "how many nodes")
	c.Flags().IntVar(&f.fps, "fps", 60, "frames per second of the game loops and the screen: 30, 60, 120, 240, or 0 for as many as there can be")
	c.Flags().BoolVar(&f.bots, "bots", true, "let bots play the other cities")
	c.Flags().DurationVar(&f.pace, "pace", 0, "from one move of a bot to the next; without it 3s on a screen, else 1s")
	c.Flags().StringVar(&f.dir, "data", "", "directory to keep the nodes' data in, and to go on from; without it, it is deleted at the end")
	c.Flags().StringVar(&f.log, "log", "", "append the nodes' log to this file")
	f.screenFlags.add(c)
	c.RunE = func(c *cobra.Command, _ []string) error {
		if !slices.Contains([]int{0, 30, 60, 120, 240}, f.fps) {
			return cli.Usage(errors.New("--fps must be 30, 60, 120, 240, or 0 for as many as there can be"))
		}
		if f.nodes < 1 || f.nodes > 25 {
			return cli.Usage(errors.New("--nodes must be from 1 to 25"))
		}
		if c.Flags().Changed("pace") && (f.pace < time.Millisecond || f.pace > time.Hour) {
			return cli.Usage(errors.New("--pace must be from 1ms to 1h"))
		}
		if err := f.screenFlags.check(); err != nil {
			return cli.Usage(err)
		}
		if f.pace == 0 {
			f.pace = map[bool]time.Duration{true: time.Second, false: 3 * time.Second}[f.screen() == prompting]
		}
		if !f.bots {
			f.pace = 0
		}
		return f.run(c.Context())
	}
	return c
}

// run starts a cluster and plays on it.
func (f *playFlags) run(ctx context.Context) error {
	o := play.ClusterOptions{Nodes: f.nodes, FPS: f.fps, Dir: f.dir}
	if f.dir == "" {
		var err error
		if o.Dir, err = os.MkdirTemp("", "raftian-play-*"); err != nil {
			return cli.Tool(err)
		}
		defer os.RemoveAll(o.Dir)
	}
	words := io.Discard
	if f.log != "" {
		file, err := os.OpenFile(f.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
		if err != nil {
			return cli.Usage(err)
		}
		defer file.Close()
		words = file
	}
	var err error
	if o.Log, err = newLog(words, "text", "info"); err != nil {
		return cli.Tool(err)
	}
	g := &table{screen: f.screenFlags, pace: f.pace, title: fmt.Sprintf("raftian play, %s", trace.Some(f.nodes, "node")), fps: f.fps}
	if f.screen() == prompting {
		g.no = "without a screen nothing is recorded"
	} else {
		o.Settings = calm()
		if _, err := os.Stat(filepath.Join(o.Dir, "peers")); err == nil {
			g.no = "the nodes go on from " + f.dir + ", and what happened before is not recorded: play without --data to record"
		} else {
			o.Record = play.NewRecorder(nodeNames(f.nodes), planned(o.Settings))
			g.record = o.Record
		}
	}
	if g.cluster, err = play.NewCluster(ctx, o); err != nil {
		return cli.Usage(err)
	}
	g.addresses, g.http = g.cluster.API(), api.PlainHTTP()
	if f.dir != "" {
		g.last = uint64(time.Now().UnixNano()) // commands of earlier sessions came first
	}
	g.where = fmt.Sprintf("%s in %s", trace.Some(o.Nodes, "node"), filepath.Clean(o.Dir))
	err = g.play(ctx)
	if e := g.cluster.Stop(); err == nil && e != nil {
		return cli.Tool(e)
	}
	return err
}

// calm are the nodes' settings beside a screen, which takes so much of a machine without
// a graphics processor that a leader may be late; and who watches wants to see an
// election.
func calm() []string { return []string{"heartbeat=500ms", "election=500ms", "lease=250ms"} }

// planned are settings as a plan has them.
func planned(settings []string) (list []plan.Setting) {
	for _, s := range settings {
		key, value, _ := strings.Cut(s, "=")
		list = append(list, plan.Setting{Key: key, Value: value})
	}
	return list
}

// nodeNames are those of so many nodes.
func nodeNames(count int) (list []string) {
	for k := range count {
		list = append(list, fmt.Sprintf("n%d", k+1))
	}
	return list
}

// ask plays at a prompt on a cluster of its own.
func (g *table) ask(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	for k := 1; g.cluster != nil && k < len(g.addresses) && g.pace > 0; k++ {
		city := fmt.Sprintf("n%d", k+1)
		go play.Bot(ctx, api.NewClient(api.ClientOptions{Name: "bot of " + city, Nodes: turned(g.addresses, k), HTTP: g.http,
			Last: uint64(time.Now().UnixNano())}), city, g.pace, nil)
	}
	p := prompt(g.city(), g.addresses, g.http, g.tls)
	if g.cluster != nil {
		p.Machines = g.cluster
	}
	fmt.Fprintf(cli.Out, "%s; help lists the commands\n", g.where)
	if err := p.Run(ctx); err != nil {
		return cli.Tool(err)
	}
	return ctx.Err()
}

// turned is a list from its k-th element on.
func turned(list []string, k int) []string { return slices.Concat(list[k:], list[:k]) }

// prompt is a prompt at the terminal.
func prompt(city string, addresses []string, http *http.Client, tls bool) *play.Prompt {
	return &play.Prompt{In: os.Stdin, Out: cli.Out, City: city,
		Ask:    term.IsTerminal(int(os.Stdin.Fd())) && term.IsTerminal(int(os.Stdout.Fd())),
		Client: api.NewClient(api.ClientOptions{Name: "player " + rand.Text()[:12], Nodes: addresses, HTTP: http, TLS: tls, WaitFrame: true}),
		Peer: func(address string) *api.Client {
			return api.NewClient(api.ClientOptions{Nodes: []string{address}, HTTP: http, TLS: tls})
		}}
}
