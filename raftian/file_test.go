package main

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

	"raftian/experiments/campaign/campaigntest"
	"raftian/netsim/env"
	"raftian/netsim/trace"
)

func TestAKeptRunIsMadeAgainEventByEvent(t *testing.T) {
	got := raftian(t, "rerun", kept(t))
	got.want(t, exitPass, "")
	digest, ok := strings.CutPrefix(strings.TrimSpace(got.out), "same ")
	if !ok || len(digest) != 64 {
		t.Errorf("it says %q; want same and a digest", got.out)
	}
}

func TestARerunThatDiffersShowsBothSides(t *testing.T) {
	path := kept(t)
	middle := len(campaigntest.Events(t, path)) / 2
	doctored := campaigntest.Doctor(t, path, func(all []trace.Event) []trace.Event {
		all[middle].Term += 1000
		return all
	})
	got := raftian(t, "rerun", doctored)
	got.want(t, exitTool, "the run differs")
	e := campaigntest.Events(t, doctored)[middle]
	then, now, _ := strings.Cut(got.out, "now ")
	for side, words := range map[string]string{"then": then, "now": now} {
		if !strings.Contains(words, "event "+strconv.Itoa(middle+1)+"  "+e.At.String()+"  ") {
			t.Errorf("%s: it does not show event %d at %s:\n%s", side, middle+1, e.At, got.out)
		}
	}
	if !strings.Contains(then, string(trace.AppendJSON(nil, &e))) || strings.Contains(now, `"term":1000`) {
		t.Errorf("it does not show the event that was changed, or shows it as what happens now:\n%s", got.out)
	}
}

// A second leader of one term, written into the file, is what a broken election
// would have left there.
func TestAPlantedViolationIsFoundInAFile(t *testing.T) {
	path := kept(t)
	raftian(t, "check", path).want(t, exitPass, "")
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
	got := raftian(t, "check", doctored)
	got.want(t, exitFail, "")
	if !strings.Contains(got.out, "election-safety") {
		t.Fatalf("the judge is not named:\n%s", got.out)
	}
	for _, event := range []int{first + 1, second + 1} {
		if !strings.Contains(got.out, "event "+strconv.Itoa(event)+": ") {
			t.Errorf("event %d is not given as evidence:\n%s", event, got.out)
		}
	}

	got = raftian(t, "check", "--json", doctored)
	got.want(t, exitFail, "")
	var c checked
	if err := json.Unmarshal([]byte(got.out), &c); err != nil {
		t.Fatalf("%v: %s", err, got.out)
	}
	if c.File != doctored || strconv.FormatUint(c.Seed, 10) != keptSeed || c.Events == 0 || len(c.Digest) != 64 || c.Operations == 0 || len(c.Verdicts) < 10 {
		t.Errorf("it says %+v", c)
	}
}

// Whatever is wrong with a file: every command that reads one says so in a line.
func TestAFileThatIsNoWholeRunIsOneLineAndStatus2(t *testing.T) {
	whole, err := os.ReadFile(kept(t))
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
				path := file(t, "x.run", c.bytes)
				got := raftian(t, command, path)
				got.want(t, exitUsage, path+": ")
				got.want(t, exitUsage, c.words)
			})
		}
	}
}

// A directory is a file, too, but not one to read.
func TestADirectoryIsNoRun(t *testing.T) {
	for _, command := range []string{"rerun", "check", "show", "run"} {
		raftian(t, command, t.TempDir()).want(t, exitUsage, "is a directory")
	}
}

// A run that is cut off is told and judged as far as it goes.
func TestWhatIsLeftOfACutRunIsShownAndJudged(t *testing.T) {
	whole, err := os.ReadFile(kept(t))
	if err != nil {
		t.Fatal(err)
	}
	cut := file(t, "cut.run", whole[:len(whole)/2])
	got := raftian(t, "show", cut)
	got.want(t, exitUsage, "cut off after event")
	if !strings.Contains(got.out, "LEADS term 2") || !strings.Contains(got.out, "calls made") {
		t.Errorf("the story up to the cut is missing:\n%s", got.out)
	}
	got = raftian(t, "check", cut)
	got.want(t, exitUsage, "cut off after event")
	if !strings.Contains(got.out, "election-safety") || strings.Contains(got.out, "  fail  ") {
		t.Errorf("what is there is not judged, or fails:\n%s", got.out)
	}
}

func TestAPlanWithATypoNamesTheLine(t *testing.T) {
	got := raftian(t, append([]string{"run", "--plan", "--seed", keptSeed}, small()...)...)
	got.want(t, exitPass, "")
	lines := strings.Split(got.out, "\n")
	k := slices.IndexFunc(lines, func(l string) bool { return strings.HasPrefix(l, "net ") })
	lines[k] = strings.Replace(lines[k], "jitter", "jiter", 1)
	plan := file(t, "typo.plan", []byte(strings.Join(lines, "\n")))
	raftian(t, "run", plan).want(t, exitUsage, plan+": line "+strconv.Itoa(k+1))
}

func TestAPlanOfAnotherGuestIsRefused(t *testing.T) {
	got := raftian(t, append([]string{"run", "--plan", "--seed", keptSeed}, small()...)...)
	plan := file(t, "chess.plan", []byte(strings.Replace(got.out, "guest game", "guest chess", 1)))
	raftian(t, "run", plan).want(t, exitUsage, `the plan is for guest "chess", the world program runs "game"`)
}

func TestAPlanIsRunFromAFileAsFromItsSeed(t *testing.T) {
	plan := raftian(t, append([]string{"run", "--plan", "--seed", keptSeed}, small()...)...)
	out := filepath.Join(t.TempDir(), "again.run")
	got := raftian(t, "run", file(t, "seed.plan", []byte(plan.out)), "--out", out)
	got.want(t, exitPass, "")
	events := campaigntest.Events(t, out)
	if !slices.Equal(events, campaigntest.Events(t, kept(t))) {
		t.Error("the plan of a seed in a file gives another run than the seed")
	}
}

// Whoever asked for the wrong thing finds his file as it was, and nothing beside
// it.
func TestACommandThatFailsDestroysNoFile(t *testing.T) {
	precious := []byte("the run that took all night")
	plan := raftian(t, append([]string{"run", "--plan", "--seed", keptSeed}, small()...)...)
	chess := file(t, "chess.plan", []byte(strings.Replace(plan.out, "guest game", "guest chess", 1)))
	typo := file(t, "typo.plan", []byte(strings.Replace(plan.out, "length", "lenght", 1)))
	sound := kept(t)
	for name, args := range map[string][]string{
		"an unknown guest":  {"run", chess},
		"a typo":            {"run", typo},
		"no such plan":      {"run", "absent.plan"},
		"no such world":     {"run", "--world", "nonsense"},
		"nothing to shrink": {"shrink", sound},
		"nothing to read":   {"shrink", typo},
	} {
		t.Run(name, func(t *testing.T) {
			out := file(t, "precious.run", precious)
			if got := raftian(t, append(args, "--out", out)...); got.status != exitUsage {
				t.Errorf("exit status %d: %s", got.status, got.stderr)
			}
			if b, err := os.ReadFile(out); err != nil || !bytes.Equal(b, precious) {
				t.Errorf("the file holds %.40q, %v", b, err)
			}
			if left := names(t, filepath.Dir(out)); len(left) != 1 {
				t.Errorf("its directory holds %v", left)
			}
		})
	}
}
