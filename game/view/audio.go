//go:build cgo || !(freebsd || netbsd || openbsd)

package view

import (
	"fmt"
	"strings"
	"time"

	"github.com/ebitengine/oto/v3"

	"raftian/game/sound"
)

// audio plays the sound of a live game. It uses Oto, Ebiten's sound library, directly:
// an Ebiten audio context that finds no device, or loses it, ends the game.
type audio struct {
	mixer   *sound.Mixer
	context *oto.Context
	player  *oto.Player
	ready   chan struct{}
	err     error
}

// audioAhead is the length of the buffer, and so the latency of sound.
const audioAhead = 60 * time.Millisecond

// newAudio starts to open a sound device, in the background.
func newAudio() *audio {
	a := &audio{mixer: sound.NewMixer()}
	if a.err = probeSound(); a.err != nil {
		return a
	}
	a.context, a.ready, a.err = oto.NewContext(&oto.NewContextOptions{SampleRate: sound.Rate, ChannelCount: 2,
		Format: oto.FormatFloat32LE, BufferSize: audioAhead, ApplicationName: "raftian"})
	go func() { a.mixer.SetMusic(sound.Music()) }()
	return a
}

// unavailable returns why there is no sound; "" if there is, or may be soon. It starts
// playing once the device is ready.
func (a *audio) unavailable() string {
	if a.err == nil && a.context != nil {
		select {
		case <-a.ready:
			if a.err = a.context.Err(); a.err == nil && a.player == nil {
				a.player = a.context.NewPlayer(a.mixer)
				a.player.SetBufferSize(int(audioAhead.Seconds()*sound.Rate) * 8)
				a.player.Play()
			}
		default:
		}
	}
	if a.err == nil {
		return ""
	}
	words := strings.Join(strings.Fields(a.err.Error()), " ")
	if len(words) > 90 {
		words = words[:90] + "…"
	}
	return fmt.Sprintf("there is no sound device, so nothing is heard (%s); --mute says that none is wanted", words)
}
