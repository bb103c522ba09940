//go:build unix

package cli

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"raftian/raftian/campaign/campaigntest"
	"raftian/raftian/cli/clitest"
)

// A terminal sends Ctrl-C to the whole process group.
func TestCtrlCSaysWhatWasDoneAndLeavesNothingBehind(t *testing.T) {
	campaigntest.Sources(t)
	dir := t.TempDir()
	cmd := exec.CommandContext(t.Context(), "raftian", append([]string{"explore", "--seeds", "1-100000", "--keep", "all", "--out", dir}, clitest.Small()...)...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	var out, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	waitForRuns(t, dir, 3, &stderr)
	// With many runs one after the other, one is under way nearly always.
	var under []int
	for range 1000 {
		if under = children(t, cmd.Process.Pid); len(under) > 0 {
			break
		}
	}
	for _, pid := range under {
		if group, err := syscall.Getpgid(pid); err == nil && group == cmd.Process.Pid {
			t.Errorf("process %d gets the Ctrl-C, too, and may die of it before it is stopped", pid)
		}
	}
	if err := syscall.Kill(-cmd.Process.Pid, syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	_ = cmd.Wait()
	if took := time.Since(began); took > 10*time.Second {
		t.Errorf("it ended only after %s", took)
	}
	clitest.Said{Status: cmd.ProcessState.ExitCode(), Out: out.String(), Stderr: stderr.String()}.Want(t, ExitInterrupted, "interrupted")
	for _, words := range []string{"interrupted: the seeds not yet run", "digest over all runs", "operations "} {
		if !strings.Contains(out.String(), words) {
			t.Errorf("it does not say %q:\n%s", words, out.String())
		}
	}
	if strings.Contains(out.String(), "no-panic: fail") {
		t.Errorf("a run that was stopped is taken for one that failed:\n%s", out.String())
	}
	for _, pid := range under {
		if syscall.Kill(pid, 0) == nil {
			t.Errorf("process %d is left behind", pid)
		}
	}
	for _, name := range clitest.Names(t, dir) {
		if !strings.HasSuffix(name, ".run") {
			t.Errorf("file %s is left behind", name)
			continue
		}
		campaigntest.Events(t, filepath.Join(dir, name)) // which fails if it is not whole
	}
}

// children lists the processes whose parent is that one; on systems that do not
// show them, none.
func children(t *testing.T, parent int) (pids []int) {
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range stats {
		stat, err := os.ReadFile(name)
		if err != nil {
			continue // it is over
		}
		var pid, of int
		var state string
		after := bytes.LastIndexByte(stat, ')') + 1 // a process may be called anything
		if _, err := fmt.Sscan(string(stat[after:]), &state, &of); err != nil || of != parent || state == "Z" {
			continue
		}
		if _, err := fmt.Sscan(string(stat), &pid); err == nil {
			pids = append(pids, pid)
		}
	}
	return pids
}

// piped starts the command with a pipe to read from.
func piped(t *testing.T, args ...string) (cmd *exec.Cmd, out io.ReadCloser, stderr *bytes.Buffer) {
	t.Helper()
	cmd, stderr = exec.CommandContext(t.Context(), "raftian", args...), new(bytes.Buffer)
	cmd.Stderr = stderr
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	return cmd, out, stderr
}

func TestCtrlCStopsARun(t *testing.T) {
	campaigntest.Sources(t)
	out := filepath.Join(t.TempDir(), "x.run")
	cmd, stdout, stderr := piped(t, "run", "--seed", "1", "--length", "1h", "--rate", "30", "--out", out)
	// It says what is about to run, and then runs it.
	lines := bufio.NewScanner(stdout)
	for lines.Scan() && !strings.HasPrefix(lines.Text(), "seed 1: ") {
	}
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	_, _ = io.Copy(io.Discard, stdout)
	_ = cmd.Wait()
	clitest.Said{Status: cmd.ProcessState.ExitCode(), Stderr: stderr.String()}.Want(t, ExitInterrupted, "interrupted")
	if left := clitest.Names(t, filepath.Dir(out)); len(left) != 0 {
		t.Errorf("it left %v behind", left)
	}
}

// As in `raftian show FILE | head -1`.
func TestAReaderThatHasSeenEnoughIsNoError(t *testing.T) {
	cmd, out, stderr := piped(t, "show", "--kind", "all", clitest.Kept(t))
	if line, err := bufio.NewReaderSize(out, 16).ReadString('\n'); err != nil || !strings.HasPrefix(line, "seed "+clitest.KeptSeed+", ") {
		t.Errorf("the first line is %q, %v", line, err)
	}
	out.Close()
	_ = cmd.Wait()
	if stderr.Len() > 0 {
		t.Errorf("on standard error it says %q", stderr.String())
	}
}

// A disk that is full is no reader that has seen enough.
func TestOutputThatCannotBeWrittenIsTheToolsFailure(t *testing.T) {
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip("this needs /dev/full: ", err)
	}
	defer full.Close()
	for _, args := range [][]string{
		{"show", clitest.Kept(t)}, {"check", "--json", clitest.Kept(t)}, {"check", clitest.Kept(t)}, {"rerun", clitest.Kept(t)},
		{"run", "--plan"}, {"bugs"}, {"judges"}, {"judges", "--json"}, {"version"}, {"--help"}, {"help", "run"},
	} {
		cmd := exec.CommandContext(t.Context(), "raftian", args...)
		var stderr bytes.Buffer
		cmd.Stdout, cmd.Stderr = full, &stderr
		_ = cmd.Run()
		clitest.Said{Status: cmd.ProcessState.ExitCode(), Stderr: stderr.String()}.Want(t, ExitTool, "no space left")
	}
}

// waitForRuns waits until a directory holds so many runs.
func waitForRuns(t *testing.T, dir string, n int, stderr *bytes.Buffer) {
	t.Helper()
	for deadline := time.Now().Add(4 * time.Minute); len(clitest.Names(t, dir)) < n; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("no runs are kept: ", stderr.String())
		}
	}
}

// A terminal that goes sends a signal, of which a shell sends another one, and takes
// nothing that is written any more.
func TestALostTerminalLosesNothing(t *testing.T) {
	campaigntest.Sources(t)
	dir, beside := t.TempDir(), t.TempDir()
	junit := filepath.Join(beside, "junit.xml")
	cmd, out, stderr := piped(t, append([]string{"explore", "--seeds", "1-100000", "--bug", "ack-before-commit", "--out", dir, "--junit", junit, "--corpus", beside}, clitest.Small()...)...)
	waitForRuns(t, dir, 3, stderr)
	if x := readJUnit(t, junit); x.Failures == 0 || x.Errors != 1 {
		t.Errorf("while it runs, the JUnit file has %d failures and %d errors", x.Failures, x.Errors)
	}
	out.Close()
	waitForRuns(t, dir, len(clitest.Names(t, dir))+1, stderr)
	for range 3 {
		if err := cmd.Process.Signal(syscall.SIGHUP); err != nil {
			t.Fatal(err)
		}
		time.Sleep(20 * time.Millisecond)
	}
	_ = cmd.Wait()
	clitest.Said{Status: cmd.ProcessState.ExitCode(), Stderr: stderr.String()}.Want(t, ExitFail, "")
	failed := len(clitest.Names(t, dir))
	for _, name := range clitest.Names(t, dir) {
		campaigntest.Events(t, filepath.Join(dir, name)) // which fails if it is not whole
	}
	x := readJUnit(t, junit)
	if x.Failures != failed || x.Errors != 1 || !strings.Contains(x.Cases[len(x.Cases)-1].Error.Message, "interrupted") {
		t.Errorf("of %d failures the JUnit file has %d, and %d errors", failed, x.Failures, x.Errors)
	}
	if c, err := os.ReadFile(filepath.Join(beside, "game.jsonl")); err != nil || bytes.Count(c, []byte("\n")) < 3 {
		t.Errorf("the corpus is %s, %v", c, err)
	}
}

// What is written to is not what a campaign is for.
func TestACampaignWhoseReaderHasGoneComesToItsEnd(t *testing.T) {
	campaigntest.Sources(t)
	dir := t.TempDir()
	cmd, out, stderr := piped(t, append([]string{"explore", "--seeds", "1-6", "--keep", "all", "--out", dir}, clitest.Small()...)...)
	out.Close()
	_ = cmd.Wait()
	clitest.Said{Status: cmd.ProcessState.ExitCode(), Stderr: stderr.String()}.Want(t, ExitTool, "broken pipe")
	if names := clitest.Names(t, dir); len(names) != 6 {
		t.Errorf("kept are %v", names)
	}
}

func TestUnderNohupALostTerminalIsNothing(t *testing.T) {
	campaigntest.Sources(t)
	dir := t.TempDir()
	cmd := exec.CommandContext(t.Context(), "sh", append([]string{"-c", `trap "" HUP; exec raftian "$@"`, "sh", "explore", "--seeds", "1-8", "--keep", "all", "--out", dir}, clitest.Small()...)...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	waitForRuns(t, dir, 1, &stderr)
	if err := cmd.Process.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	clitest.Said{Status: cmd.ProcessState.ExitCode(), Stderr: stderr.String()}.Want(t, ExitPass, "")
	if names := clitest.Names(t, dir); len(names) != 8 {
		t.Errorf("kept are %v", names)
	}
}
