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

// A node whose data directory was emptied has lost its votes; restarted with the same ID
// and address, it could vote twice in a term. It cannot know that itself, but its peers
// do: each keeps the IDs of all nodes that have connected to it or answered it, in the
// file "met" beside its store.

// seenPeersMax limits the number of IDs: anyone who knows the cluster's name could
// invent some.
const seenPeersMax = 1024

// seenPeers is the set of node IDs that have connected or answered.
type seenPeers struct {
	path string
	mu   sync.Mutex
	ids  map[string]bool
}

func readSeenPeers(dir string) *seenPeers {
	m := &seenPeers{path: filepath.Join(dir, "met"), ids: map[string]bool{}}
	text, _ := os.ReadFile(m.path) // if the file is missing, the set starts empty
	for line := range strings.Lines(string(text)) {
		m.ids[strings.TrimSpace(line)] = true
	}
	return m
}

// add adds an ID. A failed write is ignored.
func (m *seenPeers) add(id string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.ids[id] || len(m.ids) >= seenPeersMax || id == "" || strings.ContainsAny(id, "\r\n") {
		return
	}
	m.ids[id] = true
	_ = replaceUnsynced(m.path, []byte(strings.Join(slices.Sorted(maps.Keys(m.ids)), "\n")+"\n"))
}

func (m *seenPeers) all() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Sorted(maps.Keys(m.ids))
}

// checkNotSeen refuses to start a node with an empty directory if a peer has seen its
// ID. It does not, if the setting disk, the number of disks that the node has lost, is
// above 0: then the node begins at another address and asks for admission. Peers that
// do not answer within a second are ignored.
func checkNotSeen(ctx context.Context, o Options, secure *tlsConfigs) error {
	settings, err := node.ParseSettings((&Server{o: o}).arguments())
	if err != nil || settings.Disk > 0 {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	client, scheme := secure.httpClient(), "http://"
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
			seen[k] = err == nil && v.GetCluster() == clusterName(o.Peers) && slices.Contains(v.GetMet(), o.ID)
		})
	}
	asking.Wait()
	if k := slices.Index(seen, true); k >= 0 {
		return refuse("%s has seen %s before, so its data directory is not %s: start it with the right one, or, if its disk is lost, with --set disk=1 "+
			"(disk=N after the Nth loss)", settings.Peers[k].ID, o.ID, o.Dir)
	}
	return nil
}
