package observe

import (
	"errors"
	"fmt"
	"io/fs"

	"github.com/hashicorp/raft"

	"raftian/netsim/env"
	"raftian/raftian/store"
)

// A program whose store fails ends: what its disk holds is not known any more, and the
// library panics over some of these errors and goes on after others. Started again it finds
// out what is there.

// Failure ends the program over an error of a store. It returns err only when that is no
// failure: what was asked for is not there, or the store is closed.
func Failure(e env.Env, what string, err error) error {
	if err == nil || absent(err) || errors.Is(err, store.ErrClosed) || errors.Is(err, fs.ErrClosed) {
		return err
	}
	e.Exit(fmt.Errorf("%s: %w", what, err))
	return err
}

// absent says that what was asked for is not there. Of a raft.StableStore the library takes
// the words for it (raft.go, api.go).
func absent(err error) bool {
	return errors.Is(err, raft.ErrLogNotFound) || errors.Is(err, store.ErrKeyNotFound) ||
		errors.Is(err, store.ErrNoSnapshot) || err.Error() == "not found"
}

func (o *Observer) fail(what string, err error) error { return Failure(o.Env, what, err) }
