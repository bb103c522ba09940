//go:build raft_before_1_7

package observe

import "github.com/hashicorp/raft"

// preVoting is the transport: this version of the library knows no pre-votes.
func preVoting(t *observedTransport) raft.Transport { return t }
