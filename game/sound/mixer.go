package sound

import (
	"encoding/binary"
	"math"
	"sync"
)

// frameBytes is the size of a frame in bytes: two channels of 32 bits.
const frameBytes = 8

// voicesMax is the number of concurrent effects; beyond it the oldest ends.
const voicesMax = 24

// Mixer combines music and effects. It may be used by several goroutines at once.
type Mixer struct {
	mu      sync.Mutex
	effects [CueCount][]float32
	music   []float32
	at      int // position in the music
	voices  []activeEffect
	volume  float64
	muted   bool
}

type activeEffect struct {
	samples []float32
	left    float32 // gain of each channel
	right   float32
}

// NewMixer returns a Mixer without music.
func NewMixer() *Mixer {
	m := &Mixer{volume: 0.7}
	for c := range CueCount {
		m.effects[c] = Effect(c)
	}
	return m
}

// SetMusic sets the music, as Music returns it.
func (m *Mixer) SetMusic(music []float32) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.music, m.at = music, 0
}

// Play starts an effect at a position from -1 (left) to 1 (right).
func (m *Mixer) Play(c Cue, side float64) {
	if c >= CueCount {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.voices) == voicesMax {
		m.voices = append(m.voices[:0], m.voices[1:]...)
	}
	side = max(-1, min(1, side)) * 0.7
	m.voices = append(m.voices, activeEffect{m.effects[c], float32(math.Sqrt((1 - side) / 2)), float32(math.Sqrt((1 + side) / 2))})
}

// SetVolume sets the volume, from 0 to 1, and mutes.
func (m *Mixer) SetVolume(volume float64, muted bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.volume, m.muted = max(0, min(1, volume)), muted
}

// musicGain is the volume of the music relative to the effects.
const musicGain = 0.55

// Read fills p with the following frames: little-endian float32 samples, alternating
// left and right, within [-1, 1]. The stream never ends.
func (m *Mixer) Read(p []byte) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	n := len(p) / frameBytes
	loud := float32(m.volume)
	if m.muted {
		loud = 0
	}
	for i := range n {
		var left, right float32
		if len(m.music) > 0 {
			left = m.music[m.at] * musicGain
			right = left
			m.at = (m.at + 1) % len(m.music)
		}
		for k := range m.voices {
			v := &m.voices[k]
			if len(v.samples) > 0 {
				left += v.samples[0] * v.left
				right += v.samples[0] * v.right
				v.samples = v.samples[1:]
			}
		}
		put(p[i*frameBytes:], limit(left)*loud)
		put(p[i*frameBytes+frameBytes/2:], limit(right)*loud)
	}
	kept := m.voices[:0]
	for _, v := range m.voices {
		if len(v.samples) > 0 {
			kept = append(kept, v)
		}
	}
	m.voices = kept
	return n * frameBytes, nil
}

// limit compresses a sample softly to the range from -1 to 1.
func limit(x float32) float32 {
	const knee = 0.7
	switch {
	case x > knee:
		return knee + (1-knee)*float32(math.Tanh(float64((x-knee)/(1-knee))))
	case x < -knee:
		return -limit(-x)
	}
	return x
}

func put(p []byte, x float32) { binary.LittleEndian.PutUint32(p, math.Float32bits(x)) }
