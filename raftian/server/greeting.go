package server

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
)

// A node that connects to another, for Raft or as the client of a player's call, says
// first of which cluster it is and who: a zero byte, which begins no request of HTTP
// and no handshake of TLS, a word, a version, the cluster's name in 16 bytes, the
// length of the node's name in one byte, and that name. A node that is spoken to
// otherwise hangs up. Two clusters whose addresses or directories were mixed up so
// never hear each other: each would take the other's terms and entries for its own.
// The node's name is not proved; it is for logs.

const (
	greetingWord    = "\x00raftian"
	greetingVersion = 1
	clusterSize     = 16                                  // bytes of a cluster's name
	greetingSize    = len(greetingWord) + 1 + clusterSize // without the node's name
)

// greeting is what a node of a cluster says first, but for its own name. The
// cluster's is in hexadecimal digits.
func greeting(cluster string) []byte {
	name, err := hex.DecodeString(cluster)
	if err != nil || len(name) != clusterSize {
		panic(fmt.Sprintf("%q is no cluster's name", cluster))
	}
	return append(append([]byte(greetingWord), greetingVersion), name...)
}

var (
	errNoNode  = errors.New("it is no node")
	errVersion = errors.New("it is a node of another version")
	errCluster = errors.New("it is a node of another cluster")
)

// readGreeting reads one, whose first byte was read before, compares it with what it
// should be, and returns the node's name.
func readGreeting(r io.Reader, want []byte) (id string, err error) {
	got := make([]byte, greetingSize) // with the length of the name
	if _, err := io.ReadFull(r, got); err != nil {
		return "", errNoNode
	}
	size := int(got[greetingSize-1])
	got = got[:greetingSize-1]
	want = want[1:]
	word := len(greetingWord) - 1
	switch {
	case !bytes.Equal(got[:word], want[:word]):
		return "", errNoNode
	case got[word] != want[word]:
		return "", errVersion
	case !bytes.Equal(got, want):
		return "", errCluster
	}
	name := make([]byte, size)
	if _, err := io.ReadFull(r, name); err != nil {
		return "", errNoNode
	}
	return string(name), nil
}
