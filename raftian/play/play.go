// Package play is the game without a screen: a prompt at which a person, or a pipe,
// attacks and looks; a cluster of real nodes in one process to do it on; and bots to
// do it against.
//
//	play.go      Prompt: reading commands
//	commands.go  what they do
//	who.go       telling how each node sees the cluster
//	watch.go     telling what is committed
//	news.go      telling when another node leads
//	cluster.go   Cluster: nodes that can be cut off, killed and started
//	bots.go      players that are none
package play

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"

	"raftian/raftian/api"
)

// Machines are nodes that the person has at hand. Errors are for him to read.
type Machines interface {
	// Cut cuts a node off from the others, and Heal undoes that; of "" for all.
	Cut(id string) error
	Heal(id string) error
	// Kill ends a node without a goodbye, and Start starts it again from its disk.
	Kill(id string) error
	Start(id string) error
}

// Prompt is where a person plays.
type Prompt struct {
	In  io.Reader
	Out io.Writer
	// Ask prints a prompt before each command, as for a person at a terminal.
	Ask bool
	// City is the one that he plays.
	City   string
	Client *api.Client
	// Peer returns a client of the node at an address, which asks no other.
	Peer func(address string) *api.Client
	// Machines are nil if the nodes are elsewhere.
	Machines Machines

	mu sync.Mutex // held while something is printed
}

// errQuit ends a Prompt.
var errQuit = errors.New("quit")

// Run reads commands until the input ends, one of them is "quit", or ctx is done.
func (p *Prompt) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	lines, failed := make(chan string), make(chan error, 1)
	go func() { // it is left behind in a read that nothing can end
		in := bufio.NewScanner(p.In)
		for in.Scan() {
			select {
			case lines <- in.Text():
			case <-ctx.Done():
				return
			}
		}
		failed <- in.Err()
		close(lines)
	}()
	go p.news(ctx)
	for {
		p.ask()
		select {
		case <-ctx.Done():
			return nil
		case line, more := <-lines:
			if !more {
				return <-failed
			}
			if !p.Ask {
				p.say("> %s", line)
			}
			switch err := p.do(ctx, strings.Fields(line)); {
			case errors.Is(err, errQuit):
				return nil
			case err != nil && ctx.Err() == nil:
				p.say("  %v", err)
			}
		}
	}
}

func (p *Prompt) ask() {
	if !p.Ask {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	fmt.Fprintf(p.Out, "%s> ", p.City)
}

// say prints a line.
func (p *Prompt) say(format string, args ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	fmt.Fprintf(p.Out, format+"\n", args...)
}
