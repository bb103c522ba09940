package guest

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"raftian/linearizability"
	"raftian/linearizability/history"
	"raftian/netsim"
	"raftian/netsim/env"
	"raftian/netsim/plan"
)

// What a world program can be asked.
const (
	// Describe answers with a Description, in JSON.
	Describe = "describe"
	// Draw answers with the text of the Plan that Options ask for.
	Draw = "draw"
	// Run runs the Plan that follows and answers with its events in their wire
	// form (package trace), until the run ends.
	Run = "run"
	// Judge reads a Case, in JSON, and answers with the Verdict of the
	// linearizability judge by the guest's model.
	Judge = "judge"
	// Picture reads a Case, in JSON, and answers with the page that
	// linearizability.Visualize writes of it by the guest's model.
	Picture = "picture"
)

// Request is one line of JSON on a world program's standard input; what it is
// about follows.
type Request struct {
	Do      string  `json:"do"`
	Options Options `json:"options"` // of Draw
	// NoTrace runs without events, for measuring what they cost; Flush writes
	// each event as it happens; HeapMin is netsim.RunOptions'. Of Run.
	NoTrace bool   `json:"no_trace,omitempty"`
	Flush   bool   `json:"flush,omitempty"`
	HeapMin uint64 `json:"heap_min,omitempty"`
	// Profile is a directory for a profile of the processor's time. Of Run.
	Profile string `json:"profile,omitempty"`
}

// Description is the answer to Describe.
type Description struct {
	Guest         string `json:"guest"`
	Deterministic bool   `json:"deterministic"` // built so that runs repeat
	Fingerprint   string `json:"fingerprint"`   // of its rules
	// Events are those that a plan's faults may wait for.
	Events []plan.Event `json:"events"`
}

// Case is a history to judge or to picture.
type Case struct {
	Machines []string               `json:"machines"`
	Ops      []history.Op           `json:"ops"`
	Notes    []linearizability.Note `json:"notes,omitempty"` // of Picture
}

// Main is the main function of a world program: it answers one request and
// exits. program is what runs on every machine.
func Main(g Guest, program func(env.Env) error) {
	if err := answer(g, program, os.Stdin, os.Stdout); err != nil {
		netsim.Refuse(err)
	}
}

func answer(g Guest, program func(env.Env) error, in io.Reader, out io.Writer) error {
	r := bufio.NewReaderSize(in, 1<<16)
	line, err := r.ReadBytes('\n')
	var q Request
	if err == nil {
		err = json.Unmarshal(line, &q)
	}
	if err != nil {
		return errors.New("this is a world program; it is started by the command raftian")
	}
	switch q.Do {
	case Describe:
		return json.NewEncoder(out).Encode(Description{g.Name, netsim.Deterministic(), g.Fingerprint(), netsim.Events(g.Kinds)})
	case Draw:
		p, err := g.Plan(q.Options)
		if err != nil {
			return err
		}
		_, err = io.WriteString(out, p.String())
		return err
	case Judge, Picture:
		var c Case
		if err := json.NewDecoder(r).Decode(&c); err != nil {
			return fmt.Errorf("reading the history: %w", err)
		}
		if q.Do == Picture {
			return linearizability.Visualize(out, g.Model(c.Machines), c.Ops, c.Notes, linearizability.Search{})
		}
		v := linearizability.Check(g.Model(c.Machines), c.Ops, linearizability.Search{})
		return json.NewEncoder(out).Encode(v)
	case Run:
		return run(g, program, q, r, out)
	}
	return fmt.Errorf("unknown request %q", q.Do)
}

func run(g Guest, program func(env.Env) error, q Request, in io.Reader, out io.Writer) error {
	text, err := io.ReadAll(in)
	if err != nil {
		return fmt.Errorf("reading the plan: %w", err)
	}
	p, err := plan.Parse(string(text))
	if err != nil {
		return err
	}
	if p.Guest != g.Name {
		return fmt.Errorf("the plan is for guest %q, this program runs %q", p.Guest, g.Name)
	}
	if err := p.CheckEvents(netsim.Events(g.Kinds)); err != nil {
		return err
	}
	if slices.Contains(p.Settings, plan.Setting{Key: "fps", Value: "0"}) {
		return errors.New("setting fps: as many frames as possible are for real time: where time passes only when all wait, they would never end")
	}
	o := netsim.RunOptions{Trace: out, Flush: q.Flush, HeapMin: q.HeapMin, Profile: q.Profile}
	if q.NoTrace {
		o.Trace = nil
	}
	netsim.RunAndExit(p, program, o)
	return nil
}
