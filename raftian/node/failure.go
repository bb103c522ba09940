package node

import "errors"

// errShutDown ends the program of a Node whose library has shut itself down, as a
// leader's does that removed itself.
var errShutDown = errors.New("removed from the cluster")
