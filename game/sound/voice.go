package sound

import "math"

// voice is a sound effect under construction. What is added starts at sample from.
type voice struct {
	samples []float32
	from    int
}

// envelope returns the amplitude, from 0 to 1, at a fraction of a sound. It starts and
// ends at 0, which avoids clicks.
type envelope func(part float64) float64

func sharp(part float64) float64 { return rise(part, 0.02) * (1 - part) * (1 - part) }

func bell(part float64) float64 {
	return rise(part, 0.01) * (math.Exp(-5*part) - math.Exp(-5)*part)
}

func swell(part float64) float64 {
	s := math.Sin(math.Pi * part)
	return s * s
}

// rise goes from 0 to 1 in the first fraction of a sound.
func rise(part, first float64) float64 { return min(1, part/first) }

// seconds returns a silent sound of a length.
func seconds(length float64) *voice { return &voice{samples: make([]float32, int(length*Rate))} }

// after sets the start, in seconds, of what is added next.
func (v *voice) after(seconds float64) *voice {
	v.from = int(seconds * Rate)
	return v
}

// tone adds a tone with overtones.
func (v *voice) tone(hertz, loud float64, s envelope) *voice { return v.sweep(hertz, hertz, loud, s) }

// sweep adds a tone that changes its frequency.
func (v *voice) sweep(from, to, loud float64, s envelope) *voice {
	n := len(v.samples) - v.from
	turn := 0.0
	for i := range n {
		part := float64(i) / float64(n)
		turn += (from + (to-from)*part) / Rate
		x := 2 * math.Pi * turn
		y := math.Sin(x) + 0.25*math.Sin(2*x) + 0.1*math.Sin(3*x)
		v.samples[v.from+i] += float32(loud * s(part) * y / 1.35)
	}
	return v
}

// noise adds noise low-pass filtered at hertz (one pole). It is deterministic: a linear
// congruential sequence (D. E. Knuth, The Art of Computer Programming, volume 2, 3.3.4,
// line 26).
func (v *voice) noise(hertz, loud float64, s envelope) *voice {
	n := len(v.samples) - v.from
	pass := 1 - math.Exp(-2*math.Pi*hertz/Rate)
	state, y := uint64(88172645463325252), 0.0
	for i := range n {
		state = state*6364136223846793005 + 1442695040888963407
		x := float64(int64(state)) / (1 << 63)
		y += pass * (x - y)
		v.samples[v.from+i] += float32(loud * s(float64(i)/float64(n)) * y / math.Sqrt(pass))
	}
	return v
}
