// Package play is the game for people: a prompt without a screen, a session for a
// screen, a cluster of real nodes in one process to play on, and bots to play against.
//
// A Prompt reads commands and prints what came of them. A Session does the same for a
// screen: it keeps a live.Snapshot up to date by polling the nodes and following a
// local log. A Cluster starts and stops server.Servers; a Recorder writes what they
// report as a run file. The package draws nothing; game/view does.
//
//	play.go          Prompt: reading commands
//	commands.go      the commands
//	clusterview.go   printing how each node sees the cluster
//	watch.go         printing what is committed
//	leaderwatch.go   printing changes of the leader
//	session.go       Session: the state behind a screen
//	poller.go        Session: polling each node's status
//	follow.go        Session: following a node's local log
//	client.go        clients whose commands are tracked stage by stage
//	cluster.go       Cluster: nodes that can be cut off, killed and started
//	record.go        Recorder: a session as a run file
//	bots.go          players that are programs
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

// Machines are nodes that can be cut off, killed and started. Errors are for people to
// read.
type Machines interface {
	// Cut cuts a node off from the others. Heal undoes that; for all nodes if id is "".
	Cut(id string) error
	Heal(id string) error
	// Kill stops a node without a shutdown. Start starts it again from its disk.
	Kill(id string) error
	Start(id string) error
}

// Prompt plays the game with commands read from In.
type Prompt struct {
	In  io.Reader
	Out io.Writer
	// Ask prints a prompt before each command, as at a terminal.
	Ask bool
	// City is the city that the player plays.
	City   string
	Client *api.Client
	// Peer returns a client of the node at an address that asks no other node.
	Peer func(address string) *api.Client
	// Machines is nil if the nodes run elsewhere.
	Machines Machines

	mu sync.Mutex // held while printing
}

// errQuit is returned by the command quit.
var errQuit = errors.New("quit")

// Run reads commands until the input ends, one of them is "quit", or ctx is done.
func (p *Prompt) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	lines, failed := make(chan string), make(chan error, 1)
	go func() { // outlives Run if it is blocked in a read
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
	go p.watchLeader(ctx)
	for {
		p.printPrompt()
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

func (p *Prompt) printPrompt() {
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
