package main

import (
	"bufio"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"raftian/raftian/cli/clitest"
)

func TestMain(m *testing.M) { os.Exit(clitest.Main(m, ".")) }

// What is elsewhere is built and goes on in this process: it has its arguments, its
// exit status, its standard input and its signals.
func TestTheWholeCommandGoesOn(t *testing.T) {
	for _, c := range []struct {
		args   []string
		status int
		words  string
	}{
		{[]string{"replay", "missing.run"}, 2, "missing.run"},
		{[]string{"serve", "--fps", "77"}, 2, "--id is missing"},
		{[]string{"experiment", "astrology"}, 2, `unknown experiment "astrology"`},
		{[]string{"attach", "--city", "?", "127.0.0.1:1"}, 2, "no name of a city"},
		{[]string{"export", clitest.Kept(t), "--as", "svg", "--at", "1000h", "--out", t.TempDir() + "/a.svg"}, 2, "--at 1000h"},
	} {
		clitest.Raftian(t, c.args...).Want(t, c.status, c.words)
	}
	for _, args := range [][]string{{"help", "replay"}, {"replay", "--help"}} {
		got := clitest.Raftian(t, args...)
		got.Want(t, 0, "")
		got.WantLines(t, "Replay opens a kept run in a window", "Usage:\n  raftian replay FILE.run [flags]", "--screenshot")
	}

	cmd := exec.CommandContext(t.Context(), "raftian", "play", "--nodes", "1", "--no-screen")
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	if !lines.Scan() || !strings.Contains(lines.Text(), "help lists the commands") {
		t.Errorf("the first line is %q", lines.Text())
	}
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	for lines.Scan() {
	}
	_ = in.Close()
	if err := cmd.Wait(); cmd.ProcessState.ExitCode() != 130 && cmd.ProcessState.ExitCode() != 0 {
		t.Errorf("it ended with %v", err)
	}
}

// A command that was built where its source is can be called from anywhere.
func TestWhatIsBuiltOnDemandIsBuiltFromItsSource(t *testing.T) {
	program, err := exec.LookPath("raftian")
	if err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{
		{"run", "--seed", "1", "--machines", "1", "--length", "5s", "--faults", "calm", "--out", "a.run"},
		{"replay", "--help"},
	} {
		cmd := exec.CommandContext(t.Context(), program, args...)
		cmd.Dir = t.TempDir()
		clitest.Finish(t, cmd).Want(t, 0, "")
	}
}

// Where there is no Go, one line says so.
func TestWhatCannotBeBuiltIsOneLine(t *testing.T) {
	program, err := exec.LookPath("raftian")
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), program, "play")
	cmd.Env = append(os.Environ(), "PATH="+t.TempDir())
	clitest.Finish(t, cmd).Want(t, 3, "play is part of raftian/full, which is built when it is needed, and was not: ")
}
