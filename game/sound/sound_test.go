package sound_test

import (
	"encoding/binary"
	"math"
	"slices"
	"testing"

	"raftian/game/sound"
)

// peak returns the largest absolute value of samples, and their mean square.
func peak(samples []float32) (most float32, power float64) {
	for _, x := range samples {
		most = max(most, x, -x)
		power += float64(x) * float64(x)
	}
	return most, power / float64(max(1, len(samples)))
}

func TestCuesAudibleAndUnclipped(t *testing.T) {
	for c := range sound.CueCount {
		s := sound.Effect(c)
		if length := float64(len(s)) / sound.Rate; length < 0.1 || length > 1.5 {
			t.Errorf("cue %d lasts %.2f s", c, length)
		}
		most, power := peak(s)
		if most > 0.95 || most < 0.1 || power < 1e-4 {
			t.Errorf("cue %d: its peak is %.2f and its power %.5f", c, most, power)
		}
		if first, last := s[0], s[len(s)-1]; math.Abs(float64(first)) > 0.02 || math.Abs(float64(last)) > 0.02 {
			t.Errorf("cue %d begins at %.3f and ends at %.3f: a click", c, first, last)
		}
		if !slices.Equal(s, sound.Effect(c)) {
			t.Errorf("cue %d is another sound the second time", c)
		}
	}
	for a := range sound.CueCount {
		for b := range a {
			if slices.Equal(sound.Effect(a), sound.Effect(b)) {
				t.Errorf("cues %d and %d sound the same", a, b)
			}
		}
	}
}

func TestMusicLoopsSeamlessly(t *testing.T) {
	m := sound.Music()
	if length := float64(len(m)) / sound.Rate; length < 20 || length > 60 {
		t.Errorf("it lasts %.1f s", length)
	}
	most, power := peak(m)
	if most > 0.9 || power < 1e-4 {
		t.Errorf("its peak is %.2f and its power %.5f", most, power)
	}
	// From the end to the beginning it goes no further than it does elsewhere.
	step := float32(0)
	for i := 1; i < len(m); i++ {
		step = max(step, m[i]-m[i-1], m[i-1]-m[i])
	}
	if seam := m[0] - m[len(m)-1]; max(seam, -seam) > step {
		t.Errorf("it jumps by %.3f where it begins again, and by %.3f at most elsewhere", seam, step)
	}
	if !slices.Equal(m, sound.Music()) {
		t.Error("it is another the second time")
	}
}

// hear reads some seconds of a mixer, both channels.
func hear(t *testing.T, m *sound.Mixer, seconds float64) (left, right []float32) {
	t.Helper()
	p := make([]byte, int(seconds*sound.Rate)*8+3) // with a partial frame, which is not filled
	n, err := m.Read(p)
	if err != nil || n != len(p)-3 {
		t.Fatalf("it reads %d of %d bytes, %v", n, len(p), err)
	}
	for i := 0; i < n; i += 8 {
		left = append(left, math.Float32frombits(binary.LittleEndian.Uint32(p[i:])))
		right = append(right, math.Float32frombits(binary.LittleEndian.Uint32(p[i+4:])))
	}
	return left, right
}

func TestMixerDoesNotClip(t *testing.T) {
	m := sound.NewMixer()
	m.SetMusic(sound.Music())
	m.SetVolume(1, false)
	for range 100 {
		m.Play(sound.Destroyed, 0)
		m.Play(sound.Hit, 0)
	}
	left, right := hear(t, m, 2)
	for _, side := range [][]float32{left, right} {
		if most, power := peak(side); most > 1 || power < 0.01 {
			t.Errorf("its peak is %.3f and its power %.4f", most, power)
		}
	}
}

func TestMixerControls(t *testing.T) {
	m := sound.NewMixer()
	if most, _ := peak(first(hear(t, m, 0.1))); most != 0 {
		t.Error("it makes a sound although nothing is played")
	}
	m.Play(sound.Hit, -1)
	left, right := hear(t, m, 0.5)
	_, l := peak(left)
	_, r := peak(right)
	if l < 3*r {
		t.Errorf("what is on the left has power %.4f there and %.4f on the right", l, r)
	}
	m.Play(sound.Hit, 0)
	m.SetVolume(1, true)
	if most, _ := peak(first(hear(t, m, 0.1))); most != 0 {
		t.Error("it is heard although it is muted")
	}
	// The music goes on where it was, and comes again.
	music := []float32{0.1, 0.2, 0.3}
	m.SetMusic(music)
	m.SetVolume(1, false)
	hear(t, m, 1)
	m.SetMusic(music)
	got := first(hear(t, m, 7.0/sound.Rate))
	for i, x := range got {
		if want := music[i%3] * 0.55; math.Abs(float64(x-want)) > 1e-6 {
			t.Errorf("sample %d of the music is %.3f, want %.3f", i, x, want)
		}
	}
}

func first(left, _ []float32) []float32 { return left }
