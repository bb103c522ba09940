package cli

import (
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"raftian/netsim/toolchain"
)

// The programs that have what this one has not.
const (
	full        = "raftian/raftian/full"
	experiments = "raftian/experiments"
)

// Command begins one of the other programs' commands with what the list of commands says of
// it.
func Command(name string) *cobra.Command {
	for _, c := range elsewhere() {
		if c.Name() == name {
			return &cobra.Command{Use: c.Use, Short: c.Short}
		}
	}
	panic("cli: no command is called " + name)
}

// elsewhere are the commands of the other programs. Each has its program go on, which
// parses the flags, too.
func elsewhere() (all []*cobra.Command) {
	for _, words := range []struct{ use, short, program string }{
		{"replay FILE.run", "Look at a kept run: what every node, message and call was doing at any moment", full},
		{"experiment NAME", "Answer a question with data", experiments},
		{"serve", "Run one real node over TCP", full},
		{"play", "Play on a cluster of real nodes in one process", full},
		{"attach ADDR", "Play on a cluster that runs", full},
	} {
		handOver := func(ctx context.Context, name string) error { return handOverTo(ctx, words.program, name) }
		c := &cobra.Command{Use: words.use, Short: words.short, DisableFlagParsing: true,
			RunE: func(c *cobra.Command, _ []string) error { return handOver(c.Context(), c.Name()) }}
		c.SetHelpFunc(func(c *cobra.Command, _ []string) { os.Exit(status(handOver(c.Context(), c.Name()))) })
		all = append(all, c)
	}
	return all
}

// handOver has raftian/full do what was asked for.
func handOver(ctx context.Context, what string) error { return handOverTo(ctx, full, what) }

// handOverTo builds a program and has it do what was asked for, in place of this process.
// It returns if it cannot.
func handOverTo(ctx context.Context, program, what string) error {
	path, err := buildOrdinary(ctx, program, what)
	if err != nil {
		return err
	}
	return become(path)
}

// Full returns the path of raftian/full, which is built if need be.
func Full(ctx context.Context) (string, error) {
	return buildOrdinary(ctx, full, "a process of its own")
}

// buildOrdinary builds one of the other programs and returns its path. what is what it is
// wanted for.
func buildOrdinary(ctx context.Context, program, what string) (path string, err error) {
	var p toolchain.Program
	o := toolchain.Options{Package: program, Dir: toolchain.Source(), Ordinary: true}
	err = building(&o, "building what "+what+" needs", func() (err error) {
		p, err = toolchain.Build(ctx, o)
		return err
	})
	switch {
	case ctx.Err() != nil:
		return "", ctx.Err()
	case err != nil:
		return "", Tool(fmt.Errorf("%s is part of %s, which is built when it is needed, and was not: %s", what, strings.TrimPrefix(program, "raftian/"), OneLine(err)))
	}
	return p.Path, nil
}
