// Command raft is the shop's own server, with its own raft.Raft, on machines of a World.
package main

import (
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/hashicorp/raft"

	"raftian/netsim/env"
	"raftian/raftian/guest"
	"raftian/raftian/node"
	"raftian/raftian/observe"
	"raftian/raftian/store"

	"example.com/shop/_raftian/calls"
	"example.com/shop/internal/server"
	"example.com/shop/internal/stock"
)

func main() {
	guest.Main(guest.Guest{Name: "shop-raft", Call: calls.Call, Model: calls.Model}, run)
}

// run is the program of each machine. Its Env is all that it knows of the machine.
func run(e env.Env) error {
	settings, err := node.ParseSettings(e.Args()) // who takes part, and timeouts that the plan draws
	if err != nil {
		return &env.ArgsError{Err: err}
	}
	disk, err := store.Open(e.FS(), "raft", store.Options{})
	if err != nil {
		return err
	}
	self := raft.ServerAddress(e.ID() + ":7000")
	stream, err := observe.Stream(e, string(self))
	if err != nil {
		return err
	}
	listener, err := e.Listen(command(self))
	if err != nil {
		return err
	}
	var first raft.Configuration
	for _, p := range settings.Peers {
		first.Servers = append(first.Servers, raft.Server{ID: raft.ServerID(p.ID), Address: raft.ServerAddress(p.Raft)})
	}
	conf := settings.Config(e.ID())
	conf.NoSnapshotRestoreOnStart = false // the shop restores its state from the newest snapshot
	fsm := stock.New()
	o := observe.New(e)
	o.Hasher = observe.SnapshotHash(fsm)
	o.Caller = caller
	s, err := server.Start(server.Parts{
		NewRaft: o.NewRaft, Config: conf, FSM: fsm,
		Logs: disk.Log, Stable: disk.Stable, Snapshots: disk.Snapshots,
		Transport: raft.NewNetworkTransport(stream, 3, time.Second, nil),
		First:     first, Listener: listener, Dial: e.Dial, Command: command,
	})
	if err != nil {
		return err
	}
	e.OnCrash(func() { _ = s.Stop() })
	go observe.Clients(e, e.Stopping(), func(c env.Call) observe.Answer { return do(s, c) })
	<-e.Stopping()
	return errors.Join(s.Stop(), disk.Close())
}

// do makes a call of a client.
func do(s *server.Server, c env.Call) observe.Answer {
	if c.Client == env.Operator {
		return observe.Fail("the shop takes no orders")
	}
	index, out, err := s.Do(fmt.Sprintf("%s/%d", c.Client, c.Seq), c.Text)
	switch {
	case errors.Is(err, server.ErrNotDone):
		return observe.Fail(err.Error())
	case err != nil:
		return observe.Unknown(err.Error())
	}
	return observe.OK(index, out)
}

// caller is whose call an entry of the log is.
func caller(entry *raft.Log) (client string, seq uint64) {
	client, number, _ := strings.Cut(string(entry.Extensions), "/")
	seq, _ = strconv.ParseUint(number, 10, 64)
	return client, seq
}

// command is where commands go to, of the server whose Raft is at an address.
func command(at raft.ServerAddress) string {
	host, _, _ := net.SplitHostPort(string(at))
	return net.JoinHostPort(host, "7001")
}
