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

	"raftian/experiments/campaign/campaigntest"
)

func TestAnExperimentThatIsNoneIsBadUsage(t *testing.T) {
	raftian(t, "experiment").want(t, exitUsage, "name one")
	raftian(t, "experiment", "nonsense").want(t, exitUsage, "unknown experiment")
	raftian(t, "experiment", "hunt", "--repeat", "-1").want(t, exitUsage, "--repeat")
	raftian(t, "experiment", "hunt", "--out", "main.go").want(t, exitUsage, "not a directory")
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
	said{cmd.ProcessState.ExitCode(), out.String(), stderr.String()}.want(t, exitInterrupted, "interrupted")
	before := measured()
	again := raftian(t, "experiment", "hunt", "--quick", "--out", dir)
	again.want(t, exitPass, "")
	if n := measured(); n != 4 || before < 1 || before > 3 {
		t.Errorf("%d measurements, of which %d were made before it was ended", n, before)
	}
	if !strings.Contains(again.out, "are there already") {
		t.Errorf("it does not say that it goes on:\n%s", again.out)
	}
	for _, name := range []string{"table.md", "hunt.svg", "hunt.png"} {
		if info, err := os.Stat(filepath.Join(results, name)); err != nil || info.Size() == 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
}
