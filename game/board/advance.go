package board

import (
	"math"
	"slices"
	"time"

	"raftian/game/live"
	"raftian/game/rules"
	"raftian/game/scene"
)

const (
	noteDuration = 7 * time.Second
	sparksMax    = 400
	// leaderlessGrace is how long there may be no leader before the banner appears.
	leaderlessGrace = 200 * time.Millisecond
	// crowdedAfter is when others' attacks that are committed, and not yet applied
	// here, are dimmed.
	crowdedAfter = 700 * time.Millisecond
)

// Advance moves animations on. now is the time since the board was opened.
func (b *Board) Advance(now time.Duration) {
	if now <= b.now {
		return
	}
	// After a pause, as of a background tab, animations do not jump.
	by := float32(min(now-b.now, 100*time.Millisecond).Seconds())
	b.now = now
	v := &b.View
	v.Now = now
	if v.Note != "" && now-b.noteSince > noteDuration {
		v.Note = ""
	}
	v.Leaderless = 0
	if v.Game != nil && v.Game.Leader == "" && b.leaderlessSince > 0 && now-b.leaderlessSince > leaderlessGrace {
		v.Leaderless = now - b.leaderlessSince
	}
	b.advanceShots()
	v.Shake *= float32(math.Exp(-9 * float64(by)))
	if v.Shake < 0.2 {
		v.Shake = 0
	}
	for i := range v.Cities {
		c := &v.Cities[i]
		want := float32(c.Health) / rules.HealthFull
		c.Bar += (want - c.Bar) * float32(1-math.Exp(-8*float64(by)))
		if d := want - c.Bar; d*d < 1e-5 {
			c.Bar = want
		}
	}
	b.advanceParticles(by)
}

// advanceShots moves attacks, and removes those that have faded.
func (b *Board) advanceShots() {
	for _, k := range b.shots {
		switch {
		case k.strikeAt > 0 && b.now >= k.strikeAt:
			b.strike(k)
		case k.strikeAt > 0:
			k.Progress = max(0.001, 1-float32(k.strikeAt-b.now)/float32(flight))
		case k.fadeAt == 0 && b.now-k.lastSeen > forgetAfter:
			k.fadeAt, k.fadeTime = b.now, fadeDuration
		}
		k.Fade = 1
		if !k.Mine && k.Stage == live.Committed && b.now-k.Since > crowdedAfter {
			k.Fade = 0.3 // the player's node lags behind: there may be many
		}
		if k.fadeAt > 0 && b.now > k.fadeAt {
			k.Fade = max(0, 1-float32(b.now-k.fadeAt)/float32(k.fadeTime))
		}
	}
	b.shots = slices.DeleteFunc(b.shots, func(k *shot) bool { return k.Fade <= 0 })
	b.View.Shots = b.View.Shots[:0]
	for _, k := range b.shots {
		b.View.Shots = append(b.View.Shots, k.Shot)
	}
}

// advanceParticles moves particles and floating texts.
func (b *Board) advanceParticles(by float32) {
	v := &b.View
	for i := range v.Particles {
		s := &v.Particles[i]
		s.VY += 3.4 * by
		s.X += s.VX * by
		s.Y += s.VY * by
		s.Life -= by / 0.8
	}
	v.Particles = slices.DeleteFunc(v.Particles, func(s scene.Particle) bool { return s.Life <= 0 })
	for i := range v.FloatingTexts {
		v.FloatingTexts[i].Age += by / 1.2
	}
	v.FloatingTexts = slices.DeleteFunc(v.FloatingTexts, func(f scene.FloatingText) bool { return f.Age >= 1 })
}

// addSparks adds particles at a city.
func (b *Board) addSparks(city string, count int) {
	v := &b.View
	for range min(count, sparksMax-len(v.Particles)) {
		turn, speed := b.rng.Float64()*2*math.Pi, 0.5+1.9*b.rng.Float64()
		v.Particles = append(v.Particles, scene.Particle{City: city, VX: float32(math.Cos(turn) * speed), VY: float32(math.Sin(turn)*speed - 1),
			Size: 3 + 4*b.rng.Float32(), Life: 0.6 + 0.4*b.rng.Float32(), Hot: b.rng.IntN(2) == 0})
	}
}

// addFloat adds a text that rises from a city.
func (b *Board) addFloat(city, words string, good bool) {
	b.View.FloatingTexts = append(b.View.FloatingTexts, scene.FloatingText{City: city, Words: words, Good: good})
}
