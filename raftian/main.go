// Command raftian is a deterministic test bench for systems built on
// hashicorp/raft.
//
// This package parses flags and prints; what happens is in experiments/campaign
// and below.
//
//	main.go      the commands, exit status
//	build.go     building the world program, with progress
//	explore.go   raftian explore
//	run.go       raftian run, rerun
//	check.go     raftian check
//	histories.go raftian check --model
//	show.go      raftian show: which events, and the verdicts
//	story.go     telling the events of a run
//	export.go    raftian export
//	replay.go    raftian replay, and pictures of runs
//	web.go       raftian replay --web, play --web
//	fork.go      runs of plans that were changed in the viewer
//	out.go       where files go, and JSON
//	shrink.go    raftian shrink
//	trials.go    raftian test
//	serve.go     raftian serve
//	play.go      raftian play
//	attach.go    raftian attach
//	screen.go    where a game is played: a window, a browser or the prompt
//	experiment.go raftian experiment
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
)

// The exit statuses; scripts depend on them.
const (
	exitPass        = 0
	exitFail        = 1 // a judge did not pass: a finding, not an error
	exitUsage       = 2 // bad usage or bad input, said in one line
	exitTool        = 3 // the tool itself failed
	exitInterrupted = 130
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

// usage marks an error as bad usage or bad input.
func usage(err error) error { return &exitError{exitUsage, err} }

// tool marks an error as the tool's own failure.
func tool(err error) error { return &exitError{exitTool, err} }

// finding says that a judge did not pass; what it found has been printed.
func finding() error { return &exitError{status: exitFail} }

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	// A second Ctrl-C ends it at once.
	context.AfterFunc(ctx, stop)
	root := rootCommand()
	root.SetArgs(likeGoTest(os.Args[1:]))
	os.Exit(status(root.ExecuteContext(ctx)))
}

// status prints an error and returns the exit status it stands for. Whatever
// cobra says itself is bad usage.
func status(err error) int {
	if err == nil {
		return exitPass
	}
	code := exitUsage
	if e := (*exitError)(nil); errors.As(err, &e) {
		code = e.status
	}
	if errors.Is(err, context.Canceled) {
		code, err = exitInterrupted, errors.New("interrupted")
	}
	words := strings.TrimSpace(err.Error())
	if code == exitUsage { // one line, whatever the names in it hold
		words = strings.Join(strings.Fields(words), " ")
	}
	if words != "" {
		fmt.Fprintf(os.Stderr, "raftian: %s\n", words)
	}
	return code
}

func rootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:   "raftian",
		Short: "A deterministic test bench for systems built on hashicorp/raft",
		Long: `Raftian runs clusters of unmodified hashicorp/raft on virtual time, from a seed,
bit for bit the same each time, while the network fails and machines crash; judges
what happened; and keeps what failed in files that reproduce it.

Exit status: 0 all judges pass, 1 a judge failed, 2 bad usage or input, 3 the tool failed.`,
		SilenceUsage:      true,
		SilenceErrors:     true,
		CompletionOptions: cobra.CompletionOptions{DisableDefaultCmd: true},
		Args:              cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return usage(errors.New("say what to do; raftian --help lists the commands"))
		},
	}
	root.AddCommand(exploreCommand(), runCommand(), rerunCommand(), checkCommand(), showCommand(), exportCommand(), replayCommand(),
		shrinkCommand(), trialsCommand(), bugsCommand(), experimentCommand(), serveCommand(), playCommand(), attachCommand())
	return root
}

// self is how to call this program again, for commands that are printed.
func self() string {
	if strings.Contains(filepath.ToSlash(os.Args[0]), "/go-build") { // go run
		return "go run ./raftian"
	}
	return filepath.Base(os.Args[0])
}
