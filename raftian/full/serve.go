package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"slices"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"raftian/raftian/cli"
	"raftian/raftian/server"
)

// stopTime is how long a node that is told to end may take for it.
const stopTime = 5 * time.Second

// secureFlags are the flags of whoever speaks TLS.
type secureFlags struct{ cert, key, ca string }

func (f *secureFlags) add(c *cobra.Command) {
	c.Flags().StringVar(&f.cert, "tls-cert", "", "the certificate to show, a PEM file")
	c.Flags().StringVar(&f.key, "tls-key", "", "its key, a PEM file")
	c.Flags().StringVar(&f.ca, "tls-ca", "", "the authority of everyone's certificates, a PEM file")
}

// certificates are nil without TLS.
func (f *secureFlags) certificates() *server.Certificates {
	if *f == (secureFlags{}) {
		return nil
	}
	return &server.Certificates{Cert: f.cert, Key: f.key, CA: f.ca}
}

func serveCommand() *cobra.Command {
	var (
		o           server.Options
		f           secureFlags
		form, level string
		events      string
		leave       bool
		fps         string
		work        time.Duration
	)
	c := cli.Command("serve")
	c.Long = `Serve runs a node of a real cluster until it is told to end by SIGTERM or Ctrl-C.
The first start, on an empty data directory, says how the node finds its cluster;
after that the directory knows. In a cluster that nodes join, one that is silent for
30 s is put out (--set evict=off), and comes back by itself. Players, other nodes and Prometheus (/metrics) share
the API address. Without TLS both addresses must be local, unless --insecure.

Exit status: 0 it was told to end, 2 it was not started, 3 it cannot go on (a disk
failed, or it was removed from the cluster) and may be started again.`
	c.Example = `  raftian serve --id n1 --data n1 --raft :7000 --api :7001 --bootstrap
  raftian serve --id n2 --data n2 --raft :7100 --api :7101 --join 127.0.0.1:7001`
	c.Args = cobra.NoArgs
	c.Flags().StringVar(&o.ID, "id", "", "the node's name, which is that of its city: a letter, then letters, digits and hyphens")
	c.Flags().StringVar(&o.Dir, "data", "", "its data directory")
	c.Flags().StringVar(&o.Raft, "raft", "", "address for other nodes, host:port")
	c.Flags().StringVar(&o.API, "api", "", "address for players, host:port")
	c.Flags().StringVar(&o.BindRaft, "bind-raft", "", "where to listen for other nodes, if that is not where they reach it")
	c.Flags().StringVar(&o.BindAPI, "bind-api", "", "where to listen for players, if that is not where they reach it")
	c.Flags().BoolVar(&o.Bootstrap, "bootstrap", false, "begin a new cluster")
	c.Flags().StringVar(&o.Join, "join", "", "ask the member whose API is at this address to be let in")
	c.Flags().StringVar(&o.Peers, "peers", "", "begin a cluster of these together: NAME@RAFT/API,…, the same for all")
	c.Flags().BoolVar(&leave, "leave", false, "when told to end, leave the cluster first")
	c.Flags().StringVar(&fps, "fps", "60", "frames per second of the game loop: 30, 60, 120, 240, 0 for as many as there can be, or off")
	c.Flags().DurationVar(&work, "frame-work", 0, "keep a processor busy for so long in each frame, as a game would")
	c.Flags().StringArrayVar(&o.Settings, "set", nil, "a setting of the node, such as heartbeat=1s; may be repeated")
	c.Flags().BoolVar(&o.Insecure, "insecure", false, "without TLS, use addresses that are reached from elsewhere all the same")
	c.Flags().StringArrayVar(&o.Origins, "origin", nil, "let pages of this origin ask, beside local ones; may be repeated")
	c.Flags().StringVar(&form, "log", "text", "form of the log on standard error: text or json")
	c.Flags().StringVar(&level, "log-level", "info", "debug, info, warn or error")
	c.Flags().StringVar(&events, "events", "", "append to this file what the node reports, as events in JSON")
	f.add(c)
	c.RunE = func(c *cobra.Command, _ []string) error {
		for _, name := range []string{"id", "data", "raft", "api"} {
			if c.Flags().Lookup(name).Value.String() == "" {
				return cli.Usage(fmt.Errorf("--%s is missing", name))
			}
		}
		var err error
		if o.Log, err = newLog(os.Stderr, form, level); err != nil {
			return cli.Usage(err)
		}
		if events != "" {
			file, err := os.OpenFile(events, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
			if err != nil {
				return cli.Usage(err)
			}
			defer file.Close()
			o.Events = file
		}
		o.TLS = f.certificates()
		if o.FPS, err = frameRate(fps); err != nil {
			return cli.Usage(err)
		}
		if work < 0 || work > time.Second {
			return cli.Usage(errors.New("--frame-work must be from 0s to 1s"))
		}
		if work > 0 {
			o.Settings = append(o.Settings, "frame-work="+work.String())
		}
		return serve(c.Context(), o, leave)
	}
	return c
}

// frameRate reads --fps; which numbers may be is the server's to say.
func frameRate(s string) (int, error) {
	if s == "off" {
		return server.LoopOff, nil
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 0 {
		return 0, fmt.Errorf("--fps %q is neither a number nor off", s)
	}
	return n, nil
}

// newLog is a log on w.
func newLog(w io.Writer, form, level string) (*slog.Logger, error) {
	var least slog.Level
	if err := least.UnmarshalText([]byte(level)); err != nil || !slices.Contains([]string{"debug", "info", "warn", "error"}, level) {
		return nil, fmt.Errorf("--log-level %q is none of debug, info, warn, error", level)
	}
	o := &slog.HandlerOptions{Level: least}
	switch form {
	case "text":
		return slog.New(slog.NewTextHandler(w, o)), nil
	case "json":
		return slog.New(slog.NewJSONHandler(w, o)), nil
	}
	return nil, fmt.Errorf("--log %q is neither text nor json", form)
}

// serve runs a node until ctx is done, and then has it leave the cluster if asked to.
func serve(ctx context.Context, o server.Options, leave bool) error {
	s, err := server.Start(ctx, o)
	if err != nil {
		return cli.Usage(fmt.Errorf("%s was not started: %w", o.ID, err))
	}
	select {
	case <-ctx.Done():
	case err := <-s.Failed():
		// What the node holds is in no known state: it ends as if it were killed.
		return cli.Tool(fmt.Errorf("%s cannot go on: %w", o.ID, err))
	}
	o.Log.Info("stopping")
	if leave {
		if err := s.Leave(stopTime); err != nil {
			o.Log.Warn("not left", "error", err)
		} else {
			o.Log.Info("left the cluster")
		}
	}
	stopping, cancel := context.WithTimeout(context.Background(), stopTime)
	defer cancel()
	if err := s.Stop(stopping); err != nil {
		return cli.Tool(err)
	}
	o.Log.Info("stopped")
	return nil
}
