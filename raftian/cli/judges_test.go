package cli

import (
	"os"
	"strings"
	"testing"

	"raftian/raftian/cli/clitest"
)

func TestTheGuideHasTheTableOfNotes(t *testing.T) {
	guide, err := os.ReadFile("../../experiments/own-module/README.md")
	if err != nil {
		t.Fatal(err)
	}
	got := clitest.Raftian(t, "judges", "--notes")
	got.Want(t, ExitPass, "")
	if strings.Count(got.Out, "\n") < 10 || !strings.Contains(string(guide), "\n"+got.Out+"\n") {
		t.Errorf("raftian judges --notes prints another table than the guide has:\n%s", got.Out)
	}
}
