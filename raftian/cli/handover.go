package cli

import (
	"context"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"raftian/netsim/toolchain"
)

// full is the program with all commands.
const full = "raftian/raftian/full"

// Command begins one of raftian/full's commands with what the list of commands says of
// it.
func Command(name string) *cobra.Command {
	for _, c := range elsewhere() {
		if c.Name() == name {
			return &cobra.Command{Use: c.Use, Short: c.Short}
		}
	}
	panic("cli: no command is called " + name)
}

// elsewhere are raftian/full's commands, each of which has that program go on. That
// parses the flags, too.
func elsewhere() (all []*cobra.Command) {
	for _, words := range []struct{ use, short string }{
		{"replay FILE.run", "Look at a kept run: what every node, message and call was doing at any moment"},
		{"experiment NAME", "Answer a question with data"},
		{"serve", "Run one real node over TCP"},
		{"play", "Play on a cluster of real nodes in one process"},
		{"attach ADDR", "Play on a cluster that runs"},
	} {
		c := &cobra.Command{Use: words.use, Short: words.short, DisableFlagParsing: true,
			RunE: func(c *cobra.Command, _ []string) error { return handOver(c.Context(), c.Name()) }}
		c.SetHelpFunc(func(c *cobra.Command, _ []string) { os.Exit(status(handOver(c.Context(), c.Name()))) })
		all = append(all, c)
	}
	return all
}

// handOver builds raftian/full and has it do what was asked for, in place of this
// process. It returns if it cannot.
func handOver(ctx context.Context, what string) error {
	var p toolchain.Program
	o := toolchain.Options{Package: full, Dir: toolchain.Source(), Ordinary: true}
	err := building(&o, "building what "+what+" needs", func() (err error) {
		p, err = toolchain.Build(ctx, o)
		return err
	})
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case err != nil:
		return Tool(fmt.Errorf("%s is part of raftian/full, which is built when it is needed, and was not: %s", what, OneLine(err)))
	}
	return become(p.Path)
}
