package board

import (
	"strings"
	"time"

	"raftian/game/live"
	"raftian/game/rules"
	"raftian/game/scene"
	"raftian/game/sound"
)

// How long what moves takes.
const (
	flight    = 260 * time.Millisecond // of what strikes, once the attack is applied
	fadeDuration      = 500 * time.Millisecond // of an arc that fades
	lingerDuration   = 1500 * time.Millisecond
	forgetAfter = 3 * time.Second // after which an attack that nobody tells of any more goes
)

// shotsMost is how many attacks are shown at once; more are told in the feed only.
const shotsMax = 60

// shot is an attack that is shown.
type shot struct {
	scene.Shot
	client  string
	seq     uint64
	lastSeen    time.Duration // when it was told of last
	strikeAt time.Duration // when it will; 0 if that is not known, or over
	event   *live.Event
	fadeAt    time.Duration // from when on it fades; 0 if not yet
	fadeTime   time.Duration // how long that takes
}

// find is the attack of a command; nil if none is shown.
func (b *Board) findShot(client string, seq uint64) *shot {
	for _, k := range b.shots {
		if k.client == client && k.seq == seq {
			return k
		}
	}
	return nil
}

// shoot shows an attack that was not known.
func (b *Board) addShot(in rules.Input, client string, seq uint64, mine bool) *shot {
	k := &shot{client: client, seq: seq, lastSeen: b.now,
		Shot: scene.Shot{From: in.City, To: in.Target, Mine: mine, Began: b.now, Since: b.now, Fade: 1}}
	for _, o := range b.shots { // of those on the same way each has a way of its own
		if o.From == k.From && o.To == k.To && o.Bend >= k.Bend {
			k.Bend = o.Bend + 0.05
		}
	}
	if k.Bend > 0.3 {
		k.Bend = 0
	}
	if len(b.shots) < shotsMax {
		b.shots = append(b.shots, k)
	}
	return k
}

// stage takes in how far a call has come. It never goes back, and that it is applied
// is for its event to say.
func (b *Board) updateStage(k *shot, c *live.Call) {
	if k.Stage.Ended() || k.Stage == c.Stage || c.Stage == live.Applied || c.Stage == live.Rejected {
		return
	}
	if k.Stage == live.Committed && !c.Stage.Ended() {
		return
	}
	k.Stage, k.Since = c.Stage, b.now
	switch c.Stage {
	case live.Committed:
		if k.Mine {
			b.playCue(sound.Committed, k.From)
		}
	case live.InDoubt:
		if k.Mine {
			b.playCue(sound.InDoubt, k.From)
		}
	case live.Failed, live.Unresolved:
		k.Words = "no effect"
		if c.Stage == live.Unresolved {
			k.Words = "not known"
		}
		b.addFeedLine(scene.FeedLine{Words: c.Input + ": " + c.Output, Stage: c.Stage, Mine: k.Mine})
		if k.Mine {
			b.playCue(sound.Refused, k.From)
			b.Say(c.Input + ": " + c.Output)
		}
		k.fadeAt, k.fadeTime = b.now+lingerDuration, fadeDuration
	}
}

// reject shows that an attack was against the rules.
func (b *Board) reject(k *shot, reason string) {
	k.Stage, k.Since, k.Words = live.Rejected, b.now, reason
	k.fadeAt, k.fadeTime = b.now+lingerDuration/2, fadeDuration
	if k.Mine {
		k.fadeAt = b.now + lingerDuration
		b.playCue(sound.Refused, k.From)
	}
}

// apply lets an attack strike that is in the local log.
func (b *Board) apply(k *shot, e *live.Event) {
	if k.Mine && k.Stage < live.Committed {
		b.playCue(sound.Committed, k.From)
	}
	k.Stage, k.Since = live.Applied, b.now
	k.event, k.strikeAt = e, b.now+flight
}

// awaits says whether something flies to a city.
func (b *Board) hasIncoming(city string) bool {
	for _, k := range b.shots {
		if k.strikeAt > 0 && k.event.City.Name == city {
			return true
		}
	}
	return false
}

// strike is the moment in which an attack hits.
func (b *Board) strike(k *shot) {
	e := k.event
	k.strikeAt, k.Progress = 0, 1
	k.fadeAt, k.fadeTime = b.now, fadeDuration
	c := b.city(e.City.Name)
	if c == nil {
		return
	}
	c.Health, c.Status, c.Hurt = e.City.Health, e.City.Status, max(b.now, 1)
	cue, sparks, shake := sound.Hit, 18, float32(3)
	words := "−10"
	if strings.HasPrefix(e.Output, "destroyed") {
		cue, sparks, shake, words = sound.Destroyed, 60, 9, "destroyed"
	}
	if c.Name == b.View.Own {
		shake *= 1.6
	}
	b.playCue(cue, c.Name)
	b.View.Shake = max(b.View.Shake, shake)
	b.addFloat(c.Name, words, false)
	b.addSparks(c.Name, sparks)
	if !b.hasIncoming(c.Name) { // and whatever else has happened to it meanwhile
		for i := range b.View.Game.Cities {
			if now := &b.View.Game.Cities[i]; now.Name == c.Name {
				c.City = *now
			}
		}
	}
}
