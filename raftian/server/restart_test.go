package server

import (
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The flag that says how a node finds its cluster is needed at its first start only.
func TestRestartRecallsPeers(t *testing.T) {
	t.Parallel()
	list := threeNodes(t)
	nodes := []*Server{start(t, list[0]), start(t, list[1]), start(t, list[2])}
	do(t, clientOf("p", nodes[0]), "n1 attack n2")
	stop(t, nodes[2])
	short := list[2]
	short.Peers = ""
	nodes[2] = start(t, short)
	if got := strings.Count(nodes[2].o.Peers, "@"); got != 3 {
		t.Errorf("it knows of %d peers", got)
	}
	eventually(t, "n3 has what the others have", func() bool { return nodes[2].View().Local >= nodes[0].View().Local })

	// A directory that has never been told is none.
	text, err := os.ReadFile(filepath.Join(list[2].Dir, "identity"))
	if err != nil {
		t.Fatal(err)
	}
	stop(t, nodes[2])
	was := strings.Replace(string(text), `,"begun":true`, "", 1)
	if err := os.WriteFile(filepath.Join(list[2].Dir, "identity"), []byte(was), 0o600); err != nil || was == string(text) {
		t.Fatal(err, string(text))
	}
	refused(t, short, "say how the node finds its cluster")
	empty := short
	empty.Dir = t.TempDir()
	refused(t, empty, "say how the node finds its cluster")
}

// A second node with the ID of a running one is not admitted, and is told why.
func TestRunningNodeIsNotReplaced(t *testing.T) {
	t.Parallel()
	first := singleNode(t)
	n1 := start(t, first)
	join := func(id string) Options {
		o := singleNode(t)
		o.ID, o.Bootstrap, o.Join = id, false, n1.API()
		return o
	}
	n2 := start(t, join("n2"))
	eventually(t, "n2 votes", func() bool { return strings.Contains(suffrages(n1), "n2 voter "+n2.o.Raft) })
	start(t, join("n3"))
	eventually(t, "n3 votes", func() bool { return strings.Contains(suffrages(n1), "n3 voter") })
	var log syncBuffer
	other := join("n2")
	other.Log = slog.New(slog.NewTextHandler(&log, nil))
	start(t, other)
	eventually(t, "it learns why it is refused", func() bool {
		return strings.Contains(log.String(), "not let in: n2 is up, at "+n2.o.Raft)
	})
	if got := suffrages(n1); !strings.Contains(got, "n2 voter "+n2.o.Raft) {
		t.Errorf("n2 is no longer a voter at its address: %s", got)
	}
	// Once the other is gone, its place is free.
	stop(t, n2)
	eventually(t, "the newcomer votes", func() bool { return strings.Contains(suffrages(n1), "n2 voter "+other.Raft) })
}

// suffrages lists the members and their suffrage, as s sees them.
func suffrages(s *Server) string {
	var all []string
	for _, m := range s.View().Members {
		all = append(all, m.ID+" "+m.Suffrage+" "+m.Raft)
	}
	return strings.Join(all, ", ")
}

func TestInvalidOriginRefused(t *testing.T) {
	t.Parallel()
	for _, origin := range []string{"nonsense", "https://example.org/", "example.org", "https://", ""} {
		o := singleNode(t)
		o.Origins = []string{origin}
		refused(t, o, "is not an origin")
	}
}
