package cli

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"

	"raftian/netsim/env"
	"raftian/netsim/trace"
	"raftian/raftian/campaign/campaigntest"
	"raftian/raftian/cli/clitest"
)

func TestAKeptRunIsMadeAgainEventByEvent(t *testing.T) {
	got := clitest.Raftian(t, "rerun", clitest.Kept(t))
	got.Want(t, ExitPass, "")
	digest, ok := strings.CutPrefix(strings.TrimSpace(got.Out), "same ")
	if !ok || len(digest) != 64 {
		t.Errorf("it says %q; want same and a digest", got.Out)
	}
}

func TestARerunThatDiffersShowsBothSides(t *testing.T) {
	path := clitest.Kept(t)
	middle := len(campaigntest.Events(t, path)) / 2
	doctored := campaigntest.Doctor(t, path, func(all []trace.Event) []trace.Event {
		all[middle].Term += 1000
		return all
	})
	got := clitest.Raftian(t, "rerun", doctored)
	got.Want(t, ExitTool, "the run differs")
	e := campaigntest.Events(t, doctored)[middle]
	then, now, _ := strings.Cut(got.Out, "now ")
	for side, words := range map[string]string{"then": then, "now": now} {
		if !strings.Contains(words, "event "+strconv.Itoa(middle+1)+"  "+e.At.String()+"  ") {
			t.Errorf("%s: it does not show event %d at %s:\n%s", side, middle+1, e.At, got.Out)
		}
	}
	if !strings.Contains(then, string(trace.AppendJSON(nil, &e))) || strings.Contains(now, `"term":1000`) {
		t.Errorf("it does not show the event that was changed, or shows it as what happens now:\n%s", got.Out)
	}
}

// A second leader of one term, written into the file, is what a broken election
// would have left there.
func TestAPlantedViolationIsFoundInAFile(t *testing.T) {
	path := clitest.Kept(t)
	clitest.Raftian(t, "check", path).Want(t, ExitPass, "")
	var first, second int
	doctored := campaigntest.Doctor(t, path, func(all []trace.Event) []trace.Event {
		first = slices.IndexFunc(all, func(e trace.Event) bool { return e.Kind == env.KindRole && e.Text == "leader" })
		usurper := all[first]
		if usurper.Machine = "n1"; all[first].Machine == "n1" {
			usurper.Machine = "n2"
		}
		second = first + 1
		return slices.Insert(all, second, usurper)
	})
	got := clitest.Raftian(t, "check", doctored)
	got.Want(t, ExitFail, "")
	if !strings.Contains(got.Out, "election-safety") {
		t.Fatalf("the judge is not named:\n%s", got.Out)
	}
	for _, event := range []int{first + 1, second + 1} {
		if !strings.Contains(got.Out, "event "+strconv.Itoa(event)+": ") {
			t.Errorf("event %d is not given as evidence:\n%s", event, got.Out)
		}
	}

	got = clitest.Raftian(t, "check", "--json", doctored)
	got.Want(t, ExitFail, "")
	var c checked
	if err := json.Unmarshal([]byte(got.Out), &c); err != nil {
		t.Fatalf("%v: %s", err, got.Out)
	}
	if c.File != doctored || strconv.FormatUint(c.Seed, 10) != clitest.KeptSeed || c.Events == 0 || len(c.Digest) != 64 || c.Operations == 0 || len(c.Verdicts) < 10 {
		t.Errorf("it says %+v", c)
	}
}

// Whatever is wrong with a file: every command that reads one says so in a line.
func TestAFileThatIsNoWholeRunIsOneLineAndStatus2(t *testing.T) {
	whole, err := os.ReadFile(clitest.Kept(t))
	if err != nil {
		t.Fatal(err)
	}
	flipped := bytes.Clone(whole)
	flipped[len(flipped)/2] ^= 0x10
	unzip, err := zstd.NewReader(nil)
	if err != nil {
		t.Fatal(err)
	}
	text, err := unzip.DecodeAll(whole, nil)
	if err != nil {
		t.Fatal(err)
	}
	compress := func(text []byte) []byte {
		w, err := zstd.NewWriter(nil)
		if err != nil {
			t.Fatal(err)
		}
		return w.EncodeAll(text, nil)
	}
	for name, c := range map[string]struct {
		bytes []byte
		words string
	}{
		"empty":          {nil, "the run is cut off before its first event"},
		"one byte":       {whole[:1], "the run is cut off"},
		"cut early":      {whole[:200], "the run is cut off before its first event"},
		"cut in half":    {whole[:len(whole)/2], "the run is cut off after event "},
		"cut at the end": {whole[:len(whole)-200], "the run is cut off after event "},
		"damaged":        {flipped, "the run is damaged after event "},
		"no run":         {[]byte("seed 3\n"), "not a run file"},
		"other version":  {compress(bytes.Replace(text, []byte(`{"raftian_run":1,`), []byte(`{"raftian_run":9,`), 1)), "format 9"},
		"no such plan":   {compress(bytes.Replace(text, []byte(`\nmachines `), []byte(`\nmachine `), 1)), "its plan: line "},
		"not its digest": {compress(bytes.Replace(text, []byte(`"kind":"boot"`), []byte(`"kind":"loot"`), 1)), "digest"},
	} {
		for _, command := range []string{"rerun", "check", "show"} {
			t.Run(command+" "+name, func(t *testing.T) {
				path := clitest.File(t, "x.run", c.bytes)
				got := clitest.Raftian(t, command, path)
				got.Want(t, ExitUsage, path+": ")
				got.Want(t, ExitUsage, c.words)
			})
		}
	}
}

// A directory is a file, too, but not one to read.
func TestADirectoryIsNoRun(t *testing.T) {
	for _, command := range []string{"rerun", "check", "show", "run"} {
		clitest.Raftian(t, command, t.TempDir()).Want(t, ExitUsage, "is a directory")
	}
}

// A run that is cut off is told and judged as far as it goes.
func TestWhatIsLeftOfACutRunIsShownAndJudged(t *testing.T) {
	whole, err := os.ReadFile(clitest.Kept(t))
	if err != nil {
		t.Fatal(err)
	}
	cut := clitest.File(t, "cut.run", whole[:len(whole)/2])
	got := clitest.Raftian(t, "show", cut)
	got.Want(t, ExitUsage, "cut off after event")
	if !strings.Contains(got.Out, "LEADS term 2") || !strings.Contains(got.Out, "calls made") {
		t.Errorf("the story up to the cut is missing:\n%s", got.Out)
	}
	got = clitest.Raftian(t, "check", cut)
	got.Want(t, ExitUsage, "cut off after event")
	if !strings.Contains(got.Out, "election-safety") || strings.Contains(got.Out, "  fail  ") {
		t.Errorf("what is there is not judged, or fails:\n%s", got.Out)
	}
}

func TestAPlanWithATypoNamesTheLine(t *testing.T) {
	got := clitest.Raftian(t, append([]string{"run", "--plan", "--seed", clitest.KeptSeed}, clitest.Small()...)...)
	got.Want(t, ExitPass, "")
	lines := strings.Split(got.Out, "\n")
	k := slices.IndexFunc(lines, func(l string) bool { return strings.HasPrefix(l, "net ") })
	lines[k] = strings.Replace(lines[k], "jitter", "jiter", 1)
	plan := clitest.File(t, "typo.plan", []byte(strings.Join(lines, "\n")))
	clitest.Raftian(t, "run", plan).Want(t, ExitUsage, plan+": line "+strconv.Itoa(k+1))
}

func TestAPlanThatWaitsForWhatCannotComeNamesTheLine(t *testing.T) {
	got := clitest.Raftian(t, append([]string{"run", "--plan", "--seed", clitest.KeptSeed}, clitest.Small()...)...)
	got.Want(t, ExitPass, "")
	lines := strings.Split(got.Out, "\n")
	k := slices.IndexFunc(lines, func(l string) bool { return strings.HasPrefix(l, "heal ") })
	lines = slices.Insert(lines, k+1, "# soon", "fault 0s when any redy then kill it for 1s")
	text := []byte(strings.Join(lines, "\n"))
	plan := clitest.File(t, "redy.plan", text)
	want := plan + ": line " + strconv.Itoa(k+3) + `: nothing here reports an event "redy"; did you mean "ready"?`
	clitest.Raftian(t, "run", plan).Want(t, ExitUsage, want)
	clitest.Raftian(t, "run", "--plan", plan).Want(t, ExitUsage, want)
	plan = clitest.File(t, "ready.plan", bytes.Replace(text, []byte("redy"), []byte("ready nth 1000"), 1))
	clitest.Raftian(t, "run", plan).Want(t, ExitPass, "")
}

func TestAPlanOfAnotherGuestIsRefused(t *testing.T) {
	got := clitest.Raftian(t, append([]string{"run", "--plan", "--seed", clitest.KeptSeed}, clitest.Small()...)...)
	plan := clitest.File(t, "chess.plan", []byte(strings.Replace(got.Out, "guest game", "guest chess", 1)))
	clitest.Raftian(t, "run", plan).Want(t, ExitUsage, `the plan is for guest "chess", the world program runs "game"`)
}

func TestAPlanIsRunFromAFileAsFromItsSeed(t *testing.T) {
	plan := clitest.Raftian(t, append([]string{"run", "--plan", "--seed", clitest.KeptSeed}, clitest.Small()...)...)
	out := filepath.Join(t.TempDir(), "again.run")
	got := clitest.Raftian(t, "run", clitest.File(t, "seed.plan", []byte(plan.Out)), "--out", out)
	got.Want(t, ExitPass, "")
	events := campaigntest.Events(t, out)
	if !slices.Equal(events, campaigntest.Events(t, clitest.Kept(t))) {
		t.Error("the plan of a seed in a file gives another run than the seed")
	}
}

// Whoever asked for the wrong thing finds his file as it was, and nothing beside
// it.
func TestACommandThatFailsDestroysNoFile(t *testing.T) {
	precious := []byte("the run that took all night")
	plan := clitest.Raftian(t, append([]string{"run", "--plan", "--seed", clitest.KeptSeed}, clitest.Small()...)...)
	chess := clitest.File(t, "chess.plan", []byte(strings.Replace(plan.Out, "guest game", "guest chess", 1)))
	typo := clitest.File(t, "typo.plan", []byte(strings.Replace(plan.Out, "length", "lenght", 1)))
	sound := clitest.Kept(t)
	for name, args := range map[string][]string{
		"an unknown guest":  {"run", chess},
		"a typo":            {"run", typo},
		"no such plan":      {"run", "absent.plan"},
		"no such world":     {"run", "--world", "nonsense"},
		"nothing to shrink": {"shrink", sound},
		"nothing to read":   {"shrink", typo},
	} {
		t.Run(name, func(t *testing.T) {
			out := clitest.File(t, "precious.run", precious)
			if got := clitest.Raftian(t, append(args, "--out", out)...); got.Status != ExitUsage {
				t.Errorf("exit status %d: %s", got.Status, got.Stderr)
			}
			if b, err := os.ReadFile(out); err != nil || !bytes.Equal(b, precious) {
				t.Errorf("the file holds %.40q, %v", b, err)
			}
			if left := clitest.Names(t, filepath.Dir(out)); len(left) != 1 {
				t.Errorf("its directory holds %v", left)
			}
		})
	}
}
