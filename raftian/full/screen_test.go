package main

import (
	"context"
	"encoding/json"
	"flag"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"raftian/game/live"
	"raftian/raftian/api"
	"raftian/raftian/cli"
	"raftian/raftian/cli/clitest"
	"raftian/raftian/play"
)

// A window that cannot be opened is no reason not to play.
func TestWithoutADisplayPlayIsAtThePrompt(t *testing.T) {
	t.Setenv("DISPLAY", "")
	played := clitest.Raftian(t, "play", "--nodes", "1") // with nothing to read
	played.Want(t, cli.ExitPass, "there is no display to open a window on: DISPLAY is not set; playing at the prompt instead (--web")
	if !strings.HasPrefix(played.Out, "1 node in ") {
		t.Errorf("it says %q", played.Out)
	}
	t.Setenv("DISPLAY", ":4711")
	clitest.Raftian(t, "play", "--nodes", "1").Want(t, cli.ExitPass, "nothing answers at DISPLAY :4711")
	clitest.Raftian(t, "play", "--nodes", "1", "--no-screen").Want(t, cli.ExitPass, "")
}

func TestBadUsageOfScreensIsOneLine(t *testing.T) {
	for want, args := range map[string][]string{
		"--no-screen and --web exclude each other": {"play", "--no-screen", "--web", "127.0.0.1:0"},
		"--web here: write HOST:PORT":              {"play", "--web", "here"},
		"--size 10x10: write WIDTHxHEIGHT":         {"play", "--size", "10x10"},
		"--size big: write WIDTHxHEIGHT":           {"attach", "127.0.0.1:1", "--size", "big"},
		"--pace must be from 1ms to 1h":            {"play", "--pace", "0s"},
	} {
		clitest.Raftian(t, args...).Want(t, cli.ExitUsage, want)
	}
}

// What play has recorded is read like any run, and says that nothing can run it again.
func TestALiveSessionIsReadAndNotRunAgain(t *testing.T) {
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	t.Chdir(dir)
	g := &table{record: play.NewRecorder(nodeNames(3), nil), http: api.PlainHTTP(), pace: 20 * time.Millisecond}
	g.cluster, err = play.NewCluster(t.Context(), play.ClusterOptions{Nodes: 3, FPS: 60, Dir: filepath.Join(dir, "data"), Record: g.record})
	if err != nil {
		t.Fatal(err)
	}
	g.addresses = g.cluster.API()
	s := g.session()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	for s.Snapshot().Index < 20 && ctx.Err() == nil {
		s.Wait(ctx, s.Snapshot().Version)
	}
	s.Do("cut n3")
	time.Sleep(500 * time.Millisecond)
	words, err := g.save(t.Context())
	s.Close()
	if e := g.cluster.Stop(); err != nil || e != nil {
		t.Fatal(err, e)
	}
	if !strings.Contains(words, "no judge objects") {
		t.Errorf("of what is saved it says %q", words)
	}
	again, err := g.save(t.Context()) // and under another name
	if err != nil || again == words {
		t.Errorf("the second time it says %q, %v", again, err)
	}
	files, err := filepath.Glob("play-*")
	if err != nil || len(files) != 2 {
		t.Fatalf("what is there is %q, %v", files, err)
	}
	t.Chdir(here)
	file := filepath.Join(dir, files[0])
	for _, args := range [][]string{{"rerun", file}, {"shrink", file, "--out", filepath.Join(dir, "small.run")}} {
		clitest.Raftian(t, args...).Want(t, cli.ExitUsage, "a live session of real nodes, which nothing can run again")
	}
	shown := clitest.Raftian(t, "show", file)
	shown.Want(t, cli.ExitPass, "")
	for _, want := range []string{"live session of guest game", "LEADS term", "FAULT 1: partition n3 | n1,n2", "attack"} {
		if !strings.Contains(shown.Out, want) {
			t.Errorf("show does not say %q", want)
		}
	}
	checked := clitest.Raftian(t, "check", file)
	checked.Want(t, cli.ExitPass, "")
	if !strings.Contains(checked.Out, "pass          linearizability") {
		t.Errorf("check says:\n%s", checked.Out)
	}
	clitest.Raftian(t, "replay", file, "--screenshot", filepath.Join(dir, "out.png")).Want(t, cli.ExitPass, "")
	clitest.Raftian(t, "export", file, "--as", "jepsen", "--out", filepath.Join(dir, "out.edn")).Want(t, cli.ExitPass, "")
}

var served = flag.Bool("served", false, "build the viewer for browsers, which takes a minute the first time, and have play serve it")

// A browser is served the screen, and what it asks for is done.
func TestPlayIsServedToABrowser(t *testing.T) {
	if !*served {
		t.Skip("-served is not said")
	}
	cmd := exec.Command("raftian", "play", "--web", "127.0.0.1:0", "--nodes", "3", "--bots=false")
	base, query, _ := strings.Cut(startServer(t, cmd), "?")
	if query != "live" {
		t.Fatalf("it serves at %q with %q", base, query)
	}
	state := func() (s live.Snapshot) {
		response, err := http.Get(base + "live/state")
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		if err := json.NewDecoder(response.Body).Decode(&s); err != nil {
			t.Fatal(err)
		}
		return s
	}
	await := func(what string, holds func(s live.Snapshot) bool) {
		t.Helper()
		for end := time.Now().Add(30 * time.Second); !holds(state()); time.Sleep(20 * time.Millisecond) {
			if time.Now().After(end) {
				t.Fatalf("not within 30 s: %s; it is %+v", what, state())
			}
		}
	}
	await("one leads", func(s live.Snapshot) bool { return s.Leader != "" && len(s.Cities) == 3 })
	response, err := http.Post(base+"live/do", "text/plain", strings.NewReader("attack n2"))
	if err != nil {
		t.Fatal(err)
	}
	_, _ = io.Copy(io.Discard, response.Body)
	response.Body.Close()
	await("n2 is hit", func(s live.Snapshot) bool { return len(s.Cities) == 3 && s.Cities[1].Health == 90 })
}
