package node

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"raftian/netsim/env"
)

// open is an open cluster of real nodes: each is told of itself, and of one other.
type open struct {
	*cluster
	peer map[string]string
	more []string // settings
}

func newOpen(t *testing.T, ids ...string) *open {
	c := &open{&cluster{t: t, dirs: map[string]string{}, scripts: map[string][]env.Call{}}, map[string]string{}, nil}
	for _, id := range ids {
		c.dirs[id] = t.TempDir()
		c.peer[id] = fmt.Sprintf("%s@%s/%s", id, freeAddress(t), freeAddress(t))
	}
	return c
}

func (c *open) api(id string) string {
	_, api, _ := strings.Cut(c.peer[id], "/")
	return api
}

// boot starts a node on its directory; to is whom it asks to be let in, or "".
func (c *open) boot(id, to string) (*Node, *recorder) {
	c.t.Helper()
	args := []string{"peers=" + c.peer[id], "open=on", "evict=1s", "heartbeat=100ms", "election=100ms", "lease=50ms",
		"op-timeout=5s", "snapshot-threshold=16", "snapshot-interval=100ms", "trailing=4"}
	args = append(args, c.more...)
	if to != "" {
		args = append(args, "join="+c.api(to))
	}
	r := &recorder{}
	e, err := env.NewReal(env.RealOptions{ID: id, Dir: c.dirs[id], Script: c.scripts[id], Emit: r.emit, Args: args})
	if err != nil {
		c.t.Fatal(err)
	}
	n, err := Start(e, NewGame)
	if err != nil {
		c.t.Fatal(err)
	}
	c.t.Cleanup(func() {
		if err := n.Stop(); err != nil {
			c.t.Errorf("stopping %s: %v", id, err)
		}
		if err := e.Close(); err != nil {
			c.t.Error(err)
		}
	})
	return n, r
}

// state is what a node's state machine says of everything.
func state(n *Node) string {
	r := n.readLocally("look", 0, n.env.Now())
	return r.text
}

// Nodes that are told of nobody but themselves and one other come together, one that
// is silent is put out and comes back, and one that leaves has left.
func TestAnOpenClusterGrowsAndShrinks(t *testing.T) {
	t.Parallel()
	c := newOpen(t, "n1", "n2", "n3", "n4")
	n1, seen1 := c.boot("n1", "")
	eventually(t, "n1 is in, alone", func() bool { return n1.isIn() })
	n2, _ := c.boot("n2", "n1")
	eventually(t, "n2 is in", func() bool { return n2.isIn() })
	n3, _ := c.boot("n3", "n2")
	n4, _ := c.boot("n4", "n3")
	eventually(t, "n3 and n4 are in", func() bool { return n3.isIn() && n4.isIn() })
	const all = "n1 health 100 score 0, n2 health 100 score 0, n3 health 100 score 0, n4 health 100 score 0"
	for _, n := range []*Node{n1, n2, n3, n4} {
		eventually(t, "all have a city everywhere", func() bool { return state(n) == all })
	}
	for _, n := range []*Node{n2, n3} {
		if got := n.apiOf("n4", ""); got != c.api("n4") {
			t.Errorf("%s knows n4's players' service at %q; want %q", n.self.ID, got, c.api("n4"))
		}
	}

	if err := n4.Stop(); err != nil {
		t.Fatal(err)
	}
	gone := func() bool { _, in := n1.server("n4"); return !in && strings.Contains(state(n1), "n4 departed") }
	eventually(t, "n4, silent, is put out", gone)
	again, _ := c.boot("n4", "") // it knows whom to ask
	eventually(t, "n4 is back", func() bool { return again.isIn() && strings.Contains(state(n1), "n4 health 100") })

	if err := again.Leave(again.env.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	eventually(t, "n4 has left", gone)
	time.Sleep(2 * time.Second)
	if !gone() {
		t.Error("n4 left and is back")
	}
	if list := seen1.all(env.KindMember); len(list) < 6 || list[len(list)-1].Text != "left" {
		t.Errorf("n1 saw memberships %v", list)
	}
}

// A node that was put out while it was away, and that has neither a snapshot nor anyone
// it was told of, knows from its log whom to ask; and whoever asks such a node hears of
// somebody else.
func TestWhoWasPutOutFindsTheOthersInItsLog(t *testing.T) {
	t.Parallel()
	c := newOpen(t, "n1", "n2", "n3", "n4")
	c.more = []string{"snapshot-threshold=1000000"}
	n1, _ := c.boot("n1", "")
	eventually(t, "n1 is in, alone", func() bool { return n1.isIn() })
	n2, _ := c.boot("n2", "n1")
	n3, _ := c.boot("n3", "n1")
	eventually(t, "n2 and n3 are in", func() bool { return n2.isIn() && n3.isIn() })
	if err := n1.Stop(); err != nil {
		t.Fatal(err)
	}
	eventually(t, "n1, silent, is put out", func() bool { _, in := n2.server("n1"); return !in })
	// The leader that put it out would try for a while to tell it so.
	if err := errors.Join(n2.Stop(), n3.Stop()); err != nil {
		t.Fatal(err)
	}
	n2, _ = c.boot("n2", "n1")
	c.boot("n3", "n1")
	again, _ := c.boot("n1", "")
	n4, _ := c.boot("n4", "n1") // who is out itself, or was a moment ago
	eventually(t, "n1 is back", func() bool { return again.isIn() && strings.Contains(state(n2), "n1 health 100") })
	eventually(t, "n4 is in", func() bool { return n4.isIn() })
}

// A leader that leaves hands on its office first.
func TestALeaderLeaves(t *testing.T) {
	t.Parallel()
	c := newOpen(t, "n1", "n2", "n3")
	n1, _ := c.boot("n1", "")
	n2, _ := c.boot("n2", "n1")
	eventually(t, "n2 is in", func() bool { return n2.isIn() })
	n3, _ := c.boot("n3", "n1")
	eventually(t, "n3 is in", func() bool { return n3.isIn() })
	if err := n1.Leave(n1.env.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the others go on without it", func() bool {
		_, in := n2.server("n1")
		_, leader := n2.raft.LeaderWithID()
		return !in && (leader == "n2" || leader == "n3")
	})
}
