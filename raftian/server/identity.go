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

// identity says whose a data directory is. It stands in the file "identity", and is
// there before anything of Raft's is.
type identity struct {
	Format  int    `json:"format"`
	ID      string `json:"id"`      // the node's name
	Cluster string `json:"cluster"` // 32 hexadecimal digits
	Raft    string `json:"raft"`    // where others in the cluster know the node to be
	Starts  uint64 `json:"starts"`  // how often the node was started on it, this time included
	// Peers are Options.Peers as they were given last. Begun says that how the node finds
	// its cluster need not be said again.
	Peers string `json:"peers,omitempty"`
	Begun bool   `json:"begun,omitempty"`
}

const identityFormat = 1

// identify says who the node in a directory is, if it is the one that it is told to be.
// In an empty directory it begins as that.
func identify(ctx context.Context, o Options, secure *secrets) (identity, error) {
	path := filepath.Join(o.Dir, "identity")
	text, err := os.ReadFile(path)
	var who identity
	switch {
	case err == nil:
		who, err = parseIdentity(text, o)
	case errors.Is(err, fs.ErrNotExist):
		who, err = begin(ctx, o, secure)
	default:
		err = refuse("reading whose data directory it is: %w", err)
	}
	if err != nil {
		return identity{}, err
	}
	who.Starts++
	who.Peers, who.Begun = o.Peers, true
	if text, err = json.Marshal(who); err == nil {
		err = replace(path, append(text, '\n'))
	}
	if err != nil {
		return identity{}, refuse("writing whose data directory it is: %w", err)
	}
	return who, nil
}

// recall says whether the node in the directory knows how it finds its cluster. If
// nobody says how, it takes that from there. A directory that is damaged is refused later.
func (o *Options) recall() bool {
	var who identity
	text, err := os.ReadFile(filepath.Join(o.Dir, "identity"))
	if err == nil && json.Unmarshal(text, &who) != nil {
		return true
	}
	if who.Begun && !o.Bootstrap && o.Join == "" && o.Peers == "" {
		o.Peers = who.Peers
	}
	return who.Begun
}

// parseIdentity reads who a directory's node is, and refuses another.
func parseIdentity(text []byte, o Options) (identity, error) {
	var who identity
	err := json.Unmarshal(text, &who)
	name, _ := hex.DecodeString(who.Cluster)
	switch {
	case err != nil || who.Format == 0 || len(name) != clusterSize:
		return who, refuse("%s does not say whose it is: its file identity is damaged", o.Dir)
	case who.Format != identityFormat:
		return who, refuse("%s has format %d; this program knows format %d", o.Dir, who.Format, identityFormat)
	case who.ID != o.ID:
		return who, refuse("%s is the data directory of %s, not of %s", o.Dir, who.ID, o.ID)
	case who.Raft != o.Raft:
		return who, refuse("%s is the data directory of a node that others know at %s, not at %s", o.Dir, who.Raft, o.Raft)
	case o.Peers != "" && who.Cluster != clusterOf(o.Peers):
		return who, refuse("%s is the data directory of a node of another cluster, %s", o.Dir, who.Cluster)
	}
	return who, nil
}

// begin is who a node is that begins in a directory.
func begin(ctx context.Context, o Options, secure *secrets) (identity, error) {
	if _, err := os.Stat(filepath.Join(o.Dir, "raft")); err == nil {
		return identity{}, refuse("%s does not say whose it is: its file identity is missing", o.Dir)
	}
	who := identity{Format: identityFormat, ID: o.ID, Raft: o.Raft}
	var err error
	switch {
	case o.Peers != "":
		who.Cluster = clusterOf(o.Peers)
		err = neverSeen(ctx, o, secure)
	case o.Join != "":
		who.Cluster, err = joined(ctx, o, secure)
	default:
		var b [clusterSize]byte
		_, err = rand.Read(b[:])
		who.Cluster = hex.EncodeToString(b[:])
	}
	return who, err
}

// joined is the cluster that a node with an empty directory asks to be let into. One
// that is in it already, where this one is, had another disk, and has forgotten its
// votes: as who it was it might vote again.
func joined(ctx context.Context, o Options, secure *secrets) (string, error) {
	c, err := clusterAt(ctx, o.Join, secure, o.Log)
	if err != nil {
		return "", err
	}
	if name, err := hex.DecodeString(c.GetCluster()); err != nil || len(name) != clusterSize {
		return "", refuse("what answers at %s is no node: it gives %q for the name of its cluster", o.Join, c.GetCluster())
	}
	for _, m := range c.GetMembers() {
		if m.GetRaft() == o.Raft {
			return "", refuse("%s is in the cluster at %s already, and its data directory was another than %s: start it with that, or at another address",
				m.GetId(), o.Raft, o.Dir)
		}
	}
	return c.GetCluster(), nil
}

// clusterOf is the name of a cluster whose first members all know each other: it
// follows from who they are, so that they need not agree on one.
func clusterOf(peers string) string {
	list := strings.Split(peers, ",")
	slices.Sort(list)
	sum := sha256.Sum256([]byte(strings.Join(list, ",")))
	return hex.EncodeToString(sum[:clusterSize])
}

// replace writes a file so that it is there as it was or as it is to be, durably.
func replace(path string, text []byte) error {
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
