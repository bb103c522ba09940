package desk

import (
	"os"
	"testing"
	"time"

	"raftian/game/glyph"
	"raftian/game/replay"
	"raftian/game/replay/replaytest"
	"raftian/netsim/trace"
)

// openRun opens the run in the file that the environment variable RUN names, or else
// the story.
func openRun(b *testing.B) *Desk {
	r := replaytest.Story()
	if name := os.Getenv("RUN"); name != "" {
		from, err := trace.Open(name)
		if err != nil {
			b.Fatal(err)
		}
		defer from.Close()
		if r, err = replay.Read(from, nil); err != nil {
			b.Fatal(err)
		}
	}
	d := Open(r, glyph.NewBook(), 1280, 720)
	d.show(0, r.End())
	return d
}

// BenchmarkPlaying builds the scenes of a replay that plays.
func BenchmarkPlaying(b *testing.B) {
	d := openRun(b)
	d.View.Playing = true
	for b.Loop() {
		if d.Tick(time.Second / 60); !d.View.Playing {
			d.Press(Key{Name: "space"})
		}
		d.Draw()
	}
}

// BenchmarkDragging builds the scenes of a replay whose timeline is dragged, which
// redraws it each time.
func BenchmarkDragging(b *testing.B) {
	d := openRun(b)
	d.zoom(d.run.End()/2, 0.9)
	for i := 0; b.Loop(); i++ {
		d.pan([]float64{0.001, -0.001}[i/20%2])
		d.Draw()
	}
}

// BenchmarkScrubbing builds the scenes of a replay whose cursor jumps.
func BenchmarkScrubbing(b *testing.B) {
	d := openRun(b)
	for i := 0; b.Loop(); i++ {
		d.Cursor.SeekEvent(i * 7919 % d.run.Events())
		d.Draw()
	}
}
