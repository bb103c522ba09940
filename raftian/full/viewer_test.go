package main

import (
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"raftian/raftian/cli"
	"raftian/raftian/cli/clitest"
)

// The viewer that was built elsewhere is served where there is no Go: the one that is
// named, and the one beside the program.
func TestAViewerBuiltBeforeIsServedWithoutGo(t *testing.T) {
	if !*served {
		t.Skip("-served is not said")
	}
	dir := t.TempDir()
	viewer := filepath.Join(dir, "viewer")
	clitest.Raftian(t, "build", "--viewer", "--out", viewer).Want(t, cli.ExitPass, "")
	self, err := exec.LookPath("raftian")
	if err != nil {
		t.Fatal(err)
	}
	copied := filepath.Join(dir, "raftian")
	program, err := os.ReadFile(self)
	if err == nil {
		err = os.WriteFile(copied, program, 0o700)
	}
	if err != nil {
		t.Fatal(err)
	}
	run := clitest.Kept(t)
	start := func(args ...string) *exec.Cmd {
		cmd := exec.CommandContext(t.Context(), copied, append([]string{"replay", run, "--web", "127.0.0.1:0"}, args...)...)
		cmd.Env = []string{"PATH=" + t.TempDir(), "HOME=" + t.TempDir()}
		return cmd
	}

	clitest.Finish(t, start()).Want(t, cli.ExitTool, "raftian build --viewer")
	clitest.Finish(t, start("--viewer", run)).Want(t, cli.ExitUsage, "is no viewer")
	isServed(t, start("--viewer", viewer))
	if err := os.Rename(viewer, filepath.Join(dir, cli.ViewerName)); err != nil {
		t.Fatal(err)
	}
	isServed(t, start())
}

// startServer starts a command that serves, and returns what it prints first: where. It is
// interrupted at the end of the test.
func startServer(t *testing.T, cmd *exec.Cmd) string {
	t.Helper()
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(os.Interrupt)
		_ = cmd.Wait()
	})
	buffer := make([]byte, 200)
	n, err := out.Read(buffer)
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(buffer[:n]))
}

// isServed starts a server and loads what a browser loads.
func isServed(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	base := startServer(t, cmd)
	for path, begins := range map[string]string{"": "<!doctype html>", "viewer.wasm": "\x00asm", "wasm_exec.js": "//"} {
		response, err := http.Get(base + path)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(response.Body)
		_ = response.Body.Close()
		if err != nil || !strings.HasPrefix(string(body), begins) {
			t.Errorf("/%s begins with %.20q, %v; want %q", path, body, err, begins)
		}
	}
}
