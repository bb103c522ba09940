package server

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
)

// A node that connects to another, for Raft or to forward a player's call, sends a
// handshake first: a zero byte, which begins neither an HTTP request nor a TLS
// handshake, the word "raftian", a version in one byte, the cluster's name in 16 bytes,
// the length of the node's ID in one byte, and the ID. The other side closes a connection
// whose handshake names another cluster. Without it, clusters whose addresses or
// directories were mixed up would accept each other's terms and entries. The ID is not
// authenticated.

const (
	handshakeMagic   = "\x00raftian"
	handshakeVersion = 1
	clusterSize      = 16                                    // length of a cluster's name in bytes
	handshakeSize    = len(handshakeMagic) + 1 + clusterSize // without the node's ID and its length
)

// handshake returns the first bytes that a node of a cluster sends, without its ID.
// cluster is in hexadecimal digits.
func handshake(cluster string) []byte {
	name, err := hex.DecodeString(cluster)
	if err != nil || len(name) != clusterSize {
		panic(fmt.Sprintf("%q is not a cluster's name", cluster))
	}
	return append(append([]byte(handshakeMagic), handshakeVersion), name...)
}

var (
	errNotNode = errors.New("it is not a node")
	errVersion = errors.New("it is a node of another version")
	errCluster = errors.New("it is a node of another cluster")
)

// readHandshake reads a handshake whose first byte was read before, compares it with
// want, and returns the node's ID.
func readHandshake(r io.Reader, want []byte) (id string, err error) {
	got := make([]byte, handshakeSize) // without the first byte, with the length of the ID
	if _, err := io.ReadFull(r, got); err != nil {
		return "", errNotNode
	}
	size := int(got[handshakeSize-1])
	got = got[:handshakeSize-1]
	want = want[1:]
	magic := len(handshakeMagic) - 1
	switch {
	case !bytes.Equal(got[:magic], want[:magic]):
		return "", errNotNode
	case got[magic] != want[magic]:
		return "", errVersion
	case !bytes.Equal(got, want):
		return "", errCluster
	}
	name := make([]byte, size)
	if _, err := io.ReadFull(r, name); err != nil {
		return "", errNotNode
	}
	return string(name), nil
}
