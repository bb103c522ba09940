package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"time"

	"github.com/spf13/cobra"

	"raftian/game/board"
	"raftian/game/glyph"
	"raftian/game/live"
	"raftian/game/view"
	"raftian/linearizability/verdict"
	"raftian/raftian/api"
	"raftian/raftian/campaign"
	"raftian/raftian/cli"
	"raftian/raftian/play"
)

// screenFlags say where a game is played.
type screenFlags struct {
	none, mute bool
	web, size  string
	viewer     string
	w, h       int
}

func (f *screenFlags) add(c *cobra.Command) {
	c.Flags().BoolVar(&f.none, "no-screen", false, "open no window: read commands")
	c.Flags().BoolVar(&f.mute, "mute", false, "make no sound, and look for no sound device")
	c.Flags().StringVar(&f.web, "web", "", "serve the screen to a browser at this address, such as 127.0.0.1:0, and open no window")
	c.Flags().StringVar(&f.viewer, "viewer", "", viewerUse)
	c.Flags().StringVar(&f.size, "size", "1280x720", "size of the window in pixels, at least 1280x600")
}

func (f *screenFlags) check() error {
	if f.none && f.web != "" {
		return errors.New("--no-screen and --web exclude each other")
	}
	var p picture
	err := p.resize(f.size)
	f.w, f.h = p.w, p.h
	if err != nil || f.web == "" {
		return err
	}
	return webToBe(f.web)
}

// The places where a game may be played.
type venue int

const (
	prompting venue = iota
	windowed
	browsed
)

// screen is where the game is played.
func (f *screenFlags) screen() venue {
	switch {
	case f.web != "":
		return browsed
	case f.none || scripted():
		return prompting
	}
	return windowed
}

// scripted says whether standard input is a pipe or a file, from which commands come.
func scripted() bool {
	info, err := os.Stdin.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice == 0
}

// table is a game that somebody plays, wherever its nodes are.
type table struct {
	screen    screenFlags
	cluster   *play.Cluster // nil if the nodes are elsewhere
	record    *play.Recorder
	no        string // why nothing is recorded
	addresses []string
	http      *http.Client
	tls       bool
	player    string // the city to play
	suffix    string // of players' names
	last      uint64
	pace      time.Duration // of bots
	fps       int
	title     string
	where     string
}

func (g *table) city() string {
	if g.player == "" {
		return "n1"
	}
	return g.player
}

// play plays, on a screen if there is to be one and can be.
func (g *table) play(ctx context.Context) error {
	if g.screen.screen() == prompting {
		return g.ask(ctx)
	}
	if g.screen.screen() == browsed {
		return g.browse(ctx)
	}
	err := g.window(ctx)
	if !errors.Is(err, view.ErrNoDisplay) {
		return err
	}
	fmt.Fprintf(os.Stderr, "raftian: %s; playing at the prompt instead (--web 127.0.0.1:0 serves the screen to a browser, --no-screen asks for the prompt)\n", cli.OneLine(err))
	return g.ask(ctx)
}

// session begins to follow the game.
func (g *table) session() *play.Session {
	o := play.SessionOptions{City: g.city(), Addresses: g.addresses, Names: g.suffix, Last: g.last, Machines: g.cluster,
		Record: g.record, Records: g.no, Pace: g.pace,
		Client: func(name string, last uint64, nodes []string) *api.Client {
			return api.NewClient(api.ClientOptions{Name: name, Nodes: nodes, HTTP: g.http, TLS: g.tls, Last: last})
		}}
	if g.record != nil {
		o.Save = g.save
	}
	return play.NewSession(o)
}

// window plays in a window.
func (g *table) window(ctx context.Context) error {
	if err := view.HasDisplay(); err != nil {
		return err
	}
	s := g.session()
	defer s.Close()
	book := glyph.NewBook()
	b := board.New(book, g.screen.w, g.screen.h, max(30, g.fps))
	b.Say("click your city, then whom to attack; Enter types a command; ? explains")
	err := view.ShowLive(ctx, b, book, here{s}, view.LiveOptions{Title: g.title, Mute: g.screen.mute,
		Silent: func(why string) { fmt.Fprintf(os.Stderr, "raftian: %s\n", why) }})
	if err != nil && !errors.Is(err, view.ErrNoDisplay) {
		return cli.Tool(err)
	}
	if err == nil && ctx.Err() != nil {
		return ctx.Err()
	}
	return err
}

// here is a session in this process, of which something is always heard.
type here struct{ *play.Session }

func (h here) Snapshot() *live.Snapshot {
	if s := h.Session.Snapshot(); len(s.Cities) > 0 || len(s.Nodes) > 0 {
		return s
	}
	return nil
}

func (h here) Lost() string { return "" }

// save writes what is recorded so far to a run file of a name that nothing has, with
// what the judges say of it.
func (g *table) save(ctx context.Context) (string, error) {
	base := "play-" + time.Now().Format("20060102-150405")
	path := base + ".run"
	for k := 2; exists(path); k++ {
		path = fmt.Sprintf("%s-%d.run", base, k)
	}
	r := g.record.Recording()
	draft := path + ".draft"
	defer os.Remove(draft)
	if err := r.Write(draft, nil); err != nil {
		return "", err
	}
	judged, err := campaign.Check(ctx, draft, func(string) (*campaign.Program, error) {
		return nil, errors.New("the recording is of another game")
	})
	if err != nil {
		return "", err
	}
	var sections []play.Section
	for _, op := range judged.History {
		sections = append(sections, play.Section{Tag: campaign.TagOp, Value: op})
	}
	words := "no judge objects"
	for _, v := range judged.Verdicts {
		sections = append(sections, play.Section{Tag: campaign.TagVerdict, Value: v})
		if v.Outcome == verdict.Fail {
			words = fmt.Sprintf("judge %s: %s", v.Judge, v.Reason)
		}
	}
	if err := r.Write(path, sections); err != nil {
		return "", err
	}
	return fmt.Sprintf("saved as %s, %d events; %s; raftian replay %s shows it", path, r.Events(), words, path), nil
}
