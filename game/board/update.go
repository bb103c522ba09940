package board

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"raftian/game/live"
	"raftian/game/rules"
	"raftian/game/scene"
	"raftian/game/sound"
)

// feedMax is the number of lines kept in the feed.
const feedMax = 40

// Update takes a snapshot, which must not be modified afterwards.
func (b *Board) Update(s *live.Snapshot) {
	v := &b.View
	v.Disconnected = ""
	was := v.Game
	if was != nil && s.Version == was.Version {
		return
	}
	v.Game, v.Own = s, s.City
	if s.MessageSeq != b.messageSeq {
		b.messageSeq = s.MessageSeq
		b.Say(s.Message)
	}
	b.assignSlots(s)
	if was == nil || was.Node != s.Node || s.Index < b.index {
		b.reset(s)
	} else {
		b.updateCalls(s)
		for i := range s.Events {
			if e := &s.Events[i]; e.Index > b.index {
				b.applyEvent(e)
			}
		}
	}
	b.index = s.Index
	b.updateCities(s)
	b.updateLeader(s)
	b.updatePower(was, s)
}

// reset shows a snapshot without animating what led to it.
func (b *Board) reset(s *live.Snapshot) {
	v := &b.View
	b.shots, v.Feed = nil, nil
	v.Particles, v.FloatingTexts, v.Shake = nil, nil, 0
	for i := range s.Events {
		b.addFeedEvent(&s.Events[i])
	}
	for i := range s.Calls {
		if s.Calls[i].Stage.Ended() {
			b.endedCall = max(b.endedCall, s.Calls[i].ID)
		}
	}
	b.updateCalls(s)
}

// assignSlots gives cities and nodes positions on the map, which they keep. Once the
// map is full it gets more slots, and all positions move.
func (b *Board) assignSlots(s *live.Snapshot) {
	var names []string
	for i := range s.Cities {
		names = append(names, s.Cities[i].Name)
	}
	for i := range s.Nodes { // reserves slots for their cities
		names = append(names, s.Nodes[i].ID)
	}
	slices.SortFunc(names, func(a, b string) int { return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b)) })
	for _, name := range slices.Compact(names) {
		if _, known := b.slots[name]; !known {
			b.slots[name] = len(b.slots)
		}
	}
	for need := len(b.slots) + 1; b.View.Slots < need; {
		b.View.Slots = max(4, need, b.View.Slots*3/2)
	}
}

// updateCalls takes the calls of a snapshot.
func (b *Board) updateCalls(s *live.Snapshot) {
	for i := range s.Calls {
		c := &s.Calls[i]
		in, err := rules.ParseInput(c.Input)
		if err != nil {
			continue
		}
		k := b.findShot(c.Client, c.Seq)
		if k == nil {
			if c.ID <= b.endedCall || c.Stage.Ended() && c.Stage != live.Failed && c.Stage != live.Unresolved {
				continue // shown by its event
			}
			if in.Verb != rules.Attack {
				b.updateOtherCall(c)
				continue
			}
			k = b.addShot(in, c.Client, c.Seq, c.Mine)
			if c.Mine {
				b.playCue(sound.Sent, in.City)
			}
		}
		k.lastSeen = b.now
		b.updateStage(k, c)
	}
}

// updateOtherCall reports a failed command that is not an attack.
func (b *Board) updateOtherCall(c *live.Call) {
	if c.Stage != live.Failed && c.Stage != live.Unresolved {
		return
	}
	b.endedCall = max(b.endedCall, c.ID)
	if c.Mine {
		b.playCue(sound.Refused, b.View.Own)
		b.Say(c.Input + ": " + c.Output)
	}
	b.addFeedLine(scene.FeedLine{Words: c.Input + ": " + c.Output, Stage: c.Stage, Mine: c.Mine})
}

// applyEvent takes an event of the local log.
func (b *Board) applyEvent(e *live.Event) {
	b.addFeedEvent(e)
	in, err := rules.ParseInput(e.Input)
	if err != nil {
		return
	}
	if reason, is := strings.CutPrefix(e.Output, "rejected: "); is {
		if k := b.findShot(e.Client, e.Seq); k != nil {
			b.reject(k, reason)
		} else if in.Verb != rules.Attack && b.isPlayers(e) {
			b.playCue(sound.Refused, in.City)
			b.Say(e.Input + ": " + reason)
		}
		return
	}
	switch in.Verb {
	case rules.Attack:
		k := b.findShot(e.Client, e.Seq)
		if k == nil {
			k = b.addShot(in, e.Client, e.Seq, b.isPlayers(e))
		}
		b.apply(k, e)
	case rules.Add:
		b.playCue(sound.Joined, in.City)
		b.addFloat(in.City, "joins", true)
	case rules.Del:
		b.playCue(sound.Left, in.City)
		b.addFloat(in.City, "leaves", false)
	}
}

// isPlayers reports whether a command is one of the player's.
func (b *Board) isPlayers(e *live.Event) bool {
	for i := range b.View.Game.Calls {
		if c := &b.View.Game.Calls[i]; c.Client == e.Client && c.Seq == e.Seq {
			return c.Mine
		}
	}
	return false
}

// addFeedEvent adds an event to the feed.
func (b *Board) addFeedEvent(e *live.Event) {
	line := scene.FeedLine{Words: e.Input + ": " + e.Output, Mine: b.isPlayers(e), Stage: live.Applied,
		Place: fmt.Sprintf("entry %d of term %d, frame %d of %s", e.Index, e.Term, e.Frame, b.View.Game.Node)}
	if strings.HasPrefix(e.Output, "rejected: ") {
		line.Stage = live.Rejected
	}
	b.addFeedLine(line)
}

func (b *Board) addFeedLine(line scene.FeedLine) {
	v := &b.View
	v.Feed = append(v.Feed, line)
	if n := len(v.Feed) - feedMax; n > 0 {
		v.Feed = append(v.Feed[:0], v.Feed[n:]...)
	}
}

// updateCities shows the cities of a snapshot, except the health of those that a
// projectile flies to.
func (b *Board) updateCities(s *live.Snapshot) {
	v := &b.View
	for i := range s.Cities {
		now := &s.Cities[i]
		k := b.city(now.Name)
		if k == nil {
			v.Cities = append(v.Cities, scene.LiveCity{City: *now, Slot: b.slots[now.Name], Bar: float32(now.Health) / rules.HealthFull})
			continue
		}
		was := k.City
		k.City = *now
		if b.hasIncoming(now.Name) {
			k.Health, k.Status = was.Health, was.Status
		}
	}
	slices.SortFunc(v.Cities, func(a, b scene.LiveCity) int { return cmp.Compare(a.Slot, b.Slot) })
}

// updateLeader handles changes of the leader.
func (b *Board) updateLeader(s *live.Snapshot) {
	if s.Leader == "" && b.leader != "" {
		b.leaderlessSince = max(b.now, 1)
		b.playCue(sound.NoLeader, b.leader)
	}
	if s.Leader != "" && s.Leader != b.leader {
		b.playCue(sound.Leader, s.Leader)
	}
	if b.leader == "" && s.Leader == "" && b.leaderlessSince == 0 {
		b.leaderlessSince = max(b.now, 1)
	}
	b.leader = s.Leader
}

// updatePower plays a sound when a node is cut off, healed, killed or started.
func (b *Board) updatePower(was, s *live.Snapshot) {
	if was == nil {
		return
	}
	for i := range s.Nodes {
		n := &s.Nodes[i]
		for k := range was.Nodes {
			if old := &was.Nodes[k]; old.ID == n.ID && (old.Cut != n.Cut || old.Down != n.Down) {
				b.playCue(sound.NodeChanged, n.ID)
			}
		}
	}
}
