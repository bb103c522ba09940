package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"raftian/netsim/toolchain"
	"raftian/netsim/trace"
	"raftian/raftian/cli"
	"raftian/raftian/page"
)

// serve serves a run and the viewer to browsers, until ctx is over.
func (p *picture) serve(ctx context.Context, name string, to website) error {
	from, err := trace.Open(name) // anything else is refused before a browser shows why
	if err != nil {
		return cli.Usage(err)
	}
	_ = from.Close()
	if err := webToBe(to.address); err != nil {
		return cli.Usage(err)
	}
	return to.serve(ctx, p.url, func(v *page.Viewer, local bool) http.Handler { return v.Handler(name, local) })
}

// webToBe refuses what is no address to serve at.
func webToBe(address string) error {
	if _, _, err := net.SplitHostPort(address); err != nil {
		return fmt.Errorf("--web %s: write HOST:PORT, such as 127.0.0.1:0", address)
	}
	return nil
}

// viewerUse is what help says of --viewer.
const viewerUse = "with --web: serve the viewer in this file, which raftian build --viewer has written"

// website is how something is served to browsers.
type website struct {
	address string
	viewer  string // a viewer file; "" is the one beside this program, or else to build one
}

// find returns the viewer.
func (s website) find(ctx context.Context) (*page.Viewer, error) {
	if s.viewer != "" {
		v, err := page.Open(s.viewer)
		if err != nil {
			err = cli.Usage(fmt.Errorf("--viewer %w", err))
		}
		return v, err
	}
	if self, err := os.Executable(); err == nil {
		v, err := page.Open(filepath.Join(filepath.Dir(self), cli.ViewerName))
		if !errors.Is(err, fs.ErrNotExist) {
			if err != nil {
				err = cli.Usage(err)
			}
			return v, err
		}
	}
	return buildViewer(ctx)
}

// buildViewer builds the viewer, which takes Go.
func buildViewer(ctx context.Context) (*page.Viewer, error) {
	if term.IsTerminal(int(os.Stderr.Fd())) {
		fmt.Fprintln(os.Stderr, "building the viewer for browsers; the first time this takes a minute")
	}
	v, err := page.Build(ctx, toolchain.Source())
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case err != nil:
		return nil, cli.Tool(fmt.Errorf("%w (where there is Go, raftian build --viewer --out %s builds it for this computer)", err, cli.ViewerName))
	}
	return v, nil
}

// writeViewer builds the viewer and writes it to a file.
func writeViewer(c *cobra.Command, out string) error {
	v, err := buildViewer(c.Context())
	if err != nil {
		return err
	}
	if err := cli.WriteFile(out, v.Write); err != nil {
		return cli.Tool(err)
	}
	fmt.Fprintf(cli.Out, "the viewer for browsers, %d bytes, in %s; there: raftian replay FILE.run --web 127.0.0.1:0 --viewer %s\n", v.Size(), out, filepath.Base(out))
	return nil
}

// serve finds the viewer, prints where it is served, and serves it until ctx is
// over. An address on this machine's own network is for this machine only.
func (s website) serve(ctx context.Context, url func(address string) string, handler func(v *page.Viewer, local bool) http.Handler) error {
	listener, err := net.Listen("tcp", s.address)
	if err != nil {
		return cli.Usage(fmt.Errorf("--web: %w", err))
	}
	defer listener.Close()
	viewer, err := s.find(ctx)
	if err != nil {
		return err
	}
	host, _, _ := net.SplitHostPort(s.address)
	ip := net.ParseIP(host)
	local := host == "localhost" || ip != nil && ip.IsLoopback()
	fmt.Fprintln(cli.Out, url(listener.Addr().String()))
	server := &http.Server{Handler: handler(viewer, local), ReadHeaderTimeout: 10 * time.Second}
	context.AfterFunc(ctx, func() { _ = server.Close() })
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return cli.Tool(err)
	}
	return ctx.Err()
}

// browse plays in a browser.
func (g *table) browse(ctx context.Context) error {
	s := g.session()
	defer s.Close()
	return website{g.screen.web, g.screen.viewer}.serve(ctx, func(address string) string {
		q := "live"
		if g.screen.mute {
			q += "&mute"
		}
		u := url.URL{Scheme: "http", Host: address, Path: "/", RawQuery: q}
		return u.String()
	}, func(v *page.Viewer, local bool) http.Handler { return v.LiveHandler(s, local) })
}

// url is where a browser finds the run, at the moment that is asked for.
func (p *picture) url(address string) string {
	q := url.Values{}
	if p.hasAt {
		q.Set("at", p.at.String())
	}
	if p.choose != "" {
		q.Set("inspect", p.choose)
	}
	u := url.URL{Scheme: "http", Host: address, Path: "/", RawQuery: q.Encode()}
	return u.String()
}
