package scene

import (
	"fmt"
	"math"
	"strings"
	"time"

	"raftian/game/replay"
)

// ring is the layout of nodes on an ellipse. Nodes keep their positions.
type ring struct {
	x, y, r float32 // centre and radius
	node    float32 // radius of a node
	box     Box     // the panel without heading and legend
}

func (f *drawing) ring() ring {
	b := f.lay.Cluster
	b.Y += f.heading()
	b.H -= f.heading() + roundf(float32(f.small)*2)
	n := len(f.run.Machines)
	label := float32(f.small) * 2.6
	k := ring{x: b.X + b.W/2 + ringOffset, y: b.Y + b.H/2 - label*0.25, box: b}
	half := min(b.W, b.H) / 2
	k.node = max(13, min(half*0.19, 46*float32(f.small)/11))
	if n > 5 {
		k.node = max(8, k.node*5.9/float32(n))
	}
	k.r = half - k.node - label
	if n == 1 {
		k.r = 0
	}
	return k
}

// ringOffset shifts the ring to the right of the centre, to leave room for the matrix.
const ringOffset = 32

// position returns the position of node i of n.
func (k *ring) position(i, n int) (x, y float32) {
	turn := float64(i)/float64(n)*2*math.Pi - math.Pi/2
	if n == 2 {
		turn -= math.Pi / 2
	}
	wide := min(1.25, (k.box.W/2-k.node-30-ringOffset)/max(k.r, 1))
	return k.x + k.r*max(1, wide)*float32(math.Cos(turn)), k.y + k.r*float32(math.Sin(turn))
}

// cluster draws the ring of nodes, partitions, and messages in flight.
func (f *drawing) cluster() {
	k := f.ring()
	n := len(f.run.Machines)
	for i := range n {
		for j := range i {
			x1, y1 := k.position(i, n)
			x2, y2 := k.position(j, n)
			f.line(x1, y1, x2, y2, 1, edge.Fade(0.6))
		}
	}
	f.parts(&k)
	f.oneWays(&k)
	f.messagesInFlight(&k)
	for i := range n {
		x, y := k.position(i, n)
		f.node(i, x, y, k.node)
	}
	f.matrix(&k)
	f.legend()
}

// node draws a node: its role by shape, its term by number and colour.
func (f *drawing) node(i int, x, y, r float32) {
	n := &f.state.Nodes[i]
	color := termColor(n.Term)
	name := f.run.Machines[i]
	up := n.Status != replay.Down && n.Status != replay.Shutdown
	if f.v.Chosen == (Target{Action: Node, N: i}) {
		f.halo(x, y, r+8, white)
	}
	f.disc(x, y, r, panel)
	switch n.Status {
	case replay.Leader:
		f.disc(x, y, r-5, mix(panel, color, 0.35))
		f.canvas.ring(x, y, r-5, 2, 0, color)
		f.canvas.ring(x, y, r, 2.5, 0, color)
	case replay.Candidate:
		f.canvas.ring(x, y, r, 3, 5, color)
	case replay.Booting:
		f.canvas.ring(x, y, r, 2, 2, dim)
	case replay.Follower:
		f.canvas.ring(x, y, r, 2.5, 0, color.Fade(0.9))
	default:
		f.canvas.ring(x, y, r, 2, 0, faint)
		f.cross(x, y, r*0.68, 3, edge)
	}
	if n.Status == replay.Follower || n.Status == replay.Candidate {
		f.electionTimer(n, x, y, r)
	}
	ink := white
	if !up {
		ink = dim
	}
	st := f.bold(ink)
	if !up {
		w := f.width(st, name) + 6
		f.rect(x-w/2, y-float32(st.px)*0.75, w, float32(st.px)*2.1, panel)
	}
	if r >= 18 {
		f.middle(x, y+float32(st.px)*0.1, st, name)
		f.middle(x, y+float32(st.px)*1.15, f.smallMono(color), fmt.Sprintf("t%d", n.Term))
	} else {
		f.middle(x, base(y, f.small), f.smallBold(ink), name)
	}
	f.nodeCaption(i, n, x, y+r)
	f.hit(Box{x - r - 4, y - r - 4, 2*r + 8, 2*r + 8}, Target{Action: Node, N: i}, f.tipOf(i, n))
}

// halo draws a ring around what is chosen.
func (f *drawing) halo(x, y, r float32, color Color) {
	f.canvas.ring(x, y, r, 1.5, 0, color)
}

// nodeCaption writes a node's role below it, and the votes for a candidate.
func (f *drawing) nodeCaption(i int, n *replay.Node, x, y float32) {
	y += float32(f.small) * 1.75
	switch n.Status {
	case replay.Leader:
		f.badge(x, y, "L  leader", termColor(n.Term))
	case replay.Candidate:
		votes := f.votes(i)
		f.middle(x, y, f.smallBold(text), "candidate")
		y += float32(f.small) * 0.85
		for k := range f.state.Nodes {
			cx := x + (float32(k)-float32(len(f.state.Nodes)-1)/2)*8
			if k < votes {
				f.disc(cx, y, 3, text)
			} else {
				f.canvas.ring(cx, y, 2.5, 1, 0, dim)
			}
		}
	case replay.Down:
		why, _, _ := strings.Cut(n.DownReason, ":")
		words := "down"
		switch why {
		case "power":
			words = "no power"
		case "kill":
			words = "killed"
		case "its program ended":
			words = "program ended"
		}
		f.middle(x, y, f.smallPlain(dim), words)
	case replay.Follower:
		f.middle(x, y, f.smallPlain(dim), "follower")
	default:
		f.middle(x, y, f.smallPlain(dim), n.Status.String())
	}
}

// badge draws a text on a coloured background.
func (f *drawing) badge(x, y float32, words string, color Color) {
	st := f.smallBold(onColor(color))
	w := f.width(st, words) + 10
	f.rect(roundf(x-w/2), roundf(y-float32(st.px)*1.05), w, roundf(float32(st.px)*1.45), color)
	f.middle(x, y, st, words)
}

// votes returns the number of durable votes for a candidate in its term.
func (f *drawing) votes(i int) int {
	votes := 0
	for k := range f.state.Nodes {
		n := &f.state.Nodes[k]
		if n.VoteFor == i && n.VoteTerm == f.state.Nodes[i].Term {
			votes++
		}
	}
	return votes
}

// electionTimer draws an arc that grows while a node has no contact with a leader. The
// library starts an election at a random time between half of the arc and all of it.
func (f *drawing) electionTimer(n *replay.Node, x, y, r float32) {
	timeout, err := time.ParseDuration(f.run.Setting("heartbeat"))
	if n.Status == replay.Candidate {
		timeout, err = time.ParseDuration(f.run.Setting("election"))
	}
	if err != nil || timeout <= 0 {
		return
	}
	since := n.LeaderContact
	if n.Status == replay.Candidate {
		since = max(since, n.Since)
	}
	part := float32(f.at.Sub(since)) / float32(2*timeout)
	part = max(0, min(1, part))
	color := dim
	if part >= 0.5 {
		color = yellow
	}
	if part > 0.01 {
		f.arc(x, y, r+5, 2, 0, part, 0, color)
	}
}

// tipOf returns the tooltip of a node.
func (f *drawing) tipOf(i int, n *replay.Node) string {
	last, _ := f.run.Last(n)
	tip := fmt.Sprintf("%s: %s in term %d, since %s\nlog to %d, committed %d, applied %d",
		f.run.Machines[i], n.Status, n.Term, n.Since, last, n.Commit, n.Applied)
	if n.VoteFor != replay.World {
		tip += fmt.Sprintf("\nlast vote: for %s in term %d", f.run.Machines[n.VoteFor], n.VoteTerm)
	}
	if n.Status == replay.Down && n.DownReason != "" {
		tip += "\n" + n.DownReason
	}
	return tip + "\nclick to inspect"
}
