//go:build !unix

package fleet

import "errors"

var errNoSignals = errors.New("a process cannot be stopped on this system")

// Freeze would stop the k-th node.
func (f *Fleet) Freeze(int) error { return errNoSignals }

// Thaw would have it go on.
func (f *Fleet) Thaw(int) error { return errNoSignals }
