package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"raftian/linearizability"
	"raftian/raftian/campaign"
	"raftian/raftian/cli/clitest"
	"raftian/raftian/guest"
)

// madeRun is a run of a seed that is over; a signature of "" is that it passed.
func madeRun(seed uint64, plan, signature string) campaign.Made {
	m := campaign.Made{Seed: seed, Plan: strings.Repeat(plan, 64)}
	if signature != "" {
		m.Failure = &campaign.Failure{Seed: seed, Verdicts: []linearizability.Verdict{{Judge: "log-matching", Signature: signature}}}
	}
	return m
}

func day(n int) time.Time { return time.Date(2026, 1, n, 12, 0, 0, 0, time.UTC) }

func opened(t *testing.T, dir string, o guest.Options, now time.Time) *corpus {
	t.Helper()
	c, err := openCorpus(dir, "game", o, now)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestWhatFailedIsTriedFirstUntilItsLineIsDeleted(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "corpus")
	o := guest.Options{Length: time.Second, Rate: 60}
	c := opened(t, dir, o, day(1))
	for _, m := range []campaign.Made{madeRun(1, "a", ""), madeRun(9, "b", "hole"), madeRun(2, "c", "hole")} {
		if err := c.take(m); err != nil {
			t.Fatal(err)
		}
	}
	b, err := os.ReadFile(filepath.Join(dir, "game.jsonl"))
	line := func(seed int, plan string) string {
		return fmt.Sprintf(`{"seed":%d,"draw":"length 1s, machines drawn, faults calm, rate 60","plan":"%s","judge":"log-matching","signature":"hole","since":"2026-01-01"}`+"\n", seed, plan)
	}
	if err != nil || string(b) != line(2, "cccccccccccccccc")+line(9, "bbbbbbbbbbbbbbbb") {
		t.Fatalf("the file is\n%s%v", b, err)
	}

	c = opened(t, dir, o, day(5))
	if got := c.first(); !slices.Equal(got, []uint64{2, 9}) {
		t.Errorf("first come %v", got)
	}
	for _, m := range []campaign.Made{madeRun(2, "c", ""), madeRun(9, "d", "gap")} {
		if err := c.take(m); err != nil {
			t.Fatal(err)
		}
	}
	var said strings.Builder
	c.print(&said)
	for _, words := range []string{"2 seeds tried first, 1 of which still fails (9); 0 added", "seed 2, which failed from 2026-01-01 on, passes since 2026-01-05", "now drawn from seed 9"} {
		if !strings.Contains(said.String(), words) {
			t.Errorf("it does not say %q:\n%s", words, said.String())
		}
	}

	// What passes stays, and comes last.
	c = opened(t, dir, o, day(7))
	if err := c.take(madeRun(2, "c", "")); err != nil {
		t.Fatal(err)
	}
	if got := c.first(); !slices.Equal(got, []uint64{9, 2}) || c.seeds[0].Passes != "2026-01-05" || c.seeds[1].Signature != "gap" || c.seeds[1].Since != "2026-01-01" {
		t.Errorf("first come %v of %+v", got, c.seeds)
	}
	if err := c.take(madeRun(2, "c", "hole")); err != nil || c.seeds[0].Passes != "" {
		t.Errorf("that fails again and is %+v, %v", c.seeds[0], err)
	}

	// Other flags draw other plans from the seeds.
	o.Rate = 61
	c = opened(t, dir, o, day(7))
	if got := c.first(); len(got) != 0 || c.Sum.Untried != 2 {
		t.Errorf("of other flags come %v, and %d are not tried", got, c.Sum.Untried)
	}
}

func TestACorpusKeepsFewThatFailAlike(t *testing.T) {
	c := opened(t, t.TempDir(), guest.Options{}, day(1))
	for seed := range uint64(3 * corpusMost) {
		for k, signature := range []string{"hole", "gap"} {
			if err := c.take(madeRun(10*seed+uint64(k), "a", signature)); err != nil {
				t.Fatal(err)
			}
		}
	}
	if len(c.seeds) != 2*corpusMost || c.Sum.Alike != 4*corpusMost {
		t.Errorf("it has %d seeds, and %d were not added", len(c.seeds), c.Sum.Alike)
	}
}

func TestACorpusThatIsNoneIsRefusedWithItsLine(t *testing.T) {
	for _, text := range []string{"seed 7\n", `{"seed":7}` + "\n", `{"seed":-7,"draw":"x"}` + "\n", "\n<<<<<<< HEAD\n"} {
		dir := t.TempDir()
		file := filepath.Join(dir, "game.jsonl")
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := openCorpus(dir, "game", guest.Options{}, day(1)); err == nil || !strings.Contains(err.Error(), fmt.Sprintf("%s:%d: ", file, strings.Count(text, "\n"))) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestTheNextCampaignBeginsWithWhatFailed(t *testing.T) {
	dir := t.TempDir()
	args := append([]string{"explore", "--jobs", "1", "--out", dir, "--corpus", filepath.Join(dir, "corpus"), "--bug", "ack-before-commit"}, clitest.Small()...)
	first := clitest.Raftian(t, append(args, "--seeds", "6-7")...)
	first.Want(t, ExitFail, "")
	first.WantLines(t, "seed 7 fails  linearizability: no order", "no seed of it was tried; 1 added", "seed 7  linearizability: fail")
	second := clitest.Raftian(t, append(args, "--seeds", "3-4")...)
	second.Want(t, ExitFail, "")
	second.WantLines(t, "seeds 3-4: 2 runs", "game.jsonl: 1 seed first", "seed 7 fails", "1 seed tried first, 1 of which still fails (7); 0 added", "seed 7  linearizability: fail")
	s := exploreJSON(t, ExitFail, append(args[1:], "--seeds", "3-4")...)
	if s.Runs != 3 || s.Corpus == nil || !slices.Equal(s.Corpus.Fail, []uint64{7}) {
		t.Errorf("%+v", s)
	}
}
