package cli

import (
	"strings"
	"testing"

	"raftian/raftian/cli/clitest"
)

// The faulty counter of the campaign's own tests loses additions. Its owner knows it by
// an addition that was appended and answered, and a look at it afterwards.
const lostAddition = `raftian known 1
known lost-addition
judge linearizability
signature not linearizable: get
shows invoke client=C seq=S text=add
step append machine=L index=I term=T
shows return client=C seq=S index=I text="ok*"
shows return index>I text="ok*"

known never-met
judge liveness
signature nobody leads
step crash machine=M
`

func TestAFailureOfOnesOwnThatIsKnownIsNone(t *testing.T) {
	args := []string{"--world", "../../raftian/campaign/testdata/faulty", "--length", "5s", "--machines", "3", "--faults", "calm", "--out", t.TempDir()}
	file := clitest.File(t, "own.known", []byte(lostAddition))
	got := clitest.Raftian(t, append([]string{"explore", "--seeds", "7-8", "--known", file}, args...)...)
	got.Want(t, ExitPass, "")
	got.WantLines(t, "linearizability", "2     ·", "known finding lost-addition ("+file+"), met by", "seed 7, kept in", "of "+file+", not met in 2 runs: never-met")
	s := exploreJSON(t, ExitPass, append([]string{"--seeds", "7", "--known", file}, args...)...)
	if len(s.Failed) != 0 || len(s.Known) != 1 || s.Known[0].Where != file || len(s.Unmet) != 1 || s.Unmet[0] != "never-met" {
		t.Errorf("%+v", s)
	}
	run := clitest.Raftian(t, append([]string{"run", "--seed", "7", "--known", file}, args[:8]...)...)
	run.WantLines(t, "known         linearizability         lost-addition ("+file+")", " calls \"add\" at ", " appends entry ", " returns ok")

	// One step otherwise, and the same failure is nobody's.
	other := clitest.File(t, "other.known", []byte(strings.Replace(lostAddition, "step append machine=L", "step truncate machine=L", 1)))
	got = clitest.Raftian(t, append([]string{"explore", "--seeds", "7", "--known", other}, args...)...)
	got.Want(t, ExitFail, "")
	got.WantLines(t, "seed 7 fails  linearizability", "not met in 1 run: lost-addition, never-met", "again: raftian run --seed 7", "--known "+other)
}

func TestAFileOfKnownFailuresThatIsNoneIsRefused(t *testing.T) {
	for text, want := range map[string]string{
		"known a\n": `own.known:1: the first line is not "raftian known 1"`,
		"raftian known 1\nknown term-goes-back\njudge monotonic\nsignature x\nstep role\n": "own.known:2: known term-goes-back: term-goes-back is a finding in hashicorp/raft",
		"raftian known 1\nknown a\njudge monotony\nsignature x\nstep role\n":               "own.known:2: known a: there is no judge monotony; raftian judges lists them",
	} {
		file := clitest.File(t, "own.known", []byte(text))
		for _, command := range [][]string{{"explore"}, {"run"}, {"check", file}} {
			clitest.Raftian(t, append(command, "--known", file)...).Want(t, ExitUsage, want)
		}
	}
	clitest.Raftian(t, "explore", "--known", "no-such-file").Want(t, ExitUsage, "no such file")
	got := clitest.Raftian(t, "help", "known")
	got.Want(t, ExitPass, "")
	got.WantLines(t, "raftian known 1", "known NAME", "shows KIND FIELD=VALUE")
}
