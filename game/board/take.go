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

// feedMost is how many lines of what happened are kept.
const feedMost = 40

// Take takes in what the game tells. The Snapshot must not change any more.
func (b *Board) Take(s *live.Snapshot) {
	v := &b.View
	v.Lost = ""
	was := v.Game
	if was != nil && s.Version == was.Version {
		return
	}
	v.Game, v.Own = s, s.City
	if s.Saids != b.saids {
		b.saids = s.Saids
		b.Say(s.Said)
	}
	b.settle(s)
	if was == nil || was.Node != s.Node || s.Index < b.index {
		b.begin(s)
	} else {
		b.calls(s)
		for i := range s.Events {
			if e := &s.Events[i]; e.Index > b.index {
				b.event(e)
			}
		}
	}
	b.index = s.Index
	b.agree(s)
	b.leader(s)
	b.power(was, s)
}

// begin shows a game as it is, without what led to it.
func (b *Board) begin(s *live.Snapshot) {
	v := &b.View
	b.shots, v.Feed = nil, nil
	v.Sparks, v.Floats, v.Shake = nil, nil, 0
	for i := range s.Events {
		b.tell(&s.Events[i])
	}
	for i := range s.Calls {
		if s.Calls[i].Stage.Over() {
			b.ended = max(b.ended, s.Calls[i].ID)
		}
	}
	b.calls(s)
}

// settle gives cities and nodes places. Whoever has one keeps it; once there is room
// for no more, all move together.
func (b *Board) settle(s *live.Snapshot) {
	var names []string
	for i := range s.Cities {
		names = append(names, s.Cities[i].Name)
	}
	for i := range s.Nodes { // their cities will come
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

// calls takes in what was sent.
func (b *Board) calls(s *live.Snapshot) {
	for i := range s.Calls {
		c := &s.Calls[i]
		in, err := rules.ParseInput(c.Input)
		if err != nil {
			continue
		}
		k := b.find(c.Client, c.Seq)
		if k == nil {
			if c.ID <= b.ended || c.Stage.Over() && c.Stage != live.Failed && c.Stage != live.Lost {
				continue // its event tells more
			}
			if in.Verb != rules.Attack {
				b.other(c)
				continue
			}
			k = b.shoot(in, c.Client, c.Seq, c.Mine)
			if c.Mine {
				b.hear(sound.Sent, in.City)
			}
		}
		k.seen = b.now
		b.stage(k, c)
	}
}

// other tells of a command that is no attack and came to nothing.
func (b *Board) other(c *live.Call) {
	if c.Stage != live.Failed && c.Stage != live.Lost {
		return
	}
	b.ended = max(b.ended, c.ID)
	if c.Mine {
		b.hear(sound.Refused, b.View.Own)
		b.Say(c.Input + ": " + c.Output)
	}
	b.feed(scene.FeedLine{Words: c.Input + ": " + c.Output, Stage: c.Stage, Mine: c.Mine})
}

// event takes in a command that is in the local log.
func (b *Board) event(e *live.Event) {
	b.tell(e)
	in, err := rules.ParseInput(e.Input)
	if err != nil {
		return
	}
	if reason, is := strings.CutPrefix(e.Output, "rejected: "); is {
		if k := b.find(e.Client, e.Seq); k != nil {
			b.reject(k, reason)
		} else if in.Verb != rules.Attack && b.mine(e) {
			b.hear(sound.Refused, in.City)
			b.Say(e.Input + ": " + reason)
		}
		return
	}
	switch in.Verb {
	case rules.Attack:
		k := b.find(e.Client, e.Seq)
		if k == nil {
			k = b.shoot(in, e.Client, e.Seq, b.mine(e))
		}
		b.apply(k, e)
	case rules.Add:
		b.hear(sound.Joined, in.City)
		b.float(in.City, "joins", true)
	case rules.Del:
		b.hear(sound.Left, in.City)
		b.float(in.City, "leaves", false)
	}
}

// mine says whether a command is one of the player's.
func (b *Board) mine(e *live.Event) bool {
	for i := range b.View.Game.Calls {
		if c := &b.View.Game.Calls[i]; c.Client == e.Client && c.Seq == e.Seq {
			return c.Mine
		}
	}
	return false
}

// tell puts an event into the feed.
func (b *Board) tell(e *live.Event) {
	line := scene.FeedLine{Words: e.Input + ": " + e.Output, Mine: b.mine(e), Stage: live.Applied,
		Place: fmt.Sprintf("entry %d of term %d, frame %d of %s", e.Index, e.Term, e.Frame, b.View.Game.Node)}
	if strings.HasPrefix(e.Output, "rejected: ") {
		line.Stage = live.Rejected
	}
	b.feed(line)
}

func (b *Board) feed(line scene.FeedLine) {
	v := &b.View
	v.Feed = append(v.Feed, line)
	if n := len(v.Feed) - feedMost; n > 0 {
		v.Feed = append(v.Feed[:0], v.Feed[n:]...)
	}
}

// agree shows cities as they are, but for those that something still flies to.
func (b *Board) agree(s *live.Snapshot) {
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
		if b.awaits(now.Name) {
			k.Health, k.Status = was.Health, was.Status
		}
	}
	slices.SortFunc(v.Cities, func(a, b scene.LiveCity) int { return cmp.Compare(a.Slot, b.Slot) })
}

// leader notices when another node leads, or none does.
func (b *Board) leader(s *live.Snapshot) {
	if s.Leader == "" && b.led != "" {
		b.none = max(b.now, 1)
		b.hear(sound.NoLeader, b.led)
	}
	if s.Leader != "" && s.Leader != b.led {
		b.hear(sound.Leader, s.Leader)
	}
	if b.led == "" && s.Leader == "" && b.none == 0 {
		b.none = max(b.now, 1)
	}
	b.led = s.Leader
}

// power notices when a node is cut off, healed, killed or started.
func (b *Board) power(was, s *live.Snapshot) {
	if was == nil {
		return
	}
	for i := range s.Nodes {
		n := &s.Nodes[i]
		for k := range was.Nodes {
			if old := &was.Nodes[k]; old.ID == n.ID && (old.Cut != n.Cut || old.Down != n.Down) {
				b.hear(sound.Power, n.ID)
			}
		}
	}
}
