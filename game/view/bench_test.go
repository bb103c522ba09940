//go:build cgo || !(freebsd || netbsd || openbsd)

package view

import (
	"os"
	"testing"

	"raftian/game/replay"
	"raftian/game/replay/replaytest"
	"raftian/netsim/trace"
)

// benchmarkRun returns the run in the file that the environment variable RUN names, or
// else the story.
func benchmarkRun(b *testing.B) *replay.Run {
	name := os.Getenv("RUN")
	if name == "" {
		return replaytest.Story()
	}
	from, err := trace.Open(name)
	if err != nil {
		b.Fatal(err)
	}
	defer from.Close()
	r, err := replay.Read(from, nil)
	if err != nil {
		b.Fatal(err)
	}
	return r
}
