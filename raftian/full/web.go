package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"time"

	"golang.org/x/term"

	"raftian/netsim/toolchain"
	"raftian/netsim/trace"
	"raftian/raftian/cli"
	"raftian/raftian/page"
)

// serve serves a run and the viewer to browsers, until ctx is over.
func (p *picture) serve(ctx context.Context, name, address string) error {
	from, err := trace.Open(name) // anything else is refused before a browser shows why
	if err != nil {
		return cli.Usage(err)
	}
	_ = from.Close()
	if err := webToBe(address); err != nil {
		return cli.Usage(err)
	}
	return serveWeb(ctx, address, p.url, func(v *page.Viewer, local bool) http.Handler { return v.Handler(name, local) })
}

// webToBe refuses what is no address to serve at.
func webToBe(address string) error {
	if _, _, err := net.SplitHostPort(address); err != nil {
		return fmt.Errorf("--web %s: write HOST:PORT, such as 127.0.0.1:0", address)
	}
	return nil
}

// serveWeb builds the viewer, prints where it is served, and serves it until ctx is
// over. An address on this machine's own network is for this machine only.
func serveWeb(ctx context.Context, address string, url func(address string) string, handler func(v *page.Viewer, local bool) http.Handler) error {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return cli.Usage(fmt.Errorf("--web: %w", err))
	}
	defer listener.Close()
	if term.IsTerminal(int(os.Stderr.Fd())) {
		fmt.Fprintln(os.Stderr, "building the viewer for browsers; the first time this takes a minute")
	}
	viewer, err := page.Build(ctx, toolchain.Source())
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		return cli.Tool(err)
	}
	host, _, _ := net.SplitHostPort(address)
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
	return serveWeb(ctx, g.screen.web, func(address string) string {
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
