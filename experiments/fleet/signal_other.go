//go:build !unix

package fleet

import "errors"

var errNoSignals = errors.New("a process cannot be stopped on this system")

// Freeze is not supported on this system.
func (f *Fleet) Freeze(int) error { return errNoSignals }

// Thaw is not supported on this system.
func (f *Fleet) Thaw(int) error { return errNoSignals }
