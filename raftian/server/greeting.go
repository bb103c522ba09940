package server

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
)

// A node that connects to another, for Raft or as the client of a player's call, says
// first of which cluster it is: a zero byte, which begins no request of HTTP and no
// handshake of TLS, a word, a version, and the cluster's name in 16 bytes. A node
// that is spoken to otherwise hangs up. Two clusters whose addresses or directories
// were mixed up so never hear each other: each would take the other's terms and
// entries for its own.

const (
	greetingWord    = "\x00raftian"
	greetingVersion = 1
	clusterSize     = 16 // bytes of a cluster's name
	greetingSize    = len(greetingWord) + 1 + clusterSize
)

// greeting is what a node of a cluster says first. The cluster's name is in
// hexadecimal digits.
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

// readGreeting reads one, whose first byte was read before, and compares it with what
// it should be.
func readGreeting(r io.Reader, want []byte) error {
	got := make([]byte, greetingSize-1)
	if _, err := io.ReadFull(r, got); err != nil {
		return errNoNode
	}
	want = want[1:]
	word := len(greetingWord) - 1
	switch {
	case !bytes.Equal(got[:word], want[:word]):
		return errNoNode
	case got[word] != want[word]:
		return errVersion
	case !bytes.Equal(got, want):
		return errCluster
	}
	return nil
}
