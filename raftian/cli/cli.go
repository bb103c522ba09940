// Package cli is the command raftian: it parses flags and prints; what happens is in
// raftian/campaign and below.
//
// What needs a window or a server, and the large libraries they take, is in raftian/full;
// what measures is in experiments. This package builds those programs when one of their
// commands is given, and has them go on, so that who explores need not compile them.
//
//	cli.go       the commands, exit status
//	handover.go  having raftian/full go on
//	hints.go     what was meant by a mistyped word
//	reference.go raftian help plan
//	build.go     building the world program, with progress
//	program.go   raftian build; world programs in files
//	bar.go       progress on a terminal
//	explore.go   raftian explore
//	told.go      what it tells at once, and to CI
//	baseline.go  what failures are known by: findings, and --known
//	corpus.go    seeds that failed, for the next campaign
//	run.go       raftian run, rerun
//	check.go     raftian check
//	checkdir.go  of a directory
//	checktold.go what it tells CI
//	histories.go raftian check --model
//	show.go      raftian show: which events, and the verdicts
//	story.go     telling the events of a run
//	output.go    raftian show --output: what programs printed
//	export.go    raftian export
//	exporthistory.go  raftian export --model
//	shrink.go    raftian shrink
//	trials.go    raftian test: its help, and what it comes to
//	trialflags.go   its flags, and those of go test
//	trialrun.go  the tests of a package, over seeds
//	trialmin.go  the choices that a failure needs
//	trialci.go   what servers of continuous integration are told of it
//	trialevents.go  what it prints, as text or as events of go test -json
//	bugs.go      raftian bugs
//	judges.go    raftian judges
//	version.go   raftian version
//	out.go       where files go, and JSON
//	junit.go     --junit; whether this is GitHub
package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"raftian/raftian/known"
)

// The exit statuses; scripts depend on them.
const (
	ExitPass        = 0
	ExitFail        = 1 // a judge did not pass: a finding, not an error
	ExitUsage       = 2 // bad usage or bad input, said in one line
	ExitTool        = 3 // the tool itself failed
	ExitInterrupted = 130
)

// exitError ends the program with a status. Its text, if any, is for standard
// error.
type exitError struct {
	status int
	err    error
}

func (e *exitError) Error() string {
	if e.err == nil {
		return ""
	}
	return e.err.Error()
}

func (e *exitError) Unwrap() error { return e.err }

// Usage marks an error as bad usage or bad input.
func Usage(err error) error { return &exitError{ExitUsage, err} }

// Tool marks an error as the tool's own failure.
func Tool(err error) error { return &exitError{ExitTool, err} }

// finding says that a judge did not pass; what it found has been printed.
func finding() error { return &exitError{status: ExitFail} }

// Rest is what this package leaves to the package main that calls it. What that leaves
// out, too, another program is built for and goes on with.
type Rest struct {
	// Commands are those of the program itself, each begun with Command.
	Commands []*cobra.Command
	// Draw writes what raftian replay shows of a run at a moment, or of its first
	// violation if at is nil, as an SVG file.
	Draw func(c *cobra.Command, run, out string, at *time.Duration) error
	// Viewer builds the viewer for browsers and writes it to a file.
	Viewer func(c *cobra.Command, out string) error
}

// Main is the whole program: it does what the command line says, and exits.
func Main(rest Rest) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	// A second Ctrl-C ends it at once.
	context.AfterFunc(ctx, stop)
	ctx = untilHangup(ctx)
	root := rootCommand(rest)
	root.SetArgs(likeGoTest(os.Args[1:]))
	root.SetOut(Out)
	err := root.ExecuteContext(ctx)
	// Who interrupts it, or loses the terminal, need not be told that he reads nothing.
	if lost := Out.failed(); lost != nil && ctx.Err() == nil {
		err = Tool(fmt.Errorf("writing to standard output: %w", lost))
	}
	os.Exit(status(err))
}

// untilHangup is a context that also ends when the terminal is lost: what is done by then
// is kept as after Ctrl-C. Both the kernel and a shell send the signal, so that a second
// one must not end the program. Under nohup there is none.
func untilHangup(parent context.Context) context.Context {
	if signal.Ignored(syscall.SIGHUP) {
		return parent
	}
	ctx, stop := context.WithCancel(parent)
	hangups := make(chan os.Signal, 1)
	signal.Notify(hangups, syscall.SIGHUP)
	go func() {
		<-hangups
		stop()
	}()
	return ctx
}

// surviveClosedPipe has writes to a standard output that nobody reads any more fail, and
// not end the program: what it does besides printing is worth its while. Main says so when
// all is done.
func surviveClosedPipe() { signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE) }

// status prints an error and returns the exit status it stands for. Whatever
// cobra says itself is bad usage.
func status(err error) int {
	if err == nil {
		return ExitPass
	}
	code := ExitUsage
	if e := (*exitError)(nil); errors.As(err, &e) {
		code = e.status
	}
	if errors.Is(err, context.Canceled) {
		code, err = ExitInterrupted, errors.New("interrupted")
	}
	words := strings.TrimSpace(err.Error())
	if code == ExitUsage { // one line, whatever the names in it hold, and in no library's jargon
		words = jargon().ReplaceAllString(strings.Join(strings.Fields(words), " "), "$1")
	}
	if words != "" {
		fmt.Fprintf(os.Stderr, "raftian: %s\n", words)
		if code == ExitUsage || code == ExitTool {
			onGitHub(true).Error("raftian", words) // beside the line on standard error
		}
	}
	return code
}

// jargon is what Go's libraries put before what is wrong.
func jargon() *regexp.Regexp {
	return regexp.MustCompile(`strconv\.\w+: parsing "[^"]*": |\btime: (invalid|unknown|missing)`)
}

func rootCommand(rest Rest) *cobra.Command {
	root := &cobra.Command{
		Use:   "raftian",
		Short: "A deterministic test bench for systems built on hashicorp/raft",
		Long: `Raftian runs clusters of unmodified hashicorp/raft on virtual time, from a seed,
bit for bit the same each time, while the network fails and machines crash; judges
what happened; and keeps what failed in files that reproduce it.

Exit status: 0 all judges pass, 1 a judge failed, 2 bad usage or input, 3 the tool
failed, 130 it was interrupted.`,
		Version:           version(),
		SilenceUsage:      true,
		SilenceErrors:     true,
		CompletionOptions: cobra.CompletionOptions{DisableDefaultCmd: true},
		Args: func(c *cobra.Command, args []string) error {
			if len(args) > 0 {
				return wrongCommand(c, args[0])
			}
			return nil
		},
		RunE: func(c *cobra.Command, _ []string) error {
			return Usage(errors.New("say what to do; raftian --help lists the commands"))
		},
	}
	root.AddCommand(exploreCommand(), runCommand(), rerunCommand(), checkCommand(), showCommand(), exportCommand(rest),
		shrinkCommand(), trialsCommand(), bugsCommand(), judgesCommand(), buildCommand(rest), versionCommand())
	root.AddCommand(rest.Commands...)
	for _, c := range elsewhere() {
		if !slices.ContainsFunc(rest.Commands, func(own *cobra.Command) bool { return own.Name() == c.Name() }) {
			root.AddCommand(c)
		}
	}
	root.SetFlagErrorFunc(wrongFlag)
	root.SetHelpCommand(&cobra.Command{Use: "help [COMMAND|plan|known]", Short: "Help about a command, the language of plans, or that of known failures", Args: cobra.MaximumNArgs(1),
		RunE: func(h *cobra.Command, args []string) error {
			if len(args) == 1 && args[0] == "plan" {
				return printReference(Out)
			}
			if len(args) == 1 && args[0] == "known" {
				fmt.Fprintln(Out, known.Language)
				return nil
			}
			c, left, err := root.Find(args)
			if err != nil || len(left) > 0 {
				return wrongCommand(root, args[0])
			}
			c.SetContext(h.Context())
			c.InitDefaultHelpFlag()
			return c.Help()
		}})
	return root
}

// One is for commands with one argument; what is how their help calls it.
func One(what string) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		switch {
		case len(args) == 0 || args[0] == "":
			return fmt.Errorf("%s: %s is missing", c.Name(), what)
		case len(args) > 1:
			return fmt.Errorf("%s: one %s at a time, not %d", c.Name(), what, len(args))
		}
		return nil
	}
}

// self is how to call this program again, for commands that are printed.
func self() string {
	if strings.Contains(filepath.ToSlash(os.Args[0]), "/go-build") { // go run
		return "go run ./raftian"
	}
	return filepath.Base(os.Args[0])
}
