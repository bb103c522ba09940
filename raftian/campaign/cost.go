package campaign

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"raftian/netsim/plan"
	"raftian/netsim/trace"
	"raftian/raftian/guest"
)

// Cost is what a run took whose events nobody judged.
type Cost struct {
	Digest  string // of its events; "" without any
	Events  uint64
	Bytes   int64         // of its events
	Virtual time.Duration // how long the run was to be
	Reached time.Duration // when the last event was
	Wall    time.Duration
	CPU     time.Duration // of the world program
	Peak    int64         // bytes of memory that it had at most; 0 if the system does not say
	Exit    string        // "" if the run came to its end, else what the program said
}

// Look is how the events of a run are looked at.
type Look int

const (
	Unseen   Look = iota // there are none
	Gathered             // as a campaign does
	AtOnce               // each as it happens: none is lost if the program dies
)

// Cost runs a Plan and looks at its events no more than their digest takes.
func (p *Program) Cost(ctx context.Context, pl plan.Plan, look Look) (Cost, error) {
	return p.CostOf(ctx, pl, look, io.Discard)
}

// CostOf is Cost, and writes the events to a writer, in their wire form.
func (p *Program) CostOf(ctx context.Context, pl plan.Plan, look Look, to io.Writer) (Cost, error) {
	began := time.Now()
	cmd, stderr, err := p.command(ctx, guest.Request{Do: guest.Run, NoTrace: look == Unseen, Flush: look == AtOnce}, strings.NewReader(pl.String()))
	if err != nil {
		return Cost{}, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return Cost{}, err
	}
	if err := cmd.Start(); err != nil {
		return Cost{}, fmt.Errorf("starting the world program: %w", err)
	}
	peak := watchPeak(cmd.Process.Pid)
	c := Cost{Virtual: pl.Length}
	d := trace.NewDecoder(io.TeeReader(&counted{out, &c.Bytes}, to))
	var e trace.Event
	for err == nil {
		if err = d.Next(&e); err == nil {
			c.Events, c.Reached = e.N, time.Duration(e.At)
		}
	}
	if look != Unseen {
		c.Digest = d.Digest()
	}
	c.Peak = peak()
	exit := cmd.Wait()
	switch {
	case ctx.Err() != nil:
		return c, ctx.Err()
	case exit != nil:
		c.Exit = lastWords(stderr.String(), exit, nil, nil)
	case !errors.Is(err, io.EOF):
		return c, fmt.Errorf("reading the world program's events: %w", err)
	}
	c.Wall, c.CPU = time.Since(began), cpuOf(cmd)
	return c, nil
}

// counted counts what is read.
type counted struct {
	io.Reader
	n *int64
}

func (c *counted) Read(b []byte) (int, error) {
	n, err := c.Reader.Read(b)
	*c.n += int64(n)
	return n, err
}
