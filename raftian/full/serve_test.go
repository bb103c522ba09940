package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"raftian/raftian/cli"
	"raftian/raftian/cli/clitest"
)

// freeAddress finds a local address that nobody listens at, and that nobody will be
// given: outgoing connections have ports from 32768 up, and the tests of other packages
// that may run beside these have other ports.
func freeAddress(t *testing.T) string {
	t.Helper()
	for range 1000 {
		address := fmt.Sprintf("127.0.0.1:%d", 12000+rand.IntN(2000))
		if l, err := net.Listen("tcp", address); err == nil {
			l.Close()
			return address
		}
	}
	t.Fatal("no free port from 12000 to 14000")
	return ""
}

// typed runs the command with lines on its standard input.
func typed(t *testing.T, lines string, args ...string) clitest.Said {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "raftian", args...)
	cmd.Stdin = strings.NewReader(lines)
	return clitest.Finish(t, cmd)
}

func TestServeRunsUntilItIsToldToEnd(t *testing.T) {
	t.Parallel()
	dir, raft, api := filepath.Join(t.TempDir(), "data"), freeAddress(t), freeAddress(t)
	args := []string{"serve", "--id", "n1", "--data", dir, "--raft", raft, "--api", api, "--bootstrap", "--log", "json"}
	logs := filepath.Join(t.TempDir(), "log")
	log, err := os.Create(logs)
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	node := exec.CommandContext(t.Context(), "raftian", args...)
	node.Stderr = log
	if err := node.Start(); err != nil {
		t.Fatal(err)
	}
	played := typed(t, "wait 1s\njoin n2\nattack n2\nstatus n2 log\nwho\nnonsense\nquit\n", "attach", api)
	played.Want(t, cli.ExitPass, "")
	played.WantLines(t, "n1 of cluster ", "added n2 (entry ", "hit n2 90 (entry ", "n2  ", " 90 ", "leader", `"nonsense" is no command`, "> quit")

	clitest.Raftian(t, args...).Want(t, cli.ExitUsage, "n1 was not started: another node runs on this data directory")
	if err := node.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := node.Wait(); err != nil {
		t.Errorf("told to end, it ended with %v", err)
	}
	b, err := os.ReadFile(logs)
	if err != nil {
		t.Fatal(err)
	}
	last := ""
	for in := bufio.NewScanner(strings.NewReader(string(b))); in.Scan(); {
		var line struct{ Time, Level, Msg string }
		if err := json.Unmarshal(in.Bytes(), &line); err != nil || line.Time == "" || line.Level == "" {
			t.Errorf("a log line is %s (%v)", in.Text(), err)
		}
		last = line.Msg
	}
	if last != "stopped" {
		t.Errorf("the log ends with %q", last)
	}
}

// Elections, a node that is cut off and one that is killed, at the prompt.
func TestPlayFromAPipe(t *testing.T) {
	t.Parallel()
	began, dir := time.Now(), filepath.Join(t.TempDir(), "data")
	played := typed(t, "attack n2\nstatus n2\nn3 attack n1\nadd z\nn9 attack n1\ncut n3\nwait 1s\nn1\nwho\nheal\nkill n2\nkill n2\nwho\nstart n2\nwait 2s\nwho\nstart n9\nstatus local\nquit\n",
		"play", "--nodes", "3", "--bots=false", "--data", dir)
	played.Want(t, cli.ExitPass, "")
	played.WantLines(t, "3 nodes in ", "hit n2 90 (entry ", ", in frame ", "n2  ", " 90 ",
		"> n3 attack n1", "hit n1 90 (entry ", "> add z", "added z (entry ", "> n9 attack n1", "n9", "> cut n3", `"n1" is no command`, "> who", "leader",
		"> kill n2", "> kill n2", "n2 does not run", "> who", "does not answer", "> start n2", "> who", "leader", "> start n9", `there is no node "n9"`, "score", "> quit")
	if !strings.Contains(played.Out, "* n") || !strings.Contains(played.Out, " leads term ") { // whenever that was
		t.Errorf("it does not tell who leads:\n%s", played.Out)
	}
	after := played.Out[strings.LastIndex(played.Out, "> who"):]
	if n := strings.Count(after, " to "); n != 3 {
		t.Errorf("at the end %d nodes answer:\n%s", n, after)
	}
	again := typed(t, "status n2\n", "play", "--nodes", "3", "--bots=false", "--data", dir)
	again.Want(t, cli.ExitPass, "")
	again.WantLines(t, "> status n2", "n2  ", " 90 ")
	typed(t, "", "play", "--nodes", "5", "--data", dir).Want(t, cli.ExitUsage, "holds a cluster of 3 nodes, not of 5")
	if took := time.Since(began); took > time.Minute {
		t.Errorf("it took %v", took)
	}
}
