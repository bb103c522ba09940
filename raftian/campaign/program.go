// Package campaign makes Runs: it builds the world program, starts it once per
// Plan in a process of its own, has the events judged as they come, keeps what
// failed, and adds everything up.
//
//	program.go   Program: a built world program and what it can be asked
//	run.go       one Run
//	cost.go      what one takes that nobody judges
//	watch.go     a world program that is stuck; dump_*.go: has its goroutines dumped
//	lastwords.go what a world program that died has said
//	judge.go     who judges a Run
//	file.go      a Run on disk: writing, judging again, comparing
//	explore.go   many Runs
//	shrink.go    the smallest Plan that still fails alike
//	report.go    a campaign in words
//	columns.go   lists that fit a terminal
//	histories.go histories recorded elsewhere: models, many at once
//	reading.go   one of them, its verdict, and what might be meant otherwise
//	store.go     finding them in directories; what Jepsen said of them
//	coverage/    which interesting states were reached
package campaign

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"slices"
	"strings"
	"time"

	"raftian/netsim/plan"
	"raftian/netsim/toolchain"
	"raftian/raftian/guest"
)

// GameWorld is the world program of the game, which runs if no other is named.
const GameWorld = "raftian/raftian/world"

// Program is a built world program.
type Program struct {
	toolchain.Program
	Package string // what it was built from
	Guest   string // what runs on its machines
	// Events are those that a plan's faults may wait for.
	Events []plan.Event
	// Patience is how long, in real time, a run may be silent before it is
	// taken for stuck; 0 stands for a minute. A busy run of standard size says
	// something every few milliseconds.
	Patience time.Duration
	// Environment is what the program is started with; nil is toolchain.Environment.
	// Runs repeat with that only.
	Environment []string
	// Profile is a directory in which each run leaves a profile of its processor's
	// time; "" for none. Runs are the same with it.
	Profile string
}

// ErrNoWorld says that a package is no world program, or that there is no such
// package.
var ErrNoWorld = errors.New("no world program")

// Build builds the world program of a package and asks it who it is. A package
// that cannot be one is an ErrNoWorld, a Go that builds none a toolchain.UnfitError; other
// errors are of the build.
func Build(ctx context.Context, o toolchain.Options) (*Program, error) {
	built, err := Compile(ctx, o)
	if err != nil {
		return nil, err
	}
	return meet(ctx, built, o.Package)
}

// Compile builds the world program of a package, and does not start it: it may be for
// another kind of computer. Errors are those of Build.
func Compile(ctx context.Context, o toolchain.Options) (toolchain.Program, error) {
	built, err := toolchain.Build(ctx, o)
	if err == nil {
		return built, nil
	}
	why, unfit := noCommand(ctx, o), toolchain.UnfitError(nil)
	switch own := toolchain.Source(); {
	case why == nil:
		return toolchain.Program{}, err
	case o.Package == GameWorld && o.Dir == "" && own != "" && elsewhere(why): // wherever the command is called
		o.Dir = own
		return Compile(ctx, o)
	case errors.As(err, &unfit): // so that the go command could not answer
		return toolchain.Program{}, err
	}
	return toolchain.Program{}, why
}

// Open asks the world program in a program file who it is; nothing is built. A file that
// holds none for this computer is an error in one line, as is a guest that this command
// judges by other rules.
func Open(ctx context.Context, file string) (*Program, error) {
	built, about, err := toolchain.OpenProgramFile(file, "")
	if err != nil {
		return nil, err
	}
	p, err := meet(ctx, built, about.World)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return p, nil
}

// meet asks a program that was built from a package who it is.
func meet(ctx context.Context, built toolchain.Program, pkg string) (*Program, error) {
	p := &Program{Program: built, Package: pkg}
	d, err := p.describe(ctx)
	if err != nil {
		return nil, err
	}
	if !d.Deterministic {
		return nil, fmt.Errorf("%s was built without the edited runtime", pkg)
	}
	for _, own := range guests() {
		if own.Name == d.Guest && own.Fingerprint() != d.Fingerprint {
			return nil, fmt.Errorf("%s plays by other rules than this command judges by: it was built from other sources; build the command anew", pkg)
		}
	}
	p.Guest, p.Events = d.Guest, d.Events
	return p, nil
}

// describeMost is how long, in real time, a program may take to say what it is. A
// command that is no world program may serve for ever.
const describeMost = 30 * time.Second

// describe asks the program what it is.
func (p *Program) describe(ctx context.Context) (d guest.Description, err error) {
	limited, cancel := context.WithTimeout(ctx, describeMost)
	defer cancel()
	out, err := p.ask(limited, guest.Request{Do: guest.Describe}, nil)
	said := ""
	switch {
	case ctx.Err() != nil:
		return d, ctx.Err()
	case limited.Err() != nil:
		said = fmt.Sprintf("nothing within %s", describeMost)
	case err != nil:
		said = err.Error()
	case json.Unmarshal(out, &d) == nil:
		return d, nil
	case bytes.HasSuffix(bytes.TrimSpace(out), []byte("}")) && bytes.Contains(out, []byte(`{"guest":`)):
		printed, _, _ := strings.Cut(string(out), `{"guest":`)
		return d, fmt.Errorf("%s is %w: it, or a package that it imports, prints to standard output while packages are initialised, where its answers belong: %q",
			p.Package, ErrNoWorld, printed)
	default:
		if said = strings.TrimSpace(string(out)); said == "" {
			said = "nothing"
		}
	}
	said, _, _ = strings.Cut(said, "\n")
	return d, fmt.Errorf("%s is %w; asked what it is, it said: %s", p.Package, ErrNoWorld, said)
}

// noCommand says why a package that could not be built is no command at all; nil
// if it is one.
func noCommand(ctx context.Context, o toolchain.Options) error {
	name, err := toolchain.Name(ctx, o.Dir, o.Package)
	failed := (*toolchain.GoError)(nil)
	switch {
	case ctx.Err() != nil:
		return nil
	case errors.As(err, &failed) && (failed.Cause() == toolchain.CauseNoGo || failed.Cause() == toolchain.CauseNoCache):
		return failed
	case err != nil:
		return fmt.Errorf("%s is %w: %w", o.Package, ErrNoWorld, err)
	case name != "main":
		return fmt.Errorf("%s is %w: it is package %s, not a command", o.Package, ErrNoWorld, name)
	}
	return nil
}

// elsewhere reports whether an error is that the present directory is in no module, or
// in one that knows nothing of the package. A module that is not tidy may have it.
func elsewhere(err error) bool {
	failed := (*toolchain.GoError)(nil)
	return errors.As(err, &failed) && slices.Contains([]toolchain.Cause{toolchain.CausePackage, toolchain.CauseNoMod, toolchain.CauseOutside}, failed.Cause())
}

// Draw asks for the Plan of a seed. A guest that is built in draws it here, which
// saves a process.
func (p *Program) Draw(ctx context.Context, o guest.Options) (plan.Plan, error) {
	for _, g := range guests() {
		if g.Name == p.Guest && p.Package == GameWorld {
			return g.Plan(o)
		}
	}
	out, err := p.ask(ctx, guest.Request{Do: guest.Draw, Options: o}, nil)
	if err != nil {
		return plan.Plan{}, err
	}
	return plan.Parse(string(out))
}

// ask starts the program with a request and returns its answer.
func (p *Program) ask(ctx context.Context, q guest.Request, body io.Reader) ([]byte, error) {
	cmd, stderr, err := p.command(ctx, q, body)
	if err != nil {
		return nil, err
	}
	out, err := cmd.Output()
	if err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if words := strings.TrimSpace(stderr.String()); words != "" {
			return nil, errors.New(words)
		}
		return nil, err
	}
	return out, nil
}

// command is the program's process for one request, not yet started, and what
// it will have said on standard error.
func (p *Program) command(ctx context.Context, q guest.Request, body io.Reader) (*exec.Cmd, *saidFirst, error) {
	if q.Do == guest.Run {
		q.Profile = p.Profile
	}
	line, err := json.Marshal(q)
	if err != nil {
		return nil, nil, err
	}
	p.Used()
	cmd := exec.CommandContext(ctx, p.Path)
	if cmd.Env = p.Environment; cmd.Env == nil {
		cmd.Env = toolchain.Environment()
	}
	cmd.Stdin = bytes.NewReader(append(line, '\n'))
	if body != nil {
		cmd.Stdin = io.MultiReader(cmd.Stdin, body)
	}
	stderr := new(saidFirst)
	cmd.Stderr = stderr
	toolchain.Isolate(cmd)
	cmd.WaitDelay = 5 * time.Second
	return cmd, stderr, nil
}
