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
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"raftian/game/rules"
	"raftian/raftian/api"
	"raftian/raftian/play"
	"raftian/raftian/server"
)

func playCommand() *cobra.Command {
	var (
		nodes, fps int
		pace       time.Duration
		bots       bool
		dir, log   string
	)
	c := &cobra.Command{
		Use:   "play",
		Short: "Play on a cluster of real nodes in one process",
		Long: `Play starts a cluster of nodes in this process, over TCP on loopback, lets bots play
all cities but n1, and reads commands: attack, status, who, cut n2, heal, kill n3,
start n3, quit; help lists them all. It reads them from a pipe as well.`,
		Example: `  raftian play
  printf 'attack n2\nkill n1\nwait 2s\nwho\n' | raftian play --nodes 3`,
		Args: cobra.NoArgs,
	}
	c.Flags().IntVar(&nodes, "nodes", 5, "how many nodes")
	c.Flags().IntVar(&fps, "fps", 60, "frames per second of the game loops: 30, 60, 120, 240, or 0 for as many as there can be")
	c.Flags().BoolVar(&bots, "bots", true, "let bots play the other cities")
	c.Flags().DurationVar(&pace, "pace", time.Second, "from one move of a bot to the next")
	c.Flags().StringVar(&dir, "data", "", "directory to keep the nodes' data in, and to go on from; without it, it is deleted at the end")
	c.Flags().StringVar(&log, "log", "", "append the nodes' log to this file")
	c.RunE = func(c *cobra.Command, _ []string) error {
		if nodes < 1 || nodes > 25 {
			return usage(errors.New("--nodes must be from 1 to 25"))
		}
		if pace < time.Millisecond || pace > time.Hour {
			return usage(errors.New("--pace must be from 1ms to 1h"))
		}
		o := play.ClusterOptions{Nodes: nodes, FPS: fps, Dir: dir}
		if dir == "" {
			var err error
			if o.Dir, err = os.MkdirTemp("", "raftian-play-*"); err != nil {
				return tool(err)
			}
			defer os.RemoveAll(o.Dir)
		}
		words := io.Discard
		if log != "" {
			file, err := os.OpenFile(log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
			if err != nil {
				return usage(err)
			}
			defer file.Close()
			words = file
		}
		var err error
		if o.Log, err = newLog(words, "text", "info"); err != nil {
			return tool(err)
		}
		if !bots {
			pace = 0
		}
		return playOn(c.Context(), o, pace)
	}
	return c
}

// playOn plays on a cluster of its own. Bots have that pace; 0 is that there are none.
func playOn(ctx context.Context, o play.ClusterOptions, pace time.Duration) error {
	cluster, err := play.NewCluster(ctx, o)
	if err != nil {
		return usage(err)
	}
	ctx, cancel := context.WithCancel(ctx)
	addresses := cluster.API()
	http := api.PlainHTTP()
	for k := 1; k < len(addresses) && pace > 0; k++ {
		city := fmt.Sprintf("n%d", k+1)
		go play.Bot(ctx, api.NewClient(api.ClientOptions{Name: "bot of " + city, Nodes: turned(addresses, k), HTTP: http,
			Last: uint64(time.Now().UnixNano())}), city, pace)
	}
	p := prompt("n1", addresses, http, false)
	p.Machines = cluster
	fmt.Printf("%d nodes in %s; help lists the commands\n", o.Nodes, filepath.Clean(o.Dir))
	err = p.Run(ctx)
	cancel()
	if e := errors.Join(err, cluster.Stop()); e != nil {
		return tool(e)
	}
	return nil
}

// turned is a list from its k-th element on.
func turned(list []string, k int) []string {
	return append(append([]string(nil), list[k:]...), list[:k]...)
}

// prompt is a prompt at the terminal.
func prompt(city string, addresses []string, http *http.Client, tls bool) *play.Prompt {
	return &play.Prompt{In: os.Stdin, Out: os.Stdout, City: city,
		Ask:    term.IsTerminal(int(os.Stdin.Fd())) && term.IsTerminal(int(os.Stdout.Fd())),
		Client: api.NewClient(api.ClientOptions{Name: "player " + rand.Text()[:12], Nodes: addresses, HTTP: http, TLS: tls, WaitFrame: true}),
		Peer: func(address string) *api.Client {
			return api.NewClient(api.ClientOptions{Nodes: []string{address}, HTTP: http, TLS: tls})
		}}
}

func attachCommand() *cobra.Command {
	var (
		f    secureFlags
		city string
	)
	c := &cobra.Command{
		Use:   "attach ADDR",
		Short: "Play on a cluster that runs",
		Long: `Attach reads commands, as play does, for the cluster of the node whose API is at ADDR.
If that node is gone, the others are asked.`,
		Args: cobra.ExactArgs(1),
	}
	c.Flags().StringVar(&city, "city", "", "the city to play; without it, that of the node")
	f.add(c)
	c.RunE = func(c *cobra.Command, args []string) error {
		if city != "" && !rules.ValidName(city) {
			return usage(fmt.Errorf("--city %q is no name of a city", city))
		}
		http, err := server.HTTP(f.certificates())
		if err != nil {
			return usage(err)
		}
		return attach(c.Context(), args[0], city, http, f.certificates() != nil)
	}
	return c
}

// attach plays on the cluster of the node at an address.
func attach(ctx context.Context, address, city string, http *http.Client, tls bool) error {
	asked, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	v, err := prompt("", []string{address}, http, tls).Client.Cluster(asked)
	if lost := (*api.Unanswered)(nil); errors.As(err, &lost) {
		err = lost.Last
	}
	if err != nil {
		return usage(fmt.Errorf("no node answers at %s: %w", address, err))
	}
	addresses := []string{address}
	for _, m := range v.GetMembers() {
		if m.GetApi() != "" && m.GetId() != v.GetNode() {
			addresses = append(addresses, m.GetApi())
		}
	}
	if city == "" {
		city = v.GetNode()
	}
	p := prompt(city, addresses, http, tls)
	fmt.Printf("%s of cluster %s, with %d members; help lists the commands\n", v.GetNode(), v.GetCluster(), len(v.GetMembers()))
	if err := p.Run(ctx); err != nil {
		return tool(err)
	}
	return nil
}
