// Package sound synthesises the effects and the music of a live game as samples; it has
// no recordings, and so no licences of any. A Mixer combines them into a stream. It
// plays nothing; package view does if there is a device.
//
//	sound.go   Cue and its effect
//	voice.go   tones, noise and envelopes
//	music.go   background music
//	mixer.go   Mixer: a stream of bytes
package sound

// Rate is the number of samples per second.
const Rate = 48_000

// Cue is a sound effect. Everything it signals can be seen as well.
type Cue uint8

const (
	Sent        Cue = iota // a command of the player's was sent
	Committed              // it is committed
	Hit                    // an attack struck
	Destroyed              // a city was destroyed
	Joined                 // a city joined the game
	Left                   // a city departed
	Refused                // a command was rejected or had no effect
	InDoubt                // it is not known whether a command had an effect
	Leader                 // a node became leader
	NoLeader               // there is no leader any more
	NodeChanged            // a node was cut off, healed, killed or started
	CueCount               // number of cues
)

// Effect returns the samples of a cue, from -1 to 1. They are always the same.
func Effect(c Cue) []float32 {
	if v := effect(c); v != nil {
		return v.samples
	}
	return nil
}

func effect(c Cue) *voice {
	switch c {
	case Sent:
		return seconds(0.12).sweep(520, 880, 0.22, sharp)
	case Committed:
		return seconds(0.22).tone(880, 0.2, bell).after(0.05).tone(1318.5, 0.16, bell)
	case Hit:
		return seconds(0.42).noise(900, 0.5, sharp).sweep(150, 48, 0.45, bell)
	case Destroyed:
		return seconds(1.3).noise(500, 0.5, bell).sweep(110, 30, 0.42, bell).after(0.08).noise(240, 0.35, bell)
	case Joined:
		return seconds(0.5).tone(523.3, 0.2, bell).after(0.09).tone(659.3, 0.2, bell).after(0.18).tone(784, 0.2, bell)
	case Left:
		return seconds(0.5).tone(784, 0.2, bell).after(0.09).tone(659.3, 0.2, bell).after(0.18).tone(523.3, 0.2, bell)
	case Refused:
		return seconds(0.24).tone(196, 0.25, sharp).after(0.1).tone(164.8, 0.25, sharp)
	case InDoubt:
		return seconds(0.5).sweep(440, 466.2, 0.18, swell).sweep(660, 622.3, 0.14, swell)
	case Leader:
		return seconds(0.9).tone(392, 0.18, bell).after(0.1).tone(587.3, 0.2, bell).after(0.2).tone(784, 0.24, bell)
	case NoLeader:
		return seconds(0.9).tone(311.1, 0.2, swell).tone(329.6, 0.2, swell).after(0.3).tone(233.1, 0.24, bell)
	case NodeChanged:
		return seconds(0.3).sweep(90, 60, 0.35, sharp).noise(2400, 0.12, sharp)
	}
	return nil
}
