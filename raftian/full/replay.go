package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"raftian/game/desk"
	"raftian/game/glyph"
	"raftian/game/paint"
	"raftian/game/replay"
	"raftian/game/scene"
	"raftian/game/view"
	"raftian/netsim/env"
	"raftian/netsim/trace"
	"raftian/raftian/cli"
)

// picture says what a picture of a run is to show.
type picture struct {
	at     time.Duration
	hasAt  bool
	w, h   int
	choose string
}

func replayCommand() *cobra.Command {
	var (
		p                picture
		screenshot, size string
		address, viewer  string
		again            cli.Again
	)
	c := cli.Command("replay")
	c.Long = `Replay opens a kept run in a window, at its first violation. ? explains what is seen
and what keys do.

With --screenshot it opens no window and writes what would be seen as a PNG file, on
any machine, with or without a display; --at says when, such as 3.2s.

With --web it serves the same viewer to a browser and prints where; an address on
127.0.0.1 is for this machine only. Other run files can be dropped on the page. The
viewer is the one of --viewer, or the file ` + cli.ViewerName + ` beside this program;
if there is neither it is built, which needs Go.

What if: F in the window makes other runs of the plan. They need the world program, which
is built, or is that of --program.`
	c.Args = cli.One("FILE.run")
	c.Flags().DurationVar(&p.at, "at", 0, "begin at this virtual time, such as 3.2s, instead of at the first violation")
	c.Flags().StringVar(&screenshot, "screenshot", "", "write a picture to this PNG file and open no window")
	c.Flags().StringVar(&address, "web", "", "serve the viewer to a browser at this address, such as 127.0.0.1:0, and open no window")
	c.Flags().StringVar(&viewer, "viewer", "", viewerUse)
	again.AddProgram(c)
	c.Flags().StringVar(&size, "size", "1600x900", "size of the window or picture in pixels, at least 1280x600")
	c.Flags().StringVar(&p.choose, "inspect", "", "begin with this node, such as n2, in the inspector")
	c.RunE = func(c *cobra.Command, args []string) error {
		p.hasAt = c.Flags().Changed("at")
		if err := p.resize(size); err != nil {
			return cli.Usage(err)
		}
		if screenshot != "" && address != "" {
			return cli.Usage(errors.New("--screenshot and --web exclude each other"))
		}
		if screenshot != "" {
			var err error
			if screenshot, err = cli.FileToBe("--screenshot", screenshot, args...); err != nil {
				return cli.Usage(err)
			}
		}
		if address != "" {
			return p.serve(c.Context(), args[0], website{address, viewer})
		}
		run, err := readRun(c, args[0])
		if err != nil {
			return err
		}
		book := glyph.NewBook()
		d, err := p.open(run, book)
		if err != nil {
			return cli.Usage(fmt.Errorf("%s: %w", args[0], err))
		}
		if screenshot == "" {
			f := &forks{header: run.Header, name: args[0], again: again}
			return window(c.Context(), f, d, book)
		}
		return write(args[0], run, screenshot, "png", func(w io.Writer) error {
			return paint.PNG(w, d.Draw(), book)
		})
	}
	return c
}

// window shows a replay in a window.
func window(ctx context.Context, f *forks, d *desk.Desk, book *glyph.Book) error {
	defer f.close()
	err := view.Show(ctx, d, book, view.Options{Title: "raftian replay " + filepath.Base(f.name), Run: f.run, Save: f.save})
	if err != nil {
		return cli.Tool(fmt.Errorf("%s; write a picture with --screenshot FILE.png, or serve a browser with --web 127.0.0.1:0, instead", cli.OneLine(err)))
	}
	return ctx.Err()
}

// svg writes a drawing of a run, at its first violation if at is nil.
func svg(c *cobra.Command, name, out string, at *time.Duration) error {
	p := picture{w: 1600, h: 900}
	if at != nil {
		p.at, p.hasAt = *at, true
	}
	run, err := readRun(c, name)
	if err != nil {
		return err
	}
	book := glyph.NewBook()
	d, err := p.open(run, book)
	if err != nil {
		return cli.Usage(fmt.Errorf("%s: %w", name, err))
	}
	return write(name, run, out, "svg", func(w io.Writer) error { return paint.SVG(w, d.Draw(), book) })
}

// resize reads a size such as 1600x900.
func (p *picture) resize(size string) error {
	w, h, ok := strings.Cut(size, "x")
	var errs [2]error
	p.w, errs[0] = strconv.Atoi(w)
	p.h, errs[1] = strconv.Atoi(h)
	if !ok || errs[0] != nil || errs[1] != nil || p.w < scene.WidthMin || p.h < scene.HeightMin || p.w > 8192 || p.h > 8192 {
		return fmt.Errorf("--size %s: write WIDTHxHEIGHT in pixels, from %dx%d to 8192x8192", size, scene.WidthMin, scene.HeightMin)
	}
	return nil
}

// open opens a run at the moment that is asked for.
func (p *picture) open(run *replay.Run, book *glyph.Book) (*desk.Desk, error) {
	d := desk.Open(run, book, p.w, p.h)
	if p.hasAt {
		if p.at < 0 || env.Instant(p.at) > run.End() {
			return nil, fmt.Errorf("--at %s: the run goes from 0s to %s", p.at, time.Duration(run.End()))
		}
		d.Seek(env.Instant(p.at))
	}
	if p.choose != "" {
		n := run.Machine(p.choose)
		if n == replay.World {
			return nil, fmt.Errorf("--inspect %s: there are %s", p.choose, strings.Join(run.Machines, " "))
		}
		d.View.Chosen = scene.Target{Action: scene.Node, N: n}
	}
	d.View.Note = ""
	return d, nil
}

// readRun reads a run file, and says how far it has come if that takes long.
func readRun(c *cobra.Command, name string) (*replay.Run, error) {
	from, err := trace.Open(name)
	if err != nil {
		return nil, cli.Usage(err)
	}
	defer from.Close()
	began, said := time.Now(), time.Now()
	tty := term.IsTerminal(int(os.Stderr.Fd()))
	run, err := replay.Read(from, func(events int) bool {
		if tty && time.Since(said) > 200*time.Millisecond && time.Since(began) > time.Second {
			fmt.Fprintf(os.Stderr, "\rreading %s: %d events ", name, events)
			said = time.Now()
		}
		return c.Context().Err() == nil
	})
	if tty && time.Since(began) > time.Second {
		fmt.Fprint(os.Stderr, "\r\x1b[K")
	}
	switch {
	case errors.Is(err, replay.ErrStopped):
		return nil, c.Context().Err()
	case err != nil:
		return nil, cli.Usage(fmt.Errorf("%s: %w", name, err))
	}
	return run, nil
}

// write writes a picture, and says what is missing if the run is not whole.
func write(name string, run *replay.Run, out, form string, draw func(io.Writer) error) error {
	if err := cli.WriteFile(out, draw); err != nil {
		return cli.Tool(err)
	}
	if run.Broken != nil {
		return cli.Usage(fmt.Errorf("%s: %w; %s shows what is before", name, run.Broken, out))
	}
	info, err := os.Stat(out)
	if err != nil {
		return cli.Tool(err)
	}
	fmt.Fprintf(cli.Out, "%s as %s, %d bytes, in %s\n", name, form, info.Size(), out)
	return nil
}
