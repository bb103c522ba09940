package fleet

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

	"raftian/game/spec"
	"raftian/netsim/env"
	"raftian/netsim/plan"
	"raftian/netsim/trace"
)

// Decode decodes the events of a simulated run.
func Decode(wire []byte) (all []trace.Event, err error) {
	for d := trace.NewDecoder(bytes.NewReader(wire)); ; {
		var e trace.Event
		err := d.Next(&e)
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		if err != nil {
			return nil, fmt.Errorf("reading the events of a run: %w", err)
		}
		all = append(all, e)
	}
}

// Set changes a setting of a Plan, or adds it.
func Set(p *plan.Plan, key, value string) {
	for k := range p.Settings {
		if p.Settings[k].Key == key {
			p.Settings[k].Value = value
			return
		}
	}
	p.Settings = append(p.Settings, plan.Setting{Key: key, Value: value})
}

// SimulatedCalls returns the calls of a simulated run that go through the log. The
// Plan's script says when each is due.
func SimulatedCalls(pl plan.Plan, events []trace.Event) []Call {
	due := map[string]env.Instant{}
	for _, s := range pl.Script {
		due[callKey(s.Client, s.Seq)] = s.At
	}
	return callsOf(events, due, func(text string) bool { return !spec.ReadOnly(text) })
}

// callsOf returns the calls that change something; due says when the script has each.
func callsOf(events []trace.Event, due map[string]env.Instant, changes func(text string) bool) (calls []Call) {
	type pendingCall struct {
		began        env.Instant
		client, text string
	}
	pending := map[string]pendingCall{}
	for k := range events {
		e := &events[k]
		key := callKey(e.Client, e.Seq)
		switch e.Kind {
		case env.KindInvoke:
			pending[key] = pendingCall{e.At, e.Client, e.Text}
		case env.KindReturn:
			o, ok := pending[key]
			delete(pending, key)
			if !ok || e.Client == env.Operator || !changes(o.text) {
				continue
			}
			word, _, _ := strings.Cut(e.Text, " ")
			calls = append(calls, Call{Due: due[key], Began: o.began, Ended: e.At, OK: word == "ok", Unknown: word == "unknown",
				Index: e.Index, CommitTime: e.Took, NodesAsked: 1})
		}
	}
	for _, key := range slices.Sorted(maps.Keys(pending)) { // never answered
		if o := pending[key]; o.client != env.Operator && changes(o.text) {
			calls = append(calls, Call{Due: due[key], Began: o.began, Ended: events[len(events)-1].At, Unknown: true, NodesAsked: 1})
		}
	}
	return calls
}

// callKey identifies a call in a trace.
func callKey(client string, seq uint64) string { return client + "#" + strconv.FormatUint(seq, 10) }
