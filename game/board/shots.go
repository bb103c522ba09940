package board

import (
	"strings"
	"time"

	"raftian/game/live"
	"raftian/game/rules"
	"raftian/game/scene"
	"raftian/game/sound"
)

// Durations of animations.
const (
	flight         = 260 * time.Millisecond // of a projectile, after the attack is applied
	fadeDuration   = 500 * time.Millisecond // of an arc
	lingerDuration = 1500 * time.Millisecond
	forgetAfter    = 3 * time.Second // after which an attack without news fades
)

// shotsMax is the maximum number of attacks on the map; others are only in the feed.
const shotsMax = 60

// shot is an attack on the map.
type shot struct {
	scene.Shot
	client   string
	seq      uint64
	lastSeen time.Duration // when it was last in a snapshot
	strikeAt time.Duration // when it strikes; 0 if not known, or struck
	event    *live.Event
	fadeAt   time.Duration // when it begins to fade; 0 if not known
	fadeTime time.Duration // how long it fades
}

// findShot returns the attack of a command; nil if none is on the map.
func (b *Board) findShot(client string, seq uint64) *shot {
	for _, k := range b.shots {
		if k.client == client && k.seq == seq {
			return k
		}
	}
	return nil
}

// addShot adds an attack to the map.
func (b *Board) addShot(in rules.Input, client string, seq uint64, mine bool) *shot {
	k := &shot{client: client, seq: seq, lastSeen: b.now,
		Shot: scene.Shot{From: in.City, To: in.Target, Mine: mine, Began: b.now, Since: b.now, Fade: 1}}
	for _, o := range b.shots { // attacks between the same cities get different curves
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

// updateStage updates the stage of an attack from its call. Stages do not go back.
// Applied and Rejected are set by the event instead.
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

// reject shows that the rules rejected an attack.
func (b *Board) reject(k *shot, reason string) {
	k.Stage, k.Since, k.Words = live.Rejected, b.now, reason
	k.fadeAt, k.fadeTime = b.now+lingerDuration/2, fadeDuration
	if k.Mine {
		k.fadeAt = b.now + lingerDuration
		b.playCue(sound.Refused, k.From)
	}
}

// apply launches the projectile of an applied attack.
func (b *Board) apply(k *shot, e *live.Event) {
	if k.Mine && k.Stage < live.Committed {
		b.playCue(sound.Committed, k.From)
	}
	k.Stage, k.Since = live.Applied, b.now
	k.event, k.strikeAt = e, b.now+flight
}

// hasIncoming reports whether a projectile flies to a city.
func (b *Board) hasIncoming(city string) bool {
	for _, k := range b.shots {
		if k.strikeAt > 0 && k.event.City.Name == city {
			return true
		}
	}
	return false
}

// strike shows the impact of an attack.
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
	if !b.hasIncoming(c.Name) { // later changes of the city were held back until now
		for i := range b.View.Game.Cities {
			if now := &b.View.Game.Cities[i]; now.Name == c.Name {
				c.City = *now
			}
		}
	}
}
