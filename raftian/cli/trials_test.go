package cli

import (
	"strings"
	"testing"

	"raftian/experiments/campaign/campaigntest"
	"raftian/raftian/cli/clitest"
)

const testdata = "raftian/netsim/toolchain/testdata/"

func TestThatNoTestRanIsNoSuccess(t *testing.T) {
	campaigntest.Sources(t)
	for _, c := range []struct {
		args   string
		status int
		words  string
	}{
		{"-run NOSUCH " + testdata + "racy", ExitFail, "no test matched --run NOSUCH in " + testdata + "racy"},
		{"-run NOSUCH " + testdata + "racy " + testdata + "skipped", ExitFail, "no test matched --run NOSUCH in"},
		{"-run NotHere " + testdata + "skipped", ExitFail, "no test ran in " + testdata + "skipped: 1 were skipped"},
		{"raftian/netsim/testdata/pulse", ExitUsage, "no tests in raftian/netsim/testdata/pulse"},
		{"-run Parts " + testdata + "racy " + testdata + "skipped", ExitPass, ""},
	} {
		args := append([]string{"test", "--seeds", "1-2"}, strings.Fields(c.args)...)
		clitest.Raftian(t, args...).Want(t, c.status, c.words)
	}
	got := clitest.Raftian(t, "test", "--seeds", "1-2", testdata+"skipped")
	got.Want(t, ExitPass, "")
	got.WantLines(t, "ok    "+testdata+"skipped  1 test, 1 skipped, 2 seeds in ")
}
