package server

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// identity is the content of the file "identity", which says which node and cluster a
// data directory belongs to. It is written before anything of Raft's.
type identity struct {
	Format  int    `json:"format"`
	ID      string `json:"id"`      // the node's ID
	Cluster string `json:"cluster"` // 32 hexadecimal digits
	Raft    string `json:"raft"`    // the node's Raft address, as its peers know it
	Starts  uint64 `json:"starts"`  // number of starts on this directory, this one included
	// Peers is Options.Peers as last given. Begun is set by the first start; later
	// starts need none of Bootstrap, Join and Peers.
	Peers string `json:"peers,omitempty"`
	Begun bool   `json:"begun,omitempty"`
}

const identityFormat = 1

// loadIdentity reads the identity of a data directory, refuses one that does not match
// o, and counts the start. In an empty directory it creates one.
func loadIdentity(ctx context.Context, o Options, secure *tlsConfigs) (identity, error) {
	path := filepath.Join(o.Dir, "identity")
	text, err := os.ReadFile(path)
	var id identity
	switch {
	case err == nil:
		id, err = parseIdentity(text, o)
	case errors.Is(err, fs.ErrNotExist):
		id, err = newIdentity(ctx, o, secure)
	default:
		err = refuse("reading the identity of the data directory: %w", err)
	}
	if err != nil {
		return identity{}, err
	}
	id.Starts++
	id.Peers, id.Begun = o.Peers, true
	if text, err = json.Marshal(id); err == nil {
		err = replaceSynced(path, append(text, '\n'))
	}
	if err != nil {
		return identity{}, refuse("writing the identity of the data directory: %w", err)
	}
	return id, nil
}

// recallPeers reports whether the data directory was started before. If o does not say
// how the node finds its cluster, it takes Peers from the directory. A damaged identity
// counts as started before; loadIdentity refuses it later.
func (o *Options) recallPeers() bool {
	var id identity
	text, err := os.ReadFile(filepath.Join(o.Dir, "identity"))
	if err == nil && json.Unmarshal(text, &id) != nil {
		return true
	}
	if id.Begun && !o.Bootstrap && o.Join == "" && o.Peers == "" {
		o.Peers = id.Peers
	}
	return id.Begun
}

// parseIdentity parses the identity of a data directory and refuses one that does not
// match o.
func parseIdentity(text []byte, o Options) (identity, error) {
	var id identity
	err := json.Unmarshal(text, &id)
	name, _ := hex.DecodeString(id.Cluster)
	switch {
	case err != nil || id.Format == 0 || len(name) != clusterSize:
		return id, refuse("%s does not say whose it is: its file identity is damaged", o.Dir)
	case id.Format != identityFormat:
		return id, refuse("%s has format %d; this program knows format %d", o.Dir, id.Format, identityFormat)
	case id.ID != o.ID:
		return id, refuse("%s is the data directory of %s, not of %s", o.Dir, id.ID, o.ID)
	case id.Raft != o.Raft:
		return id, refuse("%s is the data directory of a node that others know at %s, not at %s", o.Dir, id.Raft, o.Raft)
	case o.Peers != "" && id.Cluster != clusterName(o.Peers):
		return id, refuse("%s is the data directory of a node of another cluster, %s", o.Dir, id.Cluster)
	}
	return id, nil
}

// newIdentity creates the identity of a node with an empty data directory.
func newIdentity(ctx context.Context, o Options, secure *tlsConfigs) (identity, error) {
	if _, err := os.Stat(filepath.Join(o.Dir, "raft")); err == nil {
		return identity{}, refuse("%s does not say whose it is: its file identity is missing", o.Dir)
	}
	id := identity{Format: identityFormat, ID: o.ID, Raft: o.Raft}
	var err error
	switch {
	case o.Peers != "":
		id.Cluster = clusterName(o.Peers)
		err = checkNotSeen(ctx, o, secure)
	case o.Join != "":
		id.Cluster, err = clusterToJoin(ctx, o, secure)
	default:
		var b [clusterSize]byte
		_, err = rand.Read(b[:])
		id.Cluster = hex.EncodeToString(b[:])
	}
	return id, err
}

// clusterToJoin asks the member at o.Join for the cluster's name. If a member with the
// same Raft address is in the configuration, the directory of that member is missing,
// and its votes with it: it could vote twice in a term. So that is refused.
func clusterToJoin(ctx context.Context, o Options, secure *tlsConfigs) (string, error) {
	c, err := queryCluster(ctx, o.Join, secure, o.Log)
	if err != nil {
		return "", err
	}
	if name, err := hex.DecodeString(c.GetCluster()); err != nil || len(name) != clusterSize {
		return "", refuse("%s is not a node's address: its cluster is named %q", o.Join, c.GetCluster())
	}
	for _, m := range c.GetMembers() {
		if m.GetRaft() == o.Raft {
			return "", refuse("%s is in the cluster at %s already, and its data directory is not %s: start it with the right one, or at another address",
				m.GetId(), o.Raft, o.Dir)
		}
	}
	return c.GetCluster(), nil
}

// clusterName derives the name of a cluster that begins with the same peers everywhere
// from that list, in any order.
func clusterName(peers string) string {
	list := strings.Split(peers, ",")
	slices.Sort(list)
	sum := sha256.Sum256([]byte(strings.Join(list, ",")))
	return hex.EncodeToString(sum[:clusterSize])
}

// replaceSynced replaces a file atomically and durably.
func replaceSynced(path string, text []byte) error {
	f, err := os.Create(path + ".new")
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return err
	}
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}
