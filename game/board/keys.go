package board

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"raftian/game/desk"
	"raftian/game/live"
)

// nodesElsewhere is shown when a request needs nodes in this process.
const nodesElsewhere = "the nodes run elsewhere: they cannot be cut off, killed or recorded from here"

// textMax limits the typed text, in bytes.
const textMax = 60

// Press handles a key.
func (b *Board) Press(k desk.Key) {
	v := &b.View
	switch {
	case v.Help:
		v.Help = false
		return
	case v.Typing:
		b.pressTyping(k)
		return
	}
	if b.pressScreen(k) || b.pressNodes(k) || v.Game == nil {
		return
	}
	switch k.Name {
	case "enter", "/":
		v.Typing, v.Aiming = true, false
	case "add":
		v.Typing, v.Text = true, "add "
	case "esc":
		v.Aiming, v.Chosen, v.Note = false, "", ""
	case "j":
		b.request("join")
	case "l":
		b.request("leave")
	case "b":
		if v.Game.Bots == live.NoBots {
			b.Say("there are no bots here")
			return
		}
		b.request("bots")
	default:
		if len(k.Name) == 1 && k.Name[0] >= '1' && k.Name[0] <= '9' {
			b.attackSlot(int(k.Name[0] - '1'))
		}
	}
}

// attackSlot attacks the city in a slot.
func (b *Board) attackSlot(slot int) {
	for i := range b.View.Cities {
		if c := &b.View.Cities[i]; c.Slot == slot {
			b.attack(c.Name)
			return
		}
	}
	b.Say(fmt.Sprintf("no city has the number %d", slot+1))
}

func (b *Board) attack(city string) {
	b.View.Aiming = false
	if city == b.View.Own {
		b.Say("that is your own city")
		return
	}
	b.request(b.View.Own + " attack " + city)
}

// pressTyping handles keys while the text box is open.
func (b *Board) pressTyping(k desk.Key) {
	v := &b.View
	switch k.Name {
	case "esc":
		v.Typing, v.Text = false, ""
	case "backspace":
		if r := []rune(v.Text); len(r) > 0 {
			v.Text = string(r[:len(r)-1])
		}
	case "enter":
		line := strings.TrimSpace(v.Text)
		if line == "" {
			v.Typing = false
			return
		}
		order, err := live.Parse(line, v.Own)
		switch {
		case err != nil:
			b.Say(err.Error())
			return
		case v.Game != nil && !v.Game.Machines && slices.Contains([]string{"cut", "heal", "kill", "start", "save"}, order.Verb):
			b.Say(nodesElsewhere)
			return
		}
		b.request(line)
		v.Text, v.Typing = "", false
	}
}

// Typing reports whether characters go to Type.
func (b *Board) Typing() bool { return b.View.Typing }

// Type adds a character to the text box.
func (b *Board) Type(r rune) {
	if v := &b.View; v.Typing && r >= ' ' && r != 0x7f && len(v.Text) < textMax {
		v.Text += string(r)
	}
}

// frameRates are the frame rates that F2 cycles through.
func frameRates() []int { return []int{30, 60, 120, 240} }

// pressScreen handles keys for display and sound.
func (b *Board) pressScreen(k desk.Key) bool {
	v := &b.View
	switch k.Name {
	case "?":
		v.Help, v.Aiming = true, false
	case "m":
		if v.Sound.Unavailable != "" {
			b.Say(v.Sound.Unavailable)
			return true
		}
		v.Sound.Muted = !v.Sound.Muted
		b.Say(map[bool]string{true: "muted", false: "sound is on"}[v.Sound.Muted])
	case "-", "+", "=":
		by := 0.1
		if k.Name == "-" {
			by = -0.1
		}
		if v.Sound.Unavailable != "" {
			b.Say(v.Sound.Unavailable)
			return true
		}
		v.Sound.Volume = max(0, min(1, math.Round((v.Sound.Volume+by)*10)/10))
		v.Sound.Muted = false
		b.Say(fmt.Sprintf("volume %.0f %%", v.Sound.Volume*100))
	case "f2":
		if v.Frames.Asked == 0 {
			b.Say("the browser says how many frames there are")
			return true
		}
		i := slices.IndexFunc(frameRates(), func(r int) bool { return r > v.Frames.Asked })
		v.Frames.Asked = frameRates()[max(i, 0)]
		b.Say(fmt.Sprintf("%d frames per second are asked for; F3 shows how many come", v.Frames.Asked))
	case "f3":
		v.Overlay = !v.Overlay
	default:
		return false
	}
	return true
}

// pressNodes handles keys that choose nodes or act on them.
func (b *Board) pressNodes(k desk.Key) bool {
	v := &b.View
	if v.Game == nil {
		return false
	}
	switch {
	case k.Name == "tab":
		b.choose(k.Shift)
	case k.Name == "leader":
		v.Chosen = v.Game.Leader
	case strings.HasPrefix(k.Name, "node "):
		v.Chosen = strings.TrimPrefix(k.Name, "node ")
	case !slices.Contains([]string{"c", "k", "g", "r"}, k.Name):
		return false
	case !v.Game.Machines:
		b.Say(nodesElsewhere)
	case k.Name == "g":
		b.request("heal")
	case k.Name == "r":
		b.request("save")
	case b.node(v.Chosen) == nil:
		b.Say("choose a node first: click it, or press Tab")
	case k.Name == "c" && b.node(v.Chosen).Down:
		b.Say(v.Chosen + " does not run; K starts it")
	case k.Name == "c":
		b.request(map[bool]string{true: "heal ", false: "cut "}[b.node(v.Chosen).Cut] + v.Chosen)
	default:
		b.request(map[bool]string{true: "start ", false: "kill "}[b.node(v.Chosen).Down] + v.Chosen)
	}
	return true
}

// choose chooses the next node, or the previous one.
func (b *Board) choose(back bool) {
	nodes := b.View.Game.Nodes
	if len(nodes) == 0 {
		return
	}
	i := slices.IndexFunc(nodes, func(n live.Node) bool { return n.ID == b.View.Chosen })
	switch {
	case back:
		i = (max(i, 0) + len(nodes) - 1) % len(nodes)
	default:
		i = (i + 1) % len(nodes)
	}
	b.View.Chosen = nodes[i].ID
}
