package server

import (
	"context"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"raftian/raftian/api/v1/apiv1connect"
	"raftian/raftian/node"

	apiv1 "raftian/raftian/api/v1"
)

// A node whose data directory was emptied has forgotten its votes; started again as who
// it was, it could vote a second time in a term. It cannot know, but the others can:
// each remembers, in a file beside its store, which nodes have ever connected to it or
// answered it.

// metMax is how many are remembered; whoever knows the cluster's name could invent some.
const metMax = 1024

// met is which nodes those are.
type met struct {
	path string
	mu   sync.Mutex
	ids  map[string]bool
}

func readMet(dir string) *met {
	m := &met{path: filepath.Join(dir, "met"), ids: map[string]bool{}}
	text, _ := os.ReadFile(m.path) // without it they are met again
	for line := range strings.Lines(string(text)) {
		m.ids[strings.TrimSpace(line)] = true
	}
	return m
}

// add remembers a node. That it cannot be written down is no reason to refuse it.
func (m *met) add(id string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.ids[id] || len(m.ids) >= metMax || id == "" || strings.ContainsAny(id, "\r\n") {
		return
	}
	m.ids[id] = true
	_ = jot(m.path, []byte(strings.Join(slices.Sorted(maps.Keys(m.ids)), "\n")+"\n"))
}

func (m *met) all() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Sorted(maps.Keys(m.ids))
}

// neverSeen refuses an empty directory for a node that one of its peers has met before.
// With the setting disk, which tells how many disks the node has lost, it begins at
// another address, and asks to be let in. Peers that do not answer are not waited for.
func neverSeen(ctx context.Context, o Options, secure *secrets) error {
	settings, err := node.ParseSettings((&Server{o: o}).arguments())
	if err != nil || settings.Disk > 0 {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	client, scheme := secure.http(), "http://"
	if secure != nil {
		scheme = "https://"
	}
	defer client.CloseIdleConnections()
	seen := make([]bool, len(settings.Peers))
	var asking sync.WaitGroup
	for k, p := range settings.Peers {
		if p.ID == o.ID {
			continue
		}
		asking.Go(func() {
			v, err := apiv1connect.NewPlayersClient(client, scheme+p.API).Cluster(ctx, &apiv1.ClusterRequest{})
			seen[k] = err == nil && v.GetCluster() == clusterOf(o.Peers) && slices.Contains(v.GetMet(), o.ID)
		})
	}
	asking.Wait()
	if k := slices.Index(seen, true); k >= 0 {
		return refuse("%s has met %s before, whose data directory was another than %s: start it with that, or with --set disk=1, "+
			"and one more for each disk it has lost", settings.Peers[k].ID, o.ID, o.Dir)
	}
	return nil
}
