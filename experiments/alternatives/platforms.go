package alternatives

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"raftian/experiments/fleet"
	"raftian/experiments/lab"
	"raftian/netsim/env"
	"raftian/netsim/plan"
	"raftian/netsim/trace"
	"raftian/raftian/campaign"
)

// runTimeout is when a run that does not end is stopped.
const runTimeout = 30 * time.Second

// simulate measures a run in virtual time.
func simulate(p *campaign.Program) func(context.Context, *Measure, plan.Plan) error {
	return func(ctx context.Context, m *Measure, pl plan.Plan) error {
		limited, cancel := context.WithTimeout(ctx, runTimeout)
		defer cancel()
		var wire bytes.Buffer
		c, err := p.CostOf(limited, pl, campaign.AtOnce, &wire)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case limited.Err() != nil:
			m.Failure = "it was still running after " + runTimeout.String()
		case err != nil:
			return err
		case c.Exit != "":
			m.Failure, _, _ = strings.Cut(c.Exit, "\n")
		}
		m.Reached, m.CPU, m.Wall, m.Events, m.Trace = c.Reached.Seconds(), c.CPU.Seconds(), c.Wall.Seconds(), int(c.Events), c.Digest
		events, err := fleet.Decode(wire.Bytes())
		if err != nil && m.Failure == "" {
			return err
		}
		m.Log = logOf(events)
		return nil
	}
}

// logOf returns a digest of the commands applied by the machine that applied most.
func logOf(events []trace.Event) string {
	logs := map[string][]string{}
	longest := ""
	for _, e := range events {
		if e.Kind == env.KindApply && e.Text == "" {
			logs[e.Machine] = append(logs[e.Machine], fmt.Sprintf("%s %d %016x", e.Client, e.Seq, e.Hash))
		}
	}
	for m, list := range logs { //raftian:unordered any of the longest logs will do
		if len(list) > len(logs[longest]) {
			longest = m
		}
	}
	sum := sha256.Sum256([]byte(strings.Join(logs[longest], "\n")))
	return hex.EncodeToString(sum[:])
}

// processes plays the plan's script to processes in real time.
func (m *Measure) processes(ctx context.Context, s lab.Setup, pl plan.Plan) (err error) {
	began := time.Now()
	raftian, err := s.Raftian(ctx)
	if err != nil {
		return err
	}
	o := fleet.Options{Raftian: raftian, Dir: s.Out, Nodes: len(pl.Machines)}
	for _, set := range pl.Settings {
		if set.Key != "peers" && set.Key != "fps" {
			o.Settings = append(o.Settings, set.Key+"="+set.Value)
		}
	}
	f, err := fleet.Start(ctx, o)
	if err != nil {
		return err
	}
	defer func() {
		if e := f.Close(); err == nil {
			err = e
		}
		m.CPU, m.Wall = f.CPUTime().Seconds(), time.Since(began).Seconds()
	}()
	if err := playScript(ctx, f.Addresses(), pl); err != nil {
		return err
	}
	events, err := f.Events()
	if err != nil {
		return err
	}
	first := events[0].At
	sum := sha256.New()
	var line []byte
	for k := range events {
		events[k].At -= first
		line = trace.AppendJSON(line[:0], &events[k])
		sum.Write(line)
	}
	m.Reached, m.Events = time.Duration(events[len(events)-1].At).Seconds(), len(events)
	m.Trace, m.Log = hex.EncodeToString(sum.Sum(nil)), logOf(events)
	return nil
}
