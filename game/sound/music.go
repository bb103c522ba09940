package sound

import "math"

// The music: eight bars of four chords, each with a bass, a soft pad and plucked notes,
// in A minor. It is a loop.
const (
	beat = Rate * 60 / 84 // samples
	bar  = 4 * beat
	bars = 8
)

// chords returns the notes of each bar, in semitones from A2 (110 Hz), the bass first.
func chords() [bars][4]int {
	return [bars][4]int{
		{0, 12, 15, 19}, {-4, 12, 15, 20}, {3, 10, 15, 19}, {-2, 10, 14, 17},
		{0, 12, 15, 19}, {5, 8, 12, 17}, {-4, 12, 15, 20}, {-5, 11, 14, 19},
	}
}

// Music returns the background music, a seamless loop of samples.
func Music() []float32 {
	all := make([]float32, bars*bar)
	for k, chord := range chords() {
		begin := k * bar
		addNote(all, begin, bar, pitch(chord[0]-12), 0.16, swell)
		for _, note := range chord[1:] {
			// The pad of a bar swells into the next one.
			addNote(all, begin, bar+2*beat, pitch(note), 0.045, swell)
		}
		for step := range 8 {
			note := chord[1+[...]int{0, 1, 2, 1, 0, 2, 1, 2}[step]] + 12
			loud := 0.07
			if step%4 == 0 {
				loud = 0.1
			}
			addNote(all, begin+step*beat/2, 2*beat, pitch(note), loud, bell)
		}
	}
	return all
}

// pitch returns the frequency in hertz of a note in semitones above A2.
func pitch(semitones int) float64 { return 110 * math.Pow(2, float64(semitones)/12) }

// addNote adds a note, which wraps around at the end of the loop. The sine is computed
// by rotation, with two products per sample.
func addNote(all []float32, begin, length int, hertz, loud float64, s envelope) {
	sin, cos := 0.0, 1.0
	ds, dc := math.Sincos(2 * math.Pi * hertz / Rate)
	const grain = 48 // samples between two evaluations of the envelope
	now, next := s(0), 0.0
	for i := range length {
		if i%grain == 0 {
			if i > 0 {
				now = next
			}
			next = s(min(1, float64(i+grain)/float64(length)))
		}
		loudness := now + (next-now)*float64(i%grain)/grain
		all[(begin+i)%len(all)] += float32(loud * loudness * (sin + 0.2*sin*cos))
		sin, cos = sin*dc+cos*ds, cos*dc-sin*ds
	}
}
