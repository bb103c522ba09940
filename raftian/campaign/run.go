package campaign

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"time"

	"raftian/linearizability"
	"raftian/linearizability/history"
	"raftian/netsim"
	"raftian/netsim/env"
	"raftian/netsim/plan"
	"raftian/netsim/trace"
	"raftian/raftian/campaign/coverage"
	"raftian/raftian/guest"
)

// Result is one Run and what it cost.
type Result struct {
	Plan     plan.Plan
	Raft     string // the version of hashicorp/raft, or its directory
	Like     string // the release that it is or was made from, "" if nobody knows
	Mends    string // what is mended in it, as in toolchain.Program
	Live     bool   // a session of real nodes, which ended when somebody wanted it to
	Digest   string
	Events   uint64
	Verdicts []linearizability.Verdict
	History  []history.Op
	Coverage coverage.Counts
	Converge []time.Duration // of each local log, after the faults; see linearizability.Panel
	Virtual  time.Duration   // how far the run came, until programs were asked to end
	CPU      time.Duration   // of the world program
	Wire     []byte          // the events in their wire form
	Printed  []trace.Line    // what programs printed, in bounds
	Before   []trace.Line    // of Rerun: the same in the file
	// Exit is "" if the run came to its end, else what the program said.
	Exit string
	// stuck says that it was ended because nothing happened.
	stuck bool
}

// Failed reports whether a judge found a violation, or could not decide.
func (r *Result) Failed() bool {
	for _, v := range r.Verdicts {
		if v.Outcome == linearizability.Fail || v.Outcome == linearizability.Inconclusive {
			return true
		}
	}
	return false
}

// Unjudged reports whether no judge had anything to judge: the run shows nothing.
func (r *Result) Unjudged() bool { return linearizability.Unjudged(r.Verdicts) }

// Run runs a Plan and judges it. An error means that the tool failed, not the
// run: a program that dies is a Result whose Exit says so.
//
// A program that dies takes the events it has gathered with it. Runs repeat: it
// is run again, writing each event out at once, to have them all.
func (p *Program) Run(ctx context.Context, pl plan.Plan) (*Result, error) {
	r, err := p.run(ctx, pl, guest.Request{Do: guest.Run})
	if err != nil || r.Exit == "" {
		return r, err
	}
	again, waited := *p, cmp.Or(max(p.Patience, 0), patience)
	if again.Patience = waited; r.stuck { // it will be so at the same place
		again.Patience /= 2
	}
	whole, err := again.run(ctx, pl, guest.Request{Do: guest.Run, Flush: true})
	if err != nil {
		return nil, err
	}
	if whole.Exit == "" || !bytes.HasPrefix(whole.Wire, r.Wire) {
		first, _, _ := strings.Cut(r.Exit, "\n")
		return nil, fmt.Errorf("seed %d: %w: the first died (%s), the second otherwise or not at all", pl.Seed, ErrDiffers, first)
	}
	if r.stuck { // for as long as it was waited for the first time
		whole.Exit = strings.Replace(whole.Exit, again.Patience.String(), waited.String(), 1)
	}
	return whole, nil
}

// ErrDiffers says that two runs of one plan were not the same.
var ErrDiffers = errors.New("two runs of the same plan differ")

// ErrOutside says that a machine's program reached around its env.Env; what comes before
// it says how, and where.
var ErrOutside = errors.New("that goes around its Env: a simulated machine has the FS, Listen and Dial of env.Env, and no other programs")

// ErrRefused says that the program does not run a plan, and why: a setting is not what
// it may be.
var ErrRefused = errors.New("the plan is refused")

func cpuOf(cmd *exec.Cmd) time.Duration {
	return cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
}

func (p *Program) run(ctx context.Context, pl plan.Plan, q guest.Request) (*Result, error) {
	watched, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	cmd, stderr, err := p.command(watched, q, strings.NewReader(pl.String()))
	if err != nil {
		return nil, err
	}
	cmd.Cancel = func() error { return end(cmd.Process, context.Cause(watched)) }
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("starting the world program: %w", err)
	}
	r := &Result{Plan: pl, Raft: p.Raft, Like: p.Like, Mends: p.Mends}
	j := newJudging(pl)
	heard := newWatch(out, p.Patience, cancel)
	heard.count = func() uint64 { return j.events }
	ended, err := j.read(heard)
	exit := cmd.Wait()
	r.Wire, r.Printed = j.wire, j.printed.All()
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case err != nil && !errors.Is(err, trace.ErrCut):
		return nil, fmt.Errorf("reading the world program's events: %w", err)
	case cmd.ProcessState.ExitCode() == netsim.StatusRefused:
		return nil, fmt.Errorf("%w: %s", ErrRefused, strings.TrimSpace(stderr.String()))
	case cmd.ProcessState.ExitCode() == netsim.StatusOutside:
		return nil, fmt.Errorf("seed %d: %s; %w", pl.Seed, strings.TrimSpace(stderr.String()), ErrOutside)
	case !ended || exit != nil:
		r.stuck = errors.Is(context.Cause(watched), errStuck)
		r.Exit = lastWords(stderr.String(), exit, context.Cause(watched), r.Printed)
	}
	r.CPU = cpuOf(cmd)
	if err := j.finish(ctx, p, r); err != nil {
		return nil, err
	}
	return r, nil
}

// judging reads a run's events as they come.
type judging struct {
	panel    *linearizability.Panel
	coverage *coverage.Counter
	events   uint64
	last     env.Instant // of the last event until programs were asked to end
	stopping bool
	digest   string
	wire     []byte
	printed  trace.Lines
}

func newJudging(pl plan.Plan) *judging {
	return &judging{
		panel:    linearizability.NewPanel(panelOptions(pl)),
		coverage: coverage.NewCounter(pl),
	}
}

// read takes events from their wire form and reports whether the run ended.
func (j *judging) read(from io.Reader) (ended bool, err error) {
	d := trace.NewDecoder(from)
	d.Prints = j.printed.Add
	var e trace.Event
	for {
		err = d.Next(&e)
		if err != nil {
			break
		}
		j.wire = append(j.wire, d.Wire()...)
		j.event(&e)
		ended = e.Kind == trace.KindEnd
	}
	j.digest = d.Digest()
	if err == io.EOF {
		err = nil
	}
	return ended, err
}

func (j *judging) event(e *trace.Event) {
	j.events = e.N
	if !j.stopping {
		j.last = e.At
	}
	j.stopping = j.stopping || e.Kind == trace.KindStop
	j.panel.Event(e)
	j.coverage.Event(e)
}

// finish fills in what the events came to.
func (j *judging) finish(ctx context.Context, p *Program, r *Result) error {
	r.Digest, r.Events = j.digest, j.events
	r.Virtual = time.Duration(j.last)
	r.History = j.panel.History()
	r.Coverage = j.coverage.Counts()
	r.Converge = j.panel.Convergence()
	var err error
	r.Verdicts, err = j.verdicts(ctx, p, r)
	return err
}
