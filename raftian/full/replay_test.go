package main

import (
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"raftian/game/replay"
	"raftian/raftian/campaign"
	"raftian/raftian/cli"
	"raftian/raftian/cli/clitest"
)

// A picture needs no display.
func TestAScreenshotNeedsNoDisplay(t *testing.T) {
	t.Setenv("DISPLAY", "")
	t.Setenv("WAYLAND_DISPLAY", "")
	out := filepath.Join(t.TempDir(), "out.png")
	clitest.Raftian(t, "replay", clitest.Kept(t), "--at", "2s", "--size", "1280x720", "--screenshot", out).Want(t, cli.ExitPass, "")
	f, err := os.Open(out)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if im, err := png.DecodeConfig(f); err != nil || im.Width != 1280 || im.Height != 720 {
		t.Errorf("the picture is %dx%d (%v)", im.Width, im.Height, err)
	}
}

func TestBadUsageOfReplayIsOneLine(t *testing.T) {
	run, out := clitest.Kept(t), filepath.Join(t.TempDir(), "out.png")
	for want, args := range map[string][]string{
		"is missing":                     {},
		"no such file":                   {"no-such.run", "--screenshot", out},
		"not a run file":                 {clitest.File(t, "plain", []byte("words\n")), "--screenshot", out},
		"--size big: write WIDTHxHEIGHT": {run, "--size", "big", "--screenshot", out},
		"--size 640x480: write":          {run, "--size", "640x480", "--screenshot", out},
		"--at 9h0m0s: the run goes from": {run, "--at", "9h", "--screenshot", out},
		"--inspect n99: there are n1":    {run, "--inspect", "n99", "--screenshot", out},
		"--web here: write HOST:PORT":    {run, "--web", "here"},
		"--web: listen tcp: ":            {run, "--web", "127.0.0.1:999999"},
		"--screenshot ":                  {run, "--screenshot", filepath.Join(out, "deeper")},
	} {
		clitest.Raftian(t, append([]string{"replay"}, args...)...).Want(t, cli.ExitUsage, want)
	}
	if _, err := os.Stat(out); err == nil {
		t.Error("a picture is there all the same")
	}
}

func TestAScreenshotOfAFileThatIsCutOffShowsWhatIsBefore(t *testing.T) {
	whole, err := os.ReadFile(clitest.Kept(t))
	if err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(t.TempDir(), "out.png")
	clitest.Raftian(t, "replay", clitest.File(t, "cut.run", whole[:len(whole)*3/4]), "--screenshot", out).Want(t, cli.ExitUsage, "the run is cut off after event")
	if _, err := os.Stat(out); err != nil {
		t.Error(err)
	}
}

// The tags of a run file's sections are written by one package and read by another.
func TestSectionsAreReadByTheTagsTheyAreWrittenWith(t *testing.T) {
	if replay.TagVerdict != campaign.TagVerdict || replay.TagExit != campaign.TagExit {
		t.Errorf("replay reads %q and %q", replay.TagVerdict, replay.TagExit)
	}
}
