package server

import (
	"testing"
	"time"

	"raftian/raftian/api"
)

// Without a game loop players still see committed commands, and no frames are counted.
func TestNoGameLoopUpdatesAtOnce(t *testing.T) {
	o := singleNode(t)
	o.FPS = LoopOff
	s := start(t, o)
	c := api.NewClient(api.ClientOptions{Name: "anna", Nodes: []string{s.API()}, HTTP: web, WaitFrame: true})
	for k := range 5 {
		time.Sleep(time.Duration(k) * 3 * time.Millisecond)
		effect := do(t, c, "n1 attack n2")
		if effect.GetFrame() == 0 {
			t.Errorf("command %d was not seen", effect.GetIndex())
		}
	}
	if f := s.View().Frames; f.Total != 0 || f.PerSecond != 0 {
		t.Errorf("without a loop there were frames: %+v", f)
	}
}

// Frames whose work exceeds the frame interval are fewer, and counted as late.
func TestFrameWorkTakesTime(t *testing.T) {
	o := singleNode(t)
	o.FPS, o.Settings = 240, append(o.Settings, "frame-work=20ms")
	s := start(t, o)
	before, began := s.View().Frames, time.Now()
	time.Sleep(300 * time.Millisecond)
	after, most := s.View().Frames, uint64(time.Since(began)/(20*time.Millisecond))+2
	if n := after.Total - before.Total; n == 0 || n > most {
		t.Errorf("%d frames of 20ms in %v", n, time.Since(began))
	}
	if after.Late == before.Late {
		t.Error("no frame was late")
	}
}
