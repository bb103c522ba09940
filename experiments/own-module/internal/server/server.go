// Package server is a server of the shop: it sets up hashicorp/raft, and gets commands to
// whichever server leads.
package server

import (
	"bufio"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/hashicorp/raft"
)

// NewRaft is raft.NewRaft, or a function that does more.
type NewRaft func(*raft.Config, raft.FSM, raft.LogStore, raft.StableStore, raft.SnapshotStore, raft.Transport) (*raft.Raft, error)

// Parts are what a Server is made of.
type Parts struct {
	NewRaft   NewRaft
	Config    *raft.Config
	FSM       raft.FSM
	Logs      raft.LogStore
	Stable    raft.StableStore
	Snapshots raft.SnapshotStore
	Transport raft.Transport
	First     raft.Configuration // of an empty cluster
	Listener  net.Listener       // for commands
	Dial      func(address string, timeout time.Duration) (net.Conn, error)
	// Command is where the server takes commands whose Raft address is given.
	Command func(raft.ServerAddress) string
}

// Server is a running server.
type Server struct {
	Parts
	raft *raft.Raft
	wg   sync.WaitGroup
}

const timeout = 2 * time.Second

// Start starts a server.
func Start(p Parts) (*Server, error) {
	r, err := p.NewRaft(p.Config, p.FSM, p.Logs, p.Stable, p.Snapshots, p.Transport)
	if err != nil {
		return nil, err
	}
	if err := r.BootstrapCluster(p.First).Error(); err != nil && !errors.Is(err, raft.ErrCantBootstrap) {
		return nil, errors.Join(err, r.Shutdown().Error())
	}
	s := &Server{Parts: p, raft: r}
	s.wg.Add(1)
	go s.serve()
	return s, nil
}

// Stop stops it.
func (s *Server) Stop() error {
	err := s.Listener.Close()
	return errors.Join(err, s.raft.Shutdown().Error())
}

// ErrNotDone says that a command had no effect, and will have none.
var ErrNotDone = errors.New("not done")

// Do gets a command to the leader. tag, one word, goes into the log beside it. index is where
// the command is in the log. An error that is not ErrNotDone leaves open whether the command
// has an effect.
func (s *Server) Do(tag, command string) (index uint64, out string, err error) {
	if s.raft.State() == raft.Leader {
		return s.apply(tag, command)
	}
	leader, _ := s.raft.LeaderWithID()
	if leader == "" {
		return 0, "", fmt.Errorf("%w: no leader", ErrNotDone)
	}
	conn, err := s.Dial(s.Command(leader), timeout)
	if err != nil {
		return 0, "", fmt.Errorf("%w: %v", ErrNotDone, err)
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(timeout))
	fmt.Fprintf(conn, "%s %s\n", tag, command)
	line, err := bufio.NewReader(conn).ReadString('\n')
	if err != nil {
		return 0, "", err
	}
	// ok INDEX OUT, no WHY, or open WHY
	word, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
	switch number, out, _ := strings.Cut(rest, " "); word {
	case "ok":
		index, err = strconv.ParseUint(number, 10, 64)
		return index, out, err
	case "no":
		return 0, "", fmt.Errorf("%w: %s", ErrNotDone, rest)
	}
	return 0, "", errors.New(rest)
}

// apply has the leader apply a command.
func (s *Server) apply(tag, command string) (index uint64, out string, err error) {
	f := s.raft.ApplyLog(raft.Log{Data: []byte(command), Extensions: []byte(tag)}, timeout)
	switch err := f.Error(); {
	case errors.Is(err, raft.ErrNotLeader), errors.Is(err, raft.ErrEnqueueTimeout), errors.Is(err, raft.ErrLeadershipTransferInProgress):
		return 0, "", fmt.Errorf("%w: %v", ErrNotDone, err)
	case err != nil:
		return 0, "", err
	}
	return f.Index(), fmt.Sprint(f.Response()), nil
}

func (s *Server) serve() {
	defer s.wg.Done()
	for {
		conn, err := s.Listener.Accept()
		if err != nil {
			return
		}
		go s.answer(conn)
	}
}

// answer answers one command of another server.
func (s *Server) answer(conn net.Conn) {
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(2 * timeout))
	line, err := bufio.NewReader(conn).ReadString('\n')
	if err != nil {
		return
	}
	tag, command, _ := strings.Cut(strings.TrimSpace(line), " ")
	switch index, out, err := s.apply(tag, command); {
	case errors.Is(err, ErrNotDone):
		fmt.Fprintf(conn, "no %v\n", err)
	case err != nil:
		fmt.Fprintf(conn, "open %v\n", err)
	default:
		fmt.Fprintf(conn, "ok %d %s\n", index, out)
	}
}
