package cli

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"raftian/raftian/cli/clitest"
)

// withoutGoCommand runs the command where the path leads to nothing, and nothing was ever
// built.
func withoutGoCommand(t *testing.T, args ...string) clitest.Said {
	t.Helper()
	self, err := exec.LookPath("raftian")
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self, args...)
	cmd.Env = []string{"PATH=" + t.TempDir(), "HOME=" + t.TempDir()}
	return clitest.Finish(t, cmd)
}

func TestAProgramThatWasBuiltElsewhereRunsWithoutGo(t *testing.T) {
	dir := t.TempDir()
	program, kept := filepath.Join(dir, "world"), filepath.Join(dir, "a.run")
	got := clitest.Raftian(t, "build", "--out", program)
	got.Want(t, ExitPass, "")
	got.WantLines(t, "guest game", "raftian/raftian/world for ")

	digest := func(got clitest.Said) string {
		t.Helper()
		got.Want(t, ExitPass, "")
		var sum struct{ Digest string }
		if err := json.Unmarshal([]byte(got.Out), &sum); err != nil {
			t.Fatalf("%v: %s", err, got.Out)
		}
		return sum.Digest
	}
	flags := clitest.Small("--seeds", "1-2", "--json", "--out", dir)
	here := digest(clitest.Raftian(t, append([]string{"explore"}, flags...)...))
	there := digest(withoutGoCommand(t, append([]string{"explore", "--program", program}, flags...)...))
	if here != there || here == "" {
		t.Errorf("the digest is %q where it was built, and %q elsewhere", here, there)
	}

	withoutGoCommand(t, append([]string{"run", "--program", program, "--seed", clitest.KeptSeed, "--out", kept}, clitest.Small()...)...).Want(t, ExitPass, "")
	got = withoutGoCommand(t, "rerun", kept, "--program", program)
	got.Want(t, ExitPass, "")
	got.WantLines(t, "same ")
	withoutGoCommand(t, "check", kept).Want(t, ExitPass, "")
	withoutGoCommand(t, "shrink", kept, "--program", program, "--out", filepath.Join(dir, "b.run")).Want(t, ExitUsage, "nothing to shrink")
	withoutGoCommand(t, "rerun", kept).Want(t, ExitTool, "there is no go command on the PATH; with --program")

	withoutGoCommand(t, "explore", "--program", program, "--raft", "v1.7.3").Want(t, ExitUsage, "give it to raftian build")
	withoutGoCommand(t, "rerun", kept, "--program", program, "--raft", "v1.7.3").Want(t, ExitUsage, "give it to raftian build")
	withoutGoCommand(t, "explore", "--program", kept).Want(t, ExitUsage, "no world program that raftian build has written")
	if got := withoutGoCommand(t, "version"); !strings.Contains(got.Out, "without it") {
		t.Errorf("version does not say what can be done without Go:\n%s", got.Out)
	}
}

func TestBuildSaysWhatIsMissing(t *testing.T) {
	out := filepath.Join(t.TempDir(), "out")
	clitest.Raftian(t, "build").Want(t, ExitUsage, "--out")
	clitest.Raftian(t, "build", "--out", filepath.Join(out, "none", "file")).Want(t, ExitUsage, "its directory does not exist")
	clitest.Raftian(t, "build", "--viewer", "--raft", "v1.7.3", "--out", out).Want(t, ExitUsage, "no meaning for the viewer")
	clitest.Raftian(t, "build", "--raft", "nowhere", "--out", out).Want(t, ExitUsage, "--raft nowhere")
	clitest.Raftian(t, "build", "--world", "./testdata", "--out", out).Want(t, ExitUsage, "--world ./testdata")
	if _, err := os.Stat(out); err == nil {
		t.Error("a file was written")
	}
}
