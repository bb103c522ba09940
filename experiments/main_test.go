//go:build unix

package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"raftian/raftian/campaign/campaigntest"
	"raftian/raftian/cli"
	"raftian/raftian/cli/clitest"
)

func TestAnExperimentThatIsNoneIsBadUsage(t *testing.T) {
	clitest.Raftian(t, "experiment").Want(t, cli.ExitUsage, "name one")
	clitest.Raftian(t, "experiment", "nonsense").Want(t, cli.ExitUsage, "unknown experiment")
	clitest.Raftian(t, "experiment", "hunt", "--repeat", "-1").Want(t, cli.ExitUsage, "--repeat")
	clitest.Raftian(t, "experiment", "hunt", "--out", "main.go").Want(t, cli.ExitUsage, "not a directory")
}

// Ctrl-C costs no more than what is under way, and the next start makes what is missing,
// tables and plots.
func TestAnExperimentThatWasEndedIsGoneOnWith(t *testing.T) {
	t.Parallel()
	campaigntest.Sources(t)
	dir := t.TempDir()
	results := filepath.Join(dir, "hunt-quick")
	measured := func() int {
		b, _ := os.ReadFile(filepath.Join(results, "data.jsonl"))
		return bytes.Count(b, []byte(`{"case":`))
	}
	cmd := exec.CommandContext(t.Context(), "raftian", "experiment", "hunt", "--quick", "--jobs", "1", "--out", dir)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	var out, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(4 * time.Minute); measured() == 0; time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("nothing is measured: ", stderr.String())
		}
	}
	if err := syscall.Kill(-cmd.Process.Pid, syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	clitest.Said{Status: cmd.ProcessState.ExitCode(), Out: out.String(), Stderr: stderr.String()}.Want(t, cli.ExitInterrupted, "interrupted")
	before := measured()
	again := clitest.Raftian(t, "experiment", "hunt", "--quick", "--out", dir)
	again.Want(t, cli.ExitPass, "")
	if n := measured(); n != 4 || before < 1 || before > 3 {
		t.Errorf("%d measurements, of which %d were made before it was ended", n, before)
	}
	if !strings.Contains(again.Out, "were made before") {
		t.Errorf("it does not say how many were made before:\n%s", again.Out)
	}
	for _, name := range []string{"table.md", "hunt.svg", "hunt.png"} {
		if info, err := os.Stat(filepath.Join(results, name)); err != nil || info.Size() == 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
}
